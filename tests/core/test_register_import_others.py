"""Importing households, organisations and assets."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from registers import rows_of
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.imports.registers.assets import check_assets, import_assets
from wangge_core.imports.registers.households import import_households
from wangge_core.imports.registers.mappings import AssetMapping, HouseholdMapping, OrganizationMapping
from wangge_core.imports.registers.organizations import import_organizations
from wangge_core.imports.reporting import ImportResult
from wangge_core.places.registration_codes import check_character
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio

GRID = {"code": "{grid}"}
URBAN = GRIDS["urban"]
HOUSEHOLDS: dict[str, Any] = {
    "name": "homes",
    "household": {"key": "{no}", "name": "{name}"},
    "home": {"building": "{house}", "unit": "{door}", "address": "{where}"},
    "grid": GRID,
}
ORGANIZATIONS: dict[str, Any] = {
    "name": "firms",
    "organization": {
        "key": "{no}",
        "name": "{name}",
        "trade": "{trade}",
        "registration_code": "code",
        "responsible": [{"role": "HEAD", "name": "head", "phone": "tel"}],
    },
    "premises": {"building": "{house}", "unit": "{door}", "make_homes": True},
    "grid": GRID,
}
ASSETS: dict[str, Any] = {
    "name": "lamps",
    "asset": {
        "code": "{no}",
        "name": "lamp {no}",
        "kind": {"column": "sort", "values": {"lamp": "urban.street_lamp", "bin": "urban.bin"}},
        "state": {"column": "state", "values": {"ok": "IN_ORDER", "broken": "DAMAGED"}, "otherwise": "IN_ORDER"},
    },
    "position": {"longitude": "longitude", "latitude": "latitude", "system": "wgs84"},
    "grid": GRID,
}


def code_of(body: str = "91440300MA5EXAMP1") -> str:
    return body + check_character(body)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


async def households(town: Town, path: Path, text: str) -> ImportResult:
    write(path, text)
    return await import_households(town.deployment, operator("en"), path, msgspec.convert(HOUSEHOLDS, HouseholdMapping))


async def organizations(town: Town, path: Path, text: str, **more: Any) -> ImportResult:
    write(path, text)
    mapping = msgspec.convert(ORGANIZATIONS | more, OrganizationMapping)
    return await import_organizations(town.deployment, operator("en"), path, mapping)


async def test_households_come_in_once_and_need_a_home(town: Town, tmp_path: Path) -> None:
    text = (
        "no,name,house,door,where,grid\n"
        f"1,A,Heron House,102,,{URBAN}\n2,B,,,Mill lane 3,{URBAN}\n3,C,,,,{URBAN}\n4,D,Heron House,999,,{URBAN}\n"
        f"1,A,Heron House,102,,{URBAN}\n"
    )
    result = await households(town, tmp_path / "h.csv", text)
    assert (result.imported, result.already_there) == (2, 1)
    assert result.codes == {"HOUSEHOLD_WITHOUT_HOME": 1, "UNIT_NOT_FOUND": 1}
    *_, first, second = await rows_of(town, t.household)
    assert (first.source_key, first.unit_id is not None, second.address) == ("1", True, "Mill lane 3")
    again = await households(town, tmp_path / "h.csv", text)
    assert (again.imported, again.already_there) == (0, 3)


async def test_organisations_are_known_by_their_number_or_code(town: Town, tmp_path: Path) -> None:
    head = "no,name,trade,code,head,tel,house,door,grid\n"
    line = f"1,Tea Shop,tea,{code_of()},Lin,0755-1234567,Heron House,G1,{URBAN}\n"
    result = await organizations(town, tmp_path / "o.csv", head + line + f"2,Bad,,{code_of()[:-1]}0,,,,,{URBAN}\n")
    assert (result.imported, dict(result.codes)) == (1, {"CODE_INVALID": 1})
    (shop,) = [one for one in await rows_of(town, t.organization) if one.source_name == "firms"]
    assert (shop.name, shop.confirmed_at, shop.unit_id is not None) == ("Tea Shop", None, True)
    (responsible,) = await rows_of(town, t.organization_responsible)
    assert (responsible.name, responsible.role) == ("Lin", "HEAD")
    other_number = head + line.replace("1,Tea", "9,Tea", 1)
    assert (await organizations(town, tmp_path / "o.csv", other_number)).already_there == 1
    changed = head + line.replace("tea,", "coffee,", 1)
    assert (await organizations(town, tmp_path / "o.csv", changed)).updated == 0
    assert (await organizations(town, tmp_path / "o.csv", changed, update=["trade"])).updated == 1
    assert (await rows_of(town, t.organization))[-1].trade == "coffee"
    another = head + line.replace("1,Tea Shop", "8,Other Shop", 1)
    assert (await organizations(town, tmp_path / "o.csv", another)).codes == {"CODE_TAKEN": 1}


async def test_assets_come_from_a_map(town: Town, tmp_path: Path) -> None:
    def feature(number: int, sort: str, state: str = "ok") -> dict[str, Any]:
        properties = {"no": f"L{number}", "sort": sort, "state": state, "grid": URBAN}
        geometry = {"type": "Point", "coordinates": [114.1 + number / 1000, 22.5]}
        return {"type": "Feature", "properties": properties, "geometry": geometry}

    path = tmp_path / "lamps.geojson"
    features = [feature(1, "lamp"), feature(2, "bin", "broken"), feature(3, "bench"), feature(1, "bin")]
    write(path, json.dumps({"type": "FeatureCollection", "features": features}))
    mapping = msgspec.convert(ASSETS, AssetMapping)
    assert check_assets(town.deployment, path, mapping).codes == {"VALUE_UNKNOWN": 1}
    result = await import_assets(town.deployment, operator("en"), path, mapping)
    assert (result.imported, result.refused) == (3, 1)
    lamp, bin, _ = await rows_of(town, t.asset)
    assert (lamp.kind_id, lamp.code, lamp.longitude, lamp.confirmed_at) == ("urban.street_lamp", "L1", 114.101, None)
    assert (bin.code, bin.state) == ("L2", "DAMAGED")
    again = await import_assets(town.deployment, operator("en"), path, mapping)
    assert (again.imported, again.already_there) == (0, 3)
    features[0] = feature(1, "lamp", "broken")
    write(path, json.dumps({"type": "FeatureCollection", "features": features}))
    changing = msgspec.convert(ASSETS | {"update": ["state"]}, AssetMapping)
    assert (await import_assets(town.deployment, operator("en"), path, changing)).updated == 1
    assert (await rows_of(town, t.asset))[0].state == "DAMAGED"
