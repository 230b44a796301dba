"""Accounts: who can sign in. An account by itself may do nothing; posts give it rights."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from wangge_core.accounts.in_charge import accounts_in_charge, manages_anywhere
from wangge_core.checking import check_optional_text, check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import insert_accepted

LOGIN = re.compile(r"[A-Za-z0-9._@-]{1,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to create; `login` is what the issuer of tokens calls the person.

    With `issuer` (the `iss` of its tokens) no other issuer can sign the account in. A `machine` signs in with API keys alone.
    """

    login: str
    name: str
    issuer: str | None = None
    machine: bool = False


async def create_accounts(work: Work, viewer: Viewer, requests: Sequence[NewAccount]) -> list[Outcome]:
    """Create accounts; for who may manage posts anywhere."""
    taken = set(await work.by_ids((), t.account.c.login, [request.login for request in requests]))
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = [*check_text(request.name, "name", most=80), *check_optional_text(request.issuer, "issuer", most=200)]
        if not viewer.scope(Capability.MANAGE_POSTS).paths:
            found.append(refusal("NOT_ALLOWED"))
        if not LOGIN.fullmatch(request.login):
            found.append(refusal("LOGIN_INVALID", "login"))
        elif request.login in taken:
            found.append(refusal("LOGIN_TAKEN", "login", login=request.login))
        if not found:
            taken.add(request.login)
        refusals.append(found)
    return await insert_accepted(work, t.account, requests, refusals, lambda one: _row(work, one))


def _row(work: Work, request: NewAccount) -> dict[str, Any]:
    return {
        "login": request.login,
        "name": request.name.strip(),
        "active": True,
        "issuer": request.issuer,
        "machine": request.machine,
        "created_at": work.now,
    }


async def disable_accounts(work: Work, viewer: Viewer, account_ids: Sequence[int]) -> list[Outcome]:
    """Close accounts: nobody signs in to them, and who is signed in is so no more, keys of machines included."""
    return await _change(work, viewer, account_ids, "account.disabled", active=False)


async def enable_accounts(work: Work, viewer: Viewer, account_ids: Sequence[int]) -> list[Outcome]:
    """Open closed accounts again. Tokens that were made before are not accepted any more."""
    return await _change(work, viewer, account_ids, "account.enabled", active=True, valid_from=work.now)


async def sign_out_accounts(work: Work, viewer: Viewer, account_ids: Sequence[int]) -> list[Outcome]:
    """Accept no token any more that was issued to these accounts before now. For oneself, and for who is in charge of the account."""
    return await _change(work, viewer, account_ids, "account.signed_out", {viewer.account_id or 0}, valid_from=work.now)


async def _change(
    work: Work, viewer: Viewer, account_ids: Sequence[int], topic: str, own: Collection[int] = (), **values: Any
) -> list[Outcome]:
    there = await work.by_ids((), t.account.c.id, account_ids)
    allowed = await accounts_in_charge(work, viewer, there) | set(own)
    found: list[Outcome] = []
    for id in account_ids:
        if id not in there and manages_anywhere(viewer):
            found.append(refused("NOT_FOUND", "id", what="Account", id=id))
            continue
        if id not in allowed:
            found.append(refused("NOT_ALLOWED", "id"))
            continue
        await work.change(t.account, id, values)
        work.announce(topic, id, None)
        found.append(Outcome(id=id))
    return found
