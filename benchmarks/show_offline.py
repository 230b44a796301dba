"""60 workers' day without a network: sent in order; and sent in shuffled pieces with wrong clocks, broken changes, connections cut at
random and everything replayed twice. Both come to the same.

`--workers 60 --bulk 10000 --db URL --unruly URL` (two empty databases; temporary ones of SQLite by default). The last line is JSON: how
many changes there were, how often calls were cut and changes mended, what was lost (0), whether both runs agree, and the seconds. `bulk`
changes of one phone, of which one in the middle is broken, go through the service at the end, over HTTP with the default settings: in one
request, again until nothing is left. Ends with 1 where anything is lost or differs.
"""

# ruff: noqa: T201 - it is there to print

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from sending_bulk import Queued, send_bulk
from showing import empty_town

from towns import ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.campaigns.checking_in import CheckIn, CheckIns
from wangge_core.campaigns.choosing import Persons
from wangge_core.campaigns.freezing import FIGURES
from wangge_core.campaigns.outcomes import ExceptionReason, TargetState
from wangge_core.campaigns.starting import CampaignStart, start_campaigns
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.events.comments import EventCommentRequest
from wangge_core.events.reports import EventReport
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.ledger.entries import PatrolKind, WorkKind
from wangge_core.ledger.patrol_requests import NewPatrol
from wangge_core.ledger.tracks import TrackPoint
from wangge_core.ledger.visit_requests import NewVisit
from wangge_core.moves.moves import EventMoveRequest
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, load_viewer, operator
from wangge_core.sync.changes import Answer, Change, Queue, SyncMend, SyncStatus
from wangge_core.sync.syncing import is_done, sync
from wangge_server.opening import open_deployment
from wangge_server.settings import read_settings

NOW = datetime.now(UTC).replace(microsecond=0)
"""The moment of both runs, which stands still, so that they can be compared to the millisecond."""
DISTRICT, SUBDISTRICT, COMMUNITY = "999904", "999904001", "999904001001"
MINUTE = timedelta(minutes=1)
HAZARD = {"hazard": "FIRE", "immediate_danger": False}
AT_ONCE = 8
CHECKED = 12
"""How many residents of each grid stand on the list of a campaign."""


@dataclass(slots=True)
class Phone:
    """A worker's phone: whose it is, by how much its clock is wrong, what it has queued, and what is broken in that."""

    login: str
    viewer: Viewer
    ahead: timedelta
    queued: list[Change]
    broken: dict[str, Change] = field(default_factory=dict[str, Change])


@dataclass(slots=True)
class Told:
    """What happened on the way."""

    calls: int = 0
    cut: int = 0
    lost_answers: int = 0
    mended: int = 0
    waited: int = 0
    statuses: Counter[str] = field(default_factory=Counter[str])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=60)
    parser.add_argument("--bulk", type=int, default=10_000)
    parser.add_argument("--db", help="an empty database for the orderly run")
    parser.add_argument("--unruly", help="an empty database for the other one")
    given = parser.parse_args()
    with empty_town() as first, empty_town() as second:
        settings = [
            read_settings(environment={}, data_folder=str(one.folder), database=url, development_sign_in=True)
            for one, url in ((first, given.db), (second, given.unruly))
        ]
        towns = [open_deployment(one) for one in settings]
        found, phone = asyncio.run(show(*towns, workers=given.workers))
        report = next(one for one in phone.queued if one.kind == "eventReport")
        queued = Queued(phone.login, phone.ahead, NOW, report.request.grid_id, report.client_id, given.bulk)
        found |= asyncio.run(send_bulk(settings[1], queued))
    print(json.dumps(found))
    sys.exit(0 if found["lost"] == 0 and found["agree"] and found["bulkThrough"] else 1)


