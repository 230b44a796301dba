"""A session: one operation of a viewer at one deployment, as resolvers get it in their context, and how it reads."""

import math
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from graphql import GraphQLResolveInfo

from wangge_core.deadlines.reading import calendars_of
from wangge_core.deployment import Deployment
from wangge_core.events.workflows import Definitions
from wangge_core.grids.extents import Extents
from wangge_core.logs.entries import Read, entry_of
from wangge_core.logs.purposes import Stated, check_purpose
from wangge_core.rights import bound
from wangge_core.rights.viewers import Viewer
from wangge_core.search.samples import Samples
from wangge_schema.documents import Prepared
from wangge_schema.reading.plan import Planner
from wangge_schema.reading.plans import Make, Plans
from wangge_schema.reading.root import plan_root, plan_thing, plan_things
from wangge_schema.reading.running import run
from wangge_schema.reading.select import Chosen, Document
from wangge_schema.reading.sources import Asking, Reader

MOST_SHAPES = 1_000


@dataclass(slots=True)
class Shared:
    """What all sessions of a process read with; nothing in it is more than a copy or a plan of what the database holds."""

    deployment: Deployment
    plans: Plans
    definitions: Definitions = field(default_factory=Definitions)
    """The stored workflow versions by id."""
    extents: Extents = field(default_factory=Extents)
    samples: Samples = field(default_factory=Samples)
    _shapes: OrderedDict[int, tuple[Viewer, frozenset[str], Hashable]] = field(
        default_factory=OrderedDict[int, tuple[Viewer, frozenset[str], Hashable]]
    )

    def shape(self, viewer: Viewer) -> Hashable:
        """The shape of a viewer's rights; a viewer is used for some seconds, and asked for it with every read."""
        kept, wide = self._shapes.get(id(viewer)), self.extents.paths
        if kept is not None and kept[0] is viewer and kept[1] is wide:
            return kept[2]
        found = bound.shape(viewer, wide)
        self._shapes[id(viewer)] = (viewer, wide, found)
        if len(self._shapes) > MOST_SHAPES:
            self._shapes.popitem(last=False)
        return found

    async def refresh(self) -> None:
        """Load what is missing or stale."""
        if not self.definitions or self.extents.is_stale(self.deployment.clock()):
            async with self.deployment.read() as work:
                await self.extents.load(work)
                if self.samples.is_stale(work.now):
                    await self.samples.load(work)
                if not self.definitions:
                    await self.definitions.load(work)
                    await calendars_of(work)


@dataclass
class Session:
    """Who asks what, with what variables."""

    shared: Shared
    viewer: Viewer
    prepared: Prepared
    variables: dict[str, Any]
    purpose: Stated | None = None
    """What the client says that personal data is read for."""
    address: str = ""
    """Where the request comes from."""
    reads: list[Read] = field(default_factory=list[Read])
    """Whose private values were read and are not logged yet."""
    queue: Sequence[Any] | None = None
    """The changes of a phone's queue as they were sent, where the variables held them."""
    until: float = math.inf
    """A moment of `time.monotonic()`: what can be done in parts begins none that ends later, and is answered before it is stopped."""

    @property
    def deployment(self) -> Deployment:
        return self.shared.deployment

    @cached_property
    def variables_shape(self) -> Hashable:
        return self.prepared.shape(self.variables)

    @cached_property
    def surroundings(self) -> Document:
        return self.prepared.surroundings(self.variables)

    @property
    def roots(self) -> tuple[Chosen, ...]:
        """The root fields of the operation."""
        return self.prepared.roots(self.variables, self.variables_shape)

    async def root(self, chosen: Chosen) -> bytes:
        """The JSON of a root field that declares what it reads."""
        return await self._read((chosen.key,), lambda planner: plan_root(planner, chosen))

    async def thing(self, where: tuple[str, ...], chosen: Chosen, key: int | str) -> bytes:
        """The JSON of the thing with this key, for a field at these response keys; `null` where the viewer may not see it."""
        return await self._read(where, lambda planner: plan_thing(planner, chosen), thing=key)

    async def things(self, where: tuple[str, ...], chosen: Chosen, keys: Sequence[int | str]) -> bytes:
        """The JSON of pairs of a key and the thing that it has, for a field at these response keys in each item of a list; without those
        that the viewer may not see."""
        return await self._read(where, lambda planner: plan_things(planner, chosen), thing=list(keys))

    async def _read(self, where: tuple[str, ...], make: Make, thing: Any = None) -> bytes:
        shared = self.shared
        registry = shared.deployment.rules.registry
        now = shared.deployment.clock().astimezone(shared.deployment.rules.zone)
        files, kept = shared.deployment.files, shared.deployment.kept
        links = files and files.links
        reader = Reader(self.viewer, registry, now, shared.definitions, self.variables, thing, links, kept)
        key = (self.prepared, where, shared.shape(self.viewer), self.variables_shape)
        plan = shared.plans.get(key, reader, self._planner, make)
        answer, reads = await run(shared.deployment, plan, reader)
        self.reads += reads
        return answer

    async def log_reads(self) -> None:
        """Log whose private values were read since the last time; returns when that is committed, so that the answer may leave.

        Raises PurposeRequiredError and ReadLogUnavailableError; nothing of what was read may be told then.
        """
        reads, self.reads = self.reads, []
        if reads:
            check_purpose(self.purpose, sealed=False, required=self.deployment.rules.purpose_required)
            await self.deployment.read_log.write(entry_of(self.viewer, self.prepared.operation, self.purpose, reads))

    def _planner(self) -> Planner:
        viewer = bound.BoundViewer(self.viewer, self.shared.extents.paths)
        return Planner(Asking(viewer, self.deployment.rules.registry), self.shared.extents, self.shared.samples, self.variables)

    def chosen(self, info: GraphQLResolveInfo[Any]) -> Chosen:
        """The root field that a resolver was called for, as the planner selects from it."""
        name = str(info.path.key)
        return next(one for one in self.roots if one.key == name)
