"""Involvements: what ties people, organisations and assets to an event, in the roles that its kind declares."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.definitions import InvolvesDefinition
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule, within_grid

MOST_TIES = 100
INVOLVABLE: Mapping[Involvable, tuple[sa.Table, Capability]] = {
    Involvable.PERSON: (t.person, Capability.READ_PEOPLE),
    Involvable.ORGANIZATION: (t.organization, Capability.READ_PLACES),
    Involvable.ASSET: (t.asset, Capability.READ_PLACES),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Something tied to an event in a role that its kind declares."""

    role: str
    sort: Involvable
    id: int


Visible = Mapping[Involvable, set[int]]
"""What the viewer may see of the things that requests name."""


async def visible_involved(work: Work, viewer: Viewer, ties: Iterable[Involved]) -> Visible:
    """Which of the named things are there and visible: nobody ties to an event what they may not see."""
    named = list(ties)
    found: dict[Involvable, set[int]] = {}
    for sort, (table, capability) in INVOLVABLE.items():
        wanted = [tie.id for tie in named if tie.sort is sort]
        if not wanted:
            found[sort] = set()
            continue
        rule = person_rule if sort is Involvable.PERSON else within_grid(capability)
        found[sort] = set(await work.by_ids((), table.c.id, wanted, rule(table, BoundViewer(viewer))))
    return found


def check_involved(
    kind_id: str, ties: Sequence[Involved], declared: Sequence[InvolvesDefinition], visible: Visible
) -> Iterator[Refusal]:
    """Each tie must fit a role of the kind and name something visible; and the roles must be filled as the kind asks."""
    by_role = {one.role: one for one in declared}
    if len(ties) > MOST_TIES:
        yield refusal("OUT_OF_RANGE", "involved", least=0, most=MOST_TIES)
    for index, tie in enumerate(ties):
        field = f"involved.{index}"
        definition = by_role.get(tie.role)
        if definition is None:
            yield refusal("INVOLVEMENT_UNKNOWN", field, id=kind_id, role=tie.role)
        elif tie.sort not in definition.sorts:
            yield refusal("INVOLVEMENT_SORT", field, role=tie.role, sorts=", ".join(definition.sorts))
        elif tie in ties[:index]:
            yield refusal("DUPLICATE", field, key=tie.id)
        elif tie.id not in visible[tie.sort]:
            yield refusal("NOT_FOUND", field, what=tie.sort.en, id=tie.id)
    yield from check_roles((tie.role for tie in ties), declared)


def check_roles(roles: Iterable[str], declared: Sequence[InvolvesDefinition], field: str = "involved") -> Iterator[Refusal]:
    """Whether these roles, one for each tie, are as many as the kind asks."""
    counts = Counter(roles)
    for definition in declared:
        if counts[definition.role] == 0 and not definition.optional:
            yield refusal("INVOLVEMENT_REQUIRED", field, role=definition.role)
        if counts[definition.role] > 1 and not definition.many:
            yield refusal("INVOLVEMENT_ONE", field, role=definition.role)


def involvement(event_id: int, tie: Involved) -> dict[str, Any]:
    """The row of a tie."""
    return {
        "event_id": event_id,
        "role": tie.role,
        "person_id": tie.id if tie.sort is Involvable.PERSON else None,
        "organization_id": tie.id if tie.sort is Involvable.ORGANIZATION else None,
        "asset_id": tie.id if tie.sort is Involvable.ASSET else None,
    }
