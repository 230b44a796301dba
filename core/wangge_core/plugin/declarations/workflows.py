"""Workflows: stages and the moves between them. Data, never code; the host proves each one before it is used."""

from dataclasses import KW_ONLY, dataclass

from wangge_core.plugin.declarations.asks import Ask
from wangge_core.plugin.declarations.clocks import Clock
from wangge_core.plugin.declarations.guards import Guard
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.declarations.roles import Level, Role


@dataclass(frozen=True, slots=True, eq=False)
class Stage(Declared):
    """Where an event can stand.

    `by` lists the roles that answer for it, `clock` how long they have; a `final` stage ends the event and has neither.
    `level` is who answers while it stands here, where the stage says so.
    """

    _: KW_ONLY
    by: tuple[Role, ...] = ()
    clock: Clock | None = None
    final: bool = False
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class CameFrom:
    """As a move's target: the stage that the event stood in when `move` was last made."""

    move: str


@dataclass(frozen=True, slots=True, eq=False)
class Move(Declared):
    """A step from one stage to another: `Move("arrive", "on_the_way", "on_the_spot", zh="到达", by=(RESPONDER,))`.

    `by` defaults to the roles of the stage that it leaves. A move to an earlier stage, or out of a final one, must ask for a `Reason`.
    """

    source: str | tuple[str, ...]
    to: str | CameFrom
    _: KW_ONLY
    by: tuple[Role, ...] = ()
    asks: tuple[Ask, ...] = ()
    guards: tuple[Guard, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source


@dataclass(frozen=True, slots=True, eq=False)
class Workflow(Declared):
    """The stages that an event of some kind goes through. The first stage is where it starts; `whole` is the clock over all of it."""

    _: KW_ONLY
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    whole: Clock | None = None
