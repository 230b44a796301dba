"""The people of the town: households with a home each, and in them families, with telephones and identity numbers that nobody has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from wangge_core.people.children import is_child
from wangge_core.people.genders import Gender
from wangge_core.people.homes import ResidenceKind
from wangge_core.people.households import NewHousehold, Relation, register_households
from wangge_core.people.identity import check_character
from wangge_core.people.persons import NewPerson, register_persons
from wangge_server.demo.names import SURNAMES, person_name
from wangge_server.demo.sizes import evenly
from wangge_server.demo.town import Ground, Town

TEMPORARY = {"urban": 0.18, "scenic": 0.25}
NO_DIVISION = "999901"
"""The first six digits of the identity numbers; no place has them."""
NO_NETWORK = "+9990"
"""The beginning of the telephone numbers; no country has it."""
MOST_IN_SEQUENCE = 1000
"""How many numbers there are for one birthday."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person to register, and which of its family: the first is the head."""

    family: int
    person: NewPerson


async def make_people(town: Town, homes: dict[int, list[int]]) -> None:
    """Register a household in each home that is lived in, by grid, and its members: grown-ups first, who answer for the children."""
    dice = town.dice("people")
    households, counts = _households(town, dice, homes)
    ids = await town.write("households", register_households, households)
    types = {grid.id: grid.type_id for grid in town.grids}
    today = town.founded.date()
    members = [
        Member(id, person)
        for id, household, count in zip(ids, households, counts, strict=True)
        for person in _family(dice, today, id, household, count, temporary=TEMPORARY.get(types[household.grid_id], 0.03))
    ]
    if town.deployment.sealer is not None:
        members = list(_with_numbers(town.dice("numbers"), members))
    grown = [one for one in members if not is_child(one.person.born_on, today)]
    children = [one for one in members if is_child(one.person.born_on, today)]
    heads: dict[int, int] = {}
    for id, one in zip(await town.write("people", register_persons, [one.person for one in grown]), grown, strict=True):
        heads.setdefault(one.family, id)
        town.persons.setdefault(one.person.grid_id, []).append(id)
    guarded = [replace(one.person, guardian_id=heads[one.family], guardian_agreed_on=today) for one in children]
    for id, one in zip(await town.write("children", register_persons, guarded), guarded, strict=True):
        town.persons.setdefault(one.grid_id, []).append(id)


def _households(town: Town, dice: Random, homes: dict[int, list[int]]) -> tuple[list[NewHousehold], list[int]]:
    """The households, and how many belong to each."""
    households: list[NewHousehold] = []
    members: list[int] = []
    for type_id, size in town.sizes.by_type.items():
        grids = town.grids_of(type_id)
        for grid, persons in zip(grids, evenly(size.persons, len(grids)), strict=True):
            lived_in = homes.get(grid.id, [])
            counts = _household_sizes(dice, persons, len(lived_in) or -(-persons // 4))
            members += counts
            households += [_household(dice, grid, number, lived_in) for number in range(len(counts))]
    return households, members


def _household_sizes(dice: Random, persons: int, homes: int) -> list[int]:
    """How many live in each home: one at least."""
    counts = [1] * min(persons, homes)
    for index in dice.choices(range(len(counts)), k=persons - len(counts)) if counts else []:
        counts[index] += 1
    return counts


def _household(dice: Random, grid: Ground, number: int, homes: Sequence[int]) -> NewHousehold:
    """A household in a unit or, where the ground has none, at an address."""
    name = f"{dice.choice(SURNAMES)}家"
    if homes:
        return NewHousehold(grid_id=grid.id, name=name, unit_id=homes[number])
    return NewHousehold(grid_id=grid.id, name=name, address=f"{grid.name.removesuffix('网格')}{number + 1}号")


def _family(
    dice: Random, today: date, household_id: int, household: NewHousehold, count: int, *, temporary: float
) -> Iterator[NewPerson]:
    """The people of a household: one or two adults, then mostly children and old people."""
    residence = ResidenceKind.TEMPORARY if dice.random() < temporary else ResidenceKind.PERMANENT
    head = dice.randint(24, 78)
    for number in range(count):
        years = head if number == 0 else _years(dice, head, number)
        surname = None if number == 1 else household.name[:1]
        yield NewPerson(
            grid_id=household.grid_id,
            name=person_name(dice, surname),
            gender=dice.choice((Gender.FEMALE, Gender.MALE)),
            born_on=today - timedelta(days=years * 365 + dice.randrange(365)),
            residence=residence,
            household_id=household_id,
            relation=_relation(number, head, years),
        )


def _years(dice: Random, head: int, number: int) -> int:
    if number == 1:
        return max(20, head + dice.randint(-6, 6))
    return max(1, head - dice.randint(22, 36)) if dice.random() < 0.8 else min(98, head + dice.randint(20, 30))


def _relation(number: int, head: int, years: int) -> Relation:
    if number < 2:
        return (Relation.HEAD, Relation.SPOUSE)[number]
    return Relation.CHILD if years < head else Relation.PARENT


def _with_numbers(dice: Random, members: Sequence[Member]) -> Iterator[Member]:
    """The same with numbers, each once. Men have odd ones; children have no telephone."""
    taken: dict[tuple[date | None, Gender | None], int] = {}
    for number, one in enumerate(members):
        key = one.person.born_on, one.person.gender
        sequence = 2 * taken.get(key, 0) + (one.person.gender is Gender.MALE)
        taken[key] = taken.get(key, 0) + 1
        if one.person.born_on is None or sequence >= MOST_IN_SEQUENCE:
            yield one
            continue
        digits = f"{NO_DIVISION}{one.person.born_on:%Y%m%d}{sequence:03}"
        telephone = f"{NO_NETWORK}{number:07}" if one.person.relation is not Relation.CHILD and dice.random() < 0.9 else None
        yield Member(one.family, replace(one.person, identity_number=digits + check_character(digits), phone=telephone))
