"""Patterns of event numbers: what they may say, what they write, and what runs apart."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from wangge_core.errors import SettingError
from wangge_core.events.numbers import DEFAULT_PATTERN, Numbered, NumberPattern

ZONE = ZoneInfo("Asia/Shanghai")
ONE = Numbered(datetime(2026, 11, 20, 17, tzinfo=UTC), "440310001002003", "urban.noise")


@pytest.mark.parametrize(
    ("pattern", "number", "written"),
    [
        (DEFAULT_PATTERN, 42, "20261121-00042"),
        ("{district}-{year}-{n:06}", 7, "440310-2026-000007"),
        ("{plugin}/{n}", 100_000, "urban/100000"),
        ("{n:03}号({month}{day})", 5, "005号(1121)"),
        ("{subdistrict}.{community}{n:02}", 1, "440310001.44031000100201"),
        ("{{{grid}}}{n}", 1, "{440310001002003}1"),
    ],
)
def test_a_pattern_writes_numbers(pattern: str, number: int, written: str) -> None:
    made = NumberPattern(pattern)
    assert made.written(made.scope_of(ONE, ZONE), number) == written


@pytest.mark.parametrize(
    "pattern",
    ["{year}", "{n}{n}", "{year}{no}{n}", "{n:x}", "{n!r}", "{year:04}{n}", "{n:013}", "{n", "x" * 40 + "{n}", "{n.real}", "{}{n}"],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(SettingError, match="event number"):
        NumberPattern(pattern)
