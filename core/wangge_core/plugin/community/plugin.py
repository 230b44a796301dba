"""The built-in plugin, on the same hooks as all others."""

from collections.abc import Sequence

from wangge_core.plugin.community.duties import DUTIES
from wangge_core.plugin.community.grid_types import GRID_TYPES
from wangge_core.plugin.community.indicators import INDICATORS
from wangge_core.plugin.community.kinds import EVENT_KINDS
from wangge_core.plugin.community.needs import NEED_KINDS
from wangge_core.plugin.community.occasions import OCCASIONS
from wangge_core.plugin.community.places import PLACE_KINDS
from wangge_core.plugin.community.roles import ROLES
from wangge_core.plugin.community.workflows import WORKFLOWS
from wangge_core.plugin.declarations.duties import Duty, Occasion
from wangge_core.plugin.declarations.grid_types import GridType
from wangge_core.plugin.declarations.indicators import Statistic
from wangge_core.plugin.declarations.kinds import EventKind, NeedKind, PlaceKind
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.hooks import Plugin


class Community(Plugin):
    """What every deployment has, whatever its ground."""

    def grid_types(self) -> Sequence[GridType]:
        return GRID_TYPES

    def roles(self) -> Sequence[Role]:
        return ROLES

    def workflows(self) -> Sequence[Workflow]:
        return WORKFLOWS

    def event_kinds(self) -> Sequence[EventKind]:
        return EVENT_KINDS

    def need_kinds(self) -> Sequence[NeedKind]:
        return NEED_KINDS

    def place_kinds(self) -> Sequence[PlaceKind]:
        return PLACE_KINDS

    def occasions(self) -> Sequence[Occasion]:
        return OCCASIONS

    def duties(self) -> Sequence[Duty]:
        return DUTIES

    def indicators(self) -> Sequence[Statistic]:
        return INDICATORS


plugin = Community()