async def show(orderly: Deployment, unruly: Deployment, *, workers: int) -> tuple[dict[str, Any], Phone]:
    """What was found, and a phone of the unruly town."""
    try:
        for one in (orderly, unruly):
            one.clock = lambda: NOW
        phones = [await fill(one, workers) for one in (orderly, unruly)]
        changes = sum(len(one.queued) for one in phones[0])
        print(f"{workers} workers, {changes:,} changes queued without a network")
        began = time.perf_counter()
        for phone in phones[0]:
            answers = await send(orderly, phone, phone.queued)
            assert all(map(is_done, answers)), [one for one in answers if not is_done(one)][:3]
        seconds = time.perf_counter() - began
        print(f"in order: {seconds:.1f} s, {changes / seconds:,.0f} changes/s")
        told = Told()
        began = time.perf_counter()
        await struggle(unruly, phones[1], told)
        unruly_seconds = time.perf_counter() - began
        again = await replay(unruly, phones[1])
        states = [await state(one) for one in (orderly, unruly)]
        print(
            f"unruly: {unruly_seconds:.1f} s, {told.calls} calls, {told.cut} cut, {told.lost_answers} answers lost, {told.mended} mended"
        )
    finally:
        await orderly.close()
        await unruly.close()
    lost = sum(len(missing) for missing in (set(a) - set(b) for a, b in zip(*states, strict=True)))
    found: dict[str, Any] = {
        "workers": workers,
        "changes": changes,
        "seconds": round(seconds, 1),
        "perSecond": round(changes / seconds),
        "unrulySeconds": round(unruly_seconds, 1),
        "calls": told.calls,
        "cut": told.cut,
        "lostAnswers": told.lost_answers,
        "mended": told.mended,
        "waited": told.waited,
        "replayed": dict(again),
        "lost": lost,
        "agree": states[0] == states[1] and set(again) == {SyncStatus.ALREADY_DONE.name},
    }
    return found, phones[1][0]


async def fill(deployment: Deployment, workers: int) -> list[Phone]:
    """A town with a grid and a worker for each, and what each has queued."""
    await deployment.start(migrate=True)
    viewer, division = operator(), "community.division"
    async with deployment.write() as work:
        tree = [
            NewGrid(code=DISTRICT, name="Ferry Bank", type_id=division),
            NewGrid(code=SUBDISTRICT, name="Mill Road", type_id=division, parent_code=DISTRICT),
            NewGrid(code=COMMUNITY, name="Willow Court", type_id=division, parent_code=SUBDISTRICT),
            *(
                NewGrid(code=code_of(number), name=f"Grid {number}", type_id="urban", parent_code=COMMUNITY)
                for number in range(workers)
            ),
        ]
        grids = ids(await create_grids(work, viewer, tree))[3:]
        logins = [f"worker{number}" for number in range(workers)]
        accounts = ids(await create_accounts(work, viewer, [NewAccount(login=login, name=login) for login in logins]))
        posts = [
            NewPost(account_id=account, role_id="community.grid_worker", grid_id=grid)
            for account, grid in zip(accounts, grids, strict=True)
        ]
        ids(await assign_posts(work, viewer, posts))
        await work.run(sa.update(t.post).values(starts_at=NOW - timedelta(days=60)))
        await sampled(work, [grid for grid in grids for _ in range(CHECKED)], grids[0])
    return [await phone_of(deployment, login, grid, number) for number, (login, grid) in enumerate(zip(logins, grids, strict=True))]


async def sampled(work: Work, homes: Sequence[int], ground: int) -> None:
    """A resident for each of these grids, who all stand on the list of a campaign that began in the morning."""
    people = [{"grid_id": grid, "residence": "PERMANENT", "name": f"Ren {id}", "created_at": NOW} for id, grid in enumerate(homes)]
    await work.insert(t.person, people)
    above = await work.value(sa.select(t.grid.c.parent_id).where(t.grid.c.id == ground))
    texts = {"name": "Sampling", "purpose": "To find out who is ill", "legal_basis": "A law"}
    start = CampaignStart(grid_id=above, chosen=Persons(), ends_at=NOW + timedelta(days=1), **texts)
    (campaign,) = ids(await start_campaigns(work, operator(), [start]))
    await work.run(sa.update(t.campaign).where(t.campaign.c.id == campaign).values(started_at=NOW - timedelta(hours=10)))


