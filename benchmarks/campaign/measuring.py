"""One campaign from its start to the last target, against a real server on loopback."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from read.servers import Ours
from sqlalchemy.engine import URL

from campaign.clients import Taken, Target, list_calls, scan_calls, send_all, with_repeats
from campaign.following import Follower, lags
from campaign.town import ADMINISTRATOR, Town, make_town
from wangge_core.campaigns.choosing import Persons
from wangge_core.campaigns.starting import CampaignStart, start_campaigns
from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import load_viewer
from wangge_server.opening import open_deployment
from wangge_server.settings import read_settings
from wangge_server.sign_in import make_tokens

BATCH = 300


@dataclass(frozen=True, slots=True)
class Measured:
    """What a campaign came to."""

    targets: int
    done: int
    exceptions: int
    once: int
    twice: int
    missed: int
    frozen_seconds: float
    lists: Taken
    scans: Taken
    lags: list[float]

    @property
    def per_second(self) -> float:
        return self.targets / (self.lists.seconds + self.scans.seconds)

    def line(self) -> dict[str, Any]:
        """What the show ends with. The lag is None where the follower was lost."""
        late = sorted(self.lags)
        slow = late[min(len(late) - 1, int(len(late) * 0.99))]
        return {
            "targets": self.targets,
            "done": self.done,
            "exceptions": self.exceptions,
            "counted_once": self.once,
            "twice": self.twice,
            "missed": self.missed,
            "per_second": round(self.per_second, 1),
            "lists_per_second": round(_rate(self.lists), 1),
            "scans_per_second": round(_rate(self.scans), 1),
            "progress_lag_p99_ms": round(slow * 1000) if isfinite(slow) else None,
            "frozen_seconds": round(self.frozen_seconds, 2),
        }


def _rate(taken: Taken) -> float:
    """Targets that were newly counted, a second."""
    return taken.results["COUNTED"] / taken.seconds if taken.seconds else 0.0


def measure(url: URL, folder: Path, *, targets: int, scans: int, clients: int) -> Measured:
    """Make the town, freeze the list, and check in all: `scans` of them one by one, the others by list."""
    town, campaign, frozen, listed = asyncio.run(_begin(url, folder, targets))
    tokens = make_tokens(folder, {login: login for login in town.logins})
    with Ours(url, folder, "") as serving:
        follower = Follower(serving.port, tokens[ADMINISTRATOR], campaign)
        follower.start()
        assert follower.started.wait(30), "the campaign cannot be followed"
        singly, by_list = listed[:scans], listed[scans:]
        lists = send_all(serving.port, campaign, tokens, with_repeats(list_calls(by_list, BATCH), 3), clients)
        calls = with_repeats(scan_calls(singly, list(town.workers.values())), 4)
        scanned = send_all(serving.port, campaign, tokens, calls, clients)
        follower.stop()
    late = lags([*lists.answered, *scanned.answered], follower.told)
    return asyncio.run(_ended(url, folder, campaign, frozen, lists, scanned, late))


def _open(url: URL, folder: Path) -> Deployment:
    database = url.render_as_string(hide_password=False)
    return open_deployment(read_settings(environment={}, data_folder=str(folder), database=database))


async def _begin(url: URL, folder: Path, targets: int) -> tuple[Town, str, float, list[Target]]:
    deployment = _open(url, folder)
    await deployment.start(migrate=True)
    try:
        town = await make_town(deployment, targets)
        started = time.perf_counter()
        async with deployment.write() as work:
            viewer = await load_viewer(work, work.rules.registry, ADMINISTRATOR)
            assert viewer is not None
            start = CampaignStart(
                grid_id=town.subdistrict_id,
                name="全员采样",
                purpose="To find out who is ill",
                legal_basis="Law on infectious diseases",
                chosen=Persons(),
                ends_at=work.now + timedelta(hours=6),
            )
            (outcome,) = await start_campaigns(work, viewer, [start])
            assert outcome.id is not None, outcome.refusals
        frozen = time.perf_counter() - started
        target = t.campaign_target
        async with deployment.read() as work:
            rows = await work.rows(sa.select(target.c.id, target.c.code, target.c.grid_id).order_by(target.c.code))
        listed = [Target(row.id, row.code, town.workers[row.grid_id]) for row in rows]
        return town, f"Campaign:{outcome.id}", frozen, listed
    finally:
        await deployment.close()


async def _ended(url: URL, folder: Path, campaign: str, frozen: float, lists: Taken, scans: Taken, late: list[float]) -> Measured:
    """What the database holds in the end: each target's outcomes, and the figures that were kept up beside them."""
    deployment, target, tally = _open(url, folder), t.campaign_target, t.campaign_tally
    figures = [sa.func.sum(tally.c[name]) for name in ("targets", "open", "done", "declined")]
    number = sa.func.count()
    try:
        async with deployment.read() as work:
            kept: Any = await work.first(sa.select(*figures))
            once = await work.value(sa.select(number).where(target.c.version == 2))
            again = await work.value(sa.select(number).where(target.c.version > 2))
            missed = await work.value(sa.select(number).where(target.c.state == "OPEN"))
            done = await work.value(sa.select(number).where(target.c.state == "DONE"))
            excepted = await work.value(sa.select(number).where(target.c.state == "EXCEPTION"))
    finally:
        await deployment.close()
    targets, waiting, counted, declined = (int(one) for one in kept)
    assert (waiting, counted, declined) == (missed, done, excepted), "the figures are not what the list says"
    told_twice = sum(count > 1 for count in (lists.counted + scans.counted).values())
    return Measured(targets, done, excepted, once, again + told_twice, missed, frozen, lists, scans, late)
