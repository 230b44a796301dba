"""Loading: find (metadata only) → compatible with this core? → import → collect → check the whole set → freeze into a `Registry`.

Nothing that is merely installed is imported; only the names on the allow-list are.
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wangge_core.plugin.checks import faults_of
from wangge_core.plugin.collecting import collect
from wangge_core.plugin.community.plugin import Community
from wangge_core.plugin.declarations.kinds import AssetKind, PlaceKind
from wangge_core.plugin.faults import Fault, PluginError
from wangge_core.plugin.hooks import Plugin
from wangge_core.plugin.registry import LoadedPlugin, Registry
from wangge_core.plugin.resolving import Resolver
from wangge_core.plugin.resolving_measures import indicators, measures, milestones

GROUP = "wangge.plugins"
CORE = "wangge-core"
BUILT_IN = "community"


def installed_plugins() -> dict[str, EntryPoint]:
    """Every installed plugin by name, from metadata; nothing is imported."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def describe_plugin(point: EntryPoint) -> LoadedPlugin:
    """The version of a plugin's distribution and the core that it asks for, from metadata."""
    distribution = point.dist
    requirements = [Requirement(text) for text in (distribution.requires or ())] if distribution else []
    wanted = next((str(found.specifier) for found in requirements if canonicalize_name(found.name) == CORE), "")
    return LoadedPlugin(name=point.name, version=distribution.version if distribution else "", requires_core=wanted)


def load_plugins(enabled: Sequence[str]) -> Registry:
    """The registry of the built-in community plugin and those on the allow-list. Raises PluginError with every fault of all of them."""
    found, faults = installed_plugins(), list[Fault]()
    plugins: dict[str, Plugin] = {BUILT_IN: Community()}
    loaded = [LoadedPlugin(name=BUILT_IN, version=version(CORE), requires_core="")]
    for name in dict.fromkeys(enabled):
        if name == BUILT_IN:
            continue
        if name not in found:
            faults.append(_not_installed(name, found))
        elif len(owners := _owners(name)) > 1:
            faults.append(_ambiguous(name, owners))
        elif fault := _incompatible(found[name]):
            faults.append(fault)
        else:
            plugin = _import(found[name])
            if isinstance(plugin, Fault):
                faults.append(plugin)
            else:
                plugins[name] = plugin
                loaded.append(describe_plugin(found[name]))
    return build_registry(plugins, tuple(loaded), faults)


def build_registry(plugins: Mapping[str, Plugin], loaded: tuple[LoadedPlugin, ...] = (), earlier: Sequence[Fault] = ()) -> Registry:
    """The registry of plugin objects that are already at hand, by name. Raises PluginError."""
    collection = collect(plugins)
    found = [*earlier, *faults_of(collection)]
    if faults := tuple(fault for fault in found if not fault.warning):
        raise PluginError(faults)
    resolver = Resolver(collection)
    staffings = resolver.staffings()
    return Registry(
        plugins=loaded or tuple(LoadedPlugin(name=name, version="", requires_core="") for name in plugins),
        grid_types=resolver.grid_types(staffings),
        staffings=staffings,
        roles=resolver.roles(),
        workflows=resolver.workflows(),
        event_kinds=resolver.event_kinds(),
        need_kinds=resolver.need_kinds(),
        asset_kinds=resolver.things("asset_kinds", AssetKind),
        place_kinds=resolver.things("place_kinds", PlaceKind),
        measures=measures(resolver),
        indicators=indicators(resolver),
        milestones=milestones(resolver),
        occasions=resolver.occasions(),
        duties=resolver.duties(),
        warnings=tuple(fault for fault in found if fault.warning),
    )


def _not_installed(name: str, found: Mapping[str, EntryPoint]) -> Fault:
    known = ", ".join(found) or "none"
    return Fault(
        plugin=name,
        thing="plugins",
        code="PLUGIN_NOT_INSTALLED",
        message="is enabled but not installed.",
        hint=f"Install its distribution, or mend the name; installed are: {known}.",
    )


def _owners(name: str) -> list[str]:
    return sorted(point.dist.name if point.dist else "?" for point in entry_points(group=GROUP) if point.name == name)


def _ambiguous(name: str, owners: Sequence[str]) -> Fault:
    return Fault(
        plugin=name,
        thing="distribution",
        code="PLUGIN_AMBIGUOUS",
        message=f"is brought by several distributions: {', '.join(owners)}.",
        hint="Uninstall all but one; the name of a plugin belongs to one distribution.",
    )


def _incompatible(point: EntryPoint) -> Fault | None:
    wanted, core = describe_plugin(point).requires_core, version(CORE)
    if Requirement(f"{CORE}{wanted}").specifier.contains(core, prereleases=True):
        return None
    return Fault(
        plugin=point.name,
        thing="distribution",
        code="PLUGIN_INCOMPATIBLE",
        message=f"asks for {CORE} {wanted}; this is {core}.",
        hint="Install a release of the plugin that is made for this core.",
    )


def _import(point: EntryPoint) -> Plugin | Fault:
    try:
        plugin = point.load()
    except Exception as error:
        return Fault(
            plugin=point.name,
            thing=point.value,
            code="PLUGIN_NOT_IMPORTABLE",
            message=f"raised {type(error).__name__}: {error}.",
            hint="Mend the plugin's modules, or the entry point that names them.",
        )
    if isinstance(plugin, Plugin):
        return plugin
    return Fault(
        plugin=point.name,
        thing=point.value,
        code="PLUGIN_NOT_A_PLUGIN",
        message=f"names a {type(plugin).__name__}.",
        hint="The entry point names an instance of a subclass of wangge_core.plugin.Plugin.",
    )