def code_of(number: int) -> str:
    return f"{COMMUNITY}{number + 1:03}"


async def phone_of(deployment: Deployment, login: str, grid: int, number: int) -> Phone:
    async with deployment.read() as work:
        viewer = await load_viewer(work, deployment.rules.registry, login)
        target = t.campaign_target
        listed = await work.rows(sa.select(target.c.id, target.c.campaign_id).where(target.c.grid_id == grid).order_by(target.c.id))
    assert viewer is not None
    chance = random.Random(number)
    ahead = timedelta(minutes=chance.choice((0, 0, 0, 7, -25, 480)))
    phone = Phone(login, viewer, ahead, [])
    for one in (*day(login, grid, chance), *check_ins(login, listed, chance)):
        phone.queued.append(shifted(one, ahead))
        if chance.random() < 0.03 and one.kind == "eventReport":
            phone.broken[one.client_id] = replace(phone.queued[-1], request=replace(phone.queued[-1].request, description=""))
    return phone


def day(login: str, grid: int, chance: random.Random) -> list[Change]:
    """Eight hours of a worker: matters with remarks on them, watches, and a patrol with its track."""
    found: list[Change] = []
    began = NOW - timedelta(hours=9)
    for number in range(12):
        at, id = began + MINUTE * (40 * number + chance.randrange(20)), f"{login}-{number}"
        report = EventReport(kind_id="community.hazard", description=f"matter {id}", grid_id=grid, details=HAZARD)
        found.append(Change(client_id=id, kind="eventReport", captured_at=at, request=report))
        remarks = chance.randrange(3)
        for each in range(remarks):
            remark = EventCommentRequest(event_id=0, note=f"remark {each} on {id}")
            after = (f"{id}-{each - 1}",) if each else ()
            when = at + MINUTE * (each + 1)
            found.append(
                Change(client_id=f"{id}-{each}", kind="eventComment", captured_at=when, request=remark, about=id, after=after)
            )
        if chance.random() < 0.5:
            move = EventMoveRequest(event_id=0, move="accept", answers={"kind": "community.hazard"})
            after = (f"{id}-{remarks - 1}",) if remarks else ()
            found.append(
                Change(client_id=f"{id}-m", kind="eventMove", captured_at=at + MINUTE * 4, request=move, about=id, after=after)
            )
        watch = NewVisit(what=WorkKind.WATCH, started_at=at + MINUTE * 5, ended_at=at + MINUTE * 15)
        found.append(Change(client_id=f"{id}-w", kind="visitRecord", captured_at=at + MINUTE * 15, request=watch))
    points = tuple(TrackPoint(at=began + MINUTE * each, longitude=11.9 + each / 10_000, latitude=48.4) for each in range(60))
    patrol = NewPatrol(what=PatrolKind.PATROL, started_at=began, ended_at=began + MINUTE * 60, points=points)
    found.append(Change(client_id=f"{login}-p", kind="patrolRecord", captured_at=began + MINUTE * 60, request=patrol))
    return found


def check_ins(login: str, listed: Sequence[Any], chance: random.Random) -> list[Change]:
    """Each target of a worker's grid, now and then with an exception."""
    found: list[Change] = []
    for number, row in enumerate(listed):
        missing = chance.random() < 0.1
        state, reason = (TargetState.EXCEPTION, ExceptionReason.NOT_FOUND) if missing else (TargetState.DONE, None)
        request = CheckIns(campaign_id=row.campaign_id, items=(CheckIn(target_id=row.id, state=state, reason=reason),))
        at = NOW - timedelta(hours=8) + MINUTE * chance.randrange(400)
        found.append(Change(client_id=f"{login}-c{number}", kind="campaignCheckIn", captured_at=at, request=request))
    return found


