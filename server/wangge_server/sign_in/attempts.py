"""Attempts: how many sign-ins may fail from one address, and with one key, before no other is looked at for a while.

Leaky buckets, as budgets are; they live in the process. A sign-in that was good is remembered elsewhere and is not looked at again, so
whoever fills the bucket of a key does not lock out the machine that has the right one.
"""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from wangge_core.rights.viewers import anonymous
from wangge_schema.errors import RateLimitedError
from wangge_schema.limits import Budgets, payer_of
from wangge_server.sign_in.errors import SignInError, TooManyAttemptsError

log = logging.getLogger("wangge.sign_in")


class Attempts:
    """Counts failed sign-ins. `per_minute` may fail, at once or over the minute; 0 sets no limit."""

    def __init__(self, per_minute: int) -> None:
        self._failed = Budgets(per_minute, per_minute / 60) if per_minute else None

    @contextmanager
    def counted(self, *payers: str) -> Generator[None]:
        """Raise TooManyAttemptsError where too many failed before for one of the payers; a failure inside counts for them all.

        They go into the log: an address, the number of a key, never a secret.
        """
        self._check(payers)
        try:
            yield
        except SignInError as error:
            log.warning("A sign-in is refused: %s %s", error.reason, " ".join(payers))
            if error.guessed:
                self._count(payers)
            raise

    def _check(self, payers: tuple[str, ...]) -> None:
        if self._failed is None:
            return
        for payer in payers:
            if self._failed.remaining(payer) < 1:
                raise TooManyAttemptsError(max(1, int(1 / self._failed.per_second)))

    def _count(self, payers: tuple[str, ...]) -> None:
        if self._failed is None:
            return
        for payer in payers:
            try:
                self._failed.take(payer, 1)
            except RateLimitedError:  # others filled it meanwhile
                continue


def from_address(address: str) -> str:
    """Who pays for a sign-in from this address."""
    return payer_of(anonymous(), address)
