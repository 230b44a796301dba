"""Exports: everything that is held on a person, as plain data. Rows of other things are named by their global ids.

Sealed values stand in it for the person and a child's guardian, and for REVEAL_SEALED over the home; for all others their masks. The
caller logs the export before it tells it: see `reads`.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.changing import camel
from wangge_core.checking import only_right
from wangge_core.data_care.held import HELD, Held
from wangge_core.data_care.reading_logs import changes_of, reads_of
from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.logs.entries import Read
from wangge_core.logs.purposes import Stated
from wangge_core.people.revealing import check_stated, spend
from wangge_core.people.sealed import IDENTITY_NUMBER, PHONE, open_column
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule
from wangge_core.sealing.sealer import SealingError

SEALED = (IDENTITY_NUMBER, PHONE)
OF_EVENTS = ("number", "kind_id", "stage", "closed", "reported_at", "closed_at", "description", "details")
OF_ATTACHMENTS = ("id", "taken_in_at", "taken_at_claimed", "longitude_claimed", "latitude_claimed", "public")
GLOBAL = {"person": "Person", "unit": "Unit", "building": "Building", "household": "Household", "grid": "Grid", "event": "Event"} | {
    "account": "Account", "organization": "Organization", "post": "Post", "attachment": "Attachment", "visit": "Visit"
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Of whom to export everything, and what for."""

    person_id: int
    stated: Stated | None = None


@dataclass(frozen=True, slots=True)
class Exported(Outcome):
    """Everything that is held, by section, and what of it the log of reads must say. It is not shown when the outcome is."""

    held: Mapping[str, Any] = dataclasses.field(default_factory=dict[str, Any], repr=False)
    reads: tuple[Read, ...] = ()


async def export_persons(work: Work, viewer: Viewer, requests: Sequence[Export]) -> list[Exported]:
    """Export what is held on persons. For the person, for the guardian of a child, and for MANAGE_DATA over the person's grid."""
    return [await _export(work, viewer, request) for request in requests]


async def _export(work: Work, viewer: Viewer, request: Export) -> Exported:
    row, own = await _person(work, request.person_id), request.person_id in viewer.own_person_ids
    knows = row is not None and any(viewer.may(one, row.path) for one in (Capability.READ_PEOPLE, Capability.MANAGE_DATA))
    if row is None or not (own or knows):
        return Exported(refusals=(refusal("NOT_FOUND", "id", what="Person", id=request.person_id),))
    found = list(check_stated(request.stated))
    if not (own or viewer.may(Capability.MANAGE_DATA, row.path)):
        found.append(refusal("NOT_ALLOWED", "id"))
    reveals = own or viewer.may(Capability.REVEAL_SEALED, row.path)
    has_sealed = any(row._mapping[name] is not None for name in SEALED)
    if not found and reveals and has_sealed:
        found.extend(await spend(work, viewer))
    if found:
        return Exported(refusals=only_right(found))
    sealed = _sealed(work, row, reveals)
    if isinstance(sealed, Refusal):
        return Exported(refusals=(sealed,))
    held = await _sections(work, viewer, request.person_id, row.path, own=own)
    held["person"] = held["person"][0] | sealed
    fields = tuple(sorted({*held["person"], *(name for name, rows in held.items() if rows and name != "person")}))
    return Exported(id=request.person_id, held=held, reads=(Read((request.person_id,), "Person", fields),))


async def _person(work: Work, id: int) -> sa.Row[Any] | None:
    person, grid = t.person, t.grid
    path = sa.select(grid.c.path).where(grid.c.id == person.c.grid_id).scalar_subquery().label("path")
    columns = [person.c[name] for name in SEALED]
    return (await work.by_ids((*columns, path), person.c.id, [id], person.c.removed_at.is_(None))).get(id)


def _sealed(work: Work, row: sa.Row[Any], reveals: bool) -> dict[str, str | None] | Refusal:
    """The sealed values, where they are to be revealed; their masks stand in the person's row."""
    if not reveals:
        return {}
    try:
        return {camel(name): open_column(work.sealer, row.id, name, row._mapping[name]) for name in SEALED}
    except SealingError as error:
        return refusal(error.code, "id")


async def _sections(work: Work, viewer: Viewer, person_id: int, path: str, *, own: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for held in HELD:
        if held.table is not t.read_log_subject:
            query = sa.select(*held.shown).where(held.refers == person_id).order_by(held.table.c.id)
            found[held.section] = [_plain(held, row) for row in await work.rows(query)]
    hidden = set[str]() if own else await _hidden_kinds(work, viewer, path)
    found["needs"] = [one for one in found["needs"] if one["kindId"] not in hidden]
    found["involvements"] = await _with_events(work, viewer, found["involvements"])
    found["reported"] = await _reported(work, viewer, [_key(one["id"]) for one in found["accounts"]])
    found["sent"] = await _sent(work, [_key(one["id"]) for one in found["accounts"]])
    found["reads"] = await reads_of(work, person_id)
    found["changes"] = await changes_of(work, person_id)
    return found


async def _hidden_kinds(work: Work, viewer: Viewer, path: str) -> set[str]:
    """The sensitive kinds of needs that no role of the viewer's may see here. The operator, who has no post, answers the resident."""
    if not viewer.posts:
        return set()
    roles, opened = {post.role for post in viewer.posts if post.stands_over(path)}, work.rules.opened_needs
    rows = await work.rows(sa.select(t.need_kind.c.id).where(t.need_kind.c.sensitive))
    return {row.id for row in rows if row.id not in opened or not roles & set(opened[row.id].roles)}


def _plain(held: Held, row: sa.Row[Any]) -> dict[str, Any]:
    return {camel(column.name): _value(column, value) for column, value in zip(held.shown, row, strict=True)}


def _value(column: sa.Column[Any], value: Any) -> Any:
    """A value as JSON has it; a reference as a global id."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    table = next((one.column.table.name for one in column.foreign_keys), column.table.name if column.name == "id" else "")
    return f"{GLOBAL[table]}:{value}" if table in GLOBAL and value is not None else value


def _key(id: str) -> int:
    return int(id.partition(":")[2])


async def _with_events(work: Work, viewer: Viewer, ties: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Involvements with what their events say; of an event that is kept from the viewer only that there is one."""
    events = await _events(work, viewer, [_key(one["eventId"]) for one in ties])
    return [{"role": one["role"], "event": events.get(_key(one["eventId"]))} for one in ties]


async def _reported(work: Work, viewer: Viewer, account_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The events that the person reported."""
    rows = await work.rows(sa.select(t.event.c.id).where(t.event.c.reporter_id.in_(account_ids)).order_by(t.event.c.id))
    return list((await _events(work, viewer, [row.id for row in rows])).values())


async def _sent(work: Work, account_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The photographs and files that the person sent, with what they claim of themselves."""
    columns = [t.attachment.c[name] for name in OF_ATTACHMENTS]
    rows = await work.rows(sa.select(*columns).where(t.attachment.c.uploader_id.in_(account_ids)).order_by(t.attachment.c.id))
    return [{camel(one.name): _value(one, value) for one, value in zip(columns, row, strict=True)} for row in rows]


async def _events(work: Work, viewer: Viewer, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    seen = await allowed(work, viewer, event_rule, t.event, ids)
    columns = [t.event.c[name] for name in OF_EVENTS]
    rows = await work.by_ids(columns, t.event.c.id, seen)
    return {
        id: {camel(one.name): _value(one, value) for one, value in zip(columns, row[1:], strict=True)} for id, row in rows.items()
    }
