"""Clocks of phones: what is taken for the time of a change when the phone's clock is wrong.

The phone says what its clock shows when it sends; the difference to the service's clock is taken off all its times. Where that is more than
a day, or a change lies in the future even then, its times prove nothing but an order: it is taken for captured when it was received.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wangge_core.sync.changes import SyncClock, Taken

SLACK = timedelta(minutes=1)
"""What a slow network may make of two clocks that are right."""
PLAUSIBLE = timedelta(days=1)
"""Beyond this a clock was never set, or set wrong on purpose: no time zone explains it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneClock:
    """A phone's clock beside that of the service at the same moment."""

    phone_now: datetime
    received_at: datetime

    @property
    def offset(self) -> timedelta:
        """By how much the phone's clock is ahead."""
        return self.phone_now - self.received_at

    def taken(self, captured_at: datetime) -> Taken:
        """The time for a change that was captured at this time of the phone's clock."""
        if abs(self.offset) > PLAUSIBLE:
            return self._not_believed(captured_at)
        corrected = abs(self.offset) > SLACK
        at = captured_at - self.offset if corrected else captured_at
        if at > self.received_at + SLACK:
            return self._not_believed(captured_at)
        at = min(at, self.received_at)
        return Taken(at, SyncClock.CORRECTED if corrected else SyncClock.AS_SENT, at - captured_at)

    def _not_believed(self, captured_at: datetime) -> Taken:
        return Taken(self.received_at, SyncClock.NOT_BELIEVED, self.received_at - captured_at)
