"""Resolving: turns collected declarations, once they passed the checks, into definitions with full ids."""

from collections.abc import Iterable
from typing import Any

from wangge_core.plugin.checks.details import with_details
from wangge_core.plugin.collecting import Collection, staffings
from wangge_core.plugin.declarations.asks import Ask
from wangge_core.plugin.declarations.clocks import ByKind, ByPlan, CalendarDays, Clock, Continuous, WorkingDays, WorkingHours
from wangge_core.plugin.declarations.grid_types import GridType
from wangge_core.plugin.declarations.guards import Guard, Once, Within
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, Involves, NeedKind, PlaceKind
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Move, Stage, Workflow
from wangge_core.plugin.definitions import (
    AskDefinition,
    ClockDefinition,
    DetailsDefinition,
    EventKindDefinition,
    GridTypeDefinition,
    GuardDefinition,
    InvolvesDefinition,
    MoveDefinition,
    NeedKindDefinition,
    PositionDefinition,
    RoleDefinition,
    StaffingDefinition,
    StageDefinition,
    ThingKindDefinition,
    WorkflowDefinition,
)
from wangge_core.plugin.describing import describe


class Resolver:
    """Makes definitions from a collection. Every reference is known to resolve, because the checks were passed."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.details: dict[str, DetailsDefinition] = {
            name: describe(cls, plugin=item.plugin, graphql_name=name) for item, cls, name in with_details(collection)
        }
        self._name_of = {id(item.declaration): name for item, _, name in with_details(collection)}

    def id_of(self, declaration: Declared) -> str:
        found = self.collection.id_of(declaration)
        assert found is not None, declaration.name
        return found

    def ids_of(self, declarations: Iterable[Declared]) -> tuple[str, ...]:
        return tuple(self.id_of(declaration) for declaration in declarations)

    def details_of(self, declaration: Declared) -> DetailsDefinition | None:
        name = self._name_of.get(id(declaration))
        return self.details[name] if name else None

    def roles(self) -> dict[str, RoleDefinition]:
        return {
            item.id: RoleDefinition(
                id=item.id,
                plugin=item.plugin,
                label=role.label,
                level=role.level,
                duty=role.duty,
                may=role.may,
                acts_as=frozenset(self._acts_as(role)),
                in_office=role.in_office,
            )
            for item, role in self.collection.of("roles", Role)
        }

    def _acts_as(self, role: Role) -> set[str]:
        found: set[str] = set()
        waiting = [role]
        while waiting:
            current = waiting.pop()
            if self.id_of(current) not in found:
                found.add(self.id_of(current))
                waiting.extend(current.acts_as)
        return found

    def staffings(self) -> dict[str, StaffingDefinition]:
        return {
            item.id: StaffingDefinition(
                id=item.id,
                label=staffing.label,
                level=staffing.level,
                positions=tuple(
                    PositionDefinition(role=self.id_of(line.role), least=line.least, most=line.most, per=line.per)
                    for line in staffing.positions
                ),
            )
            for item, staffing in staffings(self.collection)
        }

    def grid_types(self, known: dict[str, StaffingDefinition]) -> dict[str, GridTypeDefinition]:
        return {
            item.id: GridTypeDefinition(
                id=item.id,
                plugin=item.plugin,
                label=grid_type.label,
                staffing=tuple(known[id] for id in self.ids_of(grid_type.staffing)),
                desks=tuple(known[id] for id in self.ids_of(grid_type.desks)),
                size=grid_type.size,
                level_names=grid_type.level_names,
                overlay=grid_type.overlay,
                details=self.details_of(grid_type),
            )
            for item, grid_type in self.collection.of("grid_types", GridType)
        }

    def workflows(self) -> dict[str, WorkflowDefinition]:
        return {item.id: self._workflow(item.id, workflow) for item, workflow in self.collection.of("workflows", Workflow)}

    def _workflow(self, id: str, workflow: Workflow) -> WorkflowDefinition:
        return WorkflowDefinition(
            id=id,
            label=workflow.label,
            stages=tuple(self._stage(stage) for stage in workflow.stages),
            moves=tuple(self._move(workflow, move) for move in workflow.moves),
            whole=clock_definition(workflow.whole),
        )

    def _stage(self, stage: Stage) -> StageDefinition:
        return StageDefinition(
            name=stage.name,
            label=stage.label,
            by=self.ids_of(stage.by),
            clock=clock_definition(stage.clock),
            final=stage.final,
            level=stage.level,
        )

    def _move(self, workflow: Workflow, move: Move) -> MoveDefinition:
        by = move.by or tuple(
            {id(role): role for stage in workflow.stages if stage.name in move.sources for role in stage.by}.values()
        )
        return MoveDefinition(
            name=move.name,
            label=move.label,
            sources=move.sources,
            by=self.ids_of(by),
            to=move.to if isinstance(move.to, str) else None,
            back_to_move=None if isinstance(move.to, str) else move.to.move,
            asks=tuple(map(_ask, move.asks)),
            guards=tuple(map(_guard, move.guards)),
        )

    def event_kinds(self) -> dict[str, EventKindDefinition]:
        return {
            item.id: EventKindDefinition(
                id=item.id,
                plugin=item.plugin,
                label=kind.label,
                workflow=self.id_of(kind.workflow),
                priority=kind.priority,
                parent=self.id_of(kind.parent) if kind.parent else None,
                details=self.details_of(kind),
                involves=tuple(map(_involves, kind.involves)),
                hidden_from_grid=_is_hidden_from_grid(kind),
            )
            for item, kind in self.collection.of("event_kinds", EventKind)
        }

    def things(self, hook: str, sort: type[AssetKind | PlaceKind]) -> dict[str, ThingKindDefinition]:
        return {
            item.id: ThingKindDefinition(id=item.id, plugin=item.plugin, label=kind.label, details=self.details_of(kind))
            for item, kind in self.collection.of(hook, sort)
        }

    def need_kinds(self) -> dict[str, NeedKindDefinition]:
        return {
            item.id: NeedKindDefinition(
                id=item.id,
                plugin=item.plugin,
                label=kind.label,
                basis=kind.basis,
                visits=kind.visits,
                months=kind.months,
                sensitive=kind.sensitive,
                children=kind.children,
            )
            for item, kind in self.collection.of("need_kinds", NeedKind)
        }


def clock_definition(clock: Clock | None) -> ClockDefinition | None:
    match clock:
        case None:
            return None
        case Continuous():
            return ClockDefinition("CONTINUOUS", clock.seconds, clock.until)
        case WorkingHours():
            return ClockDefinition("WORKING_HOURS", clock.hours, clock.until)
        case WorkingDays():
            return ClockDefinition("WORKING_DAYS", clock.days, clock.until)
        case CalendarDays():
            return ClockDefinition("CALENDAR_DAYS", clock.days, clock.until)
        case ByKind():
            return ClockDefinition("BY_KIND", until=clock.until)
        case ByPlan():
            return ClockDefinition("BY_PLAN", until=clock.until)
        case _:
            raise TypeError(type(clock).__name__)


def _ask(ask: Ask) -> AskDefinition:
    return AskDefinition(ask.name, ask.type, ask.label, required=not ask.optional, at_least=ask.at_least)


def _guard(guard: Guard) -> GuardDefinition:
    match guard:
        case Once():
            return GuardDefinition("ONCE")
        case Within():
            return GuardDefinition("WITHIN", seconds=guard.days * 86400 + guard.hours * 3600)
        case _:
            moves: Any = getattr(guard, "moves")  # noqa: B009 - the three other guards all name moves
            return GuardDefinition(_GUARD_KINDS[type(guard).__name__], moves=moves)


_GUARD_KINDS = {"NotWhoDid": "NOT_WHO_DID", "NotStraightAfter": "NOT_STRAIGHT_AFTER", "NotToWhoDid": "NOT_TO_WHO_DID"}


def _involves(involves: Involves) -> InvolvesDefinition:
    return InvolvesDefinition(
        role=involves.role, label=involves.label, sorts=involves.sorts, optional=involves.optional, many=involves.many
    )


def _is_hidden_from_grid(kind: EventKind) -> bool:
    """Whether it or a kind above it is hidden."""
    return kind.hidden_from_grid or (kind.parent is not None and _is_hidden_from_grid(kind.parent))
