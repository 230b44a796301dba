"""Residents: which person on the register an account is, so that its holder reads what is held on oneself and on one's children."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.checking import only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import account_rule, person_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLink:
    """The resident that an account is; None where it is none any more."""

    account_id: int
    person_id: int | None


async def link_accounts(work: Work, viewer: Viewer, requests: Sequence[AccountLink]) -> list[Outcome]:
    """Say which residents accounts are, never one's own, and no colleague's whom one does not see.

    For who registers people and reads private data over the grid of each person concerned.
    """
    return [await _link(work, viewer, request) for request in requests]


async def _link(work: Work, viewer: Viewer, request: AccountLink) -> Outcome:
    account, person, bound = t.account, t.person, BoundViewer(viewer)
    if not viewer.scope(Capability.REGISTER_PEOPLE).paths or (viewer.account_id == request.account_id and viewer.account_id):
        return refused("NOT_ALLOWED")
    row = await work.first(
        sa.select(account.c.id, account.c.person_id, account.c.machine).where(
            account.c.id == request.account_id, sa.or_(account_rule(account, bound), _is_no_staff(account))
        )
    )
    wanted = [id for id in (request.person_id, row.person_id if row else None) if id is not None]
    people = await work.by_ids((person.c.grid_id,), person.c.id, wanted, person_rule(person, bound))
    grids = await work.by_ids((t.grid.c.path,), t.grid.c.id, [one.grid_id for one in people.values()])
    found: list[Refusal] = []
    elsewhere = row is not None and row.person_id is not None and row.person_id not in people
    if row is None or row.machine or elsewhere:
        found.append(refusal("NOT_FOUND", "id", what="Account", id=request.account_id))
    for id in (id for id in wanted if id in people or id == request.person_id):
        path = grids[people[id].grid_id].path if id in people else None
        if path is None and id == request.person_id:
            found.append(refusal("NOT_FOUND", "personId", what="Person", id=id))
        elif path is None or not all(viewer.may(one, path) for one in (Capability.REGISTER_PEOPLE, Capability.READ_PRIVATE)):
            found.append(refusal("NOT_ALLOWED", "personId"))
    if not found and request.person_id is not None:
        holder = await work.value(sa.select(account.c.id).where(account.c.person_id == request.person_id))
        if holder not in (None, request.account_id):
            found.append(refusal("PERSON_HAS_ACCOUNT", "personId"))
    if found:
        return Outcome(refusals=only_right(found))
    await work.run(sa.update(account).where(account.c.id == request.account_id).values(person_id=request.person_id))
    work.announce("account.linked", request.account_id, None)
    return Outcome(id=request.account_id)


def _is_no_staff(account: sa.Table) -> sa.ColumnElement[bool]:
    return sa.not_(sa.exists(sa.select(1).where(t.post.c.account_id == account.c.id)))
