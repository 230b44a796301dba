"""Confirming facts: who found them still true and when, and by which day somebody must look again. The same for every register."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.rights.viewers import Viewer

CONFIRMED_FOR = timedelta(days=365)
"""How long a fact counts as confirmed where no day is given: as long as the figure of confirmed facts looks back."""
LONGEST = timedelta(days=3653)


def check_confirm_by(confirm_by: date | None, today: date) -> Iterator[Refusal]:
    """The next look lies ahead, and within ten years."""
    if confirm_by is not None and not today < confirm_by <= today + LONGEST:
        yield refusal("OUT_OF_RANGE", "confirmBy", least=today + timedelta(days=1), most=today + LONGEST)


def confirmed(work: Work, viewer: Viewer, confirm_by: date | None = None, at: datetime | None = None) -> dict[str, Any]:
    """The columns of a fact that the viewer finds true now, or found true at an earlier moment."""
    day = work.today if at is None else at.astimezone(work.rules.zone).date()
    return {
        "confirmed_at": at or work.now,
        "confirmed_by_id": viewer.account_id,
        "confirm_by": confirm_by or day + CONFIRMED_FOR,
    }


def is_newer(row: sa.Row[Any], at: datetime | None) -> bool:
    """Whether a fact was confirmed later than at this moment, or then: what is told of it belatedly changes nothing."""
    return at is not None and row.confirmed_at is not None and row.confirmed_at >= at


def unconfirmed(work: Work) -> dict[str, Any]:
    """The columns of a fact that was taken over from elsewhere: somebody has to look."""
    return {"confirmed_at": None, "confirmed_by_id": None, "confirm_by": work.today}
