"""Plans of events: what happens where and when in the three months, and how far each matter is to come. Nothing is written here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random

from wangge_core.plugin.declarations.kinds import Priority
from wangge_core.plugin.declarations.roles import SYSTEM
from wangge_core.plugin.definitions import EventKindDefinition, MoveDefinition, WorkflowDefinition
from wangge_server.demo.sizes import share
from wangge_server.demo.town import Ground, Town

ALONE = 4.0
"""How much more often the only kind of a workflow happens, so that every workflow is seen at every stage."""
OPENING_HOUR, CLOSING_HOUR = 7, 21
USUAL_END = 0.86
"""The part of matters that end where a workflow means them to end."""
REOPENED = 0.03
PINNED = 0.4
"""The part of a workflow's matters, at most, that are made to stand at its stages."""
EARLY = 4
"""So many matters of each workflow happen in the first days, a day apart, so that some have the time for long ways."""
UNUSUAL = {"reason": 2, "approval": 4}
"""What a move costs more that asks for this: going back, or ending without a result, is unusual."""


@dataclass(slots=True, kw_only=True)
class Plan:
    """An event to be. It goes to each stage of `route` in turn and stays at the last one; a `pinned` one must get there by the end."""

    at: datetime
    kind: EventKindDefinition
    grid: Ground
    route: tuple[str, ...]
    pinned: bool = False


def make_plans(town: Town, dice: Random) -> list[Plan]:
    """The plans of the whole town, in the order of time."""
    plans = [plan for type_id in town.sizes.by_type for plan in _of_type(town, dice, type_id)]
    plans.sort(key=lambda plan: plan.at)
    for workflow in town.registry.workflows.values():
        of_workflow = [plan for plan in plans if plan.kind.workflow == workflow.id]
        _pin(workflow, of_workflow)
        for day, plan in enumerate(of_workflow[:EARLY]):
            plan.at = min(plan.at, plan.at - (_day(town, plan) - day) * timedelta(days=1))
    plans.sort(key=lambda plan: plan.at)
    return plans


def _day(town: Town, plan: Plan) -> int:
    """On which day of the three months a plan falls."""
    return (plan.at - town.since).days


def _of_type(town: Town, dice: Random, type_id: str) -> list[Plan]:
    kinds = _shuffled_kinds(town, dice, type_id)
    grids = town.grids_of(type_id)
    workflows = town.registry.workflows
    return [
        Plan(at=_moment(town, dice, kind), kind=kind, grid=dice.choice(grids), route=_route(dice, workflows[kind.workflow]))
        for kind in kinds
    ]


def _shuffled_kinds(town: Town, dice: Random, type_id: str) -> list[EventKindDefinition]:
    """A kind for each event: each kind once, and the rest in proportion to the kinds' weights."""
    kinds = [kind for kind in town.registry.event_kinds.values() if kind.plugin in ("community", type_id) and _possible(town, kind)]
    per_workflow = Counter(kind.workflow for kind in kinds)
    weights = [max(1.0, ALONE / per_workflow[kind.workflow]) for kind in kinds]
    more = share(max(0, town.sizes.by_type[type_id].events - len(kinds)), weights)
    chosen = [kind for kind, number in zip(kinds, more, strict=True) for _ in range(number + 1)]
    dice.shuffle(chosen)
    return chosen


def _possible(town: Town, kind: EventKindDefinition) -> bool:
    """Whether the town has what the kind must involve."""
    present = {"PERSON": town.persons, "ORGANIZATION": town.organizations, "ASSET": town.assets}
    return all(tie.optional or any(present[sort.value] for sort in tie.sorts) for tie in kind.involves)


def _moment(town: Town, dice: Random, kind: EventKindDefinition) -> datetime:
    """Some time in the three months: by day, or at any hour for what is urgent."""
    day = town.since + timedelta(days=dice.randrange(town.days))
    first, last = (0, 24) if kind.priority is Priority.URGENT else (OPENING_HOUR, CLOSING_HOUR)
    return day + timedelta(minutes=dice.randrange(first * 60, last * 60), seconds=dice.randrange(60))


def _route(dice: Random, workflow: WorkflowDefinition) -> tuple[str, ...]:
    """Over none to two stages to an end, which is mostly the usual one; some ended matters are opened again."""
    away = distances_from_start(workflow)
    ends = [stage.name for stage in workflow.stages if stage.final]
    end = usual_end(workflow) if dice.random() < USUAL_END else dice.choice(ends)
    left = distances_to(workflow, end)
    middle = [stage.name for stage in workflow.stages[1:] if not stage.final and stage.name in left]
    over = sorted(dice.sample(middle, min(len(middle), dice.choice((0, 1, 1, 1, 2)))), key=lambda name: away.get(name, 0))
    again = (dice.choice(middle), end) if dice.random() < REOPENED and end in _left(workflow) else ()
    return (*over, end, *again)


def usual_end(workflow: WorkflowDefinition) -> str:
    """The end that a workflow means its matters to come to."""
    return next(stage.name for stage in workflow.stages if stage.final)


def _left(workflow: WorkflowDefinition) -> set[str]:
    """The stages that some move leaves."""
    return {source for move in workflow.moves for source in move.sources}


def _pin(workflow: WorkflowDefinition, plans: Sequence[Plan]) -> None:
    """Let the latest matters of a workflow stand at each of its stages in turn: the earlier, the farther they have come.

    In a small town some of its stages stand empty rather than that most of its matters stay open.
    """
    away = distances_from_start(workflow)
    stages = sorted((stage.name for stage in workflow.stages if stage.name in away), key=lambda name: away[name], reverse=True)
    latest = plans[len(plans) - min(len(stages), int(len(plans) * PINNED)) :]
    for plan, stage in zip(latest, stages[len(stages) - len(latest) :], strict=True):
        plan.route, plan.pinned = (stage,), True


def distances_from_start(workflow: WorkflowDefinition) -> Mapping[str, int]:
    """How far each stage is away from the first one."""
    return _distances([(source, to, cost) for source, to, cost in _ways(workflow)], workflow.start.name)


def distances_to(workflow: WorkflowDefinition, stage: str) -> Mapping[str, int]:
    """How far it is from each stage to `stage`, not by way of an end. Stages from which no way leads there are missing."""
    final = {one.name for one in workflow.stages if one.final}
    ways = list(_ways(workflow))
    found = _distances([(to, source, cost) for source, to, cost in ways if source not in final], stage)
    for source, to, cost in ways:
        if source in final and source != stage and to in found:
            found[source] = min(found.get(source, found[to] + cost), found[to] + cost)
    return found


def _ways(workflow: WorkflowDefinition) -> Iterator[tuple[str, str, int]]:
    """From which stage a move of somebody leads to which, and its cost; moves back to wherever an event came from are left out."""
    for move in workflow.moves:
        if move.to is not None and set(move.by) != {SYSTEM.name}:
            yield from ((source, move.to, cost_of(move)) for source in move.sources)


def cost_of(move: MoveDefinition) -> int:
    """How unusual a move is: one for the usual way."""
    asked = {ask.name for ask in move.asks}
    return 1 + sum(more for name, more in UNUSUAL.items() if name in asked)


def _distances(ways: Sequence[tuple[str, str, int]], start: str) -> dict[str, int]:
    """The least cost from `start` to every stage that can be reached."""
    found, waiting = dict[str, int](), [(0, start)]
    while waiting:
        cost, stage = heappop(waiting)
        if stage not in found:
            found[stage] = cost
            for source, to, more in ways:
                if source == stage and to not in found:
                    heappush(waiting, (cost + more, to))
    return found
