"""Overlays: the police's division of the same ground. A police grid is made of some communities of a subdistrict, or of some grids."""

from collections.abc import Iterator, Sequence

from wangge_core.grids.codes import GridLevel
from wangge_core.grids.layers import NewLayer, create_layers
from wangge_core.grids.overlays import NewOverlay, create_overlays
from wangge_server.demo.town import Ground, Town

POLICE = "police"
TYPE = "community.police_grid"
COMMUNITIES, GRIDS = 2, 6
"""Of how many a police grid is made at most."""


async def make_overlays(town: Town) -> None:
    """Create the layer of the police, and its grids."""
    await town.write("layers", create_layers, [NewLayer(id=POLICE, name="警务网格", name_en="Police")])
    made = list(_beats(town))
    requests = [
        NewOverlay(layer_id=POLICE, code=code, name=name, type_id=TYPE, base_grid_ids=tuple(one.id for one in parts))
        for code, name, parts in made
    ]
    for id, (code, name, parts) in zip(await town.write("police grids", create_overlays, requests), made, strict=True):
        town.overlays.append(
            Ground(
                id=id,
                code=code,
                name=name,
                type_id=TYPE,
                level=GridLevel.GRID,
                path=f"{id}.",
                staffing_id=None,
                longitude=parts[0].longitude,
                latitude=parts[0].latitude,
                parts=tuple(one.path for one in parts),
            )
        )


def _beats(town: Town) -> Iterator[tuple[str, str, Sequence[Ground]]]:
    """Code, name and base grids of each police grid."""
    for ground in town.divisions:
        if ground.level is not GridLevel.SUBDISTRICT:
            continue
        below = [one for one in (*town.divisions, *town.grids) if one.path.startswith(ground.path) and one is not ground]
        communities = [one for one in below if one.level is GridLevel.COMMUNITY]
        found, most = (communities, COMMUNITIES) if communities else (below, GRIDS)
        for number, start in enumerate(range(0, len(found), most), 1):
            yield f"{ground.code}-J{number}", f"{ground.name}第{number}警务网格", found[start : start + most]
