"""Syncing: the changes of a call are done in order, in groups that are a transaction each. One that fails takes no other with it.

A group whose transaction breaks is done again, each change by itself; what was done before is known by the ids that the phone made. So
whoever lost the answer, or was cut off in the middle, sends everything again. What there is no time for is sent later.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.rights.viewers import Viewer
from wangge_core.sync.changes import MOST_CHANGES, Answer, Change, Queue, SyncStatus
from wangge_core.sync.clocks import PhoneClock
from wangge_core.sync.groups import Group
from wangge_core.sync.held_then import HeldThen, held_then
from wangge_core.sync.kinds import OLDEST
from wangge_core.sync.ordering import ordered
from wangge_core.sync.patience import Patience
from wangge_core.sync.telling import later, refused

GROUP = 100
"""How many changes are a transaction."""
FIRST = 10
"""How many are the first one: a call does some, however slow the service is, and then knows how slow. Each group is twice the last."""
Writes = Callable[[], AbstractAsyncContextManager[Work]]
log = logging.getLogger("wangge.sync")


@dataclass(frozen=True, slots=True)
class _Call:
    """What all changes of a call are done with."""

    writes: Writes
    viewer: Viewer
    clock: PhoneClock
    held: HeldThen
    patience: Patience


async def sync(writes: Writes, viewer: Viewer, queue: Queue, patience: Patience | None = None) -> list[Answer] | Refusal:
    """The answers to changes in the order in which they were sent; or why none of them was looked at. For accounts.

    `writes` opens a transaction of the viewer's. Some changes are done in any case; those that `patience` is too short for are not looked
    at, and answered with SYNC_LATER. Raises OperationalError where the database is out of reach: all that was done before stays, and is
    known when it is sent again.
    """
    if viewer.account_id is None:
        return refusal("NOT_SIGNED_IN")
    if len(queue.changes) > MOST_CHANGES:
        return refusal("TOO_MANY", "changes", most=MOST_CHANGES)
    async with writes() as work:
        clock = PhoneClock(phone_now=queue.phone_now, received_at=work.now)
        held = await held_then(work, viewer, work.now - OLDEST)
    call, found = _Call(writes, viewer, clock, held, patience or Patience()), dict[int, Answer]()
    for places in _groups(ordered(queue.changes)):
        if found and not call.patience.suffices(len(places)):
            break
        with call.patience.over(len(places)):
            answers = await _together(call, [_whole(queue, queue.changes[place]) for place in places])
        found |= dict(zip(places, answers, strict=True))
    return [found[place] if place in found else later(change) for place, change in enumerate(queue.changes)]


def _groups(places: Sequence[int]) -> Iterator[Sequence[int]]:
    """What is done together, in order."""
    start, size = 0, FIRST
    while start < len(places):
        yield places[start : start + size]
        start, size = start + size, min(2 * size, GROUP)


def _whole(queue: Queue, change: Change) -> Change:
    try:
        return queue.read(change)
    except Exception:  # as below: one change that cannot be read must not stop the others
        log.exception("A change could not be read.")
        return replace(change, request=None, about=None, after=(), refusal=refusal("SYNC_FAILED"))


async def _together(call: _Call, changes: Sequence[Change]) -> list[Answer]:
    try:
        return await _done(call, changes)
    except OperationalError:
        raise
    except Exception as error:  # whichever change it was: each is done by itself now, and tells its own fault
        log.warning("A group of %d changes is done one by one (%s).", len(changes), type(error).__name__)
    answers: list[Answer] = []
    for one in changes:
        in_time = not answers or call.patience.suffices(1)
        answers.append(await _alone(call, one) if in_time else later(one))
    return answers


async def _alone(call: _Call, change: Change) -> Answer:
    try:
        (answer,) = await _done(call, [change])
    except OperationalError:
        raise
    except DBAPIError as error:
        code = "CONFLICT" if isinstance(error, IntegrityError) else "TEXT_UNSTORABLE"
        return refused(change, refusal(code), call.clock.taken(change.captured_at))
    except Exception:  # a fault of the service in one change must not keep a phone from sending the others for ever
        log.exception("A change of the kind %s failed.", change.kind)
        return refused(change, refusal("SYNC_FAILED"), call.clock.taken(change.captured_at))
    return answer


async def _done(call: _Call, changes: Sequence[Change]) -> list[Answer]:
    """The answers to changes of one transaction, which is committed."""
    async with call.writes() as work:
        return await Group(work, call.viewer, call.clock, call.held).do(changes)


def is_done(answer: Answer) -> bool:
    """Whether nothing needs to be sent again."""
    return answer.status in (SyncStatus.DONE, SyncStatus.ALREADY_DONE)
