"""What is said of a visit, a talk, an inspection or a meeting, and what of it can be told wrong without looking at a post."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wangge_core.checking import check_optional_text, check_position
from wangge_core.errors import Refusal, refusal
from wangge_core.ledger.checklists import Checklist, check_checklist
from wangge_core.ledger.entries import MOST_KEY, OF_PEOPLE, VisitOutcome, WorkKind
from wangge_core.ledger.participants import Participant
from wangge_core.ledger.targets import FITS, PEOPLE, Target, TargetSort
from wangge_core.ledger.writing_back import CONFIRMABLE

WITH_MINUTES = frozenset({WorkKind.MEETING, WorkKind.INSPECTION, WorkKind.DRILL, WorkKind.ROLL_CALL})
WITH_OTHERS = WITH_MINUTES | {WorkKind.WATCH, WorkKind.TALK, WorkKind.VISIT}
LEARNED = frozenset({VisitOutcome.MET, VisitOutcome.BY_PHONE, VisitOutcome.DONE})
"""Outcomes after which there is something to tell."""
MOST_MINUTES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """Something that was done at a moment, under a post, with a target; without one it was done with the grid of the post.

    `client_key` is what the device calls the entry: sent again it answers with the first.
    """

    what: WorkKind
    started_at: datetime
    outcome: VisitOutcome = VisitOutcome.DONE
    ended_at: datetime | None = None
    target: Target | None = None
    post_id: int | None = None
    duty_id: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    checklist: Checklist | None = None
    minutes: str | None = None
    participants: tuple[Participant, ...] = ()
    client_key: str | None = None

    @property
    def sort(self) -> TargetSort:
        return TargetSort.GRID if self.target is None else self.target.sort


def check_visit(request: NewVisit, duties: set[str], persons: set[int]) -> Iterator[Refusal]:
    """What does not fit together. `duties` are those that there are, `persons` those of the household or the person itself."""
    with_people = request.what in OF_PEOPLE or request.sort in PEOPLE
    yield from check_position(request.longitude, request.latitude)
    yield from check_optional_text(request.client_key, "key", most=MOST_KEY)
    yield from check_optional_text(request.minutes, "minutes", most=MOST_MINUTES)
    if request.sort not in FITS[request.what]:
        yield refusal("VISIT_TARGET", "target")
    is_done = request.outcome is VisitOutcome.DONE
    if (is_done and request.sort in PEOPLE) or not (is_done or with_people):
        yield refusal("VISIT_OUTCOME", "outcome")
    if request.duty_id is not None and request.duty_id not in duties:
        yield refusal("NOT_FOUND", "dutyId", what="Duty", id=request.duty_id)
    if request.minutes is not None and (request.what not in WITH_MINUTES or request.sort in PEOPLE):
        yield refusal("MINUTES_UNEXPECTED", "minutes")
    if request.participants and request.what not in WITH_OTHERS:
        yield refusal("PARTICIPANTS_UNEXPECTED", "participants")
    if request.checklist is not None:
        yield from _check_checklist(request, request.checklist, persons)


def _check_checklist(request: NewVisit, checklist: Checklist, persons: set[int]) -> Iterator[Refusal]:
    if request.outcome not in LEARNED:
        yield refusal("CHECKLIST_UNEXPECTED", "checklist")
    of_people = checklist.of_people or (checklist.facts_confirmed is not None and request.sort not in CONFIRMABLE)
    if of_people and request.sort not in PEOPLE:
        yield refusal("CHECKLIST_OF_PEOPLE", "checklist")
    yield from check_checklist(checklist, persons)
