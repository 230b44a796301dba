"""What the host makes of declarations: the same things with full ids in place of objects, ready to be stored and read back.

Everything here is plain data that msgspec writes as JSON and reads again, so that a workflow of last year still runs.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.declarations.duties import DutyWork, Period
from wangge_core.plugin.declarations.grid_types import Each, Size
from wangge_core.plugin.declarations.kinds import Involvable, Priority
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.declarations.weekdays import Weekday
from wangge_core.plugin.declarations.workflows import ClosingParts


class ClockDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clock by its kind; only a continuous one has `seconds`.

    `amount` counts seconds (CONTINUOUS), hours (WORKING_HOURS) or days (WORKING_DAYS, CALENDAR_DAYS); BY_DETAIL has a `field`. `calendar`
    names the working calendar that counts, where it is not the usual one (a season's).
    """

    kind: str
    amount: int = 0
    until: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    restarted_by: tuple[str, ...] = ()
    field: str = ""
    calendar: str = ""

    @property
    def seconds(self) -> int | None:
        return self.amount if self.kind == "CONTINUOUS" else None


class StageDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    name: str
    label: Label
    by: tuple[str, ...] = ()
    clock: ClockDefinition | None = None
    final: bool = False
    level: Level | None = None
    task: TaskKind = TaskKind.HANDLE


class OptionDefinition(msgspec.Struct, frozen=True):
    """One of the values that a CHOICE may have."""

    name: str
    label: Label


class AskDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """An ask. Only a CHOICE has `options`, only a FLAG `must_be_yes`, only a DATE_TIME `may_precede` the event.

    What gives the event to somebody looks at `nearest_on_duty` and `each_a_part`.
    """

    name: str
    type: AnswerType
    label: Label
    required: bool = True
    at_least: int = 1
    options: tuple[OptionDefinition, ...] = ()
    nearest_on_duty: bool = False
    each_a_part: bool = False
    must_be_yes: bool = False
    may_precede: bool = False


class GuardDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A guard by its kind. `seconds` bind the reporter, the working time everybody."""

    kind: str
    moves: tuple[str, ...] = ()
    seconds: int = 0
    working_days: int = 0
    working_hours: int = 0
    or_lead: bool = False


class OpensDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a move opens: an event of `kind`, or of the kind answered; `per` names an ask for assets, `role` what each is involved as."""

    kind: str | None = None
    per: str = ""
    role: str = ""


class MoveDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A move. Exactly one of `to` and `back_to_move` is set; the latter names the move whose stage the event returns to."""

    name: str
    label: Label
    sources: tuple[str, ...]
    by: tuple[str, ...]
    to: str | None = None
    back_to_move: str | None = None
    asks: tuple[AskDefinition, ...] = ()
    guards: tuple[GuardDefinition, ...] = ()
    pauses_clock: bool = False
    opens: OpensDefinition | None = None


class WorkflowDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """A whole workflow. Two with equal JSON are the same version."""

    id: str
    label: Label
    stages: tuple[StageDefinition, ...]
    moves: tuple[MoveDefinition, ...]
    whole: ClockDefinition | None = None
    emergency: bool = False
    closing_parts: ClosingParts = ClosingParts.WAIT

    def stage(self, name: str) -> StageDefinition:
        return next(stage for stage in self.stages if stage.name == name)

    def move(self, name: str) -> MoveDefinition | None:
        return next((move for move in self.moves if move.name == name), None)

    @property
    def start(self) -> StageDefinition:
        return self.stages[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDefinition:
    """A role. `acts_as` is the closure: every role whose part a holder may take, its own included."""

    id: str
    plugin: str
    label: Label
    level: Level
    duty: str
    may: frozenset[Capability]
    acts_as: frozenset[str]
    in_office: bool
    shown_to_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionDefinition:
    """A line of a template. `kind` is that of the asset or place that it is for each of; `above`: it is held on the ground above."""

    role: str
    least: int
    most: int | None
    per: str
    each: Each
    kind: str | None
    grids_each: int | None
    above: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamDefinition:
    id: str
    label: Label
    roles: tuple[str, ...]
    work: Label
    note: Label | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffingDefinition:
    id: str
    label: Label
    level: Level
    positions: tuple[PositionDefinition, ...]
    teams: tuple[TeamDefinition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailField:
    """A field of a details dataclass.

    `type` is its GraphQL name; `options` are the members of a choice; `fields` those of a nested class.
    """

    name: str
    type: str
    label: Label
    required: bool
    many: bool
    data_class: DataClass
    options: tuple[tuple[str, Label], ...] = ()
    fields: tuple["DetailField", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsDefinition:
    """The details of a kind: the author's dataclass, which validates, and its fields, which describe."""

    python_type: type[Any]
    graphql_name: str
    description: str
    fields: tuple[DetailField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTypeDefinition:
    id: str
    plugin: str
    label: Label
    staffing: tuple[StaffingDefinition, ...]
    desks: tuple[StaffingDefinition, ...]
    size: Size
    level_names: dict[Level, Label]
    overlay: bool
    details: DetailsDefinition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvolvesDefinition:
    role: str
    label: Label
    sorts: tuple[Involvable, ...]
    optional: bool
    many: bool


class LimitDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """How long a kind may take under a filing condition, and what must be so before it is closed (in Chinese)."""

    name: str
    label: Label
    clock: ClockDefinition
    closed_when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventKindDefinition:
    id: str
    plugin: str
    label: Label
    workflow: str
    priority: Priority
    parent: str | None
    details: DetailsDefinition | None
    involves: tuple[InvolvesDefinition, ...]
    hidden_from_grid: bool = False
    limits: tuple[LimitDefinition, ...] = ()
    open_to_public: bool = False
    shown_to_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingKindDefinition:
    """A kind of asset or place. `station` is whether people find somebody there."""

    id: str
    plugin: str
    label: Label
    details: DetailsDefinition | None
    station: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedKindDefinition:
    id: str
    plugin: str
    label: Label
    basis: str
    visits: str
    months: int | None
    sensitive: bool
    children: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionDefinition:
    id: str
    plugin: str
    label: Label


class TargetDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom or where a duty concerns, by its sort: HOUSEHOLD, PERSON, UNIT, BUILDING, ORGANIZATION, ASSET, PLACE, GRID, EVENT or TASK.

    `kinds` are of needs, assets, places, events or tasks, as the sort has them.
    """

    sort: str
    kinds: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    not_also: tuple[str, ...] = ()
    without_need: bool = False
    with_temporary: bool = False
    level: Level = Level.GRID
    urgent: bool = False
    closed: bool = False
    unrated: bool = False
    one_in: int = 1


class FrequencyDefinition(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often, by its kind: TIMES, MINUTES, SHARE or DIFFERENT in each period, EVERY_HOURS, PROMPTLY, BEFORE or
    AS_IT_COMES.

    `amount` counts times, minutes, percent, different ones, hours, seconds (PROMPTLY) or days (BEFORE). `occasion` is what PROMPTLY and
    BEFORE count from, and while which all others hold; empty where none.
    """

    kind: str
    amount: int
    per: Period | None = None
    on: Weekday | None = None
    occasion: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDefinition:
    """A duty. `grid_types` are those on whose ground it holds; None for all."""

    id: str
    plugin: str
    label: Label
    who: tuple[str, ...]
    does: DutyWork
    minutes: int
    targets: tuple[TargetDefinition, ...]
    frequencies: tuple[FrequencyDefinition, ...]
    grid_types: frozenset[str] | None
