"""Accounts: who can sign in. An account by itself may do nothing; posts give it rights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import insert_accepted

LOGIN = re.compile(r"[A-Za-z0-9._@-]{1,120}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to create; `login` is what the issuer of tokens calls the person."""

    login: str
    name: str


async def create_accounts(work: Work, viewer: Viewer, requests: Sequence[NewAccount]) -> list[Outcome]:
    """Create accounts; for who may manage posts anywhere."""
    taken = set(await work.by_ids((), t.account.c.login, [request.login for request in requests]))
    refusals: list[list[Refusal]] = []
    for request in requests:
        found = list(check_text(request.name, "name", most=80))
        if not viewer.scope(Capability.MANAGE_POSTS).paths:
            found.append(refusal("NOT_ALLOWED"))
        if not LOGIN.fullmatch(request.login):
            found.append(refusal("LOGIN_INVALID", "login"))
        elif request.login in taken:
            found.append(refusal("LOGIN_TAKEN", "login", login=request.login))
        if not found:
            taken.add(request.login)
        refusals.append(found)
    return await insert_accepted(
        work,
        t.account,
        requests,
        refusals,
        lambda one: {"login": one.login, "name": one.name.strip(), "active": True, "created_at": work.now},
    )
