"""Patience: for how long a call begins new work, so that it answers before it would be stopped."""

import math
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Patience:
    """Work is begun that is over by `until`, if it takes no longer than the last that was done. `until` is a moment of `clock`, in seconds,
    which never goes back."""

    until: float = math.inf
    clock: Callable[[], float] = time.monotonic
    _seconds_each: float = field(default=0, init=False)

    def suffices(self, count: int) -> bool:
        """Whether so many changes may be begun."""
        return self.clock() + count * self._seconds_each <= self.until

    @contextmanager
    def over(self, count: int) -> Generator[None]:
        """Measures what so many changes take."""
        began = self.clock()
        yield
        self._seconds_each = (self.clock() - began) / count
