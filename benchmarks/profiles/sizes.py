"""How large the generated towns are, and when their time ends."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

UNTIL = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""Midnight in Shanghai: the end of the two years in which the events were reported."""
YEARS = timedelta(days=730)
SINCE = UNTIL - YEARS
FOUNDED = SINCE - timedelta(days=30)
"""When grids, registers and posts were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A size. `grids` are those that workers have; districts, subdistricts and communities stand above them."""

    name: str
    districts: int
    subdistricts: int
    communities: int
    grids: int
    buildings: int
    persons: int
    events: int

    @property
    def households(self) -> int:
        return self.persons // 3


PROFILES = {
    "S": Profile(name="S", districts=1, subdistricts=2, communities=3, grids=68, buildings=10_083, persons=46_242, events=10_000),
    "M": Profile(
        name="M", districts=4, subdistricts=10, communities=12, grids=6_235, buildings=160_000, persons=1_000_000, events=1_000_000
    ),
    "L": Profile(
        name="L", districts=8, subdistricts=10, communities=15, grids=16_000, buildings=400_000, persons=2_000_000, events=2_000_000
    ),
}
"""Subdistricts are counted in a district, communities in a subdistrict; all else in the whole town."""
