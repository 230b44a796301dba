"""Coordinate systems: there and back, many at once as one by one, and names that mean nothing."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wangge_core.geometry import systems
from wangge_core.geometry.systems import (
    SystemUnavailableError,
    SystemUnknownError,
    covers,
    positions_to_wgs84,
    system_name,
    to_bd09,
    to_gcj02,
    to_wgs84,
)

CHINESE = st.tuples(st.floats(73, 135), st.floats(18, 54))
SHOWN = {"gcj02": to_gcj02, "bd09": to_bd09}


@given(CHINESE, st.sampled_from(sorted(SHOWN)))
def test_the_way_back_from_the_offsets_is_exact_to_a_millimetre(true: tuple[float, float], system: str) -> None:
    assert to_wgs84(*SHOWN[system](*true), system) == pytest.approx(true, abs=1e-8)


@given(st.lists(CHINESE | st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1), st.sampled_from([*SHOWN, "wgs84"]))
def test_many_positions_become_what_each_alone_becomes(sent: list[tuple[float, float]], system: str) -> None:
    found = positions_to_wgs84(np.array(sent), system)
    alone = [to_wgs84(*one, system) for one in sent]
    assert found == pytest.approx(np.array(alone), abs=1e-12)


def test_bd09_lies_beyond_gcj02_by_the_offset_that_baidu_publishes() -> None:
    longitude, latitude = to_bd09(116.397, 39.909)
    shown = to_gcj02(116.397, 39.909)
    assert longitude - shown[0] == pytest.approx(0.0065, abs=2e-4)
    assert latitude - shown[1] == pytest.approx(0.006, abs=5e-4)
    assert to_bd09(-71.06, 42.36) == (-71.06, 42.36)


@pytest.mark.parametrize(
    ("given", "name"),
    [("WGS 84", "wgs84"), ("GCJ-02", "gcj02"), ("BD-09", "bd09"), ("EPSG:4326", "wgs84"), ("epsg:4490", "cgcs2000")],
)
def test_a_system_is_known_by_every_way_of_writing_its_name(given: str, name: str) -> None:
    assert system_name(given) == name


@pytest.mark.parametrize("given", ["", "wgs", "mars", "EPSG:", "EPSG:99999", "EPSG:१२३४", "4326", "gcj02; x"])
def test_other_names_are_no_systems(given: str) -> None:
    with pytest.raises(SystemUnknownError):
        system_name(given)


def test_a_national_grid_in_metres_is_converted_by_its_code() -> None:
    """EPSG:4547 is CGCS2000 in zones of 3 degrees, the one around 114° east, whose false easting is 500 km."""
    found = positions_to_wgs84(np.array([[500_000.0, 3_000_000.0], [600_000.0, 3_000_000.0], [4.0, 5.0]]), system_name("EPSG:4547"))
    assert found[0][0] == pytest.approx(114, abs=1e-9)
    assert found[0][1] == pytest.approx(27.11, abs=0.01)
    assert covers("epsg:4547", found, found).tolist() == [True, True, False]


def test_a_code_without_the_extra_is_said_to_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    systems._transformer.cache_clear()
    monkeypatch.setitem(sys.modules, "pyproj", None)
    with pytest.raises(SystemUnavailableError):
        system_name("EPSG:4547")