def shifted(one: Change, ahead: timedelta) -> Change:
    """The change as a phone with a wrong clock has queued it."""
    request = one.request
    if isinstance(request, NewVisit | NewPatrol):
        assert request.ended_at is not None
        request = replace(request, started_at=request.started_at + ahead, ended_at=request.ended_at + ahead)
    if isinstance(request, NewPatrol):
        request = replace(request, points=tuple(replace(point, at=point.at + ahead) for point in request.points))
    return replace(one, captured_at=one.captured_at + ahead, request=request)


async def send(deployment: Deployment, phone: Phone, changes: Sequence[Change]) -> list[Answer]:
    queue = Queue(phone_now=NOW + phone.ahead, changes=tuple(changes))
    answers = await sync(partial(deployment.write, phone.viewer, "sync"), phone.viewer, queue)
    assert isinstance(answers, list), answers
    return answers


async def struggle(deployment: Deployment, phones: Sequence[Phone], told: Told) -> None:
    """All phones send until each has been told that everything is done."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(phone: Phone) -> None:
        async with free:
            await until_done(deployment, phone, told)

    await asyncio.gather(*map(one, phones))


async def until_done(deployment: Deployment, phone: Phone, told: Told) -> None:
    chance = random.Random(phone.login)
    waiting = {one.client_id: phone.broken.get(one.client_id, one) for one in phone.queued}
    sound = {one.client_id: one for one in phone.queued}
    while waiting:
        part = chance.sample(sorted(waiting), min(len(waiting), chance.randint(1, 25)))
        answers = await cut_at_random(deployment, phone, [waiting[id] for id in part], chance, told)
        for answer in answers:
            told.statuses[answer.status.name] += 1
            if is_done(answer):
                waiting.pop(answer.client_id)
            elif answer.mend is SyncMend.CHANGE_INPUT:
                waiting[answer.client_id] = sound[answer.client_id]
                told.mended += 1
            else:
                assert answer.mend is SyncMend.SEND_LATER, answer
                told.waited += 1


async def cut_at_random(
    deployment: Deployment, phone: Phone, changes: Sequence[Change], chance: random.Random, told: Told
) -> list[Answer]:
    """The answers, or none where the connection was cut: in the middle of the work, or before the answer came."""
    told.calls += 1
    if chance.random() < 0.15:
        try:
            async with asyncio.timeout(chance.random() * 0.2):
                await send(deployment, phone, changes)
        except TimeoutError:
            told.cut += 1
            return []
    answers = await send(deployment, phone, changes)
    if chance.random() < 0.15:
        told.lost_answers += 1
        return []
    return answers


async def replay(deployment: Deployment, phones: Sequence[Phone]) -> Counter[str]:
    """Everything again, twice, in any order."""
    found = Counter[str]()
    for phone in phones:
        for _ in range(2):
            answers = await send(deployment, phone, random.Random(phone.login).sample(phone.queued, len(phone.queued)))
            found.update(one.status.name for one in answers)
    return found


async def state(deployment: Deployment) -> list[list[str]]:
    """What everything came to, without keys and numbers, which go on counting."""
    event, history, visit, patrol, point, grid = t.event, t.event_history, t.visit, t.patrol, t.patrol_point, t.grid
    target = t.campaign_target
    queries = (
        sa.select(event.c.description, event.c.stage, event.c.version, event.c.occurred_at, grid.c.code).join(grid),
        sa.select(event.c.description, history.c.sequence, history.c.entry, history.c.answers).join(event),
        sa.select(visit.c.client_key, visit.c.what, visit.c.started_at, visit.c.ended_at, visit.c.counted, grid.c.code).join(grid),
        sa.select(patrol.c.client_key, patrol.c.started_at, patrol.c.minutes, patrol.c.minutes_counted, patrol.c.counted),
        sa.select(t.person.c.name, target.c.state, target.c.reason, target.c.checked_at, target.c.client_key).join(target),
        sa.select(*(sa.func.sum(t.campaign_tally.c[name]).label(name) for name in FIGURES)),
        sa.select(patrol.c.client_key, point.c.at, point.c.longitude, point.c.latitude).join(patrol),
    )
    async with deployment.read() as work:
        return [sorted(map(repr, await work.rows(query))) for query in queries]


if __name__ == "__main__":
    main()
