"""Syncing: the changes of a call are done in order, in groups that are a transaction each. One that fails takes no other with it.

A group whose transaction breaks is done again, each change by itself; what was done before is known by the ids that the phone made. So
whoever lost the answer, or was cut off in the middle, sends everything again.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

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
from wangge_core.sync.telling import refused

GROUP = 100
"""How many changes are a transaction."""
Writes = Callable[[], AbstractAsyncContextManager[Work]]
log = logging.getLogger("wangge.sync")


async def sync(writes: Writes, viewer: Viewer, queue: Queue) -> list[Answer] | Refusal:
    """The answers to changes in the order in which they were sent; or why none of them was looked at. For accounts.

    `writes` opens a transaction of the viewer's. Raises OperationalError where the database is out of reach: all that was done before
    stays, and is known when it is sent again.
    """
    if viewer.account_id is None:
        return refusal("NOT_SIGNED_IN")
    if len(queue.changes) > MOST_CHANGES:
        return refusal("TOO_MANY", "changes", most=MOST_CHANGES)
    async with writes() as work:
        clock = PhoneClock(phone_now=queue.phone_now, received_at=work.now)
        held = await held_then(work, viewer, work.now - OLDEST)
    places, found = ordered(queue.changes), dict[int, Answer]()
    for start in range(0, len(places), GROUP):
        chunk = places[start : start + GROUP]
        answers = await _together(writes, viewer, [queue.changes[place] for place in chunk], clock, held)
        found |= dict(zip(chunk, answers, strict=True))
    return [found[place] for place in range(len(queue.changes))]


async def _together(writes: Writes, viewer: Viewer, changes: Sequence[Change], clock: PhoneClock, held: HeldThen) -> list[Answer]:
    try:
        return await _done(writes, viewer, changes, clock, held)
    except OperationalError:
        raise
    except Exception as error:  # whichever change it was: each is done by itself now, and tells its own fault
        log.warning("A group of %d changes is done one by one (%s).", len(changes), type(error).__name__)
    return [await _alone(writes, viewer, one, clock, held) for one in changes]


async def _alone(writes: Writes, viewer: Viewer, change: Change, clock: PhoneClock, held: HeldThen) -> Answer:
    try:
        (answer,) = await _done(writes, viewer, [change], clock, held)
    except OperationalError:
        raise
    except DBAPIError as error:
        code = "CONFLICT" if isinstance(error, IntegrityError) else "TEXT_UNSTORABLE"
        return refused(change, refusal(code), clock.taken(change.captured_at))
    except Exception:  # a fault of the service in one change must not keep a phone from sending the others for ever
        log.exception("A change of the kind %s failed.", change.kind)
        return refused(change, refusal("SYNC_FAILED"), clock.taken(change.captured_at))
    return answer


async def _done(writes: Writes, viewer: Viewer, changes: Sequence[Change], clock: PhoneClock, held: HeldThen) -> list[Answer]:
    """The answers to changes of one transaction, which is committed."""
    async with writes() as work:
        return await Group(work, viewer, clock, held).do(changes)


def is_done(answer: Answer) -> bool:
    """Whether nothing needs to be sent again."""
    return answer.status in (SyncStatus.DONE, SyncStatus.ALREADY_DONE)
