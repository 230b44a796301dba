"""The four must-knows of a visit: family, kind of residents, facilities, hazards and disputes. Typed, and without a field for free text.

What is kept with the visit tells counts and yes or no, never who.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import auto
from typing import Any

from wangge_core.errors import Refusal, refusal
from wangge_core.people.homes import ResidenceKind
from wangge_core.plugin.declarations.labels import Choice

MOST_PEOPLE = 30
MOST_MOVED_IN = 50


class Facility(Choice):
    """What a home and its house depend on."""

    WATER = auto(), "供水"
    POWER = auto(), "供电"
    GAS = auto(), "燃气"
    LIFT = auto(), "电梯"
    LIGHTING = auto(), "照明"
    FIRE_EQUIPMENT = auto(), "消防设施"


class HazardSeen(Choice):
    """What could do harm, as the kind of event for hazards has it."""

    FIRE = auto(), "火灾"
    GAS = auto(), "燃气"
    ELECTRICITY = auto(), "用电"
    STRUCTURE = auto(), "建筑结构"
    FALLING_OBJECT = auto(), "高空坠物"
    CHEMICAL = auto(), "危险化学品"
    WATER = auto(), "涉水"
    ROAD = auto(), "道路"
    OTHER = auto(), "其他"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfResident:
    """That a person of the household lives here for good or for a time."""

    person_id: int
    kind: ResidenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FacilityState:
    """Whether a facility works."""

    facility: Facility
    working: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A hazard that was seen, and whether it threatens now."""

    hazard: HazardSeen
    immediate_danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """What was learned on a visit. None and empty: not asked.

    `facts_confirmed`: all that is kept of the persons, or of the thing, is true. `dispute_help` is said only where the resident agrees
    that a mediator comes; nothing is kept of a dispute otherwise.
    """

    facts_confirmed: bool | None = None
    contact_right: bool | None = None
    moved_out: tuple[int, ...] = ()
    adults_moved_in: int = 0
    children_moved_in: int = 0
    kinds: tuple[KindOfResident, ...] = ()
    facilities: tuple[FacilityState, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    dispute_help: bool = False

    @property
    def of_people(self) -> bool:
        """Whether it says anything that can be said of residents alone."""
        return self.contact_right is not None or bool(self.moved_out or self.kinds or self.newcomers or self.dispute_help)

    @property
    def newcomers(self) -> int:
        return self.adults_moved_in + self.children_moved_in

    @property
    def opens_events(self) -> bool:
        return bool(self.hazards or self.newcomers or self.dispute_help or any(not one.working for one in self.facilities))


def check_checklist(checklist: Checklist, persons: set[int]) -> Iterator[Refusal]:
    """Each thing once, and persons of the visit alone (`persons`)."""
    named = [("kinds", [one.person_id for one in checklist.kinds]), ("movedOut", list(checklist.moved_out))]
    for field, ids in named:
        if len(ids) > MOST_PEOPLE:
            yield refusal("TOO_MANY", f"checklist.{field}", most=MOST_PEOPLE)
        for index, id in enumerate(ids):
            if id not in persons:
                yield refusal("NOT_FOUND", f"checklist.{field}.{index}", what="Person", id=id)
            elif id in ids[:index]:
                yield refusal("DUPLICATE", f"checklist.{field}.{index}", key=id)
    for field, said in (
        ("facilities", [one.facility.value for one in checklist.facilities]),
        ("hazards", [one.hazard.value for one in checklist.hazards]),
    ):
        for index, one in enumerate(said):
            if one in said[:index]:
                yield refusal("DUPLICATE", f"checklist.{field}.{index}", key=one)
    for name, count in (("adultsMovedIn", checklist.adults_moved_in), ("childrenMovedIn", checklist.children_moved_in)):
        if not 0 <= count <= MOST_MOVED_IN:
            yield refusal("OUT_OF_RANGE", f"checklist.{name}", least=0, most=MOST_MOVED_IN)


def stored(checklist: Checklist | None) -> dict[str, Any] | None:
    """A checklist as the visit keeps it; None where nothing was asked."""
    if checklist is None:
        return None
    said: dict[str, Any] = {
        "factsConfirmed": checklist.facts_confirmed,
        "contactRight": checklist.contact_right,
        "movedOut": len(checklist.moved_out) or None,
        "movedIn": checklist.newcomers or None,
        "kindsConfirmed": len(checklist.kinds) or None,
        "facilities": {one.facility.value: one.working for one in checklist.facilities} or None,
        "hazards": [one.hazard.value for one in checklist.hazards] or None,
        "disputeHelp": checklist.dispute_help or None,
    }
    return {name: value for name, value in said.items() if value is not None} or None
