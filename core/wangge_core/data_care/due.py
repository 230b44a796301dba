"""What is due to go: for each class of data the rows whose period is over, as conditions."""

from typing import Any

import sqlalchemy as sa

from wangge_core.data_care.periods import Periods, day_before, moment_before
from wangge_core.data_care.resident_accounts import without_post
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.evidence.forgetting import tells_of_somebody
from wangge_core.intake.deliveries import UNSENT
from wangge_core.ledger.patrolling import LATE_DAYS
from wangge_core.months import after_months
from wangge_core.people.children import GUARDED_BELOW
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.revealing import WINDOW

Due = sa.ColumnElement[bool]


async def needs_due(work: Work, periods: Periods) -> Due:
    """Needs whose kind's months are over; those of children after the shortest time."""
    need, found = t.need, list[Due]()
    for row in await work.rows(sa.select(t.need_kind.c.id, t.need_kind.c.keep_months, t.need_kind.c.children)):
        moment = work.now if row.keep_months == 0 else moment_before(work, row.keep_months or periods.ended_needs_months)
        limits = [moment, moment_before(work, periods.ended_needs_of_children_months) if row.children else None]
        known = [one for one in limits if one is not None]
        if known:
            found.append(sa.and_(need.c.kind_id == row.id, need.c.ends_at <= max(known)))
    child = moment_before(work, periods.ended_needs_of_children_months)
    if child is not None:
        found.append(sa.and_(need.c.ends_at <= child, need.c.person_id.in_(_children(work))))
    return sa.or_(sa.false(), *found)


def _children(work: Work) -> sa.Select[Any]:
    born_after = after_months(work.today, -12 * GUARDED_BELOW)
    return sa.select(t.person.c.id).where(t.person.c.born_on > born_after)


def gone_due(work: Work, periods: Periods, *, temporary: bool) -> Due:
    """Persons who have left so long ago, of those who lived here for good or of those who only ever lived here for a time."""
    day = day_before(work, periods.temporary_gone_months if temporary else periods.moved_out_months)
    if day is None:
        return sa.false()
    person, home = t.person, t.residence.alias()
    of_person = home.c.person_id == person.c.id

    def lived(*conditions: Due) -> Due:
        return sa.exists(sa.select(1).where(of_person, *conditions).correlate(person))

    for_good = lived(home.c.kind == ResidenceKind.PERMANENT.value)
    recently = lived(sa.or_(home.c.moved_out_on.is_(None), home.c.moved_out_on >= day))
    here = [person.c.removed_at.is_(None), person.c.residence.is_(None), lived()]
    return sa.and_(*here, sa.not_(for_good) if temporary else for_good, sa.not_(recently))


def is_held_back(work: Work) -> Due:
    """Persons who cannot go yet: in an open event, guardian of a child, or with an account that has a post."""
    person, tie, account, ward = t.person, t.involvement.alias(), t.account.alias(), t.person.alias()
    event = t.event.alias()
    involved = sa.select(1).select_from(tie.join(event, event.c.id == tie.c.event_id)).where(tie.c.person_id == person.c.id)
    reported = sa.select(1).select_from(account.join(event, event.c.reporter_id == account.c.id))
    staff = sa.select(1).select_from(account).where(account.c.person_id == person.c.id, sa.not_(without_post(account.c.id)))
    guarded = sa.select(1).select_from(ward).where(ward.c.guardian_id == person.c.id, ward.c.born_on > _fourteen_years_ago(work))
    return sa.or_(
        sa.exists(involved.where(sa.not_(event.c.closed)).correlate(person)),
        sa.exists(reported.where(account.c.person_id == person.c.id, sa.not_(event.c.closed)).correlate(person)),
        sa.exists(staff.correlate(person)),
        sa.exists(guarded.correlate(person)),
    )


def _fourteen_years_ago(work: Work) -> Any:
    return after_months(work.today, -12 * GUARDED_BELOW)


def homes_due(work: Work, periods: Periods) -> Due:
    """Earlier homes after which the person had another; the last one goes with the person."""
    home, later = t.residence, t.residence.alias()
    another = sa.exists(sa.select(1).where(later.c.person_id == home.c.person_id, later.c.id > home.c.id).correlate(home))
    return sa.and_(_before(home.c.moved_out_on, work, periods), another)


def memberships_due(work: Work, periods: Periods) -> Due:
    """Households that persons have left."""
    return _before(t.household_member.c.left_on, work, periods)


