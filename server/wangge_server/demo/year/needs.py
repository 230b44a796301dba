"""What some people of the fictional town need, and the occasions of its year, from which many duties follow."""

from datetime import date, datetime, time

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.duties.occasions import NewOccasionTerm, set_occasions
from wangge_core.grids.codes import GridLevel
from wangge_core.months import after_months
from wangge_core.people.needs import NewNeed, set_needs
from wangge_server.demo.town import Town

IN_NEED = 0.15
GROWN = 20
"""Years: needs of children rest on papers of their guardians, of which the town has none."""
KINDS = {
    "rural": ("community.left_behind_elder", "community.hardship", "community.lives_alone"),
    "": (
        "community.hardship",
        "community.unemployed",
        "community.lives_alone",
        "community.support_plan",
        "community.no_smartphone",
    ),
}
"""What people need, by the type of their grid."""
MONTHS = 14
SEASONS = (("community.wet_season", (5, 1), (9, 30)), ("community.dry_season", (11, 1), (2, 28)))
BASIS = "本人陈述"


async def make_needs(town: Town) -> None:
    """Set needs of some of the grown people, for the whole of the time or as long as their kind may hold."""
    dice, day = town.dice("needs"), town.founded.astimezone(town.deployment.rules.zone).date()
    person, kinds = t.person, town.registry.need_kinds
    async with town.deployment.read() as work:
        born = sa.select(person.c.id, person.c.grid_id).where(person.c.born_on <= day.replace(year=day.year - GROWN, day=1))
        rows = await work.rows(born.order_by(person.c.id))
    types = {grid.id: grid.type_id for grid in town.grids}
    wanted: list[NewNeed] = []
    for row in rows:
        if dice.random() >= IN_NEED:
            continue
        kind = kinds[dice.choice(KINDS.get(types[row.grid_id], KINDS[""]))]
        until = after_months(day, min(kind.months or MONTHS, MONTHS))
        wanted.append(NewNeed(person_id=row.id, kind_id=kind.id, reason="本人提出", legal_basis=BASIS, from_on=day, until_on=until))
    await town.write("needs", set_needs, wanted)


async def make_seasons(town: Town) -> None:
    """Say when the wet and the dry season hold in the district, in each year that the town lives through."""
    zone = town.deployment.rules.zone
    ground = next(one for one in town.divisions if one.level is GridLevel.DISTRICT)
    terms: list[NewOccasionTerm] = []
    for year in range(town.since.astimezone(zone).year - 1, town.until.astimezone(zone).year + 1):
        for id, first, last in SEASONS:
            starts = datetime.combine(date(year, *first), time.min, zone)
            ends = datetime.combine(date(year + (last < first), *last), time.min, zone)
            if id in town.registry.occasions and ends > town.since and starts < town.until:
                terms.append(
                    NewOccasionTerm(occasion_id=id, grid_id=ground.id, starts_at=starts, ends_at=ends, reason="按历年情况")
                )
    await town.write("seasons", set_occasions, terms)
