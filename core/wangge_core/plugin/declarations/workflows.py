"""Workflows: stages and the moves between them. Data, never code; the host proves each one before it is used."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from enum import auto

from wangge_core.plugin.declarations.asks import Ask
from wangge_core.plugin.declarations.clocks import Clock
from wangge_core.plugin.declarations.guards import Guard
from wangge_core.plugin.declarations.labels import Choice, Declared
from wangge_core.plugin.declarations.roles import Level, Role
from wangge_core.plugin.declarations.tasks import TaskKind


class ClosingParts(Choice):
    """What becomes of the parts that an event was split into when the event itself ends."""

    WAIT = auto(), "等待分项办结"
    SETTLE = auto(), "随主事件办结"
    RELEASE = auto(), "分项独立办理"


@dataclass(frozen=True, slots=True, eq=False)
class Stage(Declared):
    """Where an event can stand.

    `by` lists the roles that answer for it, `clock` how long they have; a `final` stage ends the event and has neither.
    `level` is who answers while it stands here, where the stage says so. `task` is what is asked of them: to handle it, or to look on
    site whether the report is true (VERIFY_EXISTS) or the work done (VERIFY_FIXED).
    """

    _: KW_ONLY
    by: tuple[Role, ...] = ()
    clock: Clock | None = None
    final: bool = False
    level: Level | None = None
    task: TaskKind = TaskKind.HANDLE


@dataclass(frozen=True, slots=True)
class CameFrom:
    """As a move's target: the stage that the event stood in when `move` was last made."""

    move: str


@dataclass(frozen=True, slots=True, eq=False)
class Opens:
    """What a move opens: an event of its own, linked to the one that it came of.

    `kind` is a function without arguments that gives the kind, so that kinds and workflows can point at each other; None opens the kind
    that the move was answered. `per` names an ask for assets: one event for each, the asset involved in the role `role`.
    """

    kind: Callable[[], Declared] | None = None
    _: KW_ONLY
    per: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Move(Declared):
    """A step from one stage to another: `Move("arrive", "on_the_way", "on_the_spot", zh="到达", by=(RESPONDER,))`.

    `by` defaults to the roles of the stage that it leaves. A move to an earlier stage, or out of a final one, must ask for a `Reason`.
    With `pauses_clock` the clock of the stage that it leaves waits, and goes on with what remains when the event comes back to that
    stage; otherwise it begins anew. `opens` is an event that the move opens.
    """

    source: str | tuple[str, ...]
    to: str | CameFrom
    _: KW_ONLY
    by: tuple[Role, ...] = ()
    asks: tuple[Ask, ...] = ()
    guards: tuple[Guard, ...] = ()
    pauses_clock: bool = False
    opens: Opens | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,) if isinstance(self.source, str) else self.source


@dataclass(frozen=True, slots=True, eq=False)
class Workflow(Declared):
    """The stages that an event of some kind goes through.

    The first stage is where it starts; `whole` is the clock over all of it. An `emergency` knows no extension, no deferral and no
    splitting: nothing in it waits for approval. `closing_parts` says what becomes of its parts when it ends.
    """

    _: KW_ONLY
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    whole: Clock | None = None
    emergency: bool = False
    closing_parts: ClosingParts = ClosingParts.WAIT
