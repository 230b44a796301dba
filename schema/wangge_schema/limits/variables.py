"""The variables of a request, before they are coerced: how many values, how deep, how long."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wangge_schema.errors import VariablesTooLargeError
from wangge_schema.limits.figures import Limits


def check_variables(variables: Mapping[str, Any] | None, limits: Limits, *, bulk: bool = False) -> None:
    """Raises VariablesTooLargeError. Takes JSON data; stops at the first limit that is passed."""
    if bulk:
        limits = replace(limits, variables=limits.bulk_variables, variable_list=limits.bulk_list)
    seen, level = 0, 0
    values = list(variables.values()) if variables else []
    while values:
        level, seen = level + 1, seen + len(values)
        if level > limits.variable_depth:
            raise VariablesTooLargeError("levels of lists and objects inside each other", None, limits.variable_depth)
        if seen > limits.variables:
            raise VariablesTooLargeError("values", None, limits.variables)
        values = [inner for value in values if isinstance(value, str | list | dict) for inner in _inside(value, limits)]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def _inside(value: Any, limits: Limits) -> Any:
    """The values in a value, whose own size is checked."""
    if isinstance(value, str):
        if len(value) > limits.variable_text:
            raise VariablesTooLargeError("characters in a text", len(value), limits.variable_text)
        return ()
    if isinstance(value, dict):
        return value.values()  # pyright: ignore[reportUnknownVariableType]
    if len(value) > limits.variable_list:
        raise VariablesTooLargeError("items in a list", len(value), limits.variable_list)
    return value
