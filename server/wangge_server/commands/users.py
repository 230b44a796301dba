"""`wangge user`: accounts, what they hold, and keys of machines, from the machine itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from wangge_core.accounts.accounts import NewAccount, create_accounts, disable_accounts, enable_accounts, sign_out_accounts
from wangge_core.accounts.api_keys import NewApiKey, create_api_keys
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, SettingError, WanggeError
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.refusals import message
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, operator
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment

_T = TypeVar("_T")
OPERATOR = operator("en")
Change = Callable[[Work, Viewer, Sequence[int]], Awaitable[list[Outcome]]]


class UserError(WanggeError):
    """What an operator asked of an account cannot be done."""

    code = "USER_REFUSED"


@click.group()
def user() -> None:
    """Look after accounts. The database must be up to date (`wangge db upgrade`)."""


@user.command("list")
@pass_context
def list_command(context: Context) -> None:
    """List accounts: login, name, issuer, and the roles of the posts that they hold now."""
    for line in _written(context, _lines):
        click.echo(line)


@user.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The person's name at work, or what the machine is.")
@click.option("--issuer", help="The issuer that alone may sign it in; needed where there are several.")
@click.option("--machine", is_flag=True, help="A machine's account, which signs in with keys alone.")
@pass_context
def add_command(context: Context, *, login: str, name: str, issuer: str | None, machine: bool) -> None:
    """Create the account LOGIN, which may do nothing until it has a post."""
    known = [one.issuer for one in context.settings().issuers]
    if issuer is not None and issuer not in known:
        raise SettingError(f"the settings have no issuer {issuer}.", hint=f"They have {', '.join(known) or 'none'}.")

    async def add(work: Work) -> None:
        new = NewAccount(login=login, name=name, issuer=issuer, machine=machine)
        _done(await create_accounts(work, OPERATOR, [new]))

    _written(context, add)
    click.echo(f"The account {login} is there. Give it a post: wangge user post {login} --role ROLE --grid CODE")


@user.command("disable")
@click.argument("login")
@pass_context
def disable_command(context: Context, login: str) -> None:
    """Close the account LOGIN: within five seconds it is signed in nowhere, and its keys are refused."""
    _change(context, login, disable_accounts)
    click.echo(f"The account {login} is closed.")


@user.command("enable")
@click.argument("login")
@pass_context
def enable_command(context: Context, login: str) -> None:
    """Open the account LOGIN again."""
    _change(context, login, enable_accounts)
    click.echo(f"The account {login} is open.")


@user.command("sign-out")
@click.argument("login")
@pass_context
def sign_out_command(context: Context, login: str) -> None:
    """Accept no token any more that was issued to LOGIN before now."""
    _change(context, login, sign_out_accounts)
    click.echo(f"{login} is signed out everywhere.")


@user.command("post")
@click.argument("login")
@click.option("--role", required=True, help="What for, such as community.grid_worker.")
@click.option("--grid", "code", required=True, help="The code of the grid of the base layer.")
@click.option("--office", help="The code of the office that LOGIN belongs to.")
@click.option("--days", type=click.IntRange(1), help="For how many days; open unless given.")
@pass_context
def post_command(context: Context, *, login: str, role: str, code: str, office: str | None, days: int | None) -> None:
    """Give LOGIN a post: a role in a grid."""

    async def give(work: Work) -> None:
        grid = await _id(work, t.grid, t.grid.c.code, code, "grid", "See `grids` in the API.", t.grid.c.layer_id == BASE_LAYER)
        new = NewPost(
            account_id=await _account(work, login),
            role_id=role,
            grid_id=grid,
            office_id=await _id(work, t.office, t.office.c.code, office, "office", "See `offices` in the API.") if office else None,
            ends_at=work.now + timedelta(days=days) if days else None,
        )
        _done(
            await assign_posts(work, OPERATOR, [new]), hint="The roles are those of the plugins that are on: `wangge plugins list`."
        )

    _written(context, give)
    click.echo(f"{login} is {role} in {code}.")


@user.command("key")
@click.argument("login")
@click.option("--name", default="made at the machine", show_default=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([one.name for one in Capability], case_sensitive=False),
    help="What may be done with it; once for each.",
)
@click.option("--days", type=click.IntRange(1), default=90, show_default=True, help="For how many days it is good.")
@pass_context
def key_command(context: Context, *, login: str, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make an API key for the machine LOGIN and show it, this once, on standard output."""

    async def make(work: Work) -> tuple[str, datetime]:
        wanted = tuple(one for one in Capability if one.name in scopes)
        until = work.now + timedelta(days=days)
        new = NewApiKey(account_id=await _account(work, login), name=name, scopes=wanted, expires_at=until)
        hint = f"Keys are for accounts made with --machine: wangge user add {login} --machine …"
        return _done(await create_api_keys(work, OPERATOR, [new]), hint=hint).secret or "", until

    secret, until = _written(context, make)
    click.echo(f"The key is good until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC. It cannot be shown again.", err=True)
    click.echo(secret)


def _change(context: Context, login: str, operation: Change) -> None:
    async def change(work: Work) -> None:
        _done(await operation(work, OPERATOR, [await _account(work, login)]))

    _written(context, change)


def _written(context: Context, action: Callable[[Work], Awaitable[_T]]) -> _T:
    """What an action gives that is done in one transaction."""

    async def write() -> _T:
        deployment = open_deployment(context.settings())
        try:
            await deployment.start()
            async with deployment.write() as work:
                return await action(work)
        finally:
            await deployment.close()

    return asyncio.run(write())


async def _account(work: Work, login: str) -> int:
    return await _id(work, t.account, t.account.c.login, login, "account", "`wangge user list` lists them.")


async def _id(
    work: Work, table: sa.Table, key: sa.ColumnElement[Any], value: str, what: str, hint: str, *conditions: sa.ColumnElement[bool]
) -> int:
    """The id of a row by its own key. Raises UserError."""
    found = await work.value(sa.select(table.c.id).where(key == value, *conditions))
    if found is None:
        raise UserError(f"there is no {what} {value}.", hint=hint)
    return found


def _done(outcomes: Sequence[Outcome], *, hint: str = "") -> Outcome:
    """The outcome of the one thing that was asked. Raises UserError where it was refused."""
    (outcome,) = outcomes
    if outcome.refusals:
        raise UserError(" ".join(message(one, "en") for one in outcome.refusals), hint=hint)
    return outcome


async def _lines(work: Work) -> list[str]:
    account, post = t.account, t.post
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    rows = await work.rows(
        sa.select(
            account.c.login, account.c.name, account.c.active, account.c.machine, account.c.issuer, post.c.role_id, t.grid.c.code
        )
        .join_from(account, post, sa.and_(post.c.account_id == account.c.id, in_term), isouter=True)
        .join(t.grid, t.grid.c.id == post.c.grid_id, isouter=True)
        .order_by(account.c.login, post.c.id)
    )
    held: dict[str, list[str]] = {}
    heads: dict[str, str] = {}
    for row in rows:
        marks = [
            *(["closed"] if not row.active else []),
            *(["machine"] if row.machine else []),
            *([row.issuer] if row.issuer else []),
        ]
        heads[row.login] = f"{row.login}  {row.name}" + (f"  ({', '.join(marks)})" if marks else "")
        held.setdefault(row.login, []).extend([f"{row.role_id} in {row.code}"] if row.role_id else [])
    return [f"{heads[login]}: {', '.join(posts) or 'no post'}" for login, posts in held.items()]
