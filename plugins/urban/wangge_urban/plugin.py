"""What the urban plugin brings."""

from collections.abc import Sequence

from wangge_core.plugin import AssetKind, Duty, EventKind, GridType, Plugin, Role, Statistic, Workflow
from wangge_urban.assets import ASSET_KINDS
from wangge_urban.duties import DUTIES
from wangge_urban.grid_types import GRID_TYPES
from wangge_urban.indicators import INDICATORS
from wangge_urban.kinds import EVENT_KINDS
from wangge_urban.roles import ROLES
from wangge_urban.workflows import WORKFLOWS


class Urban(Plugin):
    """City neighbourhoods of 300 to 500 households, and the offices' overlays on them."""

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

    def duties(self) -> Sequence[Duty]:
        return DUTIES

    def indicators(self) -> Sequence[Statistic]:
        return INDICATORS


plugin = Urban()
