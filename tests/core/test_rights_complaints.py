from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.moves.moves import EventMoveRequest, move_events
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer, Way, shape
from wangge_core.rights.viewers import Viewer, narrowed, operator
from wangge_core.rights.visibility import event_rule

pytestmark = pytest.mark.anyio

KIND = "community.service_complaint"
ABOVE = f"community.subdistrict_administrator@{SUBDISTRICT}"
CHIEF = f"community.grid_chief@{GRIDS['urban']}"


async def complaint(town: Town, by: Viewer | None = None, grid: str = GRIDS["urban"]) -> int:
    details = {"what": "RUDE"}
    report = EventReport(kind_id=KIND, description="the grid worker shouted", grid_id=town.grids[grid], details=details)
    async with town.deployment.write() as work:
        return ids(await report_events(work, by or operator(), [report]))[0]


async def sees(town: Town, viewer: Viewer, event: int) -> bool:
    """Whether the viewer sees an event, which is the same by every way of coming by the rows."""
    paths = {path for scope in viewer.scopes.values() for path in scope.paths}
    found: set[bool] = set()
    async with town.deployment.read() as work:
        for way in Way:
            for wide in ((), paths):
                query = sa.select(t.event.c.id).where(t.event.c.id == event, event_rule(t.event, BoundViewer(viewer, wide, way)))
                found.add(await work.first(query) is not None)
    (one,) = found
    return one


async def give(town: Town, event: int, **to: Any) -> None:
    async with town.deployment.write() as work:
        row = {"event_id": event, "sequence": 1, "lead": True, "active": True, "post_id": None, "office_id": None}
        await work.insert(t.event_assignment, [row | to])


async def test_a_complaint_is_kept_from_its_grid_and_community_and_seen_above(town: Town) -> None:
    event = await complaint(town)
    readers = {
        f"community.grid_worker@{GRIDS['urban']}": False,
        CHIEF: False,
        f"community.community_head@{COMMUNITY}": False,
        f"community.community_officer@{COMMUNITY}": False,
        ABOVE: True,
        f"community.duty_officer@{SUBDISTRICT}": True,
        f"community.auditor@{DISTRICT}": True,
        f"community.district_administrator@{DISTRICT}": True,
    }
    assert {login: await sees(town, await town.login(login), event) for login in readers} == readers


async def test_other_matters_of_the_grid_are_seen_as_ever(town: Town) -> None:
    event = await complaint(town)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.event).where(t.event.c.id == event).values(kind_id="community.sanitation"))
    assert await sees(town, await town.login(CHIEF), event)


async def test_who_reported_a_complaint_sees_it(town: Town) -> None:
    volunteer = await town.login(f"community.volunteer@{GRIDS['urban']}")
    event = await complaint(town, volunteer)
    assert await sees(town, volunteer, event)
    assert not await sees(town, await town.login(f"community.grid_worker@{GRIDS['urban']}"), event)


async def test_being_given_a_complaint_shows_it_to_others_but_not_to_the_community(town: Town) -> None:
    event = await complaint(town)
    await give(town, event, post_id=town.posts[CHIEF])
    await give(town, event, office_id=town.offices["housing"])
    assert not await sees(town, await town.login(CHIEF), event)
    assert await sees(town, await town.login("community.department_specialist@housing"), event)


async def test_a_neighbouring_community_may_be_given_a_complaint(town: Town) -> None:
    event = await complaint(town, grid=SUBDISTRICT)
    chief = await town.login(CHIEF)
    assert not await sees(town, chief, event)
    await give(town, event, post_id=town.posts[CHIEF])
    assert await sees(town, chief, event)


async def test_a_complaint_cannot_be_given_to_posts_of_its_community(town: Town) -> None:
    event, above = await complaint(town), await town.login(ABOVE)

    async def accept(post: str) -> list[str]:
        request = EventMoveRequest(event_id=event, move="accept", answers={"assignees": [{"post": town.posts[post]}]})
        async with town.deployment.write() as work:
            (outcome,) = await move_events(work, above, [request])
        return [one.code for one in outcome.refusals]

    assert await accept(CHIEF) == ["ASSIGNEE_OF_GRID"]
    assert await accept(f"community.community_head@{COMMUNITY}") == ["ASSIGNEE_OF_GRID"]
    assert await accept(f"community.duty_officer@{SUBDISTRICT}") == []


async def test_a_complaint_begins_with_the_subdistrict(town: Town) -> None:
    event = await complaint(town)
    worker = await town.login(f"community.grid_worker@{GRIDS['urban']}")
    async with town.deployment.write() as work:
        (outcome,) = await move_events(work, worker, [EventMoveRequest(event_id=event, move="accept", answers={})])
        assert await work.value(sa.select(t.event.c.stage).where(t.event.c.id == event)) == "received"
    assert [one.code for one in outcome.refusals] == ["NOT_FOUND"]


async def test_nothing_is_added_to_the_reads_of_who_serves_above(town: Town) -> None:
    for login, added in ((ABOVE, False), (f"community.auditor@{DISTRICT}", False), (CHIEF, True)):
        viewer = await town.login(login)
        assert (viewer.withheld is not None) is added
        bound = event_rule(t.event, BoundViewer(viewer)).compile(dialect=sqlite.dialect()).params
        assert any(name.startswith("viewer_withheld") for name in bound) is added


async def test_viewers_who_differ_in_what_is_kept_from_them_share_no_statement(town: Town) -> None:
    chief, head = await town.login(CHIEF), await town.login(f"community.community_head@{COMMUNITY}")
    free = Viewer(account_id=chief.account_id, login=chief.login, language="en", posts=chief.posts, scopes=chief.scopes)
    assert shape(chief, ()) != shape(free, ())
    neighbour = await town.login(f"community.grid_chief@{GRIDS['rural']}")
    assert shape(chief, ()) == shape(neighbour, ())
    assert head.withheld and chief.withheld
    assert head.withheld.communities == chief.withheld.communities


async def test_a_machine_without_rights_on_events_sees_none_of_its_accounts(town: Town) -> None:
    above = await town.login(ABOVE)
    event = await complaint(town, above)
    assert await sees(town, narrowed(above, {Capability.READ_EVENTS}), event)
    assert not await sees(town, narrowed(above, {Capability.READ_PLACES}), event)
    reports = narrowed(above, {Capability.REPORT_EVENTS})
    assert await sees(town, reports, event)
    assert all(not post.acts_as for post in reports.posts)
