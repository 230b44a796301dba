"""Attacks by asking: whatever is asked, the answer does not depend on what is kept from the viewer.

Every question is put twice, to the same town: what is hidden or masked has other values the second time. Whoever could tell the two
towns apart by names that are found, by counts, by the ends of pages or by their order would learn hidden values one question at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number, keys_of, seal_into
from residents import a_household, a_person
from towns import DISTRICT, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.involvements import Involved
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.places.organizations import NewOrganization, register_organizations
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.rights.viewers import Viewer, anonymous, operator
from wangge_core.sealing.sealer import Sealer
from wangge_schema.answers import GraphQLRequest

pytestmark = pytest.mark.anyio
LEAST = 400
Question = tuple[str, dict[str, Any]]
NAMES = ("Ouyang Feng", "Ouma Lindqvist")
"""Of one first letter, which is shown to whom the name is masked."""
BORN = (date(1980, 5, 17), date(1962, 12, 3))
WORDS = ("heron", "osprey")
TELLING = "{ totalCount nodes { id name bornOn gender } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
PEOPLE = (
    f"query($f: PersonFilter, $n: Int, $by: PersonOrderBy, $at: String) {{ persons(filter: $f, "
    f"first: $n, orderBy: $by, after: $at) {TELLING} }}"
)
BACKWARD = (
    f"query($f: PersonFilter, $n: Int, $by: PersonOrderBy, $at: String) {{ persons(filter: $f, "
    f"last: $n, orderBy: $by, before: $at) {TELLING} }}"
)
BELOW = f"query($f: PersonFilter, $n: Int, $code: String!) {{ grid(code: $code) {{ persons(filter: $f, first: $n) {TELLING} }} }}"


def name_guesses() -> Iterator[dict[str, Any]]:
    for name in NAMES:
        yield {"name": {"eq": name}}
        yield {"name": {"in": ["nobody", name]}}
        for end in range(2, len(name) + 1, 3):
            yield {"name": {"contains": name[:end]}}


def birth_guesses() -> Iterator[dict[str, Any]]:
    """As somebody would search: halving the years."""
    low, high = date(1930, 1, 1), date(2020, 1, 1)
    while high - low > timedelta(days=200):
        middle = low + (high - low) / 2
        yield {"bornOn": {"gte": middle.isoformat()}}
        low, high = (middle, high) if BORN[0] >= middle else (low, middle)
    for day in BORN:
        yield {"bornOn": {"gte": day.isoformat(), "lte": day.isoformat()}}


def ways(guess: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A guess turned and joined, so that hidden rows would come in or drop out."""
    yield guess
    yield {"not": guess}
    yield {"or": [guess, {"name": {"eq": "nobody"}}]}
    yield {"or": [{"not": guess}, {"not": {"residence": {"eq": "PERMANENT"}}}]}
    yield {"and": [{"residence": {"eq": "PERMANENT"}}, {"not": {"not": guess}}]}


def questions() -> Iterator[Question]:
    for guess in (*name_guesses(), *birth_guesses()):
        for number, way in enumerate(ways(guess)):
            if number % 2:
                yield PEOPLE, {"f": way, "n": 1}
            else:
                yield BELOW, {"f": way, "n": 2, "code": GRIDS["urban"]}
    for order in ("ID", "NAME"):
        for direction in ("ASC", "DESC"):
            by = {"field": order, "direction": direction}
            yield PEOPLE, {"n": 50, "by": by}
            for at in ('["NAME","Ouna",0]', '["NAME","P",0]', '["ID",1]', '["BORN_ON","1970-01-01",0]'):
                yield PEOPLE, {"n": 2, "by": by, "at": at}
                yield BACKWARD, {"n": 2, "by": by, "at": at}
    for word in (*WORDS, "er", "os"):
        for root, type, member in (("events", "Event", "description"), ("buildings", "Building", "name")):
            for way in ({member: {"contains": word}}, {"not": {member: {"contains": word}}}):
                yield f"query($f: {type}Filter) {{ {root}(filter: $f) {{ totalCount nodes {{ id }} }} }}", {"f": way}
    for details in ({"communityErrand": {}}, {"communityErrand": {"mandateGiven": {"eq": True}}}):
        yield "query($f: EventFilter) { events(filter: $f) { totalCount nodes { id } } }", {"f": {"details": details}}
    yield "{ organizations { totalCount nodes { id name responsible { name phone } } } }", {}
    yield "{ needs { totalCount nodes { id } } }", {}
    yield (
        "{ persons { nodes { id address household { name address } residences { address } needs { reason } guardian { name } } } }",
        {},
    )


