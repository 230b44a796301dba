"""Errands: what a worker takes from the due list in the morning, and the entry of the ledger that is made of each in the evening."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from wangge_core.duties.due import DueItem
from wangge_core.ledger.checklists import Checklist, Hazard, HazardSeen
from wangge_core.ledger.entries import PatrolKind, VisitOutcome, WorkKind
from wangge_core.ledger.participants import Participant
from wangge_core.ledger.patrol_requests import NewPatrol
from wangge_core.ledger.targets import PEOPLE, Target, TargetSort
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.duties import PATROLS
from wangge_core.plugin.definitions import DutyDefinition
from wangge_server.demo.ground import around
from wangge_server.demo.town import Ground, Holder, Town

OUTCOMES = {
    VisitOutcome.MET: 0.74,
    VisitOutcome.NOT_AT_HOME: 0.13,
    VisitOutcome.BY_PHONE: 0.07,
    VisitOutcome.DECLINED: 0.06,
}
CONFIRMED, HAZARD, ELSEWHERE, WITHOUT_TRACK = 0.5, 0.01, 0.02, 0.03
FAR = 0.5
"""Degrees: so far away is who was not in the grid."""
BETWEEN = timedelta(minutes=4)
"""Between two points of a track."""
LONGEST, SHORTEST = 120, 3
"""Minutes of an errand."""
QUOTAS = ("SHARE", "DIFFERENT")
Things = Mapping[int, Sequence[int]]
"""By grid the keys of what lies in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Something due that somebody does on a day, between two moments."""

    holder: Holder
    item: DueItem
    duty: DutyDefinition
    starts_at: datetime
    ends_at: datetime

    @property
    def walks(self) -> bool:
        return self.duty.does in PATROLS


def minutes_of(duty: DutyDefinition, item: DueItem) -> int:
    """How long it takes: what is missing of the minutes that a duty asks for, or what its work takes by itself."""
    asked = any(one.kind == "MINUTES" for one in duty.frequencies)
    return max(SHORTEST, min(item.needed - item.done if asked else duty.minutes, LONGEST))


@dataclass(frozen=True, slots=True)
class Writing:
    """Makes entries of errands. `things` are those of which quotas are filled, by their sort."""

    town: Town
    dice: Random
    things: Mapping[str, Things]

    def visit(self, errand: Errand) -> NewVisit | None:
        """What is recorded of a visit, an inspection, a talk …; None where there is nothing to go to."""
        target = self._target(errand)
        if target is None:
            return None
        what = WorkKind(errand.duty.does.value)
        people = what is WorkKind.VISIT or target.sort in PEOPLE
        outcome = self.dice.choices(tuple(OUTCOMES), tuple(OUTCOMES.values()))[0] if people else VisitOutcome.DONE
        longitude, latitude = self._position(errand, away=self.dice.random() < ELSEWHERE)
        return NewVisit(
            what=what,
            started_at=errand.starts_at,
            ended_at=errand.ends_at,
            outcome=outcome,
            target=target,
            post_id=errand.holder.post_id,
            duty_id=errand.duty.id,
            longitude=longitude,
            latitude=latitude,
            checklist=self._checklist(errand) if outcome is VisitOutcome.MET and target.sort in PEOPLE else None,
            client_key=_key(errand),
        )

    def patrol(self, errand: Errand) -> NewPatrol:
        """What is recorded of a patrol, with its track; now and then there is none, or one of elsewhere."""
        what = PatrolKind(errand.duty.does.value)
        points = () if what is PatrolKind.VIDEO_PATROL or self.dice.random() < WITHOUT_TRACK else self._track(errand)
        with_whom = self._companions(errand) if what is PatrolKind.JOINT_PATROL else ()
        return NewPatrol(
            what=what,
            started_at=errand.starts_at,
            ended_at=errand.ends_at,
            post_id=errand.holder.post_id,
            grid_id=errand.item.grid_id,
            duty_id=errand.duty.id,
            route_id=errand.item.id if errand.item.sort == "PLACE" else None,
            participants=with_whom,
            points=points,
            client_key=_key(errand),
        )

    def _target(self, errand: Errand) -> Target | None:
        item, quota = errand.item, next((one for one in errand.duty.frequencies if one.kind in QUOTAS), None)
        if quota is not None and item.sort == "GRID":
            sort = "HOUSEHOLD" if quota.kind == "DIFFERENT" else errand.duty.targets[0].sort
            here = self.things.get(sort, {}).get(item.grid_id, ())
            return Target(sort=TargetSort(sort.title()), id=self.dice.choice(here)) if here else None
        if item.id is None:
            return None
        return Target(sort=TargetSort("Event" if item.sort == "TASK" else item.sort.title()), id=item.id)

    def _ground(self, grid_id: int) -> Ground:
        """The grid, or one of those below."""
        ground = next(one for one in (*self.town.grids, *self.town.divisions) if one.id == grid_id)
        return next(one for one in self.town.grids if one.path.startswith(ground.path))

    def _position(self, errand: Errand, *, away: bool) -> tuple[float, float]:
        ground = self._ground(errand.item.grid_id)
        longitude, latitude = around(self.dice, ground.longitude, ground.latitude)
        return longitude, latitude + FAR * away

    def _track(self, errand: Errand) -> tuple[TrackPoint, ...]:
        away, at, points = self.dice.random() < ELSEWHERE, errand.starts_at, list[TrackPoint]()
        while at <= errand.ends_at:
            longitude, latitude = self._position(errand, away=away)
            points.append(TrackPoint(at=at, longitude=longitude, latitude=latitude, accuracy_metres=10.0))
            at += BETWEEN
        return tuple(points)

    def _companions(self, errand: Errand) -> tuple[Participant, ...]:
        """One more who holds a post of the very ground."""
        near = [one for one in self.town.holders if one.ground.id == errand.holder.ground.id and one.login != errand.holder.login]
        return (Participant(post_id=self.dice.choice(near).post_id),) if near else ()

    def _checklist(self, errand: Errand) -> Checklist | None:
        may = self.town.registry.roles[errand.holder.role_id].may
        confirms = Capability.REGISTER_PEOPLE in may and self.dice.random() < CONFIRMED
        hazards = (Hazard(hazard=HazardSeen.FIRE),) if Capability.REPORT_EVENTS in may and self.dice.random() < HAZARD else ()
        return Checklist(facts_confirmed=True if confirms else None, hazards=hazards) if confirms or hazards else None


def _key(errand: Errand) -> str:
    return f"{errand.holder.post_id}-{errand.starts_at:%Y%m%d%H%M%S}-{errand.duty.id}"[:80]
