"""Relations: how persons are tied to an event, as conditions that the form and the operation share."""

from collections.abc import Sequence

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.situations import Tie
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer

Row = sa.FromClause


def is_party(event: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """True where the viewer, or a child in the viewer's care, is one of the persons involved."""
    tie = t.involvement.alias()
    own = viewer.is_own_person(tie.c.person_id)
    if isinstance(own, sa.False_):
        return own
    return sa.exists(sa.select(1).where(tie.c.event_id == event.c.id, own).correlate(event))


def is_related(event: Row, person_id: sa.ColumnElement[int], *outer: Row) -> sa.ColumnElement[bool]:
    """True where a person is involved in the event, has reported it, or lives in the household of one who is or has.

    `outer` are the rows, beside the event's, that `person_id` is a column of.
    """
    own = t.person.alias()
    household = sa.select(own.c.household_id).where(own.c.id == person_id).correlate(*outer).scalar_subquery()

    def is_one_of(other: Row) -> sa.ColumnElement[bool]:
        return sa.or_(other.c.id == person_id, other.c.household_id == household)

    tie, involved = t.involvement.alias(), t.person.alias()
    account, reporter = t.account.alias(), t.person.alias()
    among = (
        sa.select(1)
        .select_from(tie.join(involved, involved.c.id == tie.c.person_id))
        .where(tie.c.event_id == event.c.id, is_one_of(involved))
    )
    reported = (
        sa.select(1)
        .select_from(account.join(reporter, reporter.c.id == account.c.person_id))
        .where(account.c.id == event.c.reporter_id, is_one_of(reporter))
    )
    either = sa.or_(sa.exists(among.correlate(event, *outer)), sa.exists(reported.correlate(event, *outer)))
    return either.self_group()  # it may become part of a larger expression


def viewer_is_related(event: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """The same for the viewer, where it is known which person that is."""
    return sa.false() if viewer.viewer.person_id is None else is_related(event, viewer.person_id)


async def tie_of(work: Work, viewer: Viewer, event_id: int) -> Tie:
    """How a viewer is tied to an event; nothing is read for who is nobody on the register."""
    if viewer.person_id is None:
        return Tie()
    bound = BoundViewer(viewer)
    event = t.event
    found = await work.first(
        sa.select(is_party(event, bound).label("party"), viewer_is_related(event, bound).label("related")).where(
            event.c.id == event_id
        )
    )
    return Tie() if found is None else Tie(party=bool(found.party), related=bool(found.related))


async def related_posts(work: Work, event_id: int, post_ids: Sequence[int]) -> set[int]:
    """Those of these posts whose holder has reported the event or is related to it."""
    event, post, account = t.event, t.post, t.account
    related = sa.and_(account.c.person_id.is_not(None), is_related(event, account.c.person_id, account))
    query = (
        sa.select(post.c.id)
        .select_from(post.join(account, account.c.id == post.c.account_id).join(event, event.c.id == event_id))
        .where(post.c.id.in_(list(post_ids)), sa.or_(event.c.reporter_id == account.c.id, related))
    )
    return {row.id for row in await work.rows(query)} if post_ids else set()