async def asked(town: Town, viewers: Mapping[str, Viewer]) -> dict[str, bytes]:
    """All that everybody is told, by who and what was asked."""
    found: dict[str, bytes] = {}
    for who, viewer in viewers.items():
        for number, (text, variables) in enumerate(questions()):
            answer = await town.api.answer(GraphQLRequest(query=text, variables=variables), viewer)
            found[f"{who} {number} {text} {variables}"] = answer.body
    return found


async def hidden_things(town: Town) -> tuple[int, int]:
    """Somebody in the urban grid with a home, and an event there."""
    home = await a_household(town)
    person = await a_person(town, name=NAMES[0], born_on=BORN[0], household_id=home)
    for number in range(3):
        await a_person(town, name=f"Ou{number}", born_on=BORN[0] + timedelta(days=number))
    grid = town.grids[GRIDS["urban"]]
    async with town.deployment.write() as work:
        ids(await register_organizations(work, operator(), [NewOrganization(grid_id=grid, name="Tea house")]))
        report = EventReport(
            kind_id="community.errand",
            description=f"a {WORDS[0]}",
            grid_id=grid,
            details={"service": "pension", "mandate_given": True},
            involved=(Involved(role="beneficiary", sort=Involvable.PERSON, id=person),),
        )
        (event,) = ids(await report_events(work, operator(), [report]))
    town.deployment.sealer = Sealer(keys_of("one"))
    return person, event


async def write(town: Town, person: int, event: int, which: int) -> None:
    """Give what is hidden its values of one of the two towns."""
    async with town.deployment.write() as work:
        values = {"name": NAMES[which], "born_on": BORN[which], "gender": ("MALE", "FEMALE")[which]}
        await work.change(t.person, person, values)
        await work.run(sa.update(t.household).values(address=WORDS[which]))
        await work.run(sa.update(t.residence).where(t.residence.c.person_id == person).values(address=WORDS[which]))
        await work.change(t.building, town.building, {"name": f"{WORDS[which]} house", "address": WORDS[which]})
        await work.change(t.event, event, {"description": f"a {WORDS[which]}"})
        await seal_into(work, person, identity_number(11 + which), f"1380013800{which}")


async def test_no_answer_depends_on_what_is_hidden(town: Town) -> None:
    person, event = await hidden_things(town)
    auditor = await town.viewer("community.auditor", DISTRICT)
    no_places = {one: scope for one, scope in auditor.scopes.items() if one is Capability.READ_PEOPLE}
    viewers = {
        "masked": replace(auditor, scopes=no_places, posts=(), whole_ground=auditor.whole_ground & {Capability.READ_PEOPLE}),
        "elsewhere": await town.viewer("community.grid_worker", GRIDS["maritime"]),
        "volunteer": await town.viewer("community.volunteer", GRIDS["urban"]),
        "visitor": anonymous("en"),
    }
    await write(town, person, event, 0)
    before = await asked(town, viewers)
    await write(town, person, event, 1)
    after = await asked(town, viewers)
    print(f"questions about what is hidden: {len(before)} attacks")
    assert len(before) >= LEAST
    assert {what for what in before if before[what] != after[what]} == set()
    assert not [what for what, body in before.items() if b"INTERNAL_ERROR" in body]
    for word in (*NAMES, *(day.isoformat() for day in BORN), *WORDS):
        assert not [what for what, body in before.items() if word.encode() in body and word not in what]


async def test_the_same_questions_tell_who_may_see(town: Town) -> None:
    """The attacks above can fail: the operator's answers do depend on it."""
    person, event = await hidden_things(town)
    found = []
    for which in (0, 1):
        await write(town, person, event, which)
        found.append(await asked(town, {"operator": operator("en")}))
    differing = [what for what, body in found[0].items() if body != found[1][what]]
    assert len(differing) > len(found[0]) / 2
