"""Changing duties: the deployment switches one off, or changes how often it is done and whose it is, for a subtree or for the whole ground.

A change says all that holds there from now on; the one before stays, so that it can be seen who asked for what, and why.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.checking import check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.duties.asking import fits
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.duties import PATROLS, DutyWork, Period
from wangge_core.plugin.definitions import DutyDefinition, FrequencyDefinition
from wangge_core.rights.viewers import Viewer
from wangge_core.writing import check_grid, grids_of

MOST_FREQUENCIES = 10
MOST_REASON = 400
LIMITS = {
    "TIMES": 50,
    "MINUTES": 1_440,
    "SHARE": 100,
    "DIFFERENT": 10_000,
    "EVERY_HOURS": 12,
    "PROMPTLY": 366 * 86_400,
    "BEFORE": 366,
}
"""How much a frequency may ask for at most, by its kind."""
OF_PERIODS = frozenset({"TIMES", "MINUTES", "SHARE", "DIFFERENT"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyChange:
    """How a duty is to hold in a grid and below it; without a grid everywhere. What is None is as the duty declares it."""

    duty_id: str
    grid_id: int | None = None
    in_force: bool = True
    frequencies: tuple[FrequencyDefinition, ...] | None = None
    who: tuple[str, ...] | None = None
    reason: str
    expected_version: int | None = None


async def change_duties(work: Work, viewer: Viewer, requests: Sequence[DutyChange]) -> list[Outcome]:
    """Change duties, one after the other; with MANAGE_WORK over the grid, or over the whole ground where no grid is named."""
    grids = await grids_of(work, [one.grid_id for one in requests if one.grid_id is not None])
    return [await _change(work, viewer, request, grids) for request in requests]


async def _change(work: Work, viewer: Viewer, request: DutyChange, grids: Mapping[int, sa.Row[Any]]) -> Outcome:
    if request.grid_id is not None:
        found = check_grid(grids, request.grid_id, viewer, Capability.MANAGE_WORK)
    else:
        found = [] if _manages_all(viewer) else [refusal("NOT_ALLOWED")]
    found += check_text(request.reason, "reason", most=MOST_REASON)
    duty = work.rules.registry.duties.get(request.duty_id)
    if duty is None:
        found.append(refusal("DUTY_UNKNOWN", "dutyId", id=request.duty_id))
    else:
        found += _check(work, duty, request)
    if found:
        return Outcome(refusals=only_right(found))
    last = await _last(work, request)
    version = 0 if last is None else last.version
    if request.expected_version is not None and request.expected_version != version:
        return Outcome(refusals=(refusal("VERSION_OUTDATED", "expectedVersion", version=version),))
    return Outcome(id=await _write(work, viewer, request, version + 1))


def _manages_all(viewer: Viewer) -> bool:
    return Capability.MANAGE_WORK in viewer.whole_ground or viewer.scope(Capability.MANAGE_WORK).everywhere


async def _last(work: Work, request: DutyChange) -> sa.Row[Any] | None:
    """The change that holds there by now, with the duty locked: two at once would both be the next."""
    if not work.on_sqlite:
        await work.rows(sa.select(t.duty.c.id).where(t.duty.c.id == request.duty_id).with_for_update())
    change = t.duty_change
    same = change.c.grid_id.is_(None) if request.grid_id is None else change.c.grid_id == request.grid_id
    return await work.first(sa.select(change.c.version).where(change.c.duty_id == request.duty_id, same, change.c.current))


async def _write(work: Work, viewer: Viewer, request: DutyChange, version: int) -> int:
    change = t.duty_change
    same = change.c.grid_id.is_(None) if request.grid_id is None else change.c.grid_id == request.grid_id
    await work.run(sa.update(change).where(change.c.duty_id == request.duty_id, same, change.c.current).values(current=False))
    (id,) = await work.reserve_ids(change, 1)
    row = {
        "id": id,
        "duty_id": request.duty_id,
        "grid_id": request.grid_id,
        "version": version,
        "current": True,
        "in_force": request.in_force,
        "frequencies": None if request.frequencies is None else msgspec.to_builtins(request.frequencies),
        "who": None if request.who is None else list(dict.fromkeys(request.who)),
        "reason": request.reason.strip(),
        "account_id": viewer.account_id,
        "at": work.now,
    }
    await work.insert(change, [row])
    work.announce("duty.changed", id, request.grid_id, duty=request.duty_id, in_force=request.in_force, version=version)
    return id


def _check(work: Work, duty: DutyDefinition, request: DutyChange) -> Iterator[Refusal]:
    if request.who is not None and not request.who:
        yield refusal("REQUIRED", "roleIds")
    for role in request.who or ():
        if role not in work.rules.registry.roles:
            yield refusal("ROLE_UNKNOWN", "roleIds", id=role)
    if request.frequencies is not None:
        yield from _check_frequencies(work, duty, request.frequencies)


def _check_frequencies(work: Work, duty: DutyDefinition, given: Sequence[FrequencyDefinition]) -> Iterator[Refusal]:
    if not given:
        yield refusal("REQUIRED", "frequencies")
    if len(given) > MOST_FREQUENCIES:
        yield refusal("TOO_MANY", "frequencies", most=MOST_FREQUENCIES)
        return
    calendar = [one for one in given if not one.occasion and one.kind != "PROMPTLY"]
    if len(calendar) > 1:
        yield refusal("FREQUENCY_UNFIT", "frequencies")
    for index, one in enumerate(given):
        yield from check_frequency(work, duty, one, f"frequencies.{index}")


def check_frequency(work: Work, duty: DutyDefinition, one: FrequencyDefinition, field: str) -> Iterator[Refusal]:
    """Whether somebody can do so much, of what the duty concerns, in the way that it is done."""
    most = LIMITS[one.kind]
    least = 60 if one.kind == "PROMPTLY" else 1
    if not least <= one.amount <= most:
        yield refusal("OUT_OF_RANGE", f"{field}.amount", least=least, most=most)
    if one.occasion and one.occasion not in work.rules.registry.occasions:
        yield refusal("OCCASION_UNKNOWN", f"{field}.occasionId", id=one.occasion)
    if not _is_whole(one) or not _is_done_so(duty, one) or not any(fits(one, target) for target in duty.targets):
        yield refusal("FREQUENCY_UNFIT", field)


def _is_whole(one: FrequencyDefinition) -> bool:
    """It says all that its kind needs, and nothing that it has no use for."""
    if (one.kind in OF_PERIODS) != (one.per is not None) or (one.kind == "BEFORE" and not one.occasion):
        return False
    if one.kind == "EVERY_HOURS" and 24 % max(one.amount, 1):
        return False
    return one.on is None or (one.kind == "TIMES" and one.per is Period.WEEK and one.amount == 1)


def _is_done_so(duty: DutyDefinition, one: FrequencyDefinition) -> bool:
    """Minutes are patrolled, and different households visited."""
    if one.kind == "MINUTES":
        return duty.does in PATROLS
    return one.kind != "DIFFERENT" or duty.does is DutyWork.VISIT
