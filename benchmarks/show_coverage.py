"""The coverage doctor on meshes of 5,000, 20,000 and 80,000 grids: seconds when clean and with planted faults, and whether what was
planted was found and nothing else. One line of JSON a mesh."""

import json
import sys
import time
from collections import Counter
from pathlib import Path

import numpy
import shapely

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from meshes import Mesh
from wangge_core.coverage.families import Cell
from wangge_core.coverage.faults import Fault
from wangge_core.coverage.finding import find_faults
from wangge_core.geometry.exact import units
from wangge_core.geometry.validity import to_shapely

KINDS = ("GAP", "HOLE", "OVERLAP", "OUTSIDE", "SLIVER")


def main() -> None:
    for side, planted in ((71, 40), (142, 200), (283, 200)):
        clean, mesh = Mesh(side, side, seed=3), Mesh(side, side, seed=3)
        mesh.plant(planted)
        seconds_clean, faults = checked(clean)
        found = {
            "grids": len(clean.cells),
            "parents": len(clean.parents),
            "clean": {"seconds": seconds_clean, "faults": len(faults)},
        }
        seconds, faults = checked(mesh)
        print(json.dumps(found | {"planted": dict.fromkeys(KINDS, planted), "seconds": seconds} | matched(mesh, faults)))  # noqa: T201


def checked(mesh: Mesh) -> tuple[float, tuple[Fault, ...]]:
    grids = (
        (id, parent_id, [[numpy.array(ring) for ring in rings] for rings in polygons]) for id, parent_id, polygons in mesh.grids()
    )
    cells = [Cell(id=id, parent_id=parent_id, ground=to_shapely(polygons)) for id, parent_id, polygons in grids]
    start = time.perf_counter()
    findings = find_faults(cells)
    return round(time.perf_counter() - start, 2), findings.faults


def matched(mesh: Mesh, faults: tuple[Fault, ...]) -> dict[str, object]:
    """How many of each kind were found once where they were planted, and how many faults are none of these."""
    tree = shapely.STRtree([shapely.Polygon(plant.ring) for plant in mesh.plants])
    found, other = Counter[int](), 0
    for fault in faults:
        met = tree.query(shapely.Point(*map(units, fault.at)), predicate="dwithin", distance=2).tolist()
        if len(met) == 1 and mesh.plants[met[0]].kind == fault.kind and mesh.plants[met[0]].parent_id == fault.parent_id:
            found[met[0]] += 1
        else:
            other += 1
    kinds = Counter(mesh.plants[number].kind for number, times in found.items() if times == 1)
    return {"found": {kind: kinds[kind] for kind in KINDS}, "other": other + sum(times - 1 for times in found.values())}


if __name__ == "__main__":
    main()
