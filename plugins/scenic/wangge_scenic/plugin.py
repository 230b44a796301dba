"""What the scenic plugin brings."""

from collections.abc import Sequence

from wangge_core.plugin import AssetKind, Duty, EventKind, GridType, Occasion, PlaceKind, Plugin, Role, Statistic, Workflow
from wangge_scenic.assets import ASSET_KINDS
from wangge_scenic.duties import DUTIES, OCCASIONS
from wangge_scenic.grid_types import GRID_TYPES
from wangge_scenic.indicators import INDICATORS
from wangge_scenic.kinds import EVENT_KINDS
from wangge_scenic.places import PLACE_KINDS
from wangge_scenic.roles import ROLES
from wangge_scenic.workflows import WORKFLOWS


class Scenic(Plugin):
    """Scenic areas and old towns, where visitors outnumber residents."""

    def grid_types(self) -> Sequence[GridType]:
        return GRID_TYPES

    def roles(self) -> Sequence[Role]:
        return ROLES

    def workflows(self) -> Sequence[Workflow]:
        return WORKFLOWS

    def event_kinds(self) -> Sequence[EventKind]:
        return EVENT_KINDS

    def asset_kinds(self) -> Sequence[AssetKind]:
        return ASSET_KINDS

    def place_kinds(self) -> Sequence[PlaceKind]:
        return PLACE_KINDS

    def occasions(self) -> Sequence[Occasion]:
        return OCCASIONS

    def duties(self) -> Sequence[Duty]:
        return DUTIES

    def indicators(self) -> Sequence[Statistic]:
        return INDICATORS


plugin = Scenic()
