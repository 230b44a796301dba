"""What one of the six questions is: how each server is asked it, and how an answer of PostGraphile reads in our shape."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Variables = dict[str, Any]
Data = dict[str, Any]


def unchanged(variables: Variables) -> Variables:
    return variables


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question. `document` is asked of ours and of the usual way; `sql` takes the variables that `arguments` name, in order."""

    name: str
    title: str
    document: str
    variables: Callable[["Choices"], list[Variables]]
    postgraphile: str
    sql: str
    arguments: tuple[str, ...]
    to_postgraphile: Callable[[Variables], Variables] = unchanged
    from_postgraphile: Callable[[Data], Data]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the variables are chosen from: things that the viewer may see, in an order without meaning."""

    numbers: list[str]
    """Numbers of events."""
    paths: Mapping[str, dict[str, str]]
    """Paths of grids by code, by level."""
    moments: list[str]

    def codes(self, level: str) -> list[str]:
        return list(self.paths[level])

    def path(self, code: str) -> str:
        return next(found[code] for found in self.paths.values() if code in found)


def label(thing: Any) -> Any:
    """A declared thing of PostGraphile, whose label comes in every language."""
    return None if thing is None else thing | {"label": thing["label"]["zh"]}


def post(found: Any) -> Any:
    return None if found is None else found | {"role": label(found["role"])}


def subtree(path: str) -> tuple[str, str]:
    """From where to before where the paths at and below one are."""
    return path, path[:-1] + "/"
