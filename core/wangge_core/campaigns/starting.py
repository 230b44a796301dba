"""Starting: a campaign says what for and by which law, freezes its list, and ends by itself. A count says beforehand how long it is."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from wangge_core.campaigns.choosing import Chosen, Persons, aim_of, candidates, check_chosen
from wangge_core.campaigns.freezing import freeze
from wangge_core.campaigns.outcomes import CampaignState
from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.jobs.scheduling import NewJob, schedule
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.posts_held import in_term
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import event_rule
from wangge_core.writing import check_grid, grids_of

MOST_NAME, MOST_TEXT = 200, 400
MOST_TARGETS = 1_000_000
MOST_ROLES = 20
LONGEST = timedelta(days=366)
MOST_DAYS_KEPT = 366
END = "campaign.end"
GRID_WORKER = "community.grid_worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStart:
    """A campaign to start now on the ground of a grid, until `ends_at`. `role_ids`: whose posts have the targets of their ground.

    Results by person and home go `keep_days` days after the end. `event_id` is the event that it belongs to, such as a storm.
    """

    grid_id: int
    name: str
    purpose: str
    legal_basis: str
    chosen: Chosen
    ends_at: datetime
    keep_days: int = 30
    role_ids: tuple[str, ...] = (GRID_WORKER,)
    event_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How long a list would be if it were frozen now, and in how many grids nobody holds one of the roles, there or above."""

    targets: int = 0
    grids: int = 0
    unmanned: tuple[int, ...] = ()
    age_unknown: int = 0
    refusals: tuple[Refusal, ...] = ()


async def start_campaigns(work: Work, viewer: Viewer, requests: Sequence[CampaignStart]) -> list[Outcome]:
    """Start campaigns. For MANAGE_WORK over the ground, and the right to read there what the targets are chosen by."""
    return [await _start(work, viewer, request) for request in requests]


async def _start(work: Work, viewer: Viewer, request: CampaignStart) -> Outcome:
    grids = await grids_of(work, [request.grid_id])
    found = check_grid(grids, request.grid_id, viewer, Capability.MANAGE_WORK)
    if found:
        return Outcome(refusals=tuple(found))
    path = grids[request.grid_id].path
    found = [*_check(work, request), *await _check_roles(work, request.role_ids)]
    found += await check_chosen(work, viewer, request.chosen, path)
    found += await _check_event(work, viewer, request.event_id)
    if found:
        return Outcome(refusals=only_right(found))
    chosen = candidates(work, viewer, request.chosen, path)
    count: int = await work.value(sa.select(sa.func.count()).select_from(chosen.subquery()))
    if not count:
        return Outcome(refusals=(refusal("CAMPAIGN_EMPTY", "targets"),))
    if count > MOST_TARGETS:
        return Outcome(refusals=(refusal("TOO_MANY", "targets", most=MOST_TARGETS),))
    return Outcome(id=await _write(work, viewer, request, chosen))


async def _write(work: Work, viewer: Viewer, request: CampaignStart, chosen: sa.Select[Any, Any]) -> int:
    (id,) = await work.reserve_ids(t.campaign, 1)
    aim = aim_of(request.chosen)
    row: dict[str, Any] = {name: getattr(request, name).strip() for name in ("name", "purpose", "legal_basis")}
    row |= {"id": id, "grid_id": request.grid_id, "aim": aim.value, "chosen": asdict(request.chosen), "event_id": request.event_id}
    row |= {"state": CampaignState.RUNNING.value, "keep_days": request.keep_days, "ends_at": request.ends_at}
    row |= {"started_by_id": viewer.account_id, "started_at": work.now}
    await work.insert(t.campaign, [row])
    roles = dict.fromkeys(request.role_ids)
    await work.insert(t.campaign_role, [{"campaign_id": id, "role_id": role} for role in roles])
    await freeze(work, id, aim, chosen)
    await schedule(work, [NewJob(name=END, key=str(id), run_at=request.ends_at)])
    work.announce("campaign.started", id, request.grid_id)
    return id


def _check(work: Work, request: CampaignStart) -> Iterator[Refusal]:
    yield from check_text(request.name, "name", most=MOST_NAME)
    yield from check_text(request.purpose, "purpose", most=MOST_TEXT)
    yield from check_text(request.legal_basis, "legalBasis", most=MOST_TEXT)
    if not work.now < request.ends_at <= work.now + LONGEST:
        yield refusal("CAMPAIGN_TERM", "endsAt", days=LONGEST.days)
    if not 1 <= request.keep_days <= MOST_DAYS_KEPT:
        yield refusal("OUT_OF_RANGE", "keepDays", least=1, most=MOST_DAYS_KEPT)


async def _check_roles(work: Work, role_ids: Sequence[str]) -> list[Refusal]:
    if not role_ids:
        return [refusal("REQUIRED", "roleIds")]
    if len(role_ids) > MOST_ROLES:
        return [refusal("TOO_MANY", "roleIds", most=MOST_ROLES)]
    known = work.rules.registry.roles
    return [refusal("ROLE_UNKNOWN", f"roleIds.{place}", id=id) for place, id in enumerate(role_ids) if id not in known]


async def _check_event(work: Work, viewer: Viewer, event_id: int | None) -> list[Refusal]:
    if event_id is None:
        return []
    seen = sa.select(t.event.c.closed).where(t.event.c.id == event_id, event_rule(t.event, BoundViewer(viewer)))
    row = await work.first(seen)
    if row is None:
        return [refusal("NOT_FOUND", "eventId", what="Event", id=event_id)]
    return [refusal("EVENT_ENDED", "eventId")] if row.closed else []


async def count_candidates(work: Work, viewer: Viewer, grid_id: int, chosen: Chosen, role_ids: Sequence[str]) -> Counted:
    """How long a list would be, as `start_campaigns` would freeze it now. Nothing is written."""
    grids = await grids_of(work, [grid_id])
    found = check_grid(grids, grid_id, viewer, Capability.MANAGE_WORK)
    if found:
        return Counted(refusals=tuple(found))
    path = grids[grid_id].path
    found = [*await _check_roles(work, role_ids), *await check_chosen(work, viewer, chosen, path)]
    if found:
        return Counted(refusals=only_right(found))
    listed = candidates(work, viewer, chosen, path).subquery()
    rows = await work.rows(sa.select(listed.c.grid_id, sa.func.count().label("number")).group_by(listed.c.grid_id))
    unknown = 0
    if isinstance(chosen, Persons) and chosen.by_age:
        ageless = candidates(work, viewer, chosen, path, age_unknown=True).subquery()
        unknown = await work.value(sa.select(sa.func.count()).select_from(ageless))
    manned = await _manned(work, role_ids)
    paths = await work.by_ids((t.grid.c.path,), t.grid.c.id, [row.grid_id for row in rows])
    unmanned = (id for id, row in sorted(paths.items()) if manned.isdisjoint(int(one) for one in row.path.split(".") if one))
    return Counted(targets=sum(row.number for row in rows), grids=len(rows), unmanned=tuple(unmanned), age_unknown=unknown)


async def _manned(work: Work, role_ids: Sequence[str]) -> set[int]:
    """The grids in which somebody holds a post of one of the roles now."""
    post = t.post
    held = in_term(post, sa.literal(work.now, post.c.starts_at.type))
    rows = await work.rows(sa.select(post.c.grid_id).where(post.c.role_id.in_(role_ids), held).distinct())
    return {row.grid_id for row in rows}
