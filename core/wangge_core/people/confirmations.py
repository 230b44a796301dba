"""Confirming what is kept of persons: facts get old, so somebody asks again by a day that is kept with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wangge_core.changing import Change, Checking, rows_to_change
from wangge_core.checking import only_right
from wangge_core.confirming import check_confirm_by, confirmed, is_newer
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import person_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonConfirmation(Change):
    """All that is kept of the person `id` was found true, and is to be asked again by `confirm_by`. `at` is when it was, if not now."""

    confirm_by: date | None = None
    at: datetime | None = None


async def confirm_persons(work: Work, viewer: Viewer, requests: Sequence[PersonConfirmation]) -> list[Outcome]:
    """Confirm what is kept of persons. For REGISTER_PEOPLE over their grids."""
    rows = await rows_to_change(work, viewer, t.person, [one.id for one in requests], person_rule)
    checking = Checking.of(viewer, "Person", rows, Capability.REGISTER_PEOPLE)
    outcomes: list[Outcome] = []
    for request in requests:
        found = [*checking.refusals(request), *check_confirm_by(request.confirm_by, work.today)]
        if not found and not is_newer(rows[request.id], request.at):
            await work.change(t.person, request.id, confirmed(work, viewer, request.confirm_by, request.at))
            work.announce("person.confirmed", request.id, rows[request.id].grid_id)
        outcomes.append(Outcome(refusals=only_right(found)) if found else Outcome(id=request.id))
    return outcomes
