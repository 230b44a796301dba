"""Counting figures by the room of indicators: those of grids on their ground, those of offices and posts on the ground of the run."""

from collections.abc import Mapping, Sequence

from wangge_core.appraisals.counting import Figures, Wanted
from wangge_core.appraisals.scoring import Counted
from wangge_core.appraisals.standing import Appraisee
from wangge_core.db.work import Work
from wangge_core.indicators.counting import count_changes
from wangge_core.indicators.figures import figures
from wangge_core.indicators.periods import Days
from wangge_core.indicators.requests import MOST_FIGURES, By, Counts, FiguresRequest
from wangge_core.plugin.declarations.indicators import Supplied, Unit


async def count_up(work: Work) -> bool:
    """Count what has happened until now, as far as that is done at once; whether everything is."""
    return not await count_changes(work)


async def count_figures(work: Work, wanted: Wanted, /) -> Figures:
    """The figures of everybody. Of an indicator that is no longer declared there are none."""
    known = tuple(id for id in wanted.indicators if id in work.rules.registry.indicators)
    if not known or not wanted.of:
        return {}
    if wanted.of[0].grid_id is not None:
        return await _of_grids(work, wanted, known)
    by = By.OFFICE if wanted.of[0].office_id is not None else By.POST
    return await _told_apart(work, wanted, known, by)


async def _of_grids(work: Work, wanted: Wanted, indicators: tuple[str, ...]) -> Figures:
    ids = [one.grid_id for one in wanted.of if one.grid_id is not None]
    at_once = max(MOST_FIGURES // len(indicators), 1)
    found: dict[Appraisee, dict[str, Counted]] = {}
    for start in range(0, len(ids), at_once):
        request = FiguresRequest(
            indicators=indicators, grid_ids=tuple(ids[start : start + at_once]), days=Days(wanted.first, wanted.last)
        )
        for one in await figures(work, request):
            found.setdefault(Appraisee(grid_id=one.grid_id), {})[one.indicator] = _counted(one.now)
    return found


async def _told_apart(work: Work, wanted: Wanted, indicators: tuple[str, ...], by: By) -> Figures:
    """By office or post. Where nothing was counted of one, its counts are nothing; what is counted of grids alone has no figure."""
    request = FiguresRequest(indicators=indicators, grid_ids=(wanted.ground_id,), days=Days(wanted.first, wanted.last), by=by)
    told = {(one.of, one.indicator): _counted(one.now) for one in await figures(work, request)}
    nothing = _nothing(work, indicators)
    return {
        one: {id: told.get((str(one.office_id or one.post_id), id), empty) for id, empty in nothing.items()} for one in wanted.of
    }


def _nothing(work: Work, indicators: Sequence[str]) -> Mapping[str, Counted]:
    """What an indicator is of which nothing was counted; those are left out that are counted of grids alone."""
    registry, found = work.rules.registry, dict[str, Counted]()
    for id in indicators:
        one = registry.indicators[id]
        if any(isinstance(registry.measures[measure].way, Supplied) for measure in one.measures):
            continue
        value = 0.0 if one.unit is Unit.COUNT else None
        found[id] = Counted(numerator=0, denominator=None if one.denominator is None else 0, value=value)
    return found


def _counted(counts: Counts) -> Counted:
    return Counted(numerator=counts.numerator, denominator=counts.denominator, value=counts.value)
