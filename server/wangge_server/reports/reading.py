"""Reading: the figures of a report, from the indicators, for who may read those of the grid."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.indicators.asking import Told, ask_figures, may_read
from wangge_core.indicators.grounds import grounds
from wangge_core.indicators.periods import Compared, Days, Every
from wangge_core.indicators.requests import By, Counts, FiguresRequest
from wangge_core.indicators.tallies import hidden_kinds
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.measuring import IndicatorDefinition
from wangge_core.rights.scopes import END
from wangge_core.rights.viewers import Viewer
from wangge_core.storable import is_storable
from wangge_server.reports.figures import Line, Month, Part, Report, Section
from wangge_server.reports.words import WORDS

REPORTED = "community.events_reported"
OF_WORK = frozenset(
    f"community.{name}"
    for name in ("visits", "patrols", "visit_completion", "patrol_completion", "facts_confirmed", "register_share")
)
OF_STAFFING = frozenset({"community.staffing_rate"})
NOTHING = Counts(numerator=0, denominator=None, value=None)


async def read_report(work: Work, viewer: Viewer, code: str, month: Month) -> Report | None:
    """The report of a grid of the base layer; None without READ_INDICATORS over it, and where there is none."""
    grid = t.grid
    if not is_storable(code):
        return None
    row = await work.first(sa.select(grid).where(grid.c.code == code, grid.c.layer_id == BASE_LAYER, grid.c.ended_at.is_(None)))
    if row is None or not await may_read(work, viewer, row.id):
        return None
    days, indicators = Days(month.first, month.last), work.rules.registry.indicators
    every, last = tuple(indicators), Compared.PREVIOUS_PERIOD
    whole = await _asked(work, viewer, row.id, FiguresRequest(indicators=every, days=days, grid_ids=(), compared=last))
    by_kind = FiguresRequest(indicators=(REPORTED,), days=days, grid_ids=(), by=By.KIND, compared=last)
    kinds = await _asked(work, viewer, row.id, by_kind)
    both = Days(month.before.first, month.last)
    daily = await _asked(work, viewer, row.id, FiguresRequest(indicators=(REPORTED,), days=both, grid_ids=(), every=Every.DAY))
    hidden = await _hidden(work, row.id)
    open_now, open_before = [await _open(work, row.path, one, hidden) for one in (month, month.before)]
    still_open = Line(label=WORDS["open"], unit=Unit.COUNT, formula="", now=open_now, before=open_before)
    return Report(
        code=row.code,
        name=row.name,
        within=await _within(work, row.path),
        month=month,
        counted_at=whole.counted_at and whole.counted_at.astimezone(work.rules.zone),
        sections=list(_sections(indicators, whole, still_open)),
        kinds=_parts(kinds),
        days=_days(daily, month),
    )


async def _asked(work: Work, viewer: Viewer, grid_id: int, request: FiguresRequest) -> Told:
    told = await ask_figures(work, viewer, grid_id, request)
    assert told is not None, "whoever reads a report may read its figures"
    return told


async def _within(work: Work, path: str) -> list[str]:
    """The names of the grids above one, the highest first."""
    above = [int(id) for id in path.split(".")[:-2]]
    names = await work.by_ids((t.grid.c.name,), t.grid.c.id, above)
    return [names[id].name for id in above]


async def _hidden(work: Work, grid_id: int) -> frozenset[str]:
    """The kinds that are not counted for a grid: from communities and the grids below them those that are hidden there."""
    ground = await grounds(work, [grid_id])
    return await hidden_kinds(work) if any(part.low for one in ground for part in one.parts) else frozenset()


async def _open(work: Work, path: str, month: Month, hidden: frozenset[str]) -> Counts:
    """How many events were open when a month ended. What is closed at a time that nobody knows counts as closed."""
    event, grid = t.event, t.grid
    end = datetime.combine(month.after.first, time(), work.rules.zone).astimezone(UTC)
    below = sa.and_(grid.c.path >= path, grid.c.path < path[:-1] + END)
    still = sa.or_(sa.not_(event.c.closed), event.c.closed_at >= end)
    of_ground = sa.select(sa.func.count()).select_from(event.join(grid, grid.c.id == event.c.grid_id))
    found = await work.value(of_ground.where(below, event.c.reported_at < end, still, event.c.kind_id.not_in(sorted(hidden))))
    return Counts(numerator=found, denominator=None, value=float(found))


def _sections(indicators: Mapping[str, IndicatorDefinition], told: Told, still_open: Line) -> Iterator[Section]:
    lines = {one.indicator: _line(indicators[one.indicator], one.now, one.before or NOTHING) for one, _ in told.figures}
    of_events = [id for id in lines if id.startswith("community.") and id not in OF_WORK | OF_STAFFING]
    yield Section(title=WORDS["events"], lines=[*(lines[id] for id in of_events), still_open])
    yield Section(title=WORDS["work"], lines=[lines[id] for id in lines if id in OF_WORK])
    yield Section(title=WORDS["staffing"], lines=[lines[id] for id in lines if id in OF_STAFFING])
    others = [one for id, one in lines.items() if not id.startswith("community.") and _is_counted(one)]
    if others:
        yield Section(title=WORDS["others"], lines=others)


def _is_counted(line: Line) -> bool:
    """Whether there was anything to count, so that a grid of one type has no lines of all the others."""
    return any(one.numerator or one.denominator for one in (line.now, line.before))


def _line(indicator: IndicatorDefinition, now: Counts, before: Counts) -> Line:
    return Line(label=indicator.label, unit=indicator.unit, formula=indicator.formula, now=now, before=before)


def _parts(told: Told) -> Sequence[Part]:
    parts = [
        Part(label=named.of_name or one.of or "", now=one.numerator, before=one.before.numerator if one.before else 0)
        for one, named in told.figures
    ]
    return sorted(parts, key=lambda one: (-one.now, -one.before, one.label))


def _days(told: Told, month: Month) -> Sequence[Part]:
    """Each day of the month beside that of the month before with the same number."""
    counted = {one.days.first: one.numerator for one, _ in told.figures}
    before = {day.day: number for day, number in counted.items() if day < month.first}
    own = sorted(day for day in counted if day >= month.first)
    return [Part(label=str(day.day), now=counted[day], before=before.get(day.day, 0)) for day in own]
