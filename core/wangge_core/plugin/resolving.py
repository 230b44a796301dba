"""Resolving: turns collected declarations, once they passed the checks, into definitions with full ids."""

from collections.abc import Iterable

from wangge_core.plugin.checks.details import with_details
from wangge_core.plugin.collecting import Collection, staffings
from wangge_core.plugin.declarations.asks import Ask, Assignees, Flag, Moment, Offices, Option
from wangge_core.plugin.declarations.clocks import (
    ByDetail,
    ByKind,
    ByPlan,
    CalendarDays,
    Clock,
    Continuous,
    WorkingDays,
    WorkingHours,
)
from wangge_core.plugin.declarations.duties import Occasion
from wangge_core.plugin.declarations.grid_types import Each, GridType, Position, Staffing
from wangge_core.plugin.declarations.guards import (
    Guard,
    NotInvolved,
    NotStraightAfter,
    NotToWhoDid,
    NotWhoDid,
    Once,
    PartsDone,
    Within,
)
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, Involves, Limit, NeedKind, PlaceKind
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.declarations.roles import Level, Role
from wangge_core.plugin.declarations.workflows import Move, Opens, Stage, Workflow
from wangge_core.plugin.definitions import (
    AskDefinition,
    ClockDefinition,
    DetailsDefinition,
    DutyDefinition,
    EventKindDefinition,
    GridTypeDefinition,
    GuardDefinition,
    InvolvesDefinition,
    LimitDefinition,
    MoveDefinition,
    NeedKindDefinition,
    OccasionDefinition,
    OpensDefinition,
    OptionDefinition,
    PositionDefinition,
    RoleDefinition,
    StaffingDefinition,
    StageDefinition,
    TeamDefinition,
    ThingKindDefinition,
    WorkflowDefinition,
)
from wangge_core.plugin.describing import describe
from wangge_core.plugin.resolving_duties import resolved_duties


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
                shown_to_public=role.shown_to_public,
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
                positions=tuple(self._position(staffing, line) for line in staffing.positions),
                teams=tuple(
                    TeamDefinition(
                        id=self.id_of(team), label=team.label, roles=self.ids_of(team.roles), work=team.work, note=team.note
                    )
                    for team in staffing.teams
                ),
            )
            for item, staffing in staffings(self.collection)
        }

    def _position(self, staffing: Staffing, line: Position) -> PositionDefinition:
        each, kind = (line.each, None) if isinstance(line.each, Each) else (_each_of(line.each), self.id_of(line.each))
        return PositionDefinition(
            role=self.id_of(line.role),
            least=line.least,
            most=line.most,
            per=line.per,
            each=each,
            kind=kind,
            grids_each=line.grids_each,
            above=staffing.level is Level.GRID and line.role.level is not Level.GRID and each is not Each.GRID,
        )

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
            emergency=workflow.emergency,
            closing_parts=workflow.closing_parts,
        )

    def _stage(self, stage: Stage) -> StageDefinition:
        return StageDefinition(
            name=stage.name,
            label=stage.label,
            by=self.ids_of(stage.by),
            clock=clock_definition(stage.clock),
            final=stage.final,
            level=stage.level,
            task=stage.task,
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
            pauses_clock=move.pauses_clock,
            opens=self._opens(move.opens) if move.opens else None,
        )

    def _opens(self, opens: Opens) -> OpensDefinition:
        return OpensDefinition(self.id_of(opens.kind()) if opens.kind else None, opens.per, opens.role)

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
                limits=tuple(map(_limit, kind.limits)),
                open_to_public=kind.open_to_public,
                shown_to_public=kind.shown_to_public,
            )
            for item, kind in self.collection.of("event_kinds", EventKind)
        }

    def things(self, hook: str, sort: type[AssetKind | PlaceKind]) -> dict[str, ThingKindDefinition]:
        return {
            item.id: ThingKindDefinition(
                id=item.id,
                plugin=item.plugin,
                label=kind.label,
                details=self.details_of(kind),
                station=isinstance(kind, PlaceKind) and kind.station,
            )
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

    def occasions(self) -> dict[str, OccasionDefinition]:
        return {
            item.id: OccasionDefinition(id=item.id, plugin=item.plugin, label=occasion.label)
            for item, occasion in self.collection.of("occasions", Occasion)
        }

    def duties(self) -> dict[str, DutyDefinition]:
        return resolved_duties(self.collection, self.id_of)


def _each_of(kind: AssetKind | PlaceKind) -> Each:
    return Each.ASSET if isinstance(kind, AssetKind) else Each.PLACE


def clock_definition(clock: Clock | None) -> ClockDefinition | None:
    if clock is None:
        return None
    kind, amount, field = _counted(clock)
    return ClockDefinition(kind, amount, clock.until, clock.since, clock.restarted_by, field)


def _counted(clock: Clock) -> tuple[str, int, str]:
    match clock:
        case Continuous():
            return "CONTINUOUS", clock.seconds, ""
        case WorkingHours():
            return "WORKING_HOURS", clock.hours, ""
        case WorkingDays():
            return "WORKING_DAYS", clock.days, ""
        case CalendarDays():
            return "CALENDAR_DAYS", clock.days, ""
        case ByKind():
            return "BY_KIND", 0, ""
        case ByPlan():
            return "BY_PLAN", 0, ""
        case ByDetail():
            return "BY_DETAIL", 0, clock.field
        case _:
            raise TypeError(type(clock).__name__)


def _limit(limit: Limit) -> LimitDefinition:
    clock = clock_definition(limit.clock)
    assert clock is not None
    return LimitDefinition(limit.name, limit.label, clock, limit.closed_when)


def _ask(ask: Ask) -> AskDefinition:
    options = tuple(OptionDefinition(one.value, one.label) for one in ask.of) if isinstance(ask, Option) else ()
    return AskDefinition(
        ask.name,
        ask.type,
        ask.label,
        required=not ask.optional and not (isinstance(ask, Assignees) and ask.nearest_on_duty),
        at_least=ask.at_least,
        options=options,
        nearest_on_duty=isinstance(ask, Assignees) and ask.nearest_on_duty,
        each_a_part=isinstance(ask, Assignees | Offices) and ask.each_a_part,
        must_be_yes=isinstance(ask, Flag) and ask.must_be_yes,
        may_precede=isinstance(ask, Moment) and ask.may_precede,
    )


def _guard(guard: Guard) -> GuardDefinition:
    match guard:
        case Once():
            return GuardDefinition("ONCE")
        case Within():
            seconds = guard.days * 86400 + guard.hours * 3600
            return GuardDefinition("WITHIN", seconds=seconds, working_days=guard.working_days, working_hours=guard.working_hours)
        case PartsDone():
            return GuardDefinition("PARTS_DONE", or_lead=guard.or_lead)
        case NotInvolved():
            return GuardDefinition("NOT_INVOLVED")
        case NotWhoDid():
            return GuardDefinition("NOT_WHO_DID", moves=guard.moves)
        case NotStraightAfter():
            return GuardDefinition("NOT_STRAIGHT_AFTER", moves=guard.moves)
        case NotToWhoDid():
            return GuardDefinition("NOT_TO_WHO_DID", moves=guard.moves)
        case _:
            raise TypeError(type(guard).__name__)


def _involves(involves: Involves) -> InvolvesDefinition:
    return InvolvesDefinition(
        role=involves.role, label=involves.label, sorts=involves.sorts, optional=involves.optional, many=involves.many
    )


def _is_hidden_from_grid(kind: EventKind) -> bool:
    """Whether it or a kind above it is hidden."""
    return kind.hidden_from_grid or (kind.parent is not None and _is_hidden_from_grid(kind.parent))
