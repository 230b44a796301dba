"""Notice boards for tests: what is asked of one, and stations and telephones of the town."""

from typing import Any

import sqlalchemy as sa

from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.boards.publishing import OfficePublishing, PostPublishing, publish_offices, publish_posts
from wangge_core.db import tables as t
from wangge_core.places.opening_hours import WEEKDAYS, OpeningHours, WeekdaySpan
from wangge_core.places.places import NewPlace, register_places
from wangge_core.places.services import Service
from wangge_core.rights.viewers import anonymous, operator

VISITOR = anonymous("en")
URBAN = GRIDS["urban"]
POSTS = "posts { role { id label } name phone substitutes { name } }"
BOARD = f"""grid {{ code name path {{ name }} }} {POSTS} vacantRoles {{ id }} answering {{ grid {{ code }} {POSTS} }}
  levels {{ grid {{ code level }} {POSTS} ownStations {{ name contact }} }} overlays {{ grid {{ name }} {POSTS} }}
  stations {{ name kind {{ id }} contact openNow services {{ name papers feeFen }} openingHours {{ weekly {{ weekday opens }} }} }}"""
ASK = f"""query($at: NoticeBoardAt!) {{ noticeBoard(at: $at) {{ __typename inside distance stationDistance
  board {{ {BOARD} }} nearestStation {{ name openNow }} candidates {{ gridId code name within }} }} }}"""
WEEKDAYS_ALONE = OpeningHours(weekly=tuple(WeekdaySpan(weekday=day, opens="08:30", closes="17:30") for day in WEEKDAYS[:5]))
REGISTRATION = Service(name="Residence registration", papers=("Identity card", "Lease"), fee_fen=0)


async def asked(town: Town, **at: Any) -> Any:
    """What a visitor is told."""
    return (await town.ask(ASK, VISITOR, at=at))["noticeBoard"]


async def board(town: Town, code: str = URBAN) -> Any:
    """The board of a grid as a visitor sees it."""
    return (await asked(town, gridCode=code))["board"]


async def station(town: Town, code: str = COMMUNITY, kind: str = "community.grid_station", **more: Any) -> int:
    """Register a station; its key."""
    given: dict[str, Any] = {"name": "Heron Lane station", "services": (REGISTRATION,)} | more
    if kind == "community.grid_station":
        given["details"] = {"sign": True, "logbook": True}
    request = NewPlace(grid_id=town.grids[code], kind_id=kind, **given)
    async with town.deployment.write() as work:
        (id,) = ids(await register_places(work, operator(), [request]))
    return id


async def publish(town: Town, login: str, **what: Any) -> None:
    """Say what is public of the post of a login."""
    async with town.deployment.write() as work:
        ids(await publish_posts(work, operator(), [PostPublishing(post_id=town.posts[login], **what)]))


async def publish_office(town: Town, code: str, phone: str | None) -> None:
    async with town.deployment.write() as work:
        ids(await publish_offices(work, operator(), [OfficePublishing(office_id=town.offices[code], official_phone=phone)]))


async def divided(town: Town, code: str, *after: str) -> None:
    """End a grid as a re-division does, with the grids that come after it."""
    async with town.deployment.write() as work:
        (id,) = await work.reserve_ids(t.division, 1)
        row = {"id": id, "grid_id": town.grids[COMMUNITY], "name": "Re-division", "state": "APPLIED", "changes": [], "version": 1}
        await work.insert(t.division, [row | {"proposed_at": work.now}])
        await work.run(sa.update(t.grid).where(t.grid.c.id == town.grids[code]).values(ended_at=work.now))
        pairs = [{"division_id": id, "from_grid_id": town.grids[code], "to_grid_id": town.grids[one]} for one in after]
        await work.insert(t.grid_succession, pairs)


async def recoded(town: Town, code: str, to: str) -> None:
    """Give a grid another code as a re-division does."""
    async with town.deployment.write() as work:
        (id,) = await work.reserve_ids(t.division, 1)
        row = {"id": id, "grid_id": town.grids[COMMUNITY], "name": "Re-division", "state": "APPLIED", "changes": [], "version": 1}
        await work.insert(t.division, [row | {"proposed_at": work.now}])
        await work.insert(t.grid_former_code, [{"division_id": id, "grid_id": town.grids[code], "code": code}])
        await work.run(sa.update(t.grid).where(t.grid.c.id == town.grids[code]).values(code=to))
