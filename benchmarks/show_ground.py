"""Lay out a real city: wards and their precincts as the base layer, police districts as a layer of their own, and place a year's service
requests by their positions. What each layer says is held against what the city recorded, and where they differ, how far the position lies
from the boundary of the recorded one: make show-ground ARGS="--output differences.csv".
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import csv
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from showing import ROOT, Town, empty_town, ids, real_data, refused_rows

from wangge_core.db import tables as t
from wangge_core.geometry.exact import Edges, units
from wangge_core.geometry.shapes import unpacked
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.locating import Located, grid_at, locate
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_core.rights.viewers import operator

SETTINGS = 'codes = "free"\ntime_zone = "America/New_York"\n'
LAYERS = {"ward": "base", "precinct": "base", "police": "police"}
MADE_UP = ("-71.0587", "42.3594")
BY_WARD = 'name = "Ward {ward}"\nlevel = "COMMUNITY"\n'
MAPS = {
    "wards": ("wards.geojson", "base", "boston.{WARD}"),
    "precincts_wgs84": ("precincts_wgs84.geojson", "base", "boston.{WARD_PRECINCT}"),
    "police_districts": ("police_districts.geojson", "police", "{DISTRICT}"),
}
NEAR = (1, 5, 10, 20, 50, 100, 200, 500)
"""Metres that the differences are sorted by."""
EVENTS = """
query ($after: String) {
  events(first: 1000, after: $after, orderBy: {field: ID, direction: ASC}) {
    nodes { sourceKey longitude latitude grid { code } }
    pageInfo { endCursor hasNextPage }
  }
}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, help="a CSV file for all differences; without it the farthest are shown")
    output = parser.parse_args().output
    file = real_data("boston311", "boston311_2015.csv.gz")
    with empty_town(SETTINGS) as town:
        asyncio.run(make_grids(town))
        started = time.perf_counter()
        for name in MAPS:
            draw(town, name)
        print(f"Boundaries imported in {time.perf_counter() - started:.1f} s.\n")
        started = time.perf_counter()
        town.wangge("import", "events", file, "--map", by_position(town))
        seconds = time.perf_counter() - started
        rows = list(recorded(file))
        print(f"Imported and placed by position in {seconds:.0f} s, {len(rows) / seconds:,.0f} requests a second.\n")
        asyncio.run(compare(town, rows, output))


async def make_grids(town: Town) -> None:
    """The city, its wards, their precincts, and the police's layer, from what the maps name."""
    rows = [("code", "name", "parent", "level"), ("boston", "Boston", "", "3")]
    rows += [(f"boston.{one['WARD']}", f"Ward {one['WARD']}", "boston", "5") for one in properties("wards.geojson")]
    for one in properties("precincts_wgs84.geojson"):
        code = one["WARD_PRECINCT"]
        rows.append((f"boston.{code}", f"Precinct {code}", f"boston.{int(code[:2])}", "6"))
    divisions = town.folder / "divisions.csv"
    with divisions.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(rows)
    mapping = ROOT / "examples" / "imports" / "boston_wards.toml"
    await asyncio.to_thread(town.wangge, "import", "divisions", divisions, "--map", mapping)
    deployment = town.open()
    await deployment.start(migrate=True)
    named = [one["DISTRICT"] for one in properties("police_districts.geojson")]
    new = [NewOverlay(layer_id="police", code=one, name=f"District {one}", type_id="community.police_grid") for one in named]
    async with deployment.write() as work:
        ids(await create_layers(work, operator(), [NewLayer(id="police", name="警区", name_en="Police districts")]))
        ids(await create_overlays(work, operator(), new))
    await deployment.close()


def properties(name: str) -> Iterator[dict[str, Any]]:
    for feature in json.loads(real_data("boston311", name).read_bytes())["features"]:
        yield feature["properties"]


def draw(town: Town, name: str) -> None:
    """Import a map as it is, say what is wrong with it, and import once more what is to be mended."""
    file, layer, code = MAPS[name]
    for repair in (False, True):
        mapping = town.folder / f"{name}.toml"
        boundary = f'[boundary]\nsystem = "wgs84"\nlayer = "{layer}"\nrepair = {str(repair).lower()}\n'
        mapping.write_text(f'name = "{name}"\n{boundary}[grid]\ncode = "{code}"\n', encoding="utf-8")
        town.wangge("import", "boundaries", real_data("boston311", file), "--map", mapping)
        refused = refused_rows(town, name)
        for row in refused:
            print(f"  feature {row['line']} {row['row']}: {row['reason']}")
        if not refused:
            return


def by_position(town: Town) -> Path:
    """The mapping of the requests, with their positions in place of the recorded wards."""
    text = (ROOT / "examples" / "imports" / "boston.toml").read_text(encoding="utf-8")
    assert BY_WARD in text
    path = town.folder / "boston.toml"
    path.write_text(text.replace(BY_WARD, "by_position = true\n"), encoding="utf-8")
    return path


