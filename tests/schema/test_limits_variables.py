"""Limits of variables: how many values, how deep, how long a list and a text."""

from typing import Any

import pytest

from wangge_schema.errors import VariablesTooLargeError
from wangge_schema.limits import Limits, check_variables

LIMITS = Limits(variables=10, variable_depth=3, variable_list=4, variable_text=5)


@pytest.mark.parametrize(
    "variables",
    [
        None,
        {},
        {"a": 1, "b": None, "c": True},
        {"a": [1, 2, 3, 4]},
        {"a": "12345"},
        {"a": {"b": {"c": 1}}},
        {"a": [[1, 2], [3, 4]]},
    ],
)
def test_variables_within_the_limits_pass(variables: Any) -> None:
    check_variables(variables, LIMITS)


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        ({"a": [1, 2, 3, 4, 5]}, "4 items in a list"),
        ({"a": {"b": ["123456"]}}, "5 characters in a text"),
        ({"a": {"b": {"c": [1]}}}, "3 levels"),
        ({str(n): n for n in range(11)}, "10 values"),
        ({"a": [[1, 2, 3], [1, 2, 3], [1, 2, 3]]}, "10 values"),
    ],
)
def test_variables_beyond_a_limit_are_refused(variables: Any, what: str) -> None:
    with pytest.raises(VariablesTooLargeError, match=what) as caught:
        check_variables(variables, LIMITS)
    assert caught.value.extensions is not None
    assert caught.value.extensions["code"] == "VARIABLES_TOO_LARGE"


def test_the_largest_filter_and_the_longest_description_pass() -> None:
    deepest: dict[str, Any] = {"name": {"in": ["x"] * 200}}
    for _ in range(8):
        deepest = {"or": [deepest]}
    check_variables({"filter": deepest, "input": {"description": "x" * 4_000}}, Limits())
