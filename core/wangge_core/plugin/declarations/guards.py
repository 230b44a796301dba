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
    """Only within this time of the last change of stage."""

    days: int = 0
    hours: int = 0
