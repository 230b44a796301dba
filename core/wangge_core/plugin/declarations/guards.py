"""Guards: when a move is refused although the stage and the role are right, because of what happened before."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Root of the guards; use one of those below."""


@dataclass(frozen=True, slots=True, init=False)
class NotWhoDid(Guard):
    """Not by the account that last made one of these moves: whoever did the work does not verify it.

    `report` names the reporting itself.
    """

    moves: tuple[str, ...]

    def __init__(self, *moves: str) -> None:
        object.__setattr__(self, "moves", moves)


@dataclass(frozen=True, slots=True, init=False)
class NotStraightAfter(Guard):
    """Not when the event came to its present stage by one of these moves: whoever was just sent something back may not push it on."""

    moves: tuple[str, ...]

    def __init__(self, *moves: str) -> None:
        object.__setattr__(self, "moves", moves)


@dataclass(frozen=True, slots=True, init=False)
class NotToWhoDid(Guard):
    """Not to an office or post that last made one of these moves: no pushing back to whoever just returned it."""

    moves: tuple[str, ...]

    def __init__(self, *moves: str) -> None:
        object.__setattr__(self, "moves", moves)


@dataclass(frozen=True, slots=True)
class Once(Guard):
    """At most once in the life of an event for a reporter; others are not limited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Guard):
    """Only within this time of the last change of stage.

    Days and hours of the calendar bind the reporter alone; working time binds everybody, and is for whoever received something.
    """

    days: int = 0
    hours: int = 0
    working_days: int = 0
    working_hours: int = 0


@dataclass(frozen=True, slots=True)
class PartsDone(Guard):
    """Only when every part of a joint handling is done or given up; `or_lead`: or by whoever leads it."""

    or_lead: bool = False


@dataclass(frozen=True, slots=True)
class NotInvolved(Guard):
    """Not by, and not to, the event's reporter, a person involved in it, or one of their household: a mediator is no party."""
