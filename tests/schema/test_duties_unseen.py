"""What a due list must not give away: who has a need that the viewer may not see, by a cursor, an absence, a number, or another need."""

from base64 import urlsafe_b64decode
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from duties import WORKER, due, family, figures, in_need, settled
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.duties.due import DueItem, Ground, asks_now, count
from wangge_core.rights.viewers import SYSTEM_VIEWER, Viewer

pytestmark = pytest.mark.anyio
DISABLED = "urban.visit_disabled"
PAGE = """
query ($post: ID!, $after: String) {
  dueItems(postId: $post, dutyIds: ["community.talk_offline"], first: 1, after: $after) {
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


async def counted_by_the_service(town: Town, duty: str) -> int:
    """Whom a duty concerns in the urban grid, as indicators count it."""
    async with town.deployment.read() as work:
        path = await work.value(sa.select(t.grid.c.path).where(t.grid.c.id == town.grids[GRIDS["urban"]]))
        asks = (await asks_now(work, Ground((path,), None))).asks
        return sum(one.targets for one in await count(work, SYSTEM_VIEWER, asks) if one.duty_id == duty)


async def test_the_cursor_of_what_is_not_seen_holds_no_key(town: Town) -> None:
    await settled(town)
    unseen = dict([await family(town, name) for name in ("Chen", "Zhao", "Wang")])
    for person in unseen.values():
        await in_need(town, person, "community.lives_alone")
    volunteer = await town.viewer("community.volunteer", GRIDS["urban"])
    asked: dict[str, Any] = {"post": f"Post:{town.posts[volunteer.login]}"}
    cursors, after = list[str](), None
    for _ in unseen:
        page = (await town.ask(PAGE, volunteer, **asked, after=after))["dueItems"]
        assert page["nodes"] == [{"targetId": None, "state": "OVERDUE"}]
        after = page["pageInfo"]["endCursor"]
        cursors += [page["pageInfo"]["startCursor"], after]
    assert page["pageInfo"]["hasNextPage"] is False
    assert len(set(cursors)) == len(unseen)
    assert not {orjson.loads(urlsafe_b64decode(one))[-1] for one in cursors} & unseen.keys()


async def test_of_a_sensitive_need_that_is_not_seen_neither_an_item_nor_a_number_tells(town: Town) -> None:
    await settled(town)
    _, person = await family(town, "Chen")
    await disabled(town, person)
    grid = town.grids[GRIDS["urban"]]
    assert await due(town, await worker(town), duty=DISABLED) == ()
    assert await counted_by_the_service(town, DISABLED) == 1
    assert (await figures(town, await worker(town), grid_id=grid))[DISABLED].targets == 0
    async with town.deployment.write() as work:
        await work.insert(t.need_kind_role, [{"need_kind_id": "community.disabled", "role_id": WORKER}])
    assert [one.id for one in await due(town, await worker(town), duty=DISABLED)] == [person]
    assert (await figures(town, await worker(town), grid_id=grid))[DISABLED].targets == 1


async def test_a_household_is_not_missing_from_the_ordinary_ones_for_a_need_that_is_not_seen(town: Town) -> None:
    await settled(town)
    household, person = await family(town, "Chen")
    await disabled(town, person)
    assert await households(town, await worker(town), DISABLED) == set()
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
    assert [one.id for one in await due(town, viewer, **asked)] == []
