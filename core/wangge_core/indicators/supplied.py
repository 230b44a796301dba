"""Supplied: counts of other rooms that are made at the moment of reading, as of the end of a period, or now where that is yet to come.

They are of present registers: who needed a visit in a past month, but has moved away since, is not among its visits due.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.duties.due import Ground as DutyGround
from wangge_core.duties.due import asks_now, count
from wangge_core.indicators.grounds import Ground, Part, inside
from wangge_core.indicators.periods import ONE_DAY, Days
from wangge_core.indicators.populations import OFFICIAL, REGISTERED, count_people
from wangge_core.indicators.requests import IndicatorsTooManyError
from wangge_core.indicators.sums import Key, Sum
from wangge_core.plugin.declarations.duties import PATROLS, DutyWork
from wangge_core.plugin.declarations.indicators import Supplied
from wangge_core.plugin.measuring import IndicatorDefinition, MeasureDefinition
from wangge_core.rights.viewers import SYSTEM_VIEWER, operator
from wangge_core.staffing.gaps import find_gaps

MOST_SUPPLIED = 500
"""Of how many grids and periods such counts are made for one request."""
YEAR = timedelta(days=365)
FACTS = tuple(table for table in t.metadata.sorted_tables if "confirmed_at" in table.c and "grid_id" in table.c)
"""What has facts that somebody confirms."""
Counting = Callable[[Work, Part, Days, Sequence[MeasureDefinition]], Awaitable[Mapping[str, int | None]]]
"""What is counted of a part, by name; None where that is not known, and then it is known of no ground with this part."""


async def supply(
    work: Work, found: Sequence[Ground], periods: Sequence[Days], definitions: Sequence[IndicatorDefinition], summed: dict[Key, Sum]
) -> None:
    """Add what the indicators need of such counts to the sums. Raises IndicatorsTooManyError."""
    known = work.rules.registry.measures
    measures = [known[id] for id in dict.fromkeys(id for one in definitions for id in one.measures)]
    wanted = {one.way.name: [each for each in measures if each.way == one.way] for one in measures if isinstance(one.way, Supplied)}
    if not wanted:
        return
    if len(found) * len(periods) > MOST_SUPPLIED:
        raise IndicatorsTooManyError(
            f"Staffing, duties, facts and people are counted of {MOST_SUPPLIED} grids and periods at once.",
            hint="Ask for fewer of them.",
        )
    for ground in found:
        for period in periods:
            numbers, unknown = summed.setdefault((ground.id, period, None), Sum()).numbers, set[str]()
            for part in ground.parts:
                for names, counting in COUNTINGS.items():
                    own = [one for name in names for one in wanted.get(name, ())]
                    if not own:
                        continue
                    counted = await counting(_as_of(work, period), part, period, own)
                    for one in own:
                        assert isinstance(one.way, Supplied)
                        if (number := counted[one.way.name]) is None:
                            unknown.add(one.id)
                        else:
                            numbers[one.id] += number
            for id in unknown:
                numbers[id] = 0


def _as_of(work: Work, days: Days) -> Work:
    """The same connection at the last moment of a period."""
    end = _end(work, days) - timedelta(milliseconds=1)
    return Work(work.connection, work.rules, min(end, work.now), work.sealer, files=work.files, kept=work.kept)


def _end(work: Work, days: Days) -> datetime:
    return datetime.combine(days.last + ONE_DAY, time.min, work.rules.zone)


async def _staffing(work: Work, part: Part, days: Days, measures: Sequence[MeasureDefinition]) -> Mapping[str, int]:
    del days, measures
    code = await work.value(sa.select(t.grid.c.code).where(t.grid.c.id == part.id))
    found = await find_gaps(work, operator(), code, first=1)
    roles = found.roles if found else ()
    required, missing = sum(one.required for one in roles), sum(one.missing for one in roles)
    return {"posts_required": required, "posts_filled": required - missing}


async def _duties(work: Work, part: Part, days: Days, measures: Sequence[MeasureDefinition]) -> Mapping[str, int]:
    del measures
    asks = (await asks_now(work, DutyGround((part.path,), None))).asks
    figures = list(zip(asks, await count(work, SYSTEM_VIEWER, asks, until=_end(work, days)), strict=True))
    visits = [one for ask, one in figures if ask.duty.does is DutyWork.VISIT]
    patrols = [one for ask, one in figures if ask.duty.does in PATROLS]
    return {
        "visits_due": sum(one.targets for one in visits),
        "visits_made": sum(one.done for one in visits),
        "patrols_due": sum(one.targets for one in patrols),
        "patrols_made": sum(one.done for one in patrols),
    }


async def _facts(work: Work, part: Part, days: Days, measures: Sequence[MeasureDefinition]) -> Mapping[str, int]:
    """Of those who moved away nothing is to be confirmed."""
    del days, measures
    since, found = work.now - YEAR, [0, 0]
    for table in FACTS:
        own = [inside(table, part), *([table.c.removed_at.is_(None)] if "removed_at" in table.c else [])]
        confirmed = sa.func.sum(sa.case((table.c.confirmed_at > since, 1), else_=0))
        query = sa.select(sa.func.count().label("facts"), confirmed.label("confirmed")).select_from(table).where(*own)
        for row in await work.rows(query):
            found = [found[0] + row.facts, found[1] + int(row.confirmed or 0)]
    return {"facts": found[0], "facts_confirmed": found[1]}


async def _campaigns(work: Work, part: Part, days: Days, measures: Sequence[MeasureDefinition]) -> Mapping[str, int]:
    """Targets of campaigns that were started in the period for events of the measures' workflows, and those that are accounted for."""
    campaign, tally, event, version = t.campaign, t.campaign_tally, t.event, t.workflow_version
    zone = work.rules.zone
    since, until = (datetime.combine(day, time.min, zone) for day in (days.first, days.last + ONE_DAY))
    query = (
        sa.select(sa.func.sum(tally.c.targets), sa.func.sum(tally.c.open + tally.c.not_found))
        .join(campaign, campaign.c.id == tally.c.campaign_id)
        .join(event, event.c.id == campaign.c.event_id)
        .join(version, version.c.id == event.c.workflow_version_id)
        .where(campaign.c.started_at >= since, campaign.c.started_at < until, inside(tally, part))
        .where(version.c.workflow_id.in_(sorted({id for one in measures for id in one.workflows})))
    )
    row = await work.first(query)
    targets, unknown = (int(value or 0) for value in row) if row else (0, 0)
    return {"campaign_targets": targets, "campaign_accounted": targets - unknown}


async def _people(work: Work, part: Part, days: Days, measures: Sequence[MeasureDefinition]) -> Mapping[str, int | None]:
    del days, measures
    return await count_people(work, part)


COUNTINGS: Mapping[tuple[str, ...], Counting] = {
    ("posts_required", "posts_filled"): _staffing,
    ("visits_due", "visits_made", "patrols_due", "patrols_made"): _duties,
    ("facts", "facts_confirmed"): _facts,
    ("campaign_targets", "campaign_accounted"): _campaigns,
    (REGISTERED, OFFICIAL): _people,
}
"""What there is to name in `Supplied`, and what counts it."""
SUPPLIED = frozenset(name for names in COUNTINGS for name in names)
