"""The hook specification: the one class that a plugin subclasses. Hooks are synchronous, do no I/O and return frozen declarations."""

from collections.abc import Sequence

from wangge_core.plugin.declarations.duties import Duty, Occasion
from wangge_core.plugin.declarations.grid_types import GridType
from wangge_core.plugin.declarations.indicators import Statistic
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, NeedKind, PlaceKind
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Workflow


class Plugin:
    """A plugin says what it brings by overriding any of these; each answers with nothing by default.

    The plugin's name is the name of its entry point in the group `wangge.plugins`, in snake_case; local names are qualified with
    it (`rescue` of `scenic` is `scenic.rescue`; the name of the plugin itself stays as it is).
    """

    def grid_types(self) -> Sequence[GridType]:
        """Kinds of grids, with their staffing templates and size rules."""
        return ()

    def roles(self) -> Sequence[Role]:
        """Templates of posts."""
        return ()

    def workflows(self) -> Sequence[Workflow]:
        """Stages and moves that events go through."""
        return ()

    def event_kinds(self) -> Sequence[EventKind]:
        """Sorts of matters to settle."""
        return ()

    def need_kinds(self) -> Sequence[NeedKind]:
        """Why a person may need attention."""
        return ()

    def asset_kinds(self) -> Sequence[AssetKind]:
        """Sorts of things on the ground."""
        return ()

    def place_kinds(self) -> Sequence[PlaceKind]:
        """Sorts of stations and points."""
        return ()

    def occasions(self) -> Sequence[Occasion]:
        """What the deployment says that holds over some ground for a time, and duties go by."""
        return ()

    def duties(self) -> Sequence[Duty]:
        """What somebody must do again and again, or each time something happens."""
        return ()

    def indicators(self) -> Sequence[Statistic]:
        """Measures, the indicators made of them, and the milestones of workflows that say what is counted."""
        return ()


HOOKS = tuple(name for name in vars(Plugin) if not name.startswith("_"))
