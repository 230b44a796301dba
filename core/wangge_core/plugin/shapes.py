"""Shapes: whether the values in a declaration are of the types that its class names, before any check looks into them.

Python lets `by=(GRID_WORKER)` pass, which is a role and no tuple; a type checker tells, but not every author runs one.
"""

import dataclasses
import re
import types
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from wangge_core.plugin.declarations.kinds import EventKind
from wangge_core.plugin.declarations.roles import Role
from wangge_core.plugin.declarations.workflows import Workflow

CHECKED_ALONE = (Role, Workflow, EventKind)
"""What others point at; each is looked into where it is declared."""


def misshapen(declaration: Any) -> Iterator[str]:
    """What is wrong with the values of a declaration and of the parts that it is made of."""
    hints = _hints(declaration.__class__)
    for field in dataclasses.fields(declaration):
        value: Any = getattr(declaration, field.name)
        if not _fits(value, hints[field.name]):
            yield f"{field.name} is a {type(value).__name__}, not {_said(hints[field.name])}"
            continue
        for part in _parts(value):
            if dataclasses.is_dataclass(part) and not isinstance(part, (type, *CHECKED_ALONE)):
                where = getattr(part, "name", field.name)
                yield from (f"{where}: {found}" for found in misshapen(part))


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)  # pyright: ignore[reportUnknownVariableType]


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    return get_type_hints(cls)


def _fits(value: Any, hint: Any) -> bool:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in arguments)
    if origin is type:
        return isinstance(value, type)
    if origin is Callable:
        return callable(value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(k, arguments[0]) and _fits(v, arguments[1]) for k, v in value.items())  # pyright: ignore[reportUnknownVariableType]
    if origin is tuple and arguments[-1] is not Ellipsis:
        return isinstance(value, tuple) and len(value) == len(arguments) and all(map(_fits, value, arguments))  # pyright: ignore[reportUnknownArgumentType]
    if origin in (tuple, frozenset):
        return isinstance(value, origin) and all(_fits(one, arguments[0]) for one in value)  # pyright: ignore[reportUnknownVariableType]
    return isinstance(value, hint)


def _said(hint: Any) -> str:
    """`tuple[Role, ...]` for `tuple[wangge_core.plugin.declarations.roles.Role, ...]`."""
    return hint.__name__ if isinstance(hint, type) and get_origin(hint) is None else re.sub(r"\b\w+\.(?=\w)", "", str(hint))
