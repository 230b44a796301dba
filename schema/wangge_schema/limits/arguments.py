"""The arguments that decide about the cost: how many rows a page has, how many ids are given, whether text is searched."""

from collections.abc import Iterable, Iterator
from typing import Any, cast

from graphql import (
    ConstValueNode,
    FieldNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    value_from_ast_untyped,
)

from wangge_schema.limits.amounts import Amount
from wangge_schema.reading.connections import DEFAULT_PAGE, LARGEST_PAGE
from wangge_schema.reading.root import MOST_IDS

SEARCHING = frozenset({"contains"})
"""The comparisons of a filter that search text."""


def defaults_of(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The defaults that an operation gives its variables."""
    found: dict[str, Any] = {}
    for one in operation.variable_definitions or ():
        default: ConstValueNode | None = one.default_value
        if default is not None:
            found[one.variable.name.value] = value_from_ast_untyped(default)
    return found


def page_size(node: FieldNode) -> Amount:
    """How many rows a page has at most. What the planner refuses as a page counts as the largest or the least one."""
    given = [_number(value) for name in ("first", "last") if (value := _argument(node, name)) is not None]
    if not any(isinstance(one, str) for one in given):
        return _page(_first(cast("list[int | None]", given)))
    if len(given) == 1:
        (name,) = given
        return lambda variables: _page(variables.get(cast("str", name)))
    return lambda variables: _page(_first(variables.get(one) if isinstance(one, str) else one for one in given))


def list_length(node: FieldNode, argument: str) -> Amount:
    """How many items the list in an argument has, at most as many as are accepted."""
    value = _argument(node, argument)
    if isinstance(value, VariableNode):
        name = value.name.value
        return lambda variables: min(MOST_IDS, _length(variables.get(name)))
    return min(MOST_IDS, len(value.values) if isinstance(value, ListValueNode) else 1)


def searches(node: FieldNode) -> Amount:
    """1 where the filter searches text, else 0."""
    value = _argument(node, "filter")
    if value is None:
        return 0
    names = list[str]()
    for inner in _values(value):
        if isinstance(inner, ObjectValueNode) and any(member.name.value in SEARCHING for member in inner.fields):
            return 1
        names += [inner.name.value] if isinstance(inner, VariableNode) else []
    return (lambda variables: int(any(_searches(variables.get(name)) for name in names))) if names else 0


def _argument(node: FieldNode, name: str) -> ValueNode | None:
    return next((one.value for one in node.arguments or () if one.name.value == name), None)


def _number(value: ValueNode) -> int | str | None:
    """The number, or the name of the variable that has it."""
    if isinstance(value, VariableNode):
        return value.name.value
    return int(value.value) if isinstance(value, IntValueNode) else None


def _first(numbers: Iterable[int | None]) -> int | None:
    return next((number for number in numbers if number is not None), None)


def _page(size: int | None) -> int:
    if size is None:
        return DEFAULT_PAGE
    return 0 if size < 0 else LARGEST_PAGE if size > LARGEST_PAGE else int(size)


def _length(value: Any) -> int:
    return len(value) if isinstance(value, list) else 1  # pyright: ignore[reportUnknownArgumentType] - one item stands for a list of one


def _values(value: ValueNode) -> Iterator[ValueNode]:
    """A value and all inside it."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, ListValueNode):
            waiting += one.values
        elif isinstance(one, ObjectValueNode):
            waiting += [member.value for member in one.fields]


def _searches(value: Any) -> bool:
    """Whether a filter that came in a variable searches text."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, Any]", value).items():
            if name in SEARCHING or (isinstance(inner, dict | list) and _searches(inner)):
                return True
    elif isinstance(value, list):
        return any(map(_searches, cast("list[Any]", value)))
    return False
