"""Official populations: what a statistics office would say of communities and subdistricts, made up from how many are registered there."""

from collections.abc import Iterator
from datetime import date

from wangge_core.grids.codes import GridLevel
from wangge_core.grids.populations import OfficialPopulation, set_official_populations
from wangge_server.demo.town import Ground, Town

LEAST_SHARE, MOST_SHARE = 0.68, 0.95
"""Which part of the people of a place is registered."""


async def make_populations(town: Town) -> None:
    """A figure of each community, and of each subdistrict their sum: nobody publishes any of grids, or of the district."""
    year = town.founded.astimezone(town.deployment.rules.zone).year - 1
    requests = [
        OfficialPopulation(grid_id=ground.id, as_of=date(year, 12, 31), number=number, source=f"{year}年末常住人口（虚构）")
        for ground, number in _figures(town)
    ]
    await town.write("official populations", set_official_populations, requests)


def _figures(town: Town) -> Iterator[tuple[Ground, int]]:
    dice = town.dice("populations")
    communities = [one for one in town.divisions if one.level is GridLevel.COMMUNITY]
    own = {one.path: _made_up(_registered(town, one), dice.uniform(LEAST_SHARE, MOST_SHARE)) for one in communities}
    yield from ((one, own[one.path]) for one in communities)
    for one in town.divisions:
        if one.level is GridLevel.SUBDISTRICT:
            below = [number for path, number in own.items() if path.startswith(one.path)]
            share = dice.uniform(LEAST_SHARE, MOST_SHARE)
            yield one, sum(below) if below else _made_up(_registered(town, one), share)


def _registered(town: Town, ground: Ground) -> int:
    return sum(len(town.persons.get(grid.id, ())) for grid in town.grids if ground.covers(grid.path))


def _made_up(registered: int, share: float) -> int:
    return max(1, round(registered / share))
