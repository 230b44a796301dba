"""API keys: with what machines sign in. A key is of one account, may do no more than its scopes, runs out, and can be revoked at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.accounts.credentials import API_KEY, make_credential
from wangge_core.accounts.in_charge import accounts_in_charge, grounds_of, manages_anywhere
from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.registry import Registry
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.giving import check_given, holds_anywhere
from wangge_core.rights.viewers import Viewer, load_viewer, narrowed
from wangge_core.rights.visibility import Row, Rule

MOST_OF_ACCOUNT = 50
"""Keys of one account that are not revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApiKey:
    """A key to make for a machine's account. What the account may not do, no scope gives it."""

    account_id: int
    name: str
    scopes: tuple[Capability, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyRevocation:
    """A key to revoke."""

    key_id: int
    reason: str | None = None


async def create_api_keys(work: Work, viewer: Viewer, requests: Sequence[NewApiKey]) -> list[Outcome]:
    """Make keys; for who is in charge of the account, and with no scope that the maker does not have on all its ground.

    The outcome's `secret` is the key, which is not kept.
    """
    table = t.account
    accounts = await work.by_ids((table.c.active, table.c.machine), table.c.id, [request.account_id for request in requests])
    allowed = await accounts_in_charge(work, viewer, accounts)
    outcomes: list[Outcome] = []
    for request in requests:
        found = [*_check(work, request), *await _check_account(work, viewer, request, accounts, allowed)]
        outcomes.append(Outcome(refusals=only_right(found)) if found else await _create(work, viewer, request))
    return outcomes


def _check(work: Work, request: NewApiKey) -> Iterator[Refusal]:
    yield from check_text(request.name, "name", most=80)
    if not request.scopes:
        yield refusal("REQUIRED", "scopes")
    most = work.rules.most_key_days
    if not work.now < request.expires_at <= work.now + timedelta(days=most):
        yield refusal("EXPIRY_INVALID", "expiresAt", most=most)


async def _check_account(
    work: Work, viewer: Viewer, request: NewApiKey, accounts: dict[Any, sa.Row[Any]], allowed: set[int]
) -> list[Refusal]:
    id = request.account_id
    account = accounts.get(id)
    if account is None and manages_anywhere(viewer):
        return [refusal("NOT_FOUND", "accountId", what="Account", id=id)]
    if account is None or id not in allowed:
        return [refusal("NOT_ALLOWED", "accountId")]
    if not account.machine:
        return [refusal("ACCOUNT_NOT_MACHINE", "accountId")]
    if not account.active:
        return [refusal("ACCOUNT_DISABLED", "accountId")]
    if exceeding := await _check_scopes(work, viewer, request):
        return exceeding
    kept = sa.select(sa.func.count()).where(t.api_key.c.account_id == id, t.api_key.c.revoked_at.is_(None))
    return [refusal("TOO_MANY", "accountId", most=MOST_OF_ACCOUNT)] if await work.value(kept) >= MOST_OF_ACCOUNT else []


async def _check_scopes(work: Work, viewer: Viewer, request: NewApiKey) -> list[Refusal]:
    """Of an account without posts, which may be given some later, each scope must be one that the maker has somewhere."""
    for ground in await grounds_of(work, request.account_id):
        if found := check_given(viewer, request.account_id, request.scopes, ground, "scopes"):
            return found
    missing = sorted(one for one in request.scopes if not holds_anywhere(viewer, one))
    return [refusal("RIGHTS_EXCEED_OWN", "scopes", missing=", ".join(missing))] if missing else []


async def _create(work: Work, viewer: Viewer, request: NewApiKey) -> Outcome:
    (id,) = await work.reserve_ids(t.api_key, 1)
    credential = make_credential(API_KEY, id)
    row = {
        "id": id,
        "account_id": request.account_id,
        "name": request.name.strip(),
        "hash": credential.hash,
        "scopes": [one.value for one in Capability if one in request.scopes],
        "expires_at": request.expires_at,
        "created_at": work.now,
        "created_by_id": viewer.account_id,
    }
    await work.insert(t.api_key, [row])
    work.announce("api_key.created", id, None, account=request.account_id)
    return Outcome(id=id, secret=credential.text)


async def revoke_api_keys(work: Work, viewer: Viewer, requests: Sequence[ApiKeyRevocation]) -> list[Outcome]:
    """Revoke keys; they are refused everywhere within five seconds. For who is in charge of the account, and for the account itself."""
    table = t.api_key
    keys = await work.by_ids((table.c.account_id, table.c.revoked_at), table.c.id, [request.key_id for request in requests])
    allowed = await accounts_in_charge(work, viewer, [key.account_id for key in keys.values()]) | {viewer.account_id or 0}
    outcomes: list[Outcome] = []
    for request in requests:
        id, key = request.key_id, keys.get(request.key_id)
        wrong = tuple(check_optional_text(request.reason, "reason", most=400))
        if key is None and manages_anywhere(viewer):
            outcomes.append(refused("NOT_FOUND", "id", what="ApiKey", id=id))
        elif key is None or key.account_id not in allowed:
            outcomes.append(refused("NOT_ALLOWED", "id"))
        elif key.revoked_at is not None:
            outcomes.append(refused("REVOKED", "id"))
        else:
            outcomes.append(Outcome(refusals=wrong) if wrong else await _revoke(work, request, key.account_id))
    return outcomes


async def _revoke(work: Work, request: ApiKeyRevocation, account_id: int) -> Outcome:
    await work.change(t.api_key, request.key_id, {"revoked_at": work.now, "end_reason": request.reason})
    work.announce("api_key.revoked", request.key_id, None, account=account_id)
    return Outcome(id=request.key_id)


async def load_viewer_again(work: Work, registry: Registry, viewer: Viewer) -> Viewer | None:
    """The viewer as the account's rights are now, still no more than the key allows; None where account or key is good no more."""
    found = await load_viewer(work, registry, viewer.login, viewer.language)
    if found is not None and viewer.key_id is not None:
        found = await narrowed_to_key(work, found, viewer.key_id)
    return found and replace(found, device_id=viewer.device_id)


async def narrowed_to_key(work: Work, viewer: Viewer, key_id: int) -> Viewer | None:
    """The viewer with the scopes of a key of this account; None where there is none that is good now."""
    table = t.api_key
    good = (table.c.id == key_id, table.c.revoked_at.is_(None), table.c.expires_at > work.now)
    key = await work.first(sa.select(table.c.scopes).where(*good, table.c.account_id == viewer.account_id))
    if key is None:
        return None
    return replace(narrowed(viewer, {one for one in Capability if one.value in key.scopes}), key_id=key_id)


async def note_use(work: Work, key_id: int) -> None:
    """Note that a key was used today, unless that is noted already."""
    today, table = work.now.astimezone(work.rules.zone).date(), t.api_key
    unused = sa.or_(table.c.last_used_on.is_(None), table.c.last_used_on < today)
    await work.run(sa.update(table).where(table.c.id == key_id, unused).values(last_used_on=today))


def _api_key(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Keys of one's own account, and all of them for who manages posts anywhere, as accounts are."""
    if not viewer.scope(Capability.MANAGE_POSTS).nowhere:
        return sa.true()
    return row.c.account_id == viewer.account_id if viewer.signed_in else sa.false()


api_key_rule = Rule(_api_key)
