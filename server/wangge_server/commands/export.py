"""`wangge export`: a list of the schema as a file, CSV or a workbook, all its pages in one."""

import asyncio
from pathlib import Path

import click
import orjson

from wangge_core.deployment import Deployment
from wangge_core.errors import WanggeError
from wangge_core.logs.purposes import PurposeInvalidError, read_purpose
from wangge_core.rights.viewers import Language, Viewer, load_viewer, operator
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.documents import InvalidDocumentError
from wangge_server.commands.context import Context, pass_context
from wangge_server.exports.errors import BrokenOffError
from wangge_server.exports.files import SUFFIXES, write_file
from wangge_server.exports.paging import Bounds, Pages
from wangge_server.http.negotiation import LANGUAGES
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings


class ListUnwritableError(WanggeError):
    """The list cannot be written: the query is wrong, a page could not be read, or there is no such account."""

    code = "LIST_UNWRITABLE"


@click.command("export")
@click.argument("query", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", "to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file: .csv or .xlsx.")
@click.option("--as", "login", help="Whose rights hold; without it the operator's, who sees everything.")
@click.option("--variables", default="{}", help="The variables of the query, as JSON.")
@click.option("--purpose", help="What personal data is read for: DATA_REQUEST, or with a note as in Wangge-Purpose.")
@click.option("--lang", type=click.Choice(tuple(LANGUAGES)), default="zh", show_default=True, help="The language of labels.")
@pass_context
def export(context: Context, query: Path, to: Path, login: str | None, variables: str, purpose: str | None, lang: Language) -> None:
    """Write the list that the GraphQL query in a file asks for. What is read of persons is logged."""
    if to.suffix not in SUFFIXES:
        raise click.BadParameter(f"The file ends in {' or '.join(SUFFIXES)}.", param_hint="--to")
    try:
        request = GraphQLRequest(
            query=query.read_text(encoding="utf-8"),
            variables=orjson.loads(variables),
            purpose=read_purpose(purpose) if purpose else None,
        )
    except (orjson.JSONDecodeError, PurposeInvalidError) as error:
        raise click.UsageError(str(error)) from None
    rows = asyncio.run(_export(context.settings(), request, to, login, lang))
    click.echo(f"{rows:,} rows written to {to}.")


async def _export(settings: Settings, request: GraphQLRequest, to: Path, login: str | None, lang: Language) -> int:
    deployment = open_deployment(settings)
    try:
        await deployment.start()
        return await _write(deployment, settings, request, to, await _viewer(deployment, login, lang))
    except InvalidDocumentError as error:
        raise ListUnwritableError(error.errors[0].message) from None
    except BrokenOffError as error:
        raise ListUnwritableError(f"{error.message} ({error.code})") from None
    finally:
        await deployment.close()


async def _viewer(deployment: Deployment, login: str | None, lang: Language) -> Viewer:
    if login is None:
        return operator(lang)
    async with deployment.read() as work:
        viewer = await load_viewer(work, deployment.rules.registry, login, lang)
    if viewer is None:
        raise ListUnwritableError(f"there is no account {login}, or it is closed.")
    return viewer


async def _write(deployment: Deployment, settings: Settings, request: GraphQLRequest, to: Path, viewer: Viewer) -> int:
    async def see() -> Viewer:
        return viewer

    bounds = Bounds(rows=settings.exports.most_rows, seconds=settings.most_seconds)
    pages = Pages(Api(deployment), request, see, bounds)
    return await write_file(pages, to, [one.name for one in pages.list.columns])
