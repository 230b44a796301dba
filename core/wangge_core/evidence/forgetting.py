"""Forgetting who sent a photograph, and where they say that they stood. On an event the picture itself is part of what was reported."""

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.pruning import forget_attachments
from wangge_core.evidence.recurring import prune_now

OF_SENDER = ("uploader_id", "taken_at_claimed", "longitude_claimed", "latitude_claimed")


async def forget_uploads(work: Work, condition: sa.ColumnElement[bool]) -> None:
    """Attachments under a condition name nobody and claim no time and place any more; those that are on no event go, bytes and all."""
    attachment = t.attachment
    loose = await work.rows(sa.select(attachment.c.id).where(condition, sa.not_(attachment.c.attached)))
    if loose:
        await forget_attachments(work, [row.id for row in loose])
        await prune_now(work)
    nobody = dict.fromkeys((*OF_SENDER, "intake_token"))
    await work.run(sa.update(attachment).where(condition).values(nobody))


def tells_of_somebody(attachment: sa.FromClause) -> sa.ColumnElement[bool]:
    """True for attachments that say who sent them, or where or when somebody stood somewhere."""
    return sa.or_(*(attachment.c[name].is_not(None) for name in OF_SENDER))
