"""`wangge coverage`: whether grids cover the ground of their parents once and whole."""

import asyncio
from pathlib import Path
from typing import Any

import click
import orjson
import sqlalchemy as sa

from wangge_core.coverage.checking import Affecting, CoverageReport, check_coverage
from wangge_core.coverage.faults import FaultKind
from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.errors import WanggeError
from wangge_core.rights.viewers import operator
from wangge_server.commands.context import Context, pass_context
from wangge_server.opening import open_deployment


class CoverageError(WanggeError):
    """The coverage of something that is not there was asked for."""

    code = "COVERAGE_UNKNOWN"


@click.group()
def coverage() -> None:
    """Look after the boundaries of grids."""


@coverage.command("check")
@click.option("--grid", "code", help="The code of the grid to check with all below it; otherwise the whole layer.")
@click.option("--layer", default=BASE_LAYER, show_default=True, help="The layer.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file for the faults as GeoJSON.")
@pass_context
def check_command(context: Context, code: str | None, layer: str, output: Path | None) -> None:
    """Find gaps, holes, overlaps, slivers and grids outside their parent. Ends with status 1 where there are any."""
    report, codes = asyncio.run(_check(context, code, layer))
    for kind in FaultKind:
        found = [one.fault for one in report.faults if one.fault.kind is kind]
        if found:
            click.echo(f"{kind.value:<8} {len(found):>7,}  {sum(one.area_m2 for one in found):>14,.1f} m²")
    if output is not None:
        output.write_bytes(orjson.dumps(_collection(report, codes)))
        click.echo(f"{len(report.faults):,} faults written to {output}.")
    undrawn = f", {len(report.undrawn):,} without a boundary" if report.undrawn else ""
    more = "" if report.complete else " There are more faults than these."
    click.echo(f"{report.grids:,} grids checked{undrawn}: {len(report.faults):,} faults.{more}")
    if report.faults:
        click.get_current_context().exit(1)


async def _check(context: Context, code: str | None, layer: str) -> tuple[CoverageReport, dict[int, str]]:
    deployment = open_deployment(context.settings())
    try:
        async with deployment.read() as work:
            grid, of_layer = t.grid, t.grid.c.layer_id == layer
            id = None if code is None else await work.value(sa.select(grid.c.id).where(of_layer, grid.c.code == code))
            known = await work.value(sa.select(t.grid_layer.c.id).where(t.grid_layer.c.id == layer))
            if known is None or (code is not None and id is None):
                raise CoverageError(
                    f"there is no layer {layer}." if known is None else f"there is no grid {code} in the layer {layer}."
                )
            report = await check_coverage(work, operator(), id, layer_id=layer)
            assert report is not None
            named = {id for one in report.faults for id in (*one.fault.grid_ids, one.fault.parent_id) if id is not None}
            return report, {id: row.code for id, row in (await work.by_ids((grid.c.code,), grid.c.id, list(named))).items()}
    finally:
        await deployment.close()


def _collection(report: CoverageReport, codes: dict[int, str]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [_feature(one, codes) for one in report.faults]}


def _feature(one: Affecting, codes: dict[int, str]) -> dict[str, Any]:
    fault = one.fault
    properties = {
        "kind": fault.kind.value,
        "basis": fault.basis.value,
        "parent": codes.get(fault.parent_id or 0),
        "grids": [codes[id] for id in fault.grid_ids],
        "area_m2": fault.area_m2,
        "width_m": fault.width_m,
        "buildings": None if one.building_ids is None else len(one.building_ids),
        "persons": one.persons,
    }
    return {"type": "Feature", "geometry": fault.geometry, "properties": properties}
