"""What the urban plugin brings."""

from collections.abc import Sequence

from wangge_core.plugin import AssetKind, EventKind, GridType, Plugin, Role, Workflow
from wangge_urban.assets import ASSET_KINDS
from wangge_urban.grid_types import GRID_TYPES
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


plugin = Urban()
