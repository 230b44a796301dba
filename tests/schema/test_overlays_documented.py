"""What docs/layers.md shows is run, from an empty layer to one event seen from it."""

import re
from pathlib import Path
from typing import Any

import pytest

from grounds import bound, place, square
from operating import done
from towns import DISTRICT, GRIDS, Town
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.viewers import anonymous

pytestmark = pytest.mark.anyio
DOCUMENT = Path(__file__).parents[2] / "docs" / "layers.md"


def shown() -> dict[str, str]:
    """The blocks of the document, by the name of each operation in them."""
    blocks = re.findall(r"^```graphql\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    operations = (one for block in blocks for one in re.split(r"\n(?=query|mutation)", block))
    return {re.split(r"[\s({]", one)[1]: one for one in operations}


async def test_the_document_on_layers_makes_a_beat_and_finds_an_event_from_it(town: Town) -> None:
    await bound(town, urban=square(0, 0), scenic=square(1, 0), rural=square(2, 0))
    district, documents = await town.viewer("community.district_administrator", DISTRICT, "en"), shown()
    ids = {name: f"Grid:{town.grids[GRIDS[name]]}" for name in GRIDS}

    async def run(name: str, **variables: Any) -> Any:
        return await town.ask(documents[name], district, **variables)

    assert (await run("MakeLayer"))["gridLayerCreate"]["gridLayer"] == {"id": "police", "label": "Police"}
    made = (await run("MakeBeat", lane=ids["urban"], park=ids["scenic"]))["gridCreate"]
    assert made["userErrors"] == []
    beat = made["grid"]["id"]
    assert {one["code"] for one in made["grid"]["baseGrids"]["nodes"]} == {GRIDS["urban"], GRIDS["scenic"]}
    layers = (await town.ask(documents["Layers"], anonymous("en")))["gridLayers"]["nodes"]
    assert [one["id"] for one in layers] == ["base", "police"]
    report = EventReport(
        kind_id="community.sanitation", description="Litter", grid_id=town.grids[GRIDS["scenic"]], details={"what": "LITTER"}
    )
    await done(town, report_events, report)
    (event,) = (await run("OnABeat", beat=beat))["events"]["nodes"]
    assert event["grid"]["code"] == GRIDS["scenic"]
    (over,) = (await run("OneEventEveryLayer", number=event["number"]))["event"]["overlayGrids"]
    assert (over["code"], over["layer"]["id"]) == ("N-01", "police")
    longitude, latitude = place(1.5, 0.5)
    at = (await run("WhichBeat", longitude=longitude, latitude=latitude))["gridAt"]
    assert at == {"inside": True, "grid": {"code": "N-01", "name": "North beat"}}
    changed = (await run("ChangeBeat", beat=beat, lane=ids["rural"]))["gridSetParts"]
    assert changed == {"grid": {"baseGrids": {"nodes": [{"code": GRIDS["rural"]}]}}, "userErrors": []}
    assert (await run("OnABeat", beat=beat))["events"]["totalCount"] == 0
    sizes = (await run("Sizes", under=DISTRICT))["grids"]["nodes"]
    (urban,) = [one for one in sizes if one["code"] == GRIDS["urban"]]
    assert [one["what"] for one in urban["sizeWarnings"]] == ["HOUSEHOLDS", "PEOPLE"]
