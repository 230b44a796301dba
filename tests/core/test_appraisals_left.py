"""Who has left a post is still the one who was appraised by it: no appraiser of their own, and free to appeal."""

from typing import Any

import pytest
import sqlalchemy as sa

from appraised import SPOT, a_run, a_scheme, appraiser, frozen, results, shown
from clockwork import at, set_time
from operating import done, tried
from towns import GRIDS, Town
from wangge_core.appraisals.appealing import AppraisalAppeal, appeal_results
from wangge_core.appraisals.checks import CheckEntry, enter_checks
from wangge_core.appraisals.schemes import Appraised, Component, ComponentKind, SchemeContent
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio
WORKER, URBAN = "community.grid_worker", GRIDS["urban"]
CHECKED = SchemeContent(components=(SPOT, Component(name="From above", kind=ComponentKind.RATED_FROM_ABOVE, weight=80)))


async def run_of_workers(town: Town) -> int:
    await set_time(town, "2026-03-20 10:00")
    role: dict[str, Any] = {"appraises": Appraised.POSTS, "level": None, "role_id": WORKER}
    return await a_run(town, await a_scheme(town, CHECKED, **role))


async def leave(town: Town, **more: Any) -> None:
    """The worker of the urban grid leaves on the 25th of March."""
    async with town.deployment.write() as work:
        post = t.post.c.id == town.posts[f"{WORKER}@{URBAN}"]
        await work.run(sa.update(t.post).where(post).values(ends_at=at("2026-03-25 00:00"), **more))


async def own_result(town: Town, run: int) -> int:
    post = town.posts[f"{WORKER}@{URBAN}"]
    return next(row.id for row in (await results(town, run)).values() if row.post_id == post)


async def test_an_appraiser_checks_nothing_of_a_post_that_they_held(town: Town) -> None:
    run, chief = await run_of_workers(town), await appraiser(town)
    async with town.deployment.write() as work:
        (id,) = await work.reserve_ids(t.appraisal_check, 1)
        drawn = {"id": id, "result_id": await own_result(town, run), "grid_id": town.grids[URBAN], "kind": "SPOT_CHECK"}
        await work.insert(t.appraisal_check, [drawn | {"drawn_at": work.now}])
    entered = CheckEntry(check_id=id, finding="All is well", points=100)
    await done(town, enter_checks, entered, by=chief)
    await leave(town, account_id=chief.account_id)
    assert await tried(town, enter_checks, entered, by=chief) == ["id: APPRAISAL_OWN"]


async def test_who_has_left_can_still_appeal(town: Town) -> None:
    run = await run_of_workers(town)
    await frozen(town, run, {})
    await leave(town)
    gone = await town.viewer(WORKER, URBAN)
    appeal = AppraisalAppeal(result_id=await own_result(town, run), reason="I was ill")
    assert await tried(town, appeal_results, appeal, by=gone) == ["id: NOT_FOUND"]
    await shown(town, run)
    await done(town, appeal_results, appeal, by=gone)
