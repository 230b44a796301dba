"""Telling: what is answered to a change by what became of it, and how it is mended."""

from collections.abc import Sequence

from wangge_core.errors import Refusal, refusal
from wangge_core.sync.changes import Answer, Change, SyncMend, SyncStatus, Taken, Thing

WAITS, REUSED, LATER = "SYNC_WAITS", "SYNC_ID_REUSED", "SYNC_LATER"
CONFLICTS = frozenset(
    {
        "CAMPAIGN_ENDED",
        "CONFLICT",
        "EVENT_CHANGED",
        "EVENT_DUPLICATE",
        "EVENT_ENDED",
        "EVENT_JOINED",
        "MOVE_NOT_FROM_STAGE",
        "MOVE_ONCE",
        "PATROL_ENDED",
        "SYNC_DIFFERS",
        REUSED,
    }
)
"""Refusals that say that things stand otherwise than the phone knew."""
TOO_LATE = frozenset({"SYNC_TOO_OLD"})
"""Refusals of what was right when it was captured, and is to be recorded in another way if at all."""
OF_RIGHTS = frozenset({"NOT_ALLOWED", "NOT_SIGNED_IN", "POST_NOT_HELD", "MOVE_ROLE", "MOVE_NOT_ASSIGNED"})


def done(change: Change, thing: Thing | None, taken: Taken, *, again: bool = False) -> Answer:
    """The answer to what is done, now or before."""
    return Answer(
        client_id=change.client_id,
        status=SyncStatus.ALREADY_DONE if again else SyncStatus.DONE,
        thing=thing,
        captured_at=taken.at,
        clock=taken.clock,
    )


def later(change: Change) -> Answer:
    """The answer to what was not looked at for want of time."""
    return Answer(client_id=change.client_id, status=SyncStatus.REFUSED, refusals=(refusal(LATER),), mend=SyncMend.SEND_LATER)


def refused(change: Change, refusals: Refusal | Sequence[Refusal], taken: Taken, thing: Thing | None = None) -> Answer:
    """The answer to what was not done; `thing` is what it was to change, as it is there."""
    found = (refusals,) if isinstance(refusals, Refusal) else tuple(refusals)
    codes = {one.code for one in found}
    conflict = bool(codes & CONFLICTS)
    return Answer(
        client_id=change.client_id,
        status=SyncStatus.CONFLICT if conflict else SyncStatus.REFUSED,
        thing=thing if conflict else None,
        refusals=found,
        mend=_mend(codes, conflict=conflict),
        captured_at=taken.at,
        clock=taken.clock,
    )


def _mend(codes: set[str], *, conflict: bool) -> SyncMend:
    if conflict or codes & TOO_LATE:
        return SyncMend.LOOK_AGAIN
    if WAITS in codes or "SYNC_FAILED" in codes:
        return SyncMend.SEND_LATER
    return SyncMend.ASK_FOR_RIGHT if codes & OF_RIGHTS else SyncMend.CHANGE_INPUT
