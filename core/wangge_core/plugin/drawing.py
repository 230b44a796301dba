"""Workflows drawn in Mermaid's language."""

from wangge_core.plugin.definitions import MoveDefinition, WorkflowDefinition


def flow_chart(workflow: WorkflowDefinition, language: str, *, stands_at: str | None = None) -> str:
    """A left-to-right flow chart: stages as boxes, final ones rounded, moves as labelled arrows.

    Dotted arrows go back to where the event came from. The stage that an event `stands_at` has a thick frame.
    """
    lines = ["flowchart LR"]
    for stage in workflow.stages:
        label = _quoted(stage.label.in_language(language))
        lines.append(f"    {stage.name}([{label}])" if stage.final else f"    {stage.name}[{label}]")
    for move in workflow.moves:
        lines += [f"    {line}" for line in _arrows(workflow, move, language)]
    if stands_at is not None:
        lines.append(f"    style {stands_at} stroke-width:4px")
    return "\n".join(lines)


def _arrows(workflow: WorkflowDefinition, move: MoveDefinition, language: str) -> list[str]:
    label = _quoted(move.label.in_language(language))
    if move.to is not None:
        return [f"{source} -->|{label}| {move.to}" for source in move.sources]
    origin = workflow.move(move.back_to_move or "")
    return [f"{source} -.->|{label}| {target}" for source in move.sources for target in (origin.sources if origin else ())]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "#quot;") + '"'
