"""Before anything is timed: all servers must give equal data."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from read.queries import Choices, Query
from read.servers import FailedError, Server

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
ASKED = 25
"""How many variables of each question are compared."""


class DifferentError(Exception):
    """Two servers answer a question differently."""


@dataclass(slots=True)
class Checked:
    """The mean sizes of right answers in bytes by server, and why the others gave none."""

    sizes: dict[str, float] = field(default_factory=dict[str, float])
    failed: dict[str, str] = field(default_factory=dict[str, str])


def check(servers: Sequence[Server], query: Query, choices: Choices) -> Checked:
    """Ask all servers alike and compare. Raises DifferentError at the first difference."""
    every = query.variables(choices)
    chosen, checked = every[:: max(1, len(every) // ASKED)][:ASKED], Checked()
    for variables in chosen:
        answers: dict[str, Any] = {}
        for server in servers:
            if server.name not in checked.failed:
                try:
                    data, size = server.ask(query, variables)
                except FailedError as error:
                    checked.failed[server.name] = str(error)
                    continue
                answers[server.name] = settled(data)
                checked.sizes[server.name] = checked.sizes.get(server.name, 0) + size / len(chosen)
        compare(f"{query.name} {variables}", answers)
    return checked


def compare(question: str, answers: Mapping[str, Any]) -> None:
    """Hold every answer against the first."""
    for one, other in pairwise(answers):
        where = difference(answers[one], answers[other])
        if where:
            raise DifferentError(f"{question}: {one} and {other} differ at {where}")
    if any(all(member is None for member in answer.values()) for answer in answers.values()):
        raise DifferentError(f"{question}: there is nothing to compare")


def settled(value: Any) -> Any:
    """The same moment is written the same way."""
    if isinstance(value, dict):
        return {name: settled(member) for name, member in value.items()}
    if isinstance(value, list):
        return [settled(one) for one in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()
    return value


def difference(one: Any, other: Any, at: str = "") -> str:
    """Where two answers part, or nothing."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return f"{at}: {sorted(one)} / {sorted(other)}"
        return next(filter(None, (difference(one[name], other[name], f"{at}.{name}") for name in one)), "")
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{at}: {len(one)} / {len(other)} items"
        pairs = enumerate(zip(one, other, strict=True))
        return next(filter(None, (difference(a, b, f"{at}[{number}]") for number, (a, b) in pairs)), "")
    return "" if one == other else f"{at}: {one!r} / {other!r}"
