"""What a due list must not give away: who has a need that the viewer may not see, by a cursor, by an absence, or by another need."""

from base64 import urlsafe_b64decode
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from duties import WORKER, due, family, in_need, settled
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.duties.due import DueItem
from wangge_core.rights.viewers import Viewer

pytestmark = pytest.mark.anyio
DISABLED = "urban.visit_disabled"
PAGE = """
query ($grid: ID!, $after: String) {
  dueItems(gridId: $grid, dutyIds: ["urban.visit_disabled"], first: 1, after: $after) {
    nodes { targetId state } pageInfo { hasNextPage startCursor endCursor }
  }
}"""


async def worker(town: Town) -> Viewer:
    return await town.viewer(WORKER, GRIDS["urban"])


async def disabled(town: Town, person_id: int) -> None:
    """A need of a sensitive kind, which no role is named for."""
    id = await in_need(town, person_id, "community.unemployed")
    async with town.deployment.write() as work:
        await work.run(sa.update(t.need).where(t.need.c.id == id).values(kind_id="community.disabled"))


async def households(town: Town, viewer: Viewer, duty: str) -> set[int | None]:
    found: tuple[DueItem, ...] = await due(town, viewer, duty=duty)
    return {one.id for one in found}


async def test_the_cursor_of_what_is_not_seen_holds_no_key(town: Town) -> None:
    await settled(town)
    unseen = [(await family(town, name))[1] for name in ("Chen", "Zhao", "Wang")]
    for person in unseen:
        await disabled(town, person)
    asked: dict[str, Any] = {"grid": f"Grid:{town.grids[GRIDS['urban']]}"}
    cursors, after = list[str](), None
    for _ in unseen:
        page = (await town.ask(PAGE, await worker(town), **asked, after=after))["dueItems"]
        assert page["nodes"] == [{"targetId": None, "state": "OVERDUE"}]
        after = page["pageInfo"]["endCursor"]
        cursors += [page["pageInfo"]["startCursor"], after]
    assert page["pageInfo"]["hasNextPage"] is False
    assert len(set(cursors)) == len(unseen)
    assert not {orjson.loads(urlsafe_b64decode(one))[-1] for one in cursors} & set(unseen)


async def test_a_household_is_not_missing_from_the_ordinary_ones_for_a_need_that_is_not_seen(town: Town) -> None:
    await settled(town)
    household, person = await family(town, "Chen")
    await disabled(town, person)
    assert await households(town, await worker(town), DISABLED) == {None}
    assert household in await households(town, await worker(town), "urban.visit_ordinary")


async def test_who_has_two_needs_is_told_to_who_sees_both(town: Town) -> None:
    await settled(town)
    _, person = await family(town, "Chen", GRIDS["rural"])
    for kind in ("community.left_behind_elder", "community.lives_alone"):
        await in_need(town, person, kind)
    viewer = await town.viewer(WORKER, GRIDS["rural"])
    asked: dict[str, Any] = {"duty": "rural.visit_elder_alone", "grid_id": town.grids[GRIDS["rural"]]}
    assert [one.id for one in await due(town, viewer, **asked)] == [person]
    async with town.deployment.write() as work:
        alone = t.need_kind.c.id == "community.lives_alone"
        await work.run(sa.update(t.need_kind).where(alone).values(sensitive=True))
    assert [one.id for one in await due(town, viewer, **asked)] == [None]
