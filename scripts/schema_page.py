"""The page of the schema's changes, docs/schema-changes.md, made from the difference. Older releases stand below and stay as they are."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from graphql import GraphQLSchema

from schema_policy import Accepted, Change, deprecations, differences, parts

TITLE = """# Changes of the schema

Made by `make schema-changes` from the difference between `schema/released.graphql`, which clients build on, and
`schema/schema.graphql`, which the code has; the policy behind it is in [front-end.md](front-end.md#what-we-promise).
"""
HISTORY = "<!-- Older releases -->"
"""What stands below this line is not made again."""
UNRELEASED = "0.0.0"
REWORDED = "DESCRIPTION_CHANGED"


def page(section: str, history: str) -> str:
    """The whole page."""
    return f"{TITLE}\n{section.rstrip()}\n\n{HISTORY}\n{history.strip()}".rstrip() + "\n"


def history_of(text: str) -> str:
    """What stands on a page below the present section."""
    return text.partition(HISTORY)[2].strip()


def section(title: str, released: GraphQLSchema, present: GraphQLSchema, accepted: Mapping[str, Accepted]) -> str:
    """The changes in groups, the gravest first."""
    changes = differences(released, present)
    new_types = {change.place for change in changes if change.kind == "TYPE_ADDED"}
    said = {
        "Breaking": [f"{change.said}{_why(change, released, accepted)}" for change in changes if change.breaking],
        "May surprise": [change.said for change in changes if change.dangerous],
        "Deprecated": list(_deprecated(released, present)),
        "Added": [_added(change.place, present) for change in changes if _is_added(change, new_types)]
        + [_added(place, present) for place in _new_roots(present, new_types)],
        "Changed without harm": [change.said for change in changes if _is_harmless(change)],
    }
    reworded = sum(change.kind == REWORDED for change in changes)
    lines = [f"## {title}", *(line for name, items in said.items() if items for line in _group(name, items))]
    if reworded:
        lines += ["", f"{reworded} descriptions were reworded." if reworded > 1 else "One description was reworded."]
    return "\n".join(lines if len(lines) > 1 else [*lines, "", "Nothing has changed."]) + "\n"


def _group(name: str, items: list[str]) -> Iterator[str]:
    yield from ("", f"### {name}", "")
    yield from (f"- {item}" for item in items)


def _why(change: Change, released: GraphQLSchema, accepted: Mapping[str, Accepted]) -> str:
    """How a breaking change came to be allowed."""
    if change.said in accepted:
        return f" ({accepted[change.said].because.strip().rstrip('.')}; accepted on {accepted[change.said].on})"
    reason = deprecations(released).get(change.place)
    return f" (It was deprecated: {reason})" if reason else ""


def _deprecated(released: GraphQLSchema, present: GraphQLSchema) -> Iterator[str]:
    before = deprecations(released)
    return (f"`{place}`: {reason}" for place, reason in deprecations(present).items() if before.get(place) != reason)


def _is_added(change: Change, new_types: set[str]) -> bool:
    return (change.kind.endswith("_ADDED") and not change.breaking and not change.dangerous) and (
        change.kind == "TYPE_ADDED" or change.place.partition(".")[0] not in new_types
    )


def _is_harmless(change: Change) -> bool:
    return not (change.breaking or change.dangerous or change.kind == REWORDED or change.kind.endswith("_ADDED"))


def _new_roots(present: GraphQLSchema, new_types: set[str]) -> Iterator[str]:
    """The fields of root types that are new, which are where documents begin."""
    roots = (present.query_type, present.mutation_type, present.subscription_type)
    return (f"{root.name}.{field}" for root in roots if root and root.name in new_types for field in root.fields)


def _added(place: str, present: GraphQLSchema) -> str:
    found: Any = present.type_map.get(place) or dict(parts(present)).get(place)
    if found is None:
        return f"{place} was added."
    sort = "" if "." in place else f"{type(found).__name__.removeprefix('GraphQL').removesuffix('Type').lower()} "
    return f"{sort.replace('inputobject', 'input').replace('object', 'type')}`{place}`: {_first_sentence(found.description or '')}".strip()


def _first_sentence(text: str) -> str:
    line = " ".join(text.split())
    end = line.find(". ")
    return line if end < 0 else line[: end + 1]


def since(version: str, day: date) -> str:
    """The title of the changes that are not released yet."""
    return f"Since {day}, before the first release" if version == UNRELEASED else f"Since {version} ({day})"
