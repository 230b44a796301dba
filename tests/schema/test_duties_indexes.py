"""A worker's due list, and the dashboards, read no large table from end to end."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from duties import WORKER, settled
from explaining import Explained, explaining
from large_tables import LIVED_IN, fill_homes
from towns import COMMUNITY, GRIDS, Town
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio
DUE = "query ($post: ID!) { dueItems(postId: $post, first: 50) { nodes { state } } dueSummary(postId: $post) { targets } }"
FIGURES = """
query ($grid: ID!, $from: Date!, $until: Date!, $by: IndicatorGrouping) {
  indicators(ids: ["community.events_reported"], gridId: $grid, from: $from, until: $until, by: $by) { figures { value } }
}"""
BEHIND = """
query ($grid: ID!, $from: Date!, $until: Date!) {
  indicatorEvents(id: "community.events_reported", side: NUMERATOR, gridId: $grid, from: $from, until: $until) { ids }
}"""
YEAR, DAYS = {"from": "2025-01-01", "until": "2025-12-31"}, {"from": "2025-05-20", "until": "2025-06-20"}


@contextmanager
def noted(town: Town) -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """What is sent to the database meanwhile."""
    seen, engine = list[tuple[str, Sequence[Any]]](), town.deployment._reader.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def walked(found: Explained) -> set[str]:
    """Tables that are read from end to end, also in the order of an index."""
    if not found.text.startswith("{"):
        lines = (re.fullmatch(r"SCAN (\w+?)(?:_\d+)?(?: USING .*)?", line) for line in found.text.splitlines())
        return {line[1] for line in lines if line}
    return {node["Relation Name"] for node in nodes(orjson.loads(found.text)) if "Relation Name" in node and is_whole(node)}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def is_whole(node: dict[str, Any]) -> bool:
    ran = node["Actual Loops"] > 0
    return ran and (node["Node Type"] == "Seq Scan" or (node["Node Type"].startswith("Index") and "Index Cond" not in node))


async def walked_by(town: Town, query: str, viewer: Viewer, **variables: Any) -> set[str]:
    with noted(town) as seen:
        await town.ask(query, viewer, **variables)
    assert seen
    async with explaining(town) as explainer:
        found = [await explainer.explain(statement, parameters) for statement, parameters in seen]
    return set[str]().union(*map(walked, found))


async def test_due_lists_and_dashboards_read_no_large_table_from_end_to_end(town: Town) -> None:
    await settled(town)
    await fill_homes(town)
    worker, head = await town.viewer(WORKER, GRIDS["urban"]), await town.viewer("community.community_head", COMMUNITY)
    urban, community = ({"grid": f"Grid:{town.grids[code]}"} for code in (GRIDS["urban"], COMMUNITY))
    asked: Sequence[tuple[str, Viewer, Mapping[str, Any]]] = (
        (DUE, worker, {"post": f"Post:{town.posts[worker.login]}"}),
        (FIGURES, worker, urban | YEAR),
        (FIGURES, worker, urban | DAYS),
        (FIGURES, head, community | YEAR | {"by": "GRID"}),
        (FIGURES, head, community | YEAR | {"by": "KIND"}),
        (BEHIND, head, community | DAYS),
        (FIGURES, operator(), community | YEAR | {"by": "POST"}),
    )
    for query, viewer, variables in asked:
        assert not await walked_by(town, query, viewer, **variables) & LIVED_IN, (query, variables)
