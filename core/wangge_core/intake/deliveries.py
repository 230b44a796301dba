"""Deliveries: what webhooks are told, written in the transaction of the change and sent later, at least once, in order for each event.

A delivery holds numbers, choices and moments alone: no person, no text that somebody wrote.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import instant_text
from wangge_core.db.work import CHUNK, Work
from wangge_core.jobs.scheduling import NewJob, schedule

JOB = "webhook.send"
TOPIC = "event."
TEST = "webhook.test"
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=2)
KEPT_TRYING = timedelta(hours=24)
SENDING_AT_MOST = timedelta(seconds=90)
"""A sender that has said nothing for so long has died."""
FIELD, EARLIER_FIELD = "webhook.secret", "webhook.earlier_secret"


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "WAITING"
    SENDING = "SENDING"
    DELIVERED = "DELIVERED"
    GIVEN_UP = "GIVEN_UP"


UNSENT = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A delivery that this process is to send: where to, what, and with which secrets it is signed, the newest first."""

    id: int
    webhook_id: int
    url: str
    content: dict[str, Any]
    secrets: tuple[str, ...] = field(repr=False)


async def queue_deliveries(work: Work) -> None:
    """Write a delivery for each event that this unit of work announced a change of, to each webhook of the account that reported it."""
    changes = {one["thing_id"]: one["topic"] for one in work.announced if one["topic"].startswith(TOPIC)}
    if not changes or not await work.value(sa.select(sa.exists().where(t.webhook.c.ended_at.is_(None)))):
        return
    rows: list[sa.Row[Any]] = []
    ids = sorted(changes)
    for start in range(0, len(ids), CHUNK):
        rows += await work.rows(_followed(ids[start : start + CHUNK]))
    await _queue(work, [(row.webhook_id, row.id, _content(row, changes[row.id])) for row in rows])


async def queue_test(work: Work, webhook_id: int, note: str | None) -> None:
    """Write a delivery that tells of nothing but the note."""
    await _queue(work, [(webhook_id, None, {"change": TEST, "note": note})])


def _followed(ids: Sequence[int]) -> sa.Select[Any]:
    event, webhook = t.event, t.webhook
    columns: list[sa.ColumnElement[Any]] = [
        event.c.id, event.c.number, event.c.source_name, event.c.source_key, event.c.kind_id, event.c.stage, event.c.closed,
        event.c.closed_at, event.c.version, webhook.c.id.label("webhook_id"),
    ]  # fmt: skip
    tables = event.join(webhook, webhook.c.account_id == event.c.reporter_id)
    return sa.select(*columns).select_from(tables).where(event.c.id.in_(ids), webhook.c.ended_at.is_(None)).order_by(event.c.id)


def _content(row: sa.Row[Any], topic: str) -> dict[str, Any]:
    return {
        "change": topic,
        "event": row.number,
        "sourceName": row.source_name,
        "sourceKey": row.source_key,
        "kind": row.kind_id,
        "stage": row.stage,
        "closed": row.closed,
        "closedAt": instant_text(row.closed_at) if row.closed_at else None,
        "version": row.version,
    }


async def _queue(work: Work, told: Iterable[tuple[int, int | None, dict[str, Any]]]) -> None:
    told = list(told)
    ids = list(await work.reserve_ids(t.webhook_delivery, len(told)))
    rows: list[dict[str, Any]] = [
        {
            "id": id,
            "webhook_id": webhook_id,
            "event_id": event_id,
            "content": {"id": str(id), "at": instant_text(work.now)} | content,
            "created_at": work.now,
            "state": DeliveryState.WAITING.value,
            "attempts": 0,
        }
        for id, (webhook_id, event_id, content) in zip(ids, told, strict=True)
    ]
    await work.insert(t.webhook_delivery, rows)
    await schedule(work, [_job(row["webhook_id"], row["event_id"], work.now) for row in rows])


def _job(webhook_id: int, event_id: int | None, run_at: datetime) -> NewJob:
    return NewJob(name=JOB, key=f"{webhook_id}:{event_id or 0}", run_at=run_at, content={"webhook": webhook_id, "event": event_id})


async def go_on(work: Work, webhook_id: int, event_id: int | None) -> None:
    """Have the sending of an event's deliveries go on."""
    await schedule(work, [_job(webhook_id, event_id, work.now)])


async def take_next(work: Work, webhook_id: int, event_id: int | None) -> Sending | None:
    """Take the next delivery of an event, in the order of its changes; None where there is none to send now.

    While another process sends one, this one comes again later, so that no later change overtakes it. What is too old, or of a webhook
    that has ended, is given up.
    """
    delivery = t.webhook_delivery
    for_event = delivery.c.event_id.is_(None) if event_id is None else delivery.c.event_id == event_id
    query = sa.select(delivery).where(delivery.c.webhook_id == webhook_id, for_event, delivery.c.state.in_(UNSENT))
    query = query.order_by(delivery.c.id).limit(1)
    webhook = await work.first(sa.select(t.webhook).where(t.webhook.c.id == webhook_id))
    assert webhook is not None, "a delivery refers to its webhook"
    while (row := await work.first(query if work.on_sqlite else query.with_for_update())) is not None:
        if row.state == DeliveryState.SENDING.value and row.attempted_at > work.now - SENDING_AT_MOST:
            await schedule(work, [_job(webhook_id, event_id, row.attempted_at + SENDING_AT_MOST)])
            return None
        if webhook.ended_at is not None or row.created_at + KEPT_TRYING <= work.now:
            await _note(work, row.id, state=DeliveryState.GIVEN_UP.value)
            continue
        await _note(work, row.id, state=DeliveryState.SENDING.value, attempts=row.attempts + 1, attempted_at=work.now)
        secrets = _secrets(work, webhook)
        return Sending(id=row.id, webhook_id=webhook_id, url=webhook.url, content=row.content, secrets=secrets)
    return None


def _secrets(work: Work, webhook: sa.Row[Any]) -> tuple[str, ...]:
    """Raises SealingError where they do not open."""
    sealer = work.sealer
    if sealer is None:
        return ()
    found = [sealer.open(webhook.secret, FIELD, webhook.id)]
    if webhook.earlier_secret is not None and webhook.earlier_until > work.now:
        found.append(sealer.open(webhook.earlier_secret, EARLIER_FIELD, webhook.id))
    return tuple(found)


async def note_delivered(work: Work, sending: Sending, status: int) -> None:
    """The receiver has taken it."""
    await _note(work, sending.id, state=DeliveryState.DELIVERED.value, status=status, trouble=None)
    await work.run(sa.update(t.webhook).where(t.webhook.c.id == sending.webhook_id).values(delivered_at=work.now, trouble=None))


async def note_failed(work: Work, sending: Sending, status: int | None, trouble: str) -> None:
    """It was not taken: it is sent again after a pause, longer each time, and given up after a day."""
    delivery = t.webhook_delivery
    row = await work.first(sa.select(delivery).where(delivery.c.id == sending.id))
    assert row is not None, "it was taken from there"
    again_at = work.now + min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 20), LONGEST_PAUSE)
    await _note(work, sending.id, state=DeliveryState.WAITING.value, status=status, trouble=trouble[:40])
    await work.run(
        sa.update(t.webhook).where(t.webhook.c.id == sending.webhook_id).values(failed_at=work.now, trouble=trouble[:40])
    )
    await schedule(work, [_job(row.webhook_id, row.event_id, again_at)])


async def _note(work: Work, id: int, **values: Any) -> None:
    await work.run(sa.update(t.webhook_delivery).where(t.webhook_delivery.c.id == id).values(values))
