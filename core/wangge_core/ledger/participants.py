"""Participants: posts, offices and organisations that took part in a meeting, a drill or a joint patrol."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.ledger.entries import NotCounted, Part
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.allowing import allowed
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import post_rule, within_grid

MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """Who took part: one of a post, an office, an organisation."""

    post_id: int | None = None
    office_id: int | None = None
    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Those of the named participants that the viewer sees; the rows of the posts by id."""

    posts: dict[int, sa.Row[Any]]
    offices: set[int]
    organizations: set[int]

    def check(self, participants: Sequence[Participant], at: datetime, own_post_id: int) -> Iterator[Refusal]:
        """Each is there, in post at the time, and named once; whoever records it need not be named."""
        if len(participants) > MOST:
            yield refusal("TOO_MANY", "participants", most=MOST)
        for index, one in enumerate(participants):
            field = f"participants.{index}"
            given = [id for id in (one.post_id, one.office_id, one.organization_id) if id is not None]
            if len(given) != 1:
                yield refusal("ONE_OF", field, names="postId, officeId, organizationId")
            elif one in participants[:index] or one.post_id == own_post_id:
                yield refusal("DUPLICATE", field, key=given[0])
            elif one.post_id is not None:
                yield from self._check_post(one.post_id, at, field)
            elif one.office_id is not None and one.office_id not in self.offices:
                yield refusal("NOT_FOUND", field, what="Office", id=one.office_id)
            elif one.organization_id is not None and one.organization_id not in self.organizations:
                yield refusal("NOT_FOUND", field, what="Organization", id=one.organization_id)

    def _check_post(self, id: int, at: datetime, field: str) -> Iterator[Refusal]:
        row = self.posts.get(id)
        if row is None:
            yield refusal("NOT_FOUND", field, what="Post", id=id)
        elif row.starts_at > at:
            yield refusal("POST_NOT_STARTED", field)
        elif row.ends_at is not None and row.ends_at <= at:
            yield refusal("POST_ENDED", field)

    def row(self, one: Participant, leader_post_id: int | None, started_at: datetime) -> dict[str, Any]:
        """The row of somebody who took part in what counts."""
        post = self.posts[one.post_id] if one.post_id is not None else None
        return participation(
            started_at,
            part=Part.LEADER if one.post_id is not None and one.post_id == leader_post_id else Part.MEMBER,
            account_id=post.account_id if post else None,
            post_id=one.post_id,
            office_id=one.office_id,
            organization_id=one.organization_id,
        )


def participation(started_at: datetime, *, part: Part, **who: int | None) -> dict[str, Any]:
    """A row of who took part; what it counts is written with it or later."""
    of = dict.fromkeys(("visit_id", "patrol_id", "account_id", "post_id", "office_id", "organization_id"))
    figures = {"minutes_inside": None, "minutes_counted": None, "inside": None, "counted": True, "not_counted_because": None}
    return {**of, **figures, "part": part.value, "started_at": started_at, **who}


def counting(why: NotCounted | None) -> dict[str, Any]:
    """The columns of an entry that counts, or does not for a reason."""
    return {"counted": why is None, "not_counted_because": None if why is None else why.value}


async def known_participants(work: Work, viewer: Viewer, named: Iterable[Participant]) -> Known:
    """What is known of these participants."""
    wanted = list(named)
    posts = [one.post_id for one in wanted if one.post_id is not None]
    offices = [one.office_id for one in wanted if one.office_id is not None]
    organizations = [one.organization_id for one in wanted if one.organization_id is not None]
    post, firm = t.post, t.organization
    seen = await allowed(work, viewer, post_rule, post, posts) if posts else set[int]()
    return Known(
        await work.by_ids((post.c.account_id, post.c.starts_at, post.c.ends_at), post.c.id, seen),
        set(await work.by_ids((), t.office.c.id, offices)),
        await allowed(work, viewer, within_grid(Capability.READ_PLACES), firm, organizations) if organizations else set(),
    )
