"""The town while it is being filled: what was written so far and is needed by what comes after. The database has all of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, WanggeError
from wangge_core.grids.codes import GridLevel
from wangge_core.plugin.registry import Registry
from wangge_core.rights.viewers import Viewer, operator
from wangge_server.demo.sizes import DAYS, Sizes

_R = TypeVar("_R")
Operation = Callable[[Work, Viewer, Sequence[_R]], Awaitable[list[Outcome]]]
Tell = Callable[[str, int, int], None]
"""Told of progress: the step, how much of it is done, and how much there is."""

BATCH = 1000
BEFORE = timedelta(days=30)
"""How long the registers and posts are there before the first event."""


class DemoError(WanggeError):
    """The demo town could not be filled."""

    code = "DEMO_FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A grid or a division above it, as it is stored, with the middle of its ground."""

    id: int
    code: str
    name: str
    type_id: str
    level: GridLevel
    path: str
    staffing_id: str | None
    longitude: float
    latitude: float
    parts: tuple[str, ...] = ()
    """Of an overlay's grid the paths of the base grids that it is made of."""

    def covers(self, path: str) -> bool:
        """Whether a grid of the base layer lies in it."""
        return path.startswith(self.parts or self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A building, place or asset of a grid. `kind_id` is empty for buildings."""

    id: int
    name: str
    kind_id: str = ""
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A post that was given, and the login of who holds it."""

    post_id: int
    login: str
    role_id: str
    ground: Ground
    office_id: int | None


@dataclass(slots=True, kw_only=True)
class Town:
    """A town in the making. Its `days` end at `until`; equal seeds make equal towns. Things stand by the id of their grid."""

    deployment: Deployment
    sizes: Sizes
    seed: int
    until: datetime
    tell: Tell
    days: int = DAYS
    divisions: list[Ground] = field(default_factory=list[Ground])
    grids: list[Ground] = field(default_factory=list[Ground])
    overlays: list[Ground] = field(default_factory=list[Ground])
    buildings: dict[int, list[Spot]] = field(default_factory=dict[int, list[Spot]])
    persons: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    organizations: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    assets: dict[int, list[Spot]] = field(default_factory=dict[int, list[Spot]])
    places: dict[int, list[Spot]] = field(default_factory=dict[int, list[Spot]])
    offices: dict[str, int] = field(default_factory=dict[str, int])
    holders: list[Holder] = field(default_factory=list[Holder])

    @property
    def registry(self) -> Registry:
        return self.deployment.rules.registry

    @property
    def since(self) -> datetime:
        """When its days begin."""
        return self.until - timedelta(days=self.days)

    @property
    def founded(self) -> datetime:
        """When the registers were filled and the posts given."""
        return self.since - BEFORE

    def dice(self, part: str) -> Random:
        """The randomness of one part of the town, which is not moved by changes in another."""
        return Random(f"{self.seed}/{part}")

    def grids_of(self, type_id: str) -> list[Ground]:
        return [grid for grid in self.grids if grid.type_id == type_id]

    async def write(self, step: str, operation: Operation[_R], requests: Sequence[_R]) -> list[int]:
        """Write all requests in batches, as the operator at the machine; the ids are in their order. Raises DemoError."""
        ids: list[int] = []
        self.tell(step, 0, len(requests))
        for start in range(0, len(requests), BATCH):
            batch = requests[start : start + BATCH]
            async with self.deployment.write() as work:
                ids += [accepted(outcome) for outcome in await operation(work, operator(), batch)]
            self.tell(step, len(ids), len(requests))
        return ids


def accepted(outcome: Outcome) -> int:
    """The id of what was written. Raises DemoError where it was refused, which is a mistake of the generator."""
    if outcome.id is None:
        raise DemoError(f"the core refused a part of the demo town: {outcome.refusals}.", hint="Tell the project, with the seed.")
    return outcome.id
