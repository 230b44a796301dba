"""Staffing: under each template of a grid type, together with its desks, the people who are surely there bring every event to an end.

Counted is who must be there: a position with at least two posts is two people. Somebody answers for each stage, each move that is not
the reporter's, a party's or the service's alone can be made, an end is reached by such moves, and where whoever did the work may not
verify it there is somebody else who may.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wangge_core.plugin.checks.sight import given_stages, reads_events
from wangge_core.plugin.checks.ways import closure, targets
from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.grid_types import GridType, Staffing
from wangge_core.plugin.declarations.guards import NotWhoDid
from wangge_core.plugin.declarations.kinds import EventKind
from wangge_core.plugin.declarations.roles import PERFORMERS, Role
from wangge_core.plugin.declarations.workflows import Move, Workflow
from wangge_core.plugin.faults import Fault

EVERYWHERE = "community"
Found = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Holder:
    """Somebody who is surely there: the role of the post, and every role that it may act as, by identity."""

    role: Role
    acts_as: frozenset[int]


def check_staffing(collection: Collection) -> Iterator[Fault]:
    for item, grid_type in collection.of("grid_types", GridType):
        if grid_type.overlay or not grid_type.staffing:
            continue
        for staffing in grid_type.staffing:
            crew = list(holders(collection, staffing, *grid_type.desks))
            for workflow in _workflows_of(collection, item):
                for code, message, hint in Proof(collection, workflow, crew).faults():
                    thing = f"{item.id} with {collection.id_of(staffing)}"
                    yield Fault(plugin=item.plugin, thing=thing, code=code, message=message, hint=hint)


def holders(collection: Collection, *staffings: Staffing) -> Iterator[Holder]:
    """A holder for each post that a template asks for at least."""
    for position in (position for staffing in staffings for position in staffing.positions):
        if position.least > 0 and collection.id_of(position.role) is not None:
            acts_as = frozenset(_acts_as(collection, position.role))
            yield from (Holder(position.role, acts_as) for _ in range(position.least))


def _acts_as(collection: Collection, role: Role) -> set[int]:
    found: set[int] = set()
    waiting = [role]
    while waiting:
        one = waiting.pop()
        if id(one) not in found and collection.id_of(one) is not None:
            found.add(id(one))
            waiting.extend(one.acts_as)
    return found


def _workflows_of(collection: Collection, item: Item) -> Iterable[Workflow]:
    """The declared workflows of the kinds that a grid type meets: its own plugin's and the community's."""
    kinds = (kind for other, kind in collection.of("event_kinds", EventKind) if other.plugin in (EVERYWHERE, item.plugin))
    return {id(kind.workflow): kind.workflow for kind in kinds if collection.id_of(kind.workflow) is not None}.values()


class Proof:
    """What a crew can do in a workflow."""

    def __init__(self, collection: Collection, workflow: Workflow, crew: Sequence[Holder]) -> None:
        self.collection, self.workflow, self.crew = collection, workflow, crew
        self.id = collection.id_of(workflow)
        self.given = given_stages(workflow)
        self.known = {stage.name for stage in workflow.stages}

    def faults(self) -> Iterator[Found]:
        unstaffed = list(self._stages())
        yield from unstaffed
        if not unstaffed:
            yield from self._moves()
            yield from self._stuck()
            yield from self._second_persons()

    def able(self, by: Sequence[Role], stage: str) -> list[Holder]:
        """Who may act in one of the roles at a stage and sees the event there."""
        named = {id(role) for role in by}
        return [one for one in self.crew if one.acts_as & named and (stage in self.given or reads_events(one.role))]

    def makers(self, move: Move) -> list[Holder]:
        """Who may make a move, wherever it leaves from."""
        by = move.by or tuple(role for stage in self.workflow.stages if stage.name in move.sources for role in stage.by)
        return list(dict.fromkeys(one for source in move.sources for one in self.able(by, source)))

    def _stages(self) -> Iterator[Found]:
        for stage in self.workflow.stages:
            if stage.by and not self.able(stage.by, stage.name):
                hint = f"Give the template or a desk one of {self._names(stage.by)}, or let a role act as one of them."
                yield "STAGE_UNSTAFFED", f"nobody answers for the stage {stage.name!r} of {self.id}.", hint

    def _moves(self) -> Iterator[Found]:
        for move in self.workflow.moves:
            if not any(role in PERFORMERS for role in move.by) and not self.makers(move):
                hint = f"Give the template or a desk one of {self._names(move.by)}, or name a role that is held."
                yield "MOVE_UNSTAFFED", f"nobody can make the move {move.name!r} of {self.id}.", hint

    def _stuck(self) -> Iterator[Found]:
        """Stages from which the crew reaches no end."""
        backward: Mapping[str, set[str]] = {name: set() for name in self.known}
        for move in self.workflow.moves:
            by = move.by or tuple(role for stage in self.workflow.stages if stage.name in move.sources for role in stage.by)
            for source in self.known & {*move.sources}:
                if self.able(by, source):
                    for target in self.known & {*targets(self.workflow, move)}:
                        backward[target].add(source)
        ending = closure({stage.name for stage in self.workflow.stages if stage.final}, backward)
        for stage in self.workflow.stages:
            if stage.name not in ending:
                hint = "Name a role that is held in a move that leads on, or staff the template or a desk for one."
                yield "STAGE_STUCK", f"those there bring nothing to an end from the stage {stage.name!r} of {self.id}.", hint

    def _second_persons(self) -> Iterator[Found]:
        by_name = {move.name: move for move in self.workflow.moves}
        for move in self.workflow.moves:
            did = {name for guard in move.guards if isinstance(guard, NotWhoDid) for name in guard.moves} & by_name.keys()
            makers = self.makers(move)
            doers = [one for name in did for one in self.makers(by_name[name])]
            if len(makers) == 1 and makers[0] in doers:
                alone = self.collection.id_of(makers[0].role)
                hint = f"Let another role make {move.name!r} too, or ask for a second post."
                message = (
                    f"whoever holds {alone} may have done {', '.join(sorted(did))} and is alone in being able to make {move.name!r}"
                )
                yield "SECOND_PERSON_MISSING", f"{message} of {self.id}.", hint

    def _names(self, roles: Iterable[Role]) -> str:
        return ", ".join(self.collection.id_of(role) or role.name for role in roles)
