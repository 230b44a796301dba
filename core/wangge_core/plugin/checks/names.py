"""Names: in snake_case, once each, labelled in Chinese, and still distinct when they become GraphQL names."""

import re
from collections.abc import Iterator

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.faults import Fault

RESERVED = ("local",)
"""Plugin names that would make ids which something else has: kinds of local catalogues are `local.…`."""
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check_names(collection: Collection) -> Iterator[Fault]:
    for plugin in dict.fromkeys(item.plugin for items in collection.items.values() for item in items):
        yield from _check_plugin(plugin)
    for hook, items in collection.items.items():
        seen: dict[str, Item] = {}
        for item in items:
            yield from _check_name(item)
            earlier = seen.setdefault(_graphql(item.id), item)
            if earlier is not item:
                same = "the same name" if earlier.id == item.id else f"the GraphQL name of {earlier.id}"
                yield Fault(
                    plugin=item.plugin,
                    thing=item.id,
                    code="NAME_TAKEN",
                    message=f"has {same} among the {hook.replace('_', ' ')}.",
                    hint="Give it another name.",
                )


def _check_plugin(plugin: str) -> Iterator[Fault]:
    if plugin in RESERVED or not SNAKE_CASE.fullmatch(plugin):
        yield Fault(
            plugin=plugin,
            thing="plugin",
            code="PLUGIN_NAME_INVALID",
            message=f"cannot be called {plugin!r}.",
            hint="Name the entry point in snake_case; `local` is taken by local catalogues.",
        )


def _check_name(item: Item) -> Iterator[Fault]:
    if not SNAKE_CASE.fullmatch(item.declaration.name):
        yield Fault(
            plugin=item.plugin,
            thing=item.id,
            code="NAME_NOT_SNAKE_CASE",
            message=f"{item.declaration.name!r} is not a name in snake_case.",
            hint="Use lower-case letters, digits and single underscores, a letter first; the host adds the plugin's name.",
        )
    if not item.declaration.zh.strip():
        yield Fault(
            plugin=item.plugin, thing=item.id, code="LABEL_MISSING", message="has no Chinese label.", hint='Give it zh="…".'
        )


def _graphql(name: str) -> str:
    return name.replace(".", "_").replace("_", "").lower()
