"""Offices: departments, utilities and firms that handle events."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import insert_accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOffice:
    """An office by its code (`water_works`) and name."""

    code: str
    name: str


async def create_offices(work: Work, viewer: Viewer, requests: Sequence[NewOffice]) -> list[Outcome]:
    """Create offices; for who may manage posts anywhere, because an office belongs to no grid."""
    taken = set(await work.by_ids((), t.office.c.code, [request.code for request in requests]))
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = [*check_text(request.name, "name", most=200), *check_text(request.code, "code", most=80)]
        if not viewer.scope(Capability.MANAGE_POSTS).paths:
            found.append(refusal("NOT_ALLOWED"))
        if request.code in taken:
            found.append(refusal("CODE_TAKEN", "code", code=request.code))
        if not found:
            taken.add(request.code)
        refusals.append(found)
    return await insert_accepted(work, t.office, requests, refusals, lambda one: {"code": one.code, "name": one.name.strip()})
