"""`wangge workflows`: the workflows of a deployment's plugins as a list, as drawings and as pages."""

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from wangge_core.plugin.definitions import WorkflowDefinition
from wangge_core.plugin.drawing import flow_chart
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.workflow_pages import pages
from wangge_server.commands.context import Context, pass_context

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def workflows() -> None:
    """Look at the workflows that the enabled plugins declare."""


@workflows.command("list")
@pass_context
def list_command(context: Context) -> None:
    """List the workflows with their stages, moves and kinds."""
    registry = load_plugins(context.settings().plugins)
    for id, workflow in registry.workflows.items():
        kinds = sum(kind.workflow == id for kind in registry.event_kinds.values())
        click.echo(
            f"{id:<30} {len(workflow.stages):>2} stages  {len(workflow.moves):>2} moves  {kinds:>2} kinds  "
            f"{workflow.label.zh} · {workflow.label.en}"
        )


@workflows.command("draw")
@click.option("--plugin", metavar="P", help="Only those of this plugin.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", help="The language of the labels.")
@click.option("--output", metavar="DIR", type=FOLDER, help="Write a file for each, such as scenic.rescue.mmd, instead of printing.")
@pass_context
def draw_command(context: Context, plugin: str | None, language: str, output: Path | None) -> None:
    """Draw the workflows in Mermaid's language."""
    found = _of(load_plugins(context.settings().plugins).workflows, plugin)
    if not found:
        raise click.BadParameter(f"no enabled plugin {plugin!r} declares a workflow.", param_hint="--plugin")
    drawn = {f"{id}.mmd": flow_chart(workflow, language) + "\n" for id, workflow in found.items()}
    if output is None:
        click.echo("\n".join(f"%% {name.removesuffix('.mmd')}\n{text}" for name, text in drawn.items()), nl=False)
    else:
        _write(output, drawn)


def _of(all_: Mapping[str, WorkflowDefinition], plugin: str | None) -> dict[str, WorkflowDefinition]:
    return {id: workflow for id, workflow in all_.items() if plugin in (None, id.partition(".")[0])}


@workflows.command("pages")
@click.option("--output", metavar="DIR", type=FOLDER, help="Write the pages there; pages of workflows that are gone are deleted.")
@click.option("--check", metavar="DIR", type=FOLDER, help="Say where the pages there differ from the declarations.")
@pass_context
def pages_command(context: Context, output: Path | None, check: Path | None) -> None:
    """A page in Markdown for each workflow: its stages, its moves and a drawing."""
    made = pages(load_plugins(context.settings().plugins))
    if check is not None:
        _compare(check, made)
    elif output is not None:
        for name in _there(output).keys() - made.keys():
            (output / name).unlink()
        _write(output, made)
    else:
        click.echo("\n".join(made.values()), nl=False)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(f"{len(texts)} files written to {folder}.")


def _there(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}


def _compare(folder: Path, made: Mapping[str, str]) -> None:
    there = _there(folder)
    stale = sorted(name for name in there.keys() | made.keys() if there.get(name) != made.get(name))
    if stale:
        click.echo(f"{folder} is not what the declarations say: {', '.join(stale)}. Run `make fix`.", err=True)
        sys.exit(1)
    click.echo(f"{folder} is what the declarations say.")
