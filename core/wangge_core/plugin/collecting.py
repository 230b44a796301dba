"""Collecting: asks every hook of every plugin, one by one, so that a raising hook is a fault of its plugin and of nobody else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pluggy

from wangge_core.plugin.declarations.duties import Duty, Occasion
from wangge_core.plugin.declarations.grid_types import GridType, Staffing
from wangge_core.plugin.declarations.indicators import Statistic
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, NeedKind, PlaceKind
from wangge_core.plugin.declarations.labels import Declared
from wangge_core.plugin.declarations.roles import PERFORMERS, Role
from wangge_core.plugin.declarations.workflows import Workflow
from wangge_core.plugin.faults import Fault
from wangge_core.plugin.hooks import HOOKS, Plugin
from wangge_core.plugin.shapes import misshapen

PROJECT = "wangge"
RETURNS: Mapping[str, type[Declared]] = {
    "grid_types": GridType,
    "roles": Role,
    "workflows": Workflow,
    "event_kinds": EventKind,
    "need_kinds": NeedKind,
    "asset_kinds": AssetKind,
    "place_kinds": PlaceKind,
    "indicators": Statistic,
    "occasions": Occasion,
    "duties": Duty,
}
_D = TypeVar("_D", bound=Declared)


@dataclass(frozen=True, slots=True)
class Item:
    """A declaration and the plugin that made it."""

    plugin: str
    declaration: Declared

    @property
    def id(self) -> str:
        """The full id: qualified with the plugin's name, unless it is that name."""
        name = self.declaration.name
        return name if name == self.plugin else f"{self.plugin}.{name}"


@dataclass(slots=True)
class Collection:
    """All that the plugins returned, by hook, in order of loading; staffing templates and teams are found through the grid types."""

    items: dict[str, list[Item]] = field(default_factory=lambda: {hook: [] for hook in HOOKS} | {"staffings": [], "teams": []})
    ids: dict[int, str] = field(default_factory=dict[int, str])
    faults: list[Fault] = field(default_factory=list[Fault])

    def add(self, hook: str, item: Item) -> None:
        self.items[hook].append(item)
        self.ids[id(item.declaration)] = item.id

    def of(self, hook: str, kind: type[_D]) -> Iterator[tuple[Item, _D]]:
        """Each item of a hook with its declaration in its own type."""
        for item in self.items[hook]:
            if isinstance(item.declaration, kind):
                yield item, item.declaration

    def id_of(self, declaration: Declared) -> str | None:
        """The full id of an object, or None when no enabled plugin declares it."""
        return declaration.name if declaration in PERFORMERS else self.ids.get(id(declaration))


class Host(pluggy.PluginManager):
    """pluggy, with every public method of a plugin taken as a hook, so that a misspelt one is found."""

    def __init__(self) -> None:
        super().__init__(PROJECT)
        specification = pluggy.HookspecMarker(PROJECT)
        for hook in HOOKS:
            specification(getattr(Plugin, hook))
        self.add_hookspecs(Plugin)

    def parse_hookimpl_opts(self, plugin: Any, name: str) -> Any:
        if name.startswith("_") or not callable(getattr(plugin, name, None)):
            return None
        return pluggy.HookimplOpts(
            wrapper=False, hookwrapper=False, optionalhook=False, tryfirst=False, trylast=False, specname=None
        )


def collect(plugins: Mapping[str, Plugin]) -> Collection:
    """Ask every plugin for all that it declares."""
    host, collection = Host(), Collection()
    for name, plugin in plugins.items():
        for method in _misspelt(plugin):
            collection.faults.append(
                Fault(
                    plugin=name,
                    thing=method,
                    code="HOOK_UNKNOWN",
                    message="is a public method that is no hook.",
                    hint=f"The hooks are {', '.join(HOOKS)}; start other methods with an underscore.",
                )
            )
        if not _misspelt(plugin):
            collection.faults.extend(_register(host, name, plugin))
    for hook in HOOKS:
        for implementation in getattr(host.hook, hook).get_hookimpls():
            _ask(collection, implementation.plugin_name, hook, implementation.function)
    _collect_staffings(collection)
    return collection


def _register(host: Host, name: str, plugin: Plugin) -> Iterator[Fault]:
    hint = "Override it as a method that takes nothing but self and returns a sequence of declarations."
    values = [hook for hook in HOOKS if not callable(getattr(plugin, hook))]
    for hook in values:
        message = f"is a {type(getattr(plugin, hook)).__name__}, not a method."
        yield Fault(plugin=name, thing=hook, code="HOOK_NOT_A_METHOD", message=message, hint=hint)
    try:
        host.register(plugin, name)
    except pluggy.PluginValidationError as error:
        message = f"has other arguments than the hook: {str(error).splitlines()[-1]}."
        yield Fault(plugin=name, thing="plugin", code="HOOK_SIGNATURE", message=message, hint=hint)


def _misspelt(plugin: Plugin) -> list[str]:
    public = (name for name in dir(plugin) if not name.startswith("_") and callable(getattr(plugin, name)))
    return [name for name in public if name not in HOOKS]


def _ask(collection: Collection, plugin: str, hook: str, function: Any) -> None:
    try:
        returned: Sequence[Any] = tuple(function())
    except Exception as error:
        collection.faults.append(
            Fault(
                plugin=plugin,
                thing=hook,
                code="HOOK_RAISED",
                message=f"raised {type(error).__name__}: {error}.",
                hint="A hook returns declarations and does nothing else.",
            )
        )
        return
    for declaration in returned:
        if isinstance(declaration, RETURNS[hook]):
            _take(collection, hook, Item(plugin, declaration))
        else:
            collection.faults.append(
                Fault(
                    plugin=plugin,
                    thing=hook,
                    code="HOOK_RETURNED_WRONG_TYPE",
                    message=f"returned {type(declaration).__name__} {declaration!r:.60}.",
                    hint=f"It returns a sequence of {RETURNS[hook].__name__}.",
                )
            )


def _take(collection: Collection, hook: str, item: Item) -> None:
    problems = list(misshapen(item.declaration))
    for problem in problems:
        collection.faults.append(
            Fault(
                plugin=item.plugin,
                thing=f"{hook}: {item.declaration.name}",
                code="DECLARATION_MISSHAPEN",
                message=f"{problem}.",
                hint="Give it the type that the door names; a tuple of one needs its comma, such as (GRID_WORKER,).",
            )
        )
    if earlier := collection.ids.get(id(item.declaration)):
        collection.faults.append(
            Fault(
                plugin=item.plugin,
                thing=item.id,
                code="DECLARED_TWICE",
                message=f"is the same object as {earlier}.",
                hint="Point at what another plugin declares, but do not return it; return each object of your own once.",
            )
        )
    elif not problems:
        collection.add(hook, item)


def _collect_staffings(collection: Collection) -> None:
    """Templates are declared through the grid types that use them; one that several plugins use belongs to the first."""
    for item, grid_type in collection.of("grid_types", GridType):
        for staffing in grid_type.staffing + grid_type.desks:
            if collection.id_of(staffing) is None:
                collection.add("staffings", Item(item.plugin, staffing))
                for team in staffing.teams:
                    collection.add("teams", Item(item.plugin, team))


def staffings(collection: Collection) -> Iterator[tuple[Item, Staffing]]:
    yield from collection.of("staffings", Staffing)
