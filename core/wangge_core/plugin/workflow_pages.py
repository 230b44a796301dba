"""Pages about workflows in Markdown, made of the declarations: a page for each, with its stages, its moves and a drawing, and an index."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.declarations.roles import PERFORMERS
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.definitions import (
    AskDefinition,
    ClockDefinition,
    GuardDefinition,
    MoveDefinition,
    StageDefinition,
    WorkflowDefinition,
)
from wangge_core.plugin.drawing import flow_chart
from wangge_core.plugin.registry import Registry

INDEX = "README.md"
MADE = "Made from the declarations by `wangge workflows pages`."
HOUR, MINUTE = 3600, 60


def pages(registry: Registry) -> dict[str, str]:
    """The text of every page by its file name."""
    found = {f"{id}.md": page(registry, workflow) for id, workflow in registry.workflows.items()}
    return {INDEX: _index(registry)} | found


def _index(registry: Registry) -> str:
    rows = [
        (
            f"[`{id}`]({id}.md)",
            workflow.label.zh,
            workflow.label.en,
            str(len(workflow.stages)),
            str(len(workflow.moves)),
            ", ".join(_kinds(registry, id)),
        )
        for id, workflow in registry.workflows.items()
    ]
    table = _table(("workflow", "中文", "English", "stages", "moves", "kinds of events"), rows)
    return "\n".join(["# Workflows", "", MADE, "", *table, ""])


def page(registry: Registry, workflow: WorkflowDefinition) -> str:
    """The page of one workflow."""
    lines = [f"# {workflow.label.zh} · {workflow.label.en}", "", f"`{workflow.id}`. {MADE}", ""]
    lines += [f"- {fact}" for fact in _facts(registry, workflow)]
    lines += ["", "## Stages", "", *_stages(registry, workflow), "", "## Moves", "", *_moves(registry, workflow)]
    return "\n".join([*lines, "", "## Drawing", "", "```mermaid", flow_chart(workflow, "zh"), "```", ""])


def _facts(registry: Registry, workflow: WorkflowDefinition) -> Iterator[str]:
    yield f"Kinds of events: {', '.join(_kinds(registry, workflow.id)) or 'none'}."
    if workflow.whole:
        yield f"The whole: {_clock(workflow.whole)}."
    if workflow.emergency:
        yield "An emergency: nothing in it waits for approval; no extension, no deferral, no splitting."
    else:
        yield f"Parts that it was split into, when it ends: {workflow.closing_parts.label.en.lower()} ({workflow.closing_parts.label.zh})."


def _kinds(registry: Registry, workflow: str) -> list[str]:
    return [f"`{kind.id}`" for kind in registry.event_kinds.values() if kind.workflow == workflow]


def _stages(registry: Registry, workflow: WorkflowDefinition) -> list[str]:
    rows = [
        (f"`{stage.name}`", stage.label.zh, stage.label.en, _stage_clock(stage), _roles(registry, stage.by))
        for stage in workflow.stages
    ]
    return _table(("stage", "中文", "English", "clock", "who answers"), rows)


def _stage_clock(stage: StageDefinition) -> str:
    task = "" if stage.task is TaskKind.HANDLE else f"; `{stage.task.name}`"
    return "end" if stage.final else f"{_clock(stage.clock)}{task}" if stage.clock else "–"


def _moves(registry: Registry, workflow: WorkflowDefinition) -> list[str]:
    rows = [
        (
            f"`{move.name}`",
            move.label.zh,
            move.label.en,
            ", ".join(f"`{name}`" for name in move.sources),
            f"`{move.to}`" if move.to else f"where `{move.back_to_move}` was made",
            _roles(registry, move.by),
            "; ".join(map(_ask, move.asks)) or "–",
            "; ".join(_rules(move)) or "–",
        )
        for move in workflow.moves
    ]
    return _table(("move", "中文", "English", "from", "to", "who", "asks", "rules"), rows)


def _roles(registry: Registry, roles: Sequence[str]) -> str:
    labels: Mapping[str, Label] = {role.name: role.label for role in PERFORMERS} | {
        id: role.label for id, role in registry.roles.items()
    }
    return ", ".join(f"{labels[role].zh} {labels[role].en}" for role in roles) or "–"


def _ask(ask: AskDefinition) -> str:
    said = [
        *(["optional"] if not ask.required and not ask.nearest_on_duty else []),
        *(["or the nearest on duty"] if ask.nearest_on_duty else []),
        *(["a part for each"] if ask.each_a_part else []),
        *(["must be yes"] if ask.must_be_yes else []),
        *([" / ".join(option.label.zh for option in ask.options)] if ask.options else []),
    ]
    return f"{ask.label.zh} `{ask.name}`" + (f" ({', '.join(said)})" if said else "")


def _rules(move: MoveDefinition) -> Iterator[str]:
    yield from map(_guard, move.guards)
    if move.pauses_clock:
        yield "the clock of the stage that it leaves waits"
    if move.opens:
        of = f"an event of `{move.opens.kind}`" if move.opens.kind else "an event of the kind answered"
        yield f"opens {of}" + (f" for each of `{move.opens.per}`" if move.opens.per else "")


def _guard(guard: GuardDefinition) -> str:
    moves = ", ".join(f"`{name}`" for name in guard.moves)
    match guard.kind:
        case "NOT_WHO_DID":
            return f"not by whoever did {moves}"
        case "NOT_STRAIGHT_AFTER":
            return f"not straight after {moves}"
        case "NOT_TO_WHO_DID":
            return f"not to whoever did {moves}"
        case "ONCE":
            return "a reporter once"
        case "PARTS_DONE":
            return "every part done or given up" + (", or by the lead" if guard.or_lead else "")
        case "NOT_INVOLVED":
            return "neither by nor to the reporter, anybody involved, or their household"
        case _:
            return _within(guard)


def _within(guard: GuardDefinition) -> str:
    said = [f"a reporter within {_span(guard.seconds)}"] if guard.seconds else []
    said += [f"within {_count(guard.working_days, 'working day')}"] if guard.working_days else []
    said += [f"within {_count(guard.working_hours, 'working hour')}"] if guard.working_hours else []
    return ", ".join(said)


def _clock(clock: ClockDefinition) -> str:
    said = {
        "CONTINUOUS": lambda: _span(clock.amount),
        "WORKING_HOURS": lambda: _count(clock.amount, "working hour"),
        "WORKING_DAYS": lambda: _count(clock.amount, "working day"),
        "CALENDAR_DAYS": lambda: _count(clock.amount, "calendar day"),
        "BY_KIND": lambda: "the limit of the kind",
        "BY_PLAN": lambda: "the planned date of the step",
        "BY_DETAIL": lambda: f"until the moment in `{clock.field}`",
    }[clock.kind]()
    bounds = (("from", clock.since), ("until", clock.until), ("anew with", clock.restarted_by))
    return ", ".join([said, *(f"{word} {' or '.join(f'`{name}`' for name in names)}" for word, names in bounds if names)])


def _span(seconds: int) -> str:
    if seconds % HOUR == 0:
        return (
            _count(seconds // HOUR, "hour")
            if seconds < 72 * HOUR or seconds % (24 * HOUR)
            else _count(seconds // HOUR // 24, "day")
        )
    return _count(seconds // MINUTE, "minute")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ("---",) * len(head), *rows)]
