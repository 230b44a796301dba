"""Accounts of residents, as far as they tell of the resident: an account that has or had a post is staff's and stays under its name."""

from collections.abc import Sequence

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.forgetting import forget_uploads
from wangge_core.intake.contacts import NO_CONTACT


def without_post(account_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """True for accounts that never had a post, nor stood in for a holder."""
    post, delegation = t.post.alias(), t.delegation.alias()
    return sa.and_(
        ~sa.exists(sa.select(1).where(post.c.account_id == account_id)),
        ~sa.exists(sa.select(1).where(delegation.c.account_id == account_id)),
    )


async def resident_accounts(work: Work, condition: sa.ColumnElement[bool]) -> list[tuple[int, bool]]:
    """Accounts under a condition, and whether each is a resident's alone."""
    account = t.account
    rows = await work.rows(sa.select(account.c.id, without_post(account.c.id).label("alone")).where(condition))
    return [(row.id, bool(row.alone)) for row in rows]


async def close_accounts(work: Work, accounts: Sequence[tuple[int, bool]]) -> None:
    """Accounts are no residents any more. Those that were nothing else are closed, without name and login, and did nothing."""
    account, search = t.account, t.search["account"]
    await work.run(sa.update(account).where(account.c.id.in_([id for id, _ in accounts])).values(person_id=None))
    alone = [id for id, is_alone in accounts if is_alone]
    for id in alone:
        gone = {"login": f"erased-{id}", "name": "", "folded": None, "issuer": None, "active": False, "valid_from": work.now}
        await work.run(sa.update(account).where(account.c.id == id).values(gone))
        work.announce("account.closed", id, None)
    await work.run(sa.delete(search).where(search.c.id.in_(alone)))
    await work.run(sa.delete(t.reveal).where(t.reveal.c.account_id.in_(alone)))
    await work.run(sa.delete(t.idempotency_key).where(t.idempotency_key.c.account_id.in_(alone)))
    await work.run(sa.delete(t.sync_change).where(t.sync_change.c.account_id.in_(alone)))
    await work.run(sa.update(t.public_report).where(t.public_report.c.account_id.in_(alone)).values(NO_CONTACT))
    await forget_uploads(work, t.attachment.c.uploader_id.in_(alone))
    points = t.points_account
    its = sa.select(points.c.id).where(points.c.account_id.in_(alone))
    await work.run(sa.delete(t.points_entry).where(t.points_entry.c.points_account_id.in_(its)))
    await work.run(sa.delete(points).where(points.c.account_id.in_(alone)))
    await forget_reporters(work, t.event.c.reporter_id.in_(alone), t.event_history.c.account_id.in_(alone))


async def forget_reporters(work: Work, of_events: sa.ColumnElement[bool], of_history: sa.ColumnElement[bool]) -> None:
    """Have events and what was done with them name no account any more, nor points name the events that they came for."""
    thanked = t.points_entry.c.event_id.in_(sa.select(t.event.c.id).where(of_events))
    await work.run(sa.update(t.points_entry).where(thanked).values(event_id=None))
    await work.run(sa.update(t.event).where(of_events).values(reporter_id=None))
    await work.run(sa.update(t.event_history).where(of_history).values(account_id=None))
