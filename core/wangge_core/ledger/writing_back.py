"""Writing back: what a visit found of the register, through the register's own operations, as of the moment of the visit.

Whoever may not register there any more by the time the visit comes in leaves the register as it is; the visit stands.
"""

from collections.abc import Sequence
from datetime import datetime

from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal
from wangge_core.ledger.checklists import Checklist
from wangge_core.ledger.targets import PEOPLE, Found, Target
from wangge_core.people.confirmations import PersonConfirmation, confirm_persons
from wangge_core.people.kinds_of_residence import ResidenceKindChange, change_residence_kinds
from wangge_core.people.residence import Move, move_persons
from wangge_core.places.confirmations import Confirmable, FactsConfirmation, confirm_facts
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer

CONFIRMABLE = frozenset(Confirmable)
PREFIX = "checklist."


async def write_back(
    work: Work, viewer: Viewer, target: Target, found: Found, path: str, checklist: Checklist, at: datetime
) -> list[Refusal]:
    """Write what was found into the register; or why it is refused, and then nothing may stay written."""
    if target.sort in PEOPLE:
        return await _people(work, viewer, found, checklist, at) if viewer.may(Capability.REGISTER_PEOPLE, path) else []
    if checklist.facts_confirmed and target.sort in CONFIRMABLE and viewer.may(Capability.REGISTER_PLACES, path):
        confirmation = FactsConfirmation(id=target.id, sort=Confirmable(target.sort.value), at=at)
        return _named(await confirm_facts(work, viewer, [confirmation]), "factsConfirmed")
    return []


async def _people(work: Work, viewer: Viewer, found: Found, checklist: Checklist, at: datetime) -> list[Refusal]:
    day = at.astimezone(work.rules.zone).date()
    kinds = [ResidenceKindChange(id=one.person_id, kind=one.kind) for one in checklist.kinds]
    refusals = _named(await change_residence_kinds(work, viewer, kinds), "kinds") if kinds else []
    moves = [Move(id=id, moved_out_on=day) for id in checklist.moved_out]
    refusals += _named(await move_persons(work, viewer, moves), "movedOut") if moves else []
    staying = [id for id in found.persons if id not in checklist.moved_out]
    if checklist.facts_confirmed and checklist.contact_right is not False and staying and not refusals:
        confirmations = [PersonConfirmation(id=id, at=at) for id in staying]
        refusals += _named(await confirm_persons(work, viewer, confirmations), "factsConfirmed")
    return refusals


def _named(outcomes: Sequence[Outcome], field: str) -> list[Refusal]:
    """The refusals of a register's operation under the field of the checklist that asked for it."""
    listed = field in ("kinds", "movedOut")
    return [
        Refusal(one.code, f"{PREFIX}{field}.{index}" if listed else f"{PREFIX}{field}", one.values)
        for index, outcome in enumerate(outcomes)
        for one in outcome.refusals
    ]
