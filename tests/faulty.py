"""Plugins made on the spot, and the faults that the host finds in them."""

from collections.abc import Sequence
from typing import Any

from wangge_core.plugin import Ask, Continuous, EventKind, Move, Plugin, Role, Stage, Workflow, community
from wangge_core.plugin.community.plugin import Community
from wangge_core.plugin.faults import Fault, PluginError
from wangge_core.plugin.loading import build_registry
from wangge_core.plugin.registry import Registry

Told = PluginError
WORKER = community.GRID_WORKER


def workflow(
    name: str, *, by: tuple[Role, ...] = (WORKER,), asks: tuple[Ask, ...] = (), move_by: tuple[Role, ...] = (), hours: int = 1
) -> Workflow:
    """Two stages and one move between them."""
    stages = (Stage("open", zh="开", by=by, clock=Continuous(hours=hours)), Stage("closed", zh="结", final=True))
    return Workflow(name, zh="环", stages=stages, moves=(Move("close", "open", "closed", zh="结", by=move_by, asks=asks),))


ENDING = workflow("ending")
"""Sound, but declared by nobody."""


def kind(name: str, *, zh: str = "事", workflow: Workflow = community.THREE_LOOPS, **more: Any) -> EventKind:
    return EventKind(name, zh=zh, workflow=workflow, **more)


def made(**declared: Sequence[Any]) -> Plugin:
    """A plugin whose hooks return these."""
    hooks = {hook: (lambda self, returned=returned: returned) for hook, returned in declared.items()}
    return type("Made", (Plugin,), hooks)()


def registry_of(**plugins: Plugin) -> Registry:
    """The registry of the community plugin and these."""
    return build_registry({"community": Community(), **plugins})


def faults_of(name: str = "demo", **given: Any) -> list[Fault]:
    """The faults and warnings of plugins by name, or of one plugin whose hooks return these."""
    plugins = given if any(isinstance(one, Plugin) for one in given.values()) else {name: made(**given)}
    try:
        return list(build_registry({"community": Community()} | plugins).warnings)
    except PluginError as error:
        return list(error.faults)


def codes_of(*, raising: bool = False, **given: Any) -> list[str]:
    if raising:
        registry_of(**given)
    return [fault.code for fault in faults_of(**given)]
