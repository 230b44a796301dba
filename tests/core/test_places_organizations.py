"""Organisations: their code with its check character, where they work, who answers for them, and their closing."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from operating import NOBODY, announced, done, row_of, tried
from towns import DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.people.persons import NewPerson, register_persons
from wangge_core.places.organizations import (
    NewOrganization,
    OrganizationChange,
    OrganizationState,
    change_organizations,
    register_organizations,
)
from wangge_core.places.premises import Premises, Responsible, ResponsibleRole
from wangge_core.places.registration_codes import ALPHABET, check_character, is_registration_code

CODE = "91350100M000100Y43"
"""The example of GB 32100-2015 itself."""
HEAD = ResponsibleRole.HEAD
bodies = st.builds(
    "{}{}{}".format,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


def test_the_example_of_the_standard_is_a_code() -> None:
    assert is_registration_code(CODE)
    assert check_character(CODE[:-1]) == CODE[-1]


@settings(deadline=None)
@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_code_with_any_one_character_changed_is_none(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    assert is_registration_code(code)
    changed = code[:place] + other + code[place + 1 :]
    assert is_registration_code(changed) is (changed == code)


@pytest.mark.parametrize("code", ["", CODE[:-1], CODE + "0", "91350100I000100Y43", CODE.replace("M", "O"), "9135010XM000100Y43"])
def test_what_has_another_form_is_no_code(code: str) -> None:
    assert not is_registration_code(code)


@pytest.mark.anyio
async def test_a_code_is_kept_in_capitals_and_taken_once(town: Town) -> None:
    grid = town.grids[GRIDS["urban"]]
    requests = [
        NewOrganization(grid_id=grid, name="O", registration_code=code) for code in (f" {CODE.lower()} ", CODE, CODE[:-1] + "4")
    ]
    assert await tried(town, register_organizations, *requests) == [
        "",
        "registrationCode: CODE_TAKEN",
        "registrationCode: CODE_INVALID",
    ]
    assert await tried(town, register_organizations, requests[0]) == ["registrationCode: CODE_TAKEN"]
    (other,) = await done(town, register_organizations, NewOrganization(grid_id=grid, name="P"))
    change = OrganizationChange(id=other, registration_code=CODE)
    assert await tried(town, change_organizations, change) == ["registrationCode: CODE_TAKEN"]
    async with town.deployment.read() as work:
        codes = await work.rows(sa.select(t.organization.c.registration_code).order_by(t.organization.c.id))
    assert [row.registration_code for row in codes] == [CODE, None]


@pytest.mark.anyio
async def test_an_organisation_keeps_its_own_code(town: Town) -> None:
    new = NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="O", registration_code=CODE)
    (id,) = await done(town, register_organizations, new)
    assert await tried(town, change_organizations, OrganizationChange(id=id, registration_code=CODE, name="New name")) == [""]


@pytest.mark.anyio
async def test_premises_are_units_and_buildings_the_main_ones_in_its_grid(town: Town) -> None:
    urban, rural = town.grids[GRIDS["urban"]], town.grids[GRIDS["rural"]]
    async with town.deployment.read() as work:
        shop = await work.value(sa.select(t.unit.c.id).where(t.unit.c.name == "G1"))
    unit, building = Premises(unit_id=shop), Premises(building_id=town.building)
    lists = [
        (unit, building),
        (unit, unit),
        (Premises(),),
        (Premises(unit_id=shop, building_id=town.building),),
        (Premises(unit_id=NOBODY),),
    ]
    requests = [NewOrganization(grid_id=urban, name="O", premises=one) for one in lists]
    requests.append(NewOrganization(grid_id=rural, name="O", premises=(building,)))
    assert await tried(town, register_organizations, *requests) == [
        "",
        "premises.1: DUPLICATE",
        "premises.0: ONE_OF",
        "premises.0: ONE_OF",
        "premises.0.unitId: NOT_FOUND",
        "premises.0.buildingId: NOT_FOUND",
    ]
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.organization_premises).order_by(t.organization_premises.c.ordinal))
        main = await work.value(sa.select(t.organization.c.unit_id))
    assert [(row.building_id, row.unit_id) for row in rows] == [(town.building, shop), (town.building, None)]
    assert main == shop


@pytest.mark.anyio
async def test_premises_that_the_viewer_does_not_see_are_not_there(town: Town) -> None:
    rural = town.grids[GRIDS["rural"]]
    worker = await town.viewer("community.grid_worker", GRIDS["rural"])
    (id,) = await done(town, register_organizations, NewOrganization(grid_id=rural, name="O"))
    change = OrganizationChange(id=id, grid_id=rural, premises=(Premises(building_id=town.building),))
    assert await tried(town, change_organizations, change, by=worker) == ["premises.0.buildingId: NOT_FOUND"]


@pytest.mark.anyio
async def test_who_answers_is_a_person_or_a_name(town: Town) -> None:
    urban = town.grids[GRIDS["urban"]]
    (hidden,) = await done(town, register_persons, NewPerson(grid_id=town.grids[GRIDS["rural"]], name="Far"))
    responsible = [
        (
            Responsible(role=HEAD, name="Ann"),
            Responsible(role=ResponsibleRole.SAFETY_OFFICER, person_id=town.person, phone="000-1234 5678"),
        ),
        (Responsible(role=HEAD),),
        (Responsible(role=HEAD, name="Ann", person_id=town.person),),
        (Responsible(role=HEAD, name=" "),),
        (Responsible(role=HEAD, name="Ann", phone="call me"), Responsible(role=HEAD, name="Bo", phone="12")),
        (Responsible(role=HEAD, person_id=hidden),),
    ]
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    requests = [NewOrganization(grid_id=urban, name="O", responsible=one) for one in responsible]
    assert await tried(town, register_organizations, *requests, by=worker) == [
        "",
        "responsible.0: ONE_OF",
        "responsible.0: ONE_OF",
        "responsible.0.name: BLANK",
        "responsible.0.phone: PHONE_INVALID, responsible.1.phone: PHONE_INVALID",
        "responsible.0.personId: NOT_FOUND",
    ]


@pytest.mark.anyio
async def test_a_list_that_is_given_replaces_the_old_one(town: Town) -> None:
    first = tuple(Responsible(role=HEAD, name=name) for name in ("Ann", "Bo"))
    (id,) = await done(
        town, register_organizations, NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="O", responsible=first)
    )
    for change, names in (
        (OrganizationChange(id=id, trade="Baker"), ["Ann", "Bo"]),
        (OrganizationChange(id=id, responsible=first[1:]), ["Bo"]),
        (OrganizationChange(id=id, responsible=None), []),
    ):
        await done(town, change_organizations, change)
        async with town.deployment.read() as work:
            rows = await work.rows(sa.select(t.organization_responsible).order_by(t.organization_responsible.c.ordinal))
        assert [row.name for row in rows] == names
    assert [one.content["fields"] for one in await announced(town, "organization.changed")] == [
        ["trade"],
        ["responsible"],
        ["responsible"],
    ]


@pytest.mark.anyio
async def test_an_organisation_is_closed_and_opened_again(town: Town) -> None:
    (id,) = await done(town, register_organizations, NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="O"))
    async with town.deployment.read() as work:
        today = work.today
    refusals = [
        OrganizationChange(id=id, closed_on=today),
        OrganizationChange(id=id, state=OrganizationState.CLOSED, closed_on=today + timedelta(days=1)),
        OrganizationChange(id=id, state=None),
    ]
    expected = ["closedOn: NOT_CLOSED", "closedOn: IN_THE_FUTURE", "state: REQUIRED"]
    assert [(await tried(town, change_organizations, one))[0] for one in refusals] == expected
    for change, state, closed_on in (
        (OrganizationChange(id=id, state=OrganizationState.CLOSED), "CLOSED", today),
        (OrganizationChange(id=id, closed_on=date(2026, 1, 31)), "CLOSED", date(2026, 1, 31)),
        (OrganizationChange(id=id, state=OrganizationState.CLOSED), "CLOSED", date(2026, 1, 31)),
        (OrganizationChange(id=id, state=OrganizationState.OPEN), "OPEN", None),
    ):
        await done(town, change_organizations, change)
        row = await row_of(town, t.organization, id)
        assert (row.state, row.closed_on) == (state, closed_on)


@pytest.mark.anyio
async def test_organisations_are_changed_by_who_registers_places_there(town: Town) -> None:
    (id,) = await done(town, register_organizations, NewOrganization(grid_id=town.grids[GRIDS["urban"]], name="O"))
    viewers = [
        await town.viewer(role, code)
        for role, code in (
            ("community.grid_worker", GRIDS["rural"]),
            ("community.auditor", DISTRICT),
            ("community.grid_worker", GRIDS["urban"]),
        )
    ]
    change = OrganizationChange(id=id, name="P")
    found = [(await tried(town, change_organizations, change, by=viewer))[0] for viewer in viewers]
    assert found == ["id: NOT_FOUND", "id: NOT_ALLOWED", ""]
