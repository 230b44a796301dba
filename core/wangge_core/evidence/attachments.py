"""Attachments: photographs and files that were taken in, and the events that they are put on.

How bytes become one is in `receiving.py`, where they are kept in `stores.py`, and when they go in `pruning.py`.
"""

from collections.abc import Sequence
from hashlib import sha256

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import attachment_rule

MOST_ATTACHMENTS = 20
REPORT = "report"
"""The role of what comes with a report; what answers an ask of a move has the name of the ask."""


async def check_attachments(
    work: Work, viewer: Viewer, ids: Sequence[int], field: str, *, intake_token: str | None = None
) -> list[Refusal]:
    """What of these the viewer may not put on an event: NOT_FOUND for each that is not there for them, TOO_MANY.

    One may put on an event what one's own account has taken in, what is on an event that one sees, and what is public. A visitor without
    an account shows the `intake_token` that came with what they have sent.
    """
    if len(ids) > MOST_ATTACHMENTS:
        return [refusal("TOO_MANY", field, most=MOST_ATTACHMENTS)]
    attachment = t.attachment
    able = [attachment_rule(attachment, BoundViewer(viewer)), attachment.c.public]
    if intake_token:
        able.append(attachment.c.intake_token == token_hash(intake_token))
    seen = await work.by_ids((), attachment.c.id, ids, sa.or_(*able))
    return [refusal("NOT_FOUND", field, what="Attachment", id=id) for id in dict.fromkeys(ids) if id not in seen]


async def attach(work: Work, event_id: int, sequence: int, ids: Sequence[int], role: str) -> None:
    """Put attachments that were checked on an event, with the entry of its history that has this sequence.

    `role` is the name of the ask that they answer (`photo_before`, `photo_after`), or REPORT.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return
    attachment = t.attachment
    await work.run(sa.update(attachment).where(attachment.c.id.in_(wanted), sa.not_(attachment.c.attached)).values(attached=True))
    rows = [{"event_id": event_id, "attachment_id": id, "sequence": sequence, "role": role} for id in wanted]
    await work.insert(t.event_attachment, rows)


def token_hash(token: str) -> str:
    """What is kept of an intake token."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()