def recorded(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        yield from csv.DictReader(text)


@dataclass(slots=True)
class Layers:
    """The boundaries as they are stored, by the name of the layer and the code of the grid, and the codes by key."""

    edges: dict[tuple[str, str], Edges]
    codes: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A request whose recorded grid is not that of its position; `metres` to the boundary of the recorded, None where none is drawn."""

    key: str
    layer: str
    recorded: str
    found: str
    metres: float | None


async def compare(town: Town, rows: list[dict[str, str]], output: Path | None) -> None:
    events = {one["sourceKey"]: one for one in await asyncio.to_thread(lambda: list(town.ask_all(EVENTS, "events")))}
    found = [events[row["case_enquiry_id"]] for row in rows]
    pairs = [(row, one) for row, one in zip(rows, found, strict=True) if one["longitude"] is not None]
    positions = [(one["longitude"], one["latitude"]) for _, one in pairs]
    layers, located = await read(town, positions)
    figures: dict[str, Counter[str]] = {name: Counter() for name in LAYERS}
    differences: list[Difference] = []
    for (row, one), police in zip(pairs, located, strict=True):
        base = one["grid"]["code"].removeprefix("boston").removeprefix(".")
        of_ward = len(base) <= 2  # else of a precinct, such as 0503 or 0502A
        ward = base if of_ward else str(int(base[:2]))
        here = {"ward": ward, "precinct": "" if of_ward else base, "police": police and layers.codes[police.grid_id]}
        for name, said in said_of(row).items():
            fate = "blank" if not said else "outside" if not here[name] else "equal" if here[name] == said else "differ"
            figures[name][fate] += 1
            if fate == "differ":
                differences.append(difference(row, one, name, said, str(here[name]), layers))
    tell_unplaced(rows, found)
    tell(differences, output)
    placed = sum(one["grid"]["code"] != "boston" for one in found)
    counted = {name: {fate: figures[name][fate] for fate in ("equal", "differ", "outside", "blank")} for name in LAYERS}
    print(json.dumps({"placed": placed, "unplaced": len(rows) - placed} | counted))


def said_of(row: dict[str, str]) -> dict[str, str]:
    """What the city recorded, in the way of the maps: `Ward 03` and `3` are `3`, `503.0` is `0503`, `C-11` is `C11`."""
    ward = row["ward"].removeprefix("Ward ").strip()
    precinct = row["precinct"].removesuffix(".0")
    return {
        "ward": ward.lstrip("0"),
        "precinct": precinct and f"{int(precinct):04}" if precinct.isdigit() or not precinct else precinct,
        "police": row["police_district"].replace("-", ""),
    }


async def read(town: Town, positions: list[tuple[float, float]]) -> tuple[Layers, list[Located | None]]:
    """The boundaries, and the police district of each position; says how long the search took."""
    deployment = town.open()
    async with deployment.read() as work:
        boundary, grid = t.boundary, t.grid
        rows = await work.rows(
            grid.join(boundary, boundary.c.grid_id == grid.c.id)
            .select()
            .with_only_columns(grid.c.id, grid.c.code, grid.c.layer_id, boundary.c.rings)
        )
        layers = Layers({(row.layer_id, row.code): unpacked(row.rings) for row in rows}, {row.id: row.code for row in rows})
        for name in ("base", "police"):
            started = time.perf_counter()
            located = await locate(work, positions, name)
            seconds = time.perf_counter() - started
            print(
                f"The layer {name}: {len(positions):,} positions found in {seconds:.1f} s, {len(positions) / seconds:,.0f} a second."
            )
        outside = [position for position, one in zip(positions, located, strict=True) if one is None]
        near = [await grid_at(work, position, "police") for position in outside[:1000]]
        metres = sorted(one.distance for one in near if one is not None)
        if metres:
            print(
                f"{len(outside):,} positions lie in no police district; the nearest is {metres[0]:.1f} to {metres[-1]:.1f} m away."
            )
    await deployment.close()
    return layers, located


def difference(row: dict[str, str], event: dict[str, Any], name: str, said: str, here: str, layers: Layers) -> Difference:
    code = said if name == "police" else f"boston.{said}"
    edges = layers.edges.get((LAYERS[name], code))
    metres = edges and edges.distance(units(event["longitude"]), units(event["latitude"]))
    return Difference(key=row["case_enquiry_id"], layer=name, recorded=said, found=here, metres=metres)


def tell_unplaced(rows: list[dict[str, str]], found: list[dict[str, Any]]) -> None:
    """The made-up point, and what lies outside of all boundaries: kept with the city, in no ward and no precinct."""
    made_up = sum((row["longitude"], row["latitude"]) == MADE_UP for row in rows)
    nowhere = sum(one["longitude"] is None for one in found)
    wards = Counter(bool(re.fullmatch(r"boston\.\d{1,2}", one["grid"]["code"])) for one in found)[True]
    outside = sum(one["grid"]["code"] == "boston" and one["longitude"] is not None for one in found)
    print(
        f"{made_up:,} requests carry the made-up point {MADE_UP[1]}, {MADE_UP[0]}: {nowhere:,} came in without a position, unplaced."
    )
    print(f"{outside:,} positions lie in no ward, {wards:,} in a ward and in no precinct of it.\n")


def tell(differences: list[Difference], output: Path | None) -> None:
    for name in LAYERS:
        own = sorted((one for one in differences if one.layer == name), key=lambda one: -(one.metres or 0))
        known = [one.metres for one in own if one.metres is not None]
        within = ", ".join(f"{sum(one <= metres for one in known):,} ≤ {metres} m" for metres in NEAR)
        print(f"{name}: {len(own):,} differ; the recorded one's boundary is away: {within}; {len(own) - len(known):,} have none.")
        for one in own[:5] if output is None else ():
            print(f"  {one.key}: recorded {one.recorded}, lies in {one.found}, {one.metres or 0:,.0f} m from {one.recorded}")
    if output is None:
        return
    with output.open("w", encoding="utf-8", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(("request", "layer", "recorded", "found", "metres"))
        lines.writerows(
            (one.key, one.layer, one.recorded, one.found, "" if one.metres is None else round(one.metres, 1)) for one in differences
        )
    print(f"All {len(differences):,} differences are in {output}.")


if __name__ == "__main__":
    main()
