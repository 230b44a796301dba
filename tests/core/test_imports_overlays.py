"""Importing overlays: a row a grid, made of the base grids that it names; a second run changes what has changed alone."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from layered import POLICE, add_layers
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import MappingError, OverlayMapping
from wangge_core.imports.overlays import check_overlays, import_overlays
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio
MAPPING = read_mapping(Path(__file__).parents[2] / "examples" / "imports" / "overlays.toml", OverlayMapping)
URBAN, SCENIC, RURAL, MARITIME = GRIDS.values()


def written(folder: Path, *rows: tuple[str, str, str, str]) -> Path:
    path = folder / "police.csv"
    path.write_text("\n".join([",".join(one) for one in (("code", "name", "station", "grids"), *rows)]), encoding="utf-8")
    return path


async def run(town: Town, path: Path, mapping: OverlayMapping = MAPPING, **how: Any) -> ImportResult:
    return await import_overlays(town.deployment, operator("en"), path, mapping, **how)


async def made_of(town: Town) -> dict[str, set[str]]:
    """The codes of the base grids of each grid of the police."""
    part, overlay, base = t.grid_part, t.grid.alias(), t.grid.alias()
    joined = overlay.outerjoin(part, part.c.overlay_grid_id == overlay.c.id).outerjoin(base, base.c.id == part.c.base_grid_id)
    async with town.deployment.read() as work:
        query = sa.select(overlay.c.code, base.c.code.label("base")).select_from(joined).where(overlay.c.layer_id == POLICE)
        rows = await work.rows(query)
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.code, set()).update({row.base} - {None})
    return found


@pytest.fixture(autouse=True)
async def layer(town: Town) -> None:
    await add_layers(town, POLICE)


async def test_each_row_is_a_grid_made_of_those_that_it_names(town: Town, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        ("S1", "Station", "", COMMUNITY),
        ("B1", "First beat", "S1", f"{URBAN}; {SCENIC}"),
        ("B2", "Second beat", "S1", SCENIC),
        ("B3", "Third beat", "S2", RURAL),
        ("B4", "Fourth beat", "S1", f"{MARITIME};777"),
        ("", "Nameless", "", RURAL),
    )
    assert check_overlays(path, MAPPING).codes == {"REQUIRED": 1}
    dry = await run(town, path, dry_run=True)
    assert (dry.imported, await made_of(town)) == (2, {})
    result = await run(town, path)
    assert (result.rows, result.imported) == (6, 2)
    assert result.codes == {"PART_TAKEN": 1, "NOT_FOUND": 1, "GRID_NOT_FOUND": 1, "REQUIRED": 1}
    assert await made_of(town) == {"S1": {COMMUNITY}, "B1": {URBAN, SCENIC}}


async def test_a_second_run_changes_what_has_changed_alone(town: Town, tmp_path: Path) -> None:
    await run(town, written(tmp_path, ("B1", "First", "", URBAN), ("B2", "Second", "", f"{SCENIC};{RURAL}")))
    again = await run(town, written(tmp_path, ("B1", "First", "", f"{URBAN};{SCENIC}"), ("B2", "Second", "", RURAL)))
    assert (again.updated, again.already_there, again.refused) == (2, 0, 0)
    assert await made_of(town) == {"B1": {URBAN, SCENIC}, "B2": {RURAL}}
    third = await run(town, written(tmp_path, ("B1", "First", "", f"{SCENIC};{URBAN}"), ("B2", "Second", "", URBAN)))
    assert (third.updated, third.already_there, third.codes) == (0, 1, {"PART_TAKEN": 1})


@pytest.mark.parametrize("layer", ["base", "moon"])
async def test_there_must_be_such_an_overlay(town: Town, tmp_path: Path, layer: str) -> None:
    mapping = msgspec.structs.replace(MAPPING, overlay=msgspec.structs.replace(MAPPING.overlay, layer=layer))
    with pytest.raises(MappingError, match=layer):
        await run(town, written(tmp_path, ("B1", "First", "", SUBDISTRICT)), mapping)
