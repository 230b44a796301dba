"""Import 156 real county polygons, published in GCJ-02: the neighbours first, then finer drawings of some of them. Names what is wrong with
the invalid ones and where, says how well neighbours fit each other, and places the buildings of a city by their positions.
"""

# ruff: noqa: T201 - it is there to print

import asyncio
import csv
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from showing import ROOT, Town, empty_town, real_data, refused_rows

from wangge_core.grids.locating import locate
from wangge_core.imports.features import middle

NEIGHBOURS, FINER = "prefecture_children_datav_gcj02.geojson", "target_counties_datav_gcj02.geojson"
BUILDINGS, CITY, COUNTY = "osm_buildings_shanghai_wuhan.geojson", "武汉", "420111"
LEVELS = {2: "PROVINCE", 4: "CITY", 6: "DISTRICT"}
PLACELESS = 'placeless_grid = "440310001001"'
COVERAGE = """query ($first: Int!) {
  coverage(first: $first) {
    grids complete counts { kind count area }
    faults { kind gridIds area width longitude latitude }
  }
}"""
NAMES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Grid { id name } } }"
LARGEST = 3


def main() -> None:
    neighbours, finer = (features("china_boundaries", name) for name in (NEIGHBOURS, FINER))
    with empty_town() as town:
        divide(town, [*neighbours, *finer])
        started = time.perf_counter()
        faulty = draw(town, NEIGHBOURS)
        coarse = tell_coverage(town, "Neighbours as one publisher draws them")
        draw(town, FINER)
        print(f"{len(neighbours) + len(finer)} polygons, {time.perf_counter() - started:.1f} s with the checks.\n")
        mixed = tell_coverage(town, "Finer drawings beside coarse ones")
        inside = asyncio.run(place(town))
    found = {"polygons": len(neighbours) + len(finer), "invalid": faulty, "neighbours": coarse, "finer": mixed, "buildings": inside}
    print(json.dumps(found, ensure_ascii=False))
    sys.exit(0 if faulty == 12 and inside["inside"] == inside["outlines"] else 1)


def features(*parts: str) -> list[dict[str, Any]]:
    return list(json.loads(real_data(*parts).read_bytes())["features"])


def divide(town: Town, drawn: list[dict[str, Any]]) -> None:
    """The counties, and the prefectures and provinces that their codes stand below."""
    names = {str(one["properties"]["adcode"]): one["properties"]["name"] for one in drawn}
    above = {code[:length]: code[:length] for code in names for length in (2, 4)}
    path = town.folder / "divisions.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(("code", "name", "level", "parent"))
        lines.writerows((code, name, len(code) // 2, code[:-2] or "0") for code, name in sorted((above | names).items()))
    town.wangge("import", "divisions", path)


def draw(town: Town, name: str) -> int:
    """Import a map as it is, tell what is wrong with it, then mend it on request; returns how many polygons were refused at first."""
    refused: list[int] = []
    for repair in (False, True):
        mapping = town.folder / f"counties{repair:d}.toml"
        text = (ROOT / "examples" / "imports" / "boundaries.toml").read_text(encoding="utf-8")
        mapping.write_text(text.replace("repair = false", f"repair = {str(repair).lower()}"), encoding="utf-8")
        town.wangge("import", "boundaries", real_data("china_boundaries", name), "--map", mapping)
        rows = refused_rows(town, Path(name).stem)
        refused.append(len(rows))
        for row in rows:
            values = json.loads(row["row"])
            print(f"  {values['adcode']} {values['name']}: {row['code']}. {row['reason']}")
        if not rows:
            break
    return refused[0]


def tell_coverage(town: Town, title: str) -> dict[str, int]:
    """How well the counties fit each other: gaps and overlaps, and slivers where a border is drawn twice."""
    started = time.perf_counter()
    found = town.ask(COVERAGE, first=1000)["coverage"]
    print(f"{title}: {found['grids']} counties checked in {time.perf_counter() - started:.1f} s.")
    for one in found["counts"]:
        print(f"  {one['kind']}: {one['count']:,}, together {one['area'] / 1e6:,.3f} km²")
    for line in largest(town, found["faults"]):
        print(f"    {line}")
    print()
    return {one["kind"]: one["count"] for one in found["counts"]}


def largest(town: Town, faults: list[dict[str, Any]]) -> Iterator[str]:
    for kind in ("GAP", "OVERLAP"):
        for one in sorted((one for one in faults if one["kind"] == kind), key=lambda one: -one["area"])[:LARGEST]:
            named = town.ask(NAMES, ids=one["gridIds"][:10])["nodes"]
            names = "、".join(grid["name"] for grid in named)
            where = f"{one['longitude']:.5f}, {one['latitude']:.5f}"
            yield f"{kind} of {names} at {where}: {one['area'] / 1e6:,.3f} km², {one['width']:,.0f} m wide on average"


async def place(town: Town) -> dict[str, int]:
    """Import the city's buildings by their positions, and count the outlines whose middle lies in the county."""
    own = [one for one in features("buildings", BUILDINGS) if one["properties"]["city"] == CITY]
    path, mapping = town.folder / "buildings.geojson", town.folder / "buildings.toml"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": own}), encoding="utf-8")
    text = (ROOT / "examples" / "imports" / "buildings-osm.toml").read_text(encoding="utf-8")
    mapping.write_text(text.replace(PLACELESS, "by_position = true").replace('"{building} {id}", ', ""), encoding="utf-8")
    await asyncio.to_thread(town.wangge, "import", "buildings", path, "--map", mapping)
    there = await asyncio.to_thread(town.ask, "query ($c: String!) { grid(code: $c) { id buildings { totalCount } } }", c=COUNTY)
    deployment = town.open()
    async with deployment.read() as work:
        positions = [found for one in own if (found := middle(one["geometry"]))]
        located = await locate(work, positions)
    await deployment.close()
    key = int(there["grid"]["id"].removeprefix("Grid:"))
    inside = sum(one is not None and one.grid_id == key for one in located)
    return {"outlines": len(own), "inside": inside, "registered": there["grid"]["buildings"]["totalCount"]}


if __name__ == "__main__":
    main()
