"""Retention: a run in which all goes whose period is over, class by class, some hundred rows in a transaction.

A run that breaks off has done whole transactions, and the next one goes on where it ended: what is gone is not due any more. Texts that
people wrote into events are not looked through.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.data_care.due import (
    OF_RESIDENTS,
    Due,
    contacts_due,
    deliveries_due,
    events_due,
    gone_due,
    homes_due,
    is_held_back,
    keys_due,
    memberships_due,
    needs_due,
    points_due,
    reveals_due,
    synced_due,
    thanks_due,
    visits_due,
)
from wangge_core.data_care.erasure import forget
from wangge_core.data_care.periods import Periods
from wangge_core.data_care.private_details import clear_private_details
from wangge_core.data_care.resident_accounts import forget_reporters, without_post
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.forgetting import forget_uploads
from wangge_core.intake.contacts import NO_CONTACT
from wangge_core.logs.change_log import Action

AT_ONCE = 200
"""Rows of a class in one transaction: for persons two tenths of a second, after which others can write."""
OPERATION = "data retention"
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
Progress = Callable[[str, int, int], None]
"""Told the class, how many of it are done, and how many there were to do."""


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """A class of data that goes after a time: which of its rows are due, and how they go."""

    name: str
    table: sa.Table
    due: Callable[[Work, Periods], Awaitable[Due]]
    take: Callable[[Work, Sequence[int]], Awaitable[None]]
    held_back: Callable[[Work], Due] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a run found of a class: how many were due, how many of those went, and how many are due but cannot go yet."""

    name: str
    due: int
    done: int
    held_back: int


async def retain(read: OpenWork, write: OpenWork, periods: Periods, *, dry: bool, progress: Progress) -> list[Kept]:
    """Have everything go whose period is over; a dry run only counts."""
    return [await _retain(read, write, periods, one, dry=dry, progress=progress) for one in CLASSES]


async def _retain(read: OpenWork, write: OpenWork, periods: Periods, one: RetentionClass, *, dry: bool, progress: Progress) -> Kept:
    async with read() as work:
        condition = await one.due(work, periods)
        held = sa.and_(condition, one.held_back(work)) if one.held_back else sa.false()
        whole, held_back = await _count(work, one, condition), await _count(work, one, held)
    expected, done, taken = whole - held_back, 0, 1
    progress(one.name, 0, expected)
    while taken and not dry:
        async with write() as work:
            taken = await _take(work, periods, one)
        done += taken
        progress(one.name, done, max(done, expected))
    return Kept(name=one.name, due=whole, done=done, held_back=held_back)


async def _count(work: Work, one: RetentionClass, condition: Due) -> int:
    found: int = await work.value(sa.select(sa.func.count()).select_from(one.table).where(condition))
    return found


async def _take(work: Work, periods: Periods, one: RetentionClass) -> int:
    """Have some rows go that are due; returns how many."""
    condition = await one.due(work, periods)
    free = sa.not_(one.held_back(work)) if one.held_back else sa.true()
    key = one.table.c.id
    query = sa.select(key).where(condition, free).order_by(key).limit(AT_ONCE)
    ids = [row.id for row in await work.rows(query if work.on_sqlite else query.with_for_update(of=one.table, skip_locked=True))]
    if ids:
        await one.take(work, ids)
    return len(ids)


def _deletes(table: sa.Table) -> Callable[[Work, Sequence[int]], Awaitable[None]]:
    async def take(work: Work, ids: Sequence[int]) -> None:
        await work.run(sa.delete(table).where(table.c.id.in_(ids)))

    return take


def _at_once(condition: Callable[..., Due], **given: Any) -> Callable[[Work, Periods], Awaitable[Due]]:
    async def found(work: Work, periods: Periods) -> Due:
        return condition(work, periods, **given)

    return found


async def _reveals(work: Work, _: Periods) -> Due:
    return reveals_due(work)


async def _synced(work: Work, _: Periods) -> Due:
    return synced_due(work)


async def _forget_gone(work: Work, ids: Sequence[int]) -> None:
    await forget(work, ids, REASON, BASIS)


async def _forget_named(work: Work, ids: Sequence[int]) -> None:
    """Closed events name no person and no resident's account any more. The log of changes says so."""
    tie, event, history = t.involvement, t.event, t.event_history
    await clear_private_details(work, ids)
    await work.run(sa.update(tie).where(tie.c.event_id.in_(ids), tie.c.person_id.is_not(None)).values(person_id=None))
    of_events = sa.and_(event.c.id.in_(ids), without_post(event.c.reporter_id))
    of_history = sa.and_(history.c.event_id.in_(ids), history.c.account_id.is_not(None), without_post(history.c.account_id))
    await forget_reporters(work, of_events, of_history)
    on, sender = t.event_attachment, t.attachment.c.uploader_id
    sent = t.attachment.c.id.in_(sa.select(on.c.attachment_id).where(on.c.event_id.in_(ids)))
    await forget_uploads(work, sa.and_(sent, sa.or_(sender.is_(None), without_post(sender))))
    for id in ids:
        work.record(Action.CHANGED, "Event", id, ("reporter",), ("involved",))


async def _forget_visited(work: Work, ids: Sequence[int]) -> None:
    gone = dict.fromkeys((*OF_RESIDENTS, "latitude"))
    await work.run(sa.update(t.visit).where(t.visit.c.id.in_(ids)).values(gone))


async def _forget_contacts(work: Work, ids: Sequence[int]) -> None:
    await work.run(sa.update(t.public_report).where(t.public_report.c.id.in_(ids)).values(NO_CONTACT))


REASON = "迁出已满保存期限 · moved out, and the time for which data is kept is over"
BASIS = "Personal Information Protection Law of the PRC, articles 19 and 47"
CLASSES = (
    RetentionClass("ended_needs", t.need, needs_due, _deletes(t.need)),
    RetentionClass("moved_out", t.person, _at_once(gone_due, temporary=False), _forget_gone, is_held_back),
    RetentionClass("temporary_gone", t.person, _at_once(gone_due, temporary=True), _forget_gone, is_held_back),
    RetentionClass("former_homes", t.residence, _at_once(homes_due), _deletes(t.residence)),
    RetentionClass("former_households", t.household_member, _at_once(memberships_due), _deletes(t.household_member)),
    RetentionClass("closed_events", t.event, _at_once(events_due), _forget_named),
    RetentionClass("reporter_contacts", t.public_report, _at_once(contacts_due), _forget_contacts),
    RetentionClass("visits", t.visit, _at_once(visits_due), _forget_visited),
    RetentionClass("points_entries", t.points_entry, _at_once(thanks_due), _deletes(t.points_entry)),
    RetentionClass("patrol_points", t.patrol_point, _at_once(points_due), _deletes(t.patrol_point)),
    RetentionClass("webhook_deliveries", t.webhook_delivery, _at_once(deliveries_due), _deletes(t.webhook_delivery)),
    RetentionClass("idempotency_keys", t.idempotency_key, _at_once(keys_due), _deletes(t.idempotency_key)),
    RetentionClass("synced", t.sync_change, _synced, _deletes(t.sync_change)),
    RetentionClass("reveals", t.reveal, _reveals, _deletes(t.reveal)),
)
