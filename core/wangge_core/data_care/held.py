"""Held: every column of every table that refers to a person, what an export shows of the row, and what an erasure does with it.

A new reference to persons must be named here; a test holds the list against the tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t

UNSHOWN = frozenset(
    {"folded", "identity_number", "identity_number_index", "phone_index", "removed_at", "removed_because", "removed_basis"}
)
"""Columns that hold no more than others do, or nothing of a living person; sealed values have a way of their own."""


class Erasing(Enum):
    """What an erasure does with rows that refer to the person."""

    EMPTIED = auto()
    """The row stays as a tombstone with nothing of the person in it."""
    REMOVED = auto()
    CLEARED = auto()
    """The row is about something else and stays; it refers to nobody any more."""
    LOGGED = auto()
    """A log, which outlives what it tells of: it names the number of the person and has its own end."""


@dataclass(frozen=True, slots=True)
class Held:
    """A column that refers to a person. `section` is where an export has the row, with these columns of it; None: with all."""

    table: sa.Table
    column: str
    section: str
    erasing: Erasing
    columns: tuple[str, ...] | None = None
    emptied: tuple[str, ...] = ()
    """Columns of a row that stays which say something of the person, and go with the reference."""

    @property
    def refers(self) -> sa.Column[Any]:
        return self.table.c[self.column]

    @property
    def shown(self) -> Sequence[sa.Column[Any]]:
        """The columns that an export shows, without the reference itself."""
        if self.columns is not None:
            return [self.table.c[name] for name in self.columns]
        hidden = UNSHOWN | ({self.column} - {"id"}) | ({"phone"} if self.table is t.person else set[str]())
        return [column for column in self.table.c if column.name not in hidden]


HELD = (
    Held(t.person, "id", "person", Erasing.EMPTIED),
    Held(t.person, "guardian_id", "wards", Erasing.CLEARED, ("id", "guardian_agreed_on")),
    Held(t.person, "merged_into_id", "mergedFrom", Erasing.CLEARED, ("id", "removed_at")),
    Held(t.residence, "person_id", "residences", Erasing.REMOVED),
    Held(t.household_member, "person_id", "memberships", Erasing.REMOVED),
    Held(t.need, "person_id", "needs", Erasing.REMOVED),
    Held(t.account, "person_id", "accounts", Erasing.CLEARED, ("id", "login", "name", "active", "issuer", "created_at")),
    Held(
        t.visit,
        "person_id",
        "visits",
        Erasing.CLEARED,
        ("id", "what", "outcome", "started_at", "ended_at", "grid_id", "checklist"),
        ("checklist", "longitude", "latitude"),
    ),
    Held(
        t.campaign_target,
        "person_id",
        "campaigns",
        Erasing.CLEARED,
        ("id", "campaign_id", "grid_id", "state", "reason", "checked_at"),
    ),
    Held(t.involvement, "person_id", "involvements", Erasing.CLEARED, ("event_id", "role")),
    Held(t.unit, "responsible_id", "responsibleForUnits", Erasing.CLEARED, ("id", "building_id", "name")),
    Held(t.organization_responsible, "person_id", "responsibleForOrganizations", Erasing.REMOVED),
    Held(
        t.import_review,
        "person_id",
        "importReviews",
        Erasing.REMOVED,
        ("id", "run_at", "file", "line", "why", "decided", "decision"),
    ),
    Held(t.read_log_subject, "person_id", "reads", Erasing.LOGGED),
)
