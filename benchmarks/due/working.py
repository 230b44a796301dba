"""Field work for a generated town: needs of a twelfth of the people, a year of visits and a month of patrols. Equal seeds are equal."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from profiles.filling import chunks
from profiles.loading import Loader, loader
from profiles.sizes import FOUNDED
from profiles.town import Town
from sqlalchemy.engine import URL

from wangge_core.db.columns import instant_text

Row = tuple[Any, ...]
NOW = datetime(2026, 10, 28, 4, tzinfo=UTC)
"""Noon of a Wednesday in Shanghai, within the years of the profile's events."""
NEEDS = ("community.hardship", "community.unemployed", "community.support_plan", "community.lives_alone", "community.no_smartphone")
UNTIL = date(2027, 3, 31)
COLUMNS = {
    "need": "id person_id grid_id kind_id reason legal_basis from_on until_on ends_at created_at",
    "visit": "id account_id post_id grid_id what outcome started_at received_at counted household_id person_id",
    "patrol": "id account_id post_id grid_id what started_at ended_at received_at minutes minutes_inside minutes_counted counted",
}
OUTCOMES = ("MET", "MET", "MET", "BY_PHONE", "NOT_AT_HOME", "DECLINED")


async def add_work(place: URL, town: Town) -> dict[str, int]:
    """Needs, visits and patrols, unless they are there; how many of each there are."""
    async with loader(place) as database:
        if not await database.count("visit"):
            await _load(database, town)
            since = f"'{instant_text(FOUNDED)}'"
            await database.run(f"UPDATE duty SET since = {since}")
            await database.finish(COLUMNS)
        return {table: await database.count(table) for table in COLUMNS}


async def _load(database: Loader, town: Town) -> None:
    dice = Random(f"{town.seed} work")
    rows = {"need": _needs(town, dice), "visit": _visits(town, dice), "patrol": _patrols(town, dice)}
    for table, found in rows.items():
        for chunk in chunks(found):
            await database.load(table, COLUMNS[table].split(), chunk)


def _people(town: Town) -> Iterator[tuple[int, int, int]]:
    """Each person with the household and the grid."""
    for at, leaf in enumerate(town.leaves):
        for person in town.persons_of(at):
            yield person, (person - 1) * town.profile.households // town.profile.persons + 1, leaf.id


def _needs(town: Town, dice: Random) -> Iterator[Row]:
    ends_at = datetime(2027, 3, 31, 16, tzinfo=UTC)
    for number, (person, _, grid) in enumerate((one for one in _people(town) if one[0] % 12 == 0), 1):
        kind = NEEDS[dice.randrange(len(NEEDS))]
        yield number, person, grid, kind, "asked for", "own statement", date(2026, 1, 5), UNTIL, ends_at, FOUNDED


def _visits(town: Town, dice: Random) -> Iterator[Row]:
    """Two visits in three to who has a need, this quarter and the last; and to two households in five at some day of the year."""
    number, seen = 0, 0
    for person, household, grid in _people(town):
        post = next(iter(town.grids[grid - 1].posts.values()))
        if person % 12 == 0:
            for days in (dice.randrange(1, 28), dice.randrange(30, 110)):
                if dice.random() < 0.67:
                    number += 1
                    yield _visit(number, post, grid, dice, days, None, person)
        if household != seen and dice.random() < 0.4:
            number += 1
            yield _visit(number, post, grid, dice, dice.randrange(1, 300), household, None)
        seen = household


def _visit(number: int, post: int, grid: int, dice: Random, days: int, household: int | None, person: int | None) -> Row:
    at = NOW - timedelta(days=days, minutes=dice.randrange(300))
    return number, post, post, grid, "VISIT", OUTCOMES[dice.randrange(len(OUTCOMES))], at, at, True, household, person


def _patrols(town: Town, dice: Random) -> Iterator[Row]:
    number = 0
    for leaf in town.leaves:
        post = leaf.posts["community.grid_worker"]
        for days in range(30):
            number += 1
            minutes, at = dice.randrange(60, 130), NOW - timedelta(days=days, hours=2)
            yield number, post, post, leaf.id, "PATROL", at, at + timedelta(minutes=minutes), at, minutes, minutes, minutes, True