def _before(column: sa.Column[Any], work: Work, periods: Periods) -> Due:
    day = day_before(work, periods.former_homes_months)
    return sa.false() if day is None else column < day


def events_due(work: Work, periods: Periods) -> Due:
    """Closed events that name a person, or a resident who reported them, sent a photograph, or did something with them."""
    moment = moment_before(work, periods.closed_events_months)
    if moment is None:
        return sa.false()
    event, tie, done = t.event, t.involvement.alias(), t.event_history.alias()
    over = sa.func.coalesce(event.c.closed_at, event.c.reported_at) < moment
    named = sa.exists(sa.select(1).where(tie.c.event_id == event.c.id, tie.c.person_id.is_not(None)).correlate(event))
    reported = sa.and_(event.c.reporter_id.is_not(None), without_post(event.c.reporter_id))
    took_part = sa.exists(
        sa.select(1)
        .where(done.c.event_id == event.c.id, done.c.account_id.is_not(None), without_post(done.c.account_id))
        .correlate(event)
    )
    on, sent = t.event_attachment.alias(), t.attachment.alias()
    photographed = sa.exists(
        sa.select(1)
        .select_from(on.join(sent, sent.c.id == on.c.attachment_id))
        .where(
            on.c.event_id == event.c.id,
            tells_of_somebody(sent),
            sa.or_(sent.c.uploader_id.is_(None), without_post(sent.c.uploader_id)),
        )
        .correlate(event)
    )
    return sa.and_(event.c.closed, over, sa.or_(named, reported, took_part, photographed))


def contacts_due(work: Work, periods: Periods) -> Due:
    """Reports of events that have ended which still tell who made them."""
    if not periods.reporter_contacts_days:
        return sa.false()
    report, event = t.public_report, t.event.alias()
    told = sa.or_(report.c.name.is_not(None), report.c.phone.is_not(None), report.c.account_id.is_not(None))
    ended = sa.func.coalesce(event.c.closed_at, event.c.reported_at) < work.now - DAY * periods.reporter_contacts_days
    over = sa.exists(sa.select(1).where(event.c.id == report.c.event_id, event.c.closed, ended).correlate(report))
    return sa.and_(told, over)


def deliveries_due(work: Work, periods: Periods) -> Due:
    """Deliveries of webhooks that are over."""
    if not periods.webhook_deliveries_days:
        return sa.false()
    delivery = t.webhook_delivery
    return sa.and_(delivery.c.state.not_in(UNSENT), delivery.c.created_at < work.now - DAY * periods.webhook_deliveries_days)


def thanks_due(work: Work, periods: Periods) -> Due:
    """Entries of points whose time is over."""
    before = moment_before(work, periods.points_entries_months)
    return sa.false() if before is None else t.points_entry.c.at < before


def keys_due(work: Work, periods: Periods) -> Due:
    """What repeated requests are answered from."""
    if not periods.idempotency_days:
        return sa.false()
    return t.idempotency_key.c.created_at < work.now - DAY * periods.idempotency_days


def synced_due(work: Work) -> Due:
    """What was taken of phones so long ago that it would not be taken again."""
    return t.sync_change.c.received_at < work.now - DAY * SYNCED_DAYS


def visits_due(work: Work, periods: Periods) -> Due:
    """Visits whose time is over and that still tell whom they were of; those of children sooner."""
    visit, found = t.visit, list[Due]()
    if (moment := moment_before(work, periods.visits_months)) is not None:
        found.append(visit.c.started_at < moment)
    if (moment := moment_before(work, periods.visits_of_children_months)) is not None:
        found.append(sa.and_(visit.c.started_at < moment, visit.c.person_id.in_(_children(work))))
    return sa.and_(sa.or_(*(visit.c[name].is_not(None) for name in OF_RESIDENTS)), sa.or_(sa.false(), *found))


def points_due(work: Work, periods: Periods) -> Due:
    """Points of tracks, when none that belongs to them is taken in any more."""
    if not periods.patrol_points_days:
        return sa.false()
    return t.patrol_point.c.at < work.now - DAY * max(periods.patrol_points_days, LATE_DAYS + 1)


def reveals_due(work: Work) -> Due:
    """Counted reveals that count no more; the log of reads tells of them."""
    return t.reveal.c.at <= work.now - WINDOW


DAY = 24 * WINDOW
OF_RESIDENTS = ("person_id", "household_id", "unit_id", "longitude", "checklist")
"""Columns of a visit that tell whom it was of, and what was learned."""
SYNCED_DAYS = 31
"""A day more than a phone may wait with what it has queued (`sync/kinds.py`)."""
