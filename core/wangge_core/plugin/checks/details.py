"""Details: every dataclass must be describable, and its enums must not share a GraphQL name within a plugin."""

import inspect
from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

from wangge_core.plugin.collecting import Collection, Item
from wangge_core.plugin.declarations.grid_types import GridType
from wangge_core.plugin.declarations.kinds import AssetKind, EventKind, PlaceKind
from wangge_core.plugin.declarations.labels import Choice
from wangge_core.plugin.describing import UndescribableError, describe, pascal
from wangge_core.plugin.faults import Fault


def with_details(collection: Collection) -> Iterator[tuple[Item, type[Any], str]]:
    """Every declaration that has details, with its dataclass and the name of its GraphQL type."""
    for hook, kind, suffix in (
        ("event_kinds", EventKind, "Details"),
        ("grid_types", GridType, "GridDetails"),
        ("asset_kinds", AssetKind, "AssetDetails"),
        ("place_kinds", PlaceKind, "PlaceDetails"),
    ):
        for item, declaration in collection.of(hook, kind):
            if declaration.details is not None:
                yield item, declaration.details, pascal(item.id) + suffix


def check_details(collection: Collection) -> Iterator[Fault]:
    names: dict[str, object] = {}
    for item, cls, graphql_name in with_details(collection):
        if names.setdefault(graphql_name, item) is not item:
            yield _taken(item, f"needs the GraphQL name {graphql_name}, which another type has.")
        try:
            describe(cls, plugin=item.plugin, graphql_name=graphql_name)
        except UndescribableError as error:
            yield Fault(
                plugin=item.plugin,
                thing=item.id,
                code="DETAILS_INVALID",
                message=f"its details {cls.__name__}: {error}.",
                hint="Details hold labelled scalars, choices, tuples of them, and one nested level.",
            )
            continue
        for found in _named_types(cls):
            name = pascal(item.plugin) + found.__name__
            if names.setdefault(name, found) is not found:
                yield _taken(item, f"uses a second class called {found.__name__}, or one with the GraphQL name of another type.")


def _taken(item: Item, message: str) -> Fault:
    return Fault(
        plugin=item.plugin,
        thing=item.id,
        code="DETAILS_TYPE_NAME_TAKEN",
        message=message,
        hint="Within a plugin the classes of details and choices, and the types made of kinds, each need a name of their own.",
    )


def _named_types(cls: type[Any]) -> Iterator[type[Any]]:
    hints = [*get_type_hints(cls).values()]
    while hints:
        hint = hints.pop()
        hints.extend(get_args(hint))
        if inspect.isclass(hint) and (issubclass(hint, Choice) or is_dataclass(hint)):
            yield hint
