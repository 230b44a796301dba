"""Budgets: what a viewer may ask for over time, a leaky bucket each. They live in the process: N processes give N times as much."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from wangge_core.rights.viewers import Viewer
from wangge_schema.errors import RateLimitedError

MOST_BUCKETS = 10_000


class Budgets:
    """Buckets by payer. Each holds `capacity`, and `per_second` of it leaks; both in units of cost.

    Of more than `most` buckets the one that was not used for longest is forgotten, which empties it. `clock` gives seconds.
    """

    def __init__(
        self, capacity: int, per_second: float, *, most: int = MOST_BUCKETS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if capacity < 1 or per_second <= 0 or most < 1:
            raise ValueError("a budget's figures are above 0")
        self.capacity, self.per_second = capacity, per_second
        self._most, self._clock = most, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By payer, how full the bucket was and when."""

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, payer: str, cost: int) -> int:
        """Charge a payer, and say what remains. Raises RateLimitedError and charges nothing where the bucket would run over.

        What costs more than a bucket holds fills an empty one.
        """
        now = self._clock()
        level, wanted = self._level(payer, now), min(cost, self.capacity)
        over = level + wanted - self.capacity
        if over > 0:
            raise RateLimitedError(cost, self.capacity, retry_after=max(1, math.ceil(over / self.per_second)))
        self._buckets[payer] = (level + wanted, now)
        self._buckets.move_to_end(payer)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return int(self.capacity - level - wanted)

    def remaining(self, payer: str) -> int:
        """What a payer may still ask for now."""
        return int(self.capacity - self._level(payer, self._clock()))

    def _level(self, payer: str, now: float) -> float:
        level, at = self._buckets.get(payer, (0.0, now))
        return max(0.0, level - (now - at) * self.per_second)


def payer_of(viewer: Viewer, address: str = "") -> str:
    """Whose bucket pays: the account's, or that of the visitor's address. Of IPv6 the network of 64 bits counts, which one client has."""
    if viewer.account_id is not None:
        return f"account:{viewer.account_id}"
    return f"address:{_network(address)}"


def _network(address: str) -> str:
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:80]
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return found.exploded[:19]
    return str(found.ipv4_mapped or found if isinstance(found, IPv6Address) else found)
