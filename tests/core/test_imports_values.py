"""Positions and times: conversions that hold everywhere, and what is refused rather than guessed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.errors import Refusal
from wangge_core.geometry.systems import CoordinateSystem, to_gcj02, to_wgs84
from wangge_core.imports.catalogues import kind_key
from wangge_core.imports.cells import position
from wangge_core.imports.mappings import PositionMapping, Times
from wangge_core.imports.times import TimeReader


@given(st.floats(73, 135), st.floats(18, 54))
def test_the_way_back_from_gcj02_is_exact_to_a_millimetre(longitude: float, latitude: float) -> None:
    back = to_wgs84(*to_gcj02(longitude, latitude), CoordinateSystem.GCJ02)
    assert back == pytest.approx((longitude, latitude), abs=1e-8)


def test_gcj02_lies_some_hundred_metres_off() -> None:
    longitude, latitude = to_gcj02(116.397, 39.909)
    assert longitude == pytest.approx(116.40324, abs=1e-4)
    assert latitude == pytest.approx(39.91040, abs=1e-4)


def test_outside_of_china_nothing_is_shifted() -> None:
    assert to_wgs84(-71.06, 42.36, CoordinateSystem.GCJ02) == (-71.06, 42.36)


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000"])
def test_other_systems_are_taken_as_they_are(system: str) -> None:
    assert to_wgs84(114.1, 22.7, CoordinateSystem(system)) == (114.1, 22.7)


PLACE = PositionMapping(longitude="x", latitude="y", system=CoordinateSystem.WGS84, unknown=((1.5, 2.5),))


@pytest.mark.parametrize(
    ("x", "y", "expected", "code"),
    [
        ("114.1", "22.7", {"longitude": 114.1, "latitude": 22.7}, None),
        ("", "", {}, None),
        ("1.5", "2.5", {}, None),
        ("114.1", "", {}, "POSITION_INVALID"),
        ("nan", "22", {}, "POSITION_INVALID"),
        ("1_0", "22", {}, "POSITION_INVALID"),
    ],
)
def test_a_position_is_read_or_refused(x: str, y: str, expected: dict[str, float], code: str | None) -> None:
    found: list[Refusal] = []
    assert position(PLACE, {"x": x, "y": y}, found) == expected
    assert [one.code for one in found] == ([code] if code else [])


def moment(text: str, *formats: str, **times: Any) -> datetime | str | None:
    found: list[Refusal] = []
    read = TimeReader(Times(**({"zone": "Asia/Shanghai", "formats": formats} | times))).read(text, "reportedAt", found)
    return found[0].code if found else read and read.astimezone(UTC)


def test_iso_is_always_understood() -> None:
    assert moment("2026-01-02") == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert moment("2026-01-02T03:04:05") == datetime(2026, 1, 1, 19, 4, 5, tzinfo=UTC)
    assert moment("2026-01-02 03:04:05Z") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_several_formats_are_tried() -> None:
    formats = ("%Y/%m/%d", "%Y年%m月%d日")
    assert moment("2026/1/2", *formats) == moment("2026年1月2日", *formats) == datetime(2026, 1, 1, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "0001-01-01", "2026-13-01", "45000"])
def test_a_time_that_fits_no_format_is_refused(text: str) -> None:
    assert moment(text, "%Y/%m/%d") == "TIME_INVALID"


def test_a_time_of_two_meanings_is_refused() -> None:
    formats = ("%d/%m/%Y", "%m/%d/%Y")
    assert moment("02/01/2026", *formats) == "TIME_AMBIGUOUS"
    assert moment("13/01/2026", *formats) == datetime(2026, 1, 12, 16, tzinfo=UTC)
    assert moment("01/01/2026", *formats) == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_the_hour_that_clocks_skip_or_repeat_is_refused_unless_the_mapping_decides() -> None:
    def boston(text: str, **times: Any) -> datetime | str | None:
        return moment(text, zone="America/New_York", **times)

    assert boston("2015-03-08 02:30:00") == "TIME_SKIPPED"
    assert boston("2015-03-08 02:30:00", skipped_hour="later") == datetime(2015, 3, 8, 7, 30, tzinfo=UTC)
    assert boston("2015-11-01 01:30:00") == "TIME_REPEATED"
    assert boston("2015-11-01 01:30:00", repeated_hour="earlier") == datetime(2015, 11, 1, 5, 30, tzinfo=UTC)
    assert boston("2015-11-01 01:30:00", repeated_hour="later") == datetime(2015, 11, 1, 6, 30, tzinfo=UTC)


@given(st.text(min_size=1))
def test_a_key_made_from_a_name_can_stand_in_an_id(name: str) -> None:
    key = kind_key(name)
    assert 0 < len(key) <= 40
    assert "." not in key
    assert key == kind_key(name)


def test_keys_that_fit_stay_as_they_are() -> None:
    assert [kind_key(text) for text in ("01", "1", "A-2", "Misc. Snow Complaint")] == ["01", "1", "A-2", "misc_snow_complaint"]
