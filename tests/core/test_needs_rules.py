"""Needs: set with a reason, a basis and an end; gone when they end; sensitive ones off until the deployment switches them on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.months import after_months
from wangge_core.people.needs import NeedEnd, NeedEnding, NeedRenewal, NewNeed, end_needs, renew_needs, set_needs
from wangge_core.people.residence import Move, move_persons
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.needs_seen import need_rule
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import Viewer, anonymous, operator

pytestmark = pytest.mark.anyio
NOON = datetime(2027, 3, 10, 4, tzinfo=UTC)  # noon in Shanghai
TODAY = date(2027, 3, 10)
WORKER, CHIEF = "community.grid_worker", "community.grid_chief"
SENSITIVE = ("community.disabled", "community.in_hospital", "community.left_behind_child")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(town: Town) -> Clock:
    town.deployment.clock = clock = Clock()
    return clock


@pytest.fixture
async def worker(town: Town) -> Viewer:
    return await town.viewer(WORKER, GRIDS["urban"])


async def opened(town: Town, *kinds: str, roles: tuple[str, ...] = (WORKER,)) -> None:
    """Start the deployment with these sensitive kinds switched on."""
    on = {kind: OpenedNeed(legal_basis="a law, article 1", roles=roles, keep_months=3) for kind in kinds}
    town.deployment.rules = replace(town.deployment.rules, opened_needs=on)
    await town.deployment.start()


def wanted(town: Town, **changed: Any) -> NewNeed:
    usual: dict[str, Any] = {
        "person_id": town.person,
        "kind_id": "community.lives_alone",
        "reason": "asked for a visit",
        "legal_basis": "own statement",
        "until_on": date(2027, 9, 10),
    }
    return NewNeed(**(usual | changed))


async def done(town: Town, operation: Callable[..., Any], viewer: Viewer, *requests: Any) -> list[Outcome]:
    async with town.deployment.write() as work:
        return await operation(work, viewer, list(requests))


async def put(town: Town, viewer: Viewer, **changed: Any) -> int:
    """A need that must be accepted."""
    (outcome,) = await done(town, set_needs, viewer, wanted(town, **changed))
    assert outcome.id is not None, outcome.refusals
    return outcome.id


async def codes(town: Town, viewer: Viewer, **changed: Any) -> list[tuple[str, str]]:
    """Why a need is refused."""
    (outcome,) = await done(town, set_needs, viewer, wanted(town, **changed))
    return [(one.code, one.field) for one in outcome.refusals]


async def seen(town: Town, viewer: Viewer) -> set[int]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.need.c.id).where(need_rule(t.need, BoundViewer(viewer, moment=work.now))))
    return {row.id for row in rows}


async def stored(town: Town, id: int) -> Mapping[str, Any]:
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.need).where(t.need.c.id == id))
    assert row is not None
    return row._mapping


async def born(town: Town, day: date) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).where(t.person.c.id == town.person).values(born_on=day))


async def test_a_need_has_a_reason_a_basis_an_end_and_who_set_it(town: Town, clock: Clock, worker: Viewer) -> None:
    row = await stored(town, await put(town, worker))
    assert (row["reason"], row["legal_basis"]) == ("asked for a visit", "own statement")
    assert (row["from_on"], row["until_on"]) == (TODAY, date(2027, 9, 10))
    assert row["ends_at"] == datetime(2027, 9, 10, 16, tzinfo=UTC)  # midnight after the last day, in Shanghai
    assert row["grid_id"] == town.grids[GRIDS["urban"]]
    assert row["set_by_id"] == town.posts[f"{WORKER}@{GRIDS['urban']}"]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"until_on": None}, ("NEED_WITHOUT_END", "untilOn")),
        ({"until_on": date(2028, 3, 11)}, ("NEED_TOO_LONG", "untilOn")),
        ({"until_on": date(2027, 3, 9)}, ("TERM_INVALID", "untilOn")),
        ({"from_on": date(2027, 3, 11)}, ("IN_THE_FUTURE", "fromOn")),
        ({"from_on": date(2026, 9, 9)}, ("NEED_TOO_LONG", "untilOn")),
        ({"reason": " "}, ("BLANK", "reason")),
        ({"reason": "x" * 401}, ("TOO_LONG", "reason")),
        ({"legal_basis": None}, ("REQUIRED", "legalBasis")),
        ({"legal_basis": ""}, ("BLANK", "legalBasis")),
        ({"kind_id": "community.petitioner"}, ("KIND_UNKNOWN", "kindId")),
        ({"kind_id": "community.disabled"}, ("NEED_KIND_OFF", "kindId")),
        ({"person_id": 999_999}, ("NOT_FOUND", "personId")),
    ],
    ids=lambda value: "_".join(value) if isinstance(value, dict) else value[0],
)
async def test_a_need_that_is_not_sound_is_refused(
    town: Town, clock: Clock, worker: Viewer, changed: dict[str, Any], refusal: tuple[str, str]
) -> None:
    assert refusal in await codes(town, worker, **changed)
    assert await seen(town, worker) == set()


async def test_a_need_may_last_to_the_last_day_that_its_kind_allows(town: Town, clock: Clock, worker: Viewer) -> None:
    await put(town, worker, until_on=date(2028, 3, 10))


async def test_nobody_has_the_same_need_twice(town: Town, clock: Clock, worker: Viewer) -> None:
    outcomes = await done(town, set_needs, worker, wanted(town), wanted(town), wanted(town, kind_id="community.unemployed"))
    assert [[one.code for one in outcome.refusals] for outcome in outcomes] == [[], ["NEED_ALREADY_SET"], []]
    assert await codes(town, worker) == [("NEED_ALREADY_SET", "kindId")]
    clock.now = datetime(2027, 9, 10, 16, tzinfo=UTC)
    await put(town, worker, until_on=date(2027, 12, 1))


async def test_an_expired_need_is_gone_from_the_first_moment_after_its_last_day(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    clock.now = datetime(2027, 9, 10, 15, 59, 59, 999_000, tzinfo=UTC)
    assert await seen(town, worker) == {id}
    clock.now += timedelta(milliseconds=1)
    for viewer in (worker, operator()):
        assert await seen(town, viewer) == set()
        for operation, request in (
            (end_needs, NeedEnd(need_id=id)),
            (renew_needs, NeedRenewal(need_id=id, reason="still", legal_basis="own", until_on=date(2027, 12, 1))),
        ):
            (outcome,) = await done(town, operation, viewer, request)
            assert [one.code for one in outcome.refusals] == ["NOT_FOUND"]


async def test_a_need_that_was_ended_is_gone_at_once_and_keeps_how_it_ended(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    (outcome,) = await done(town, end_needs, worker, NeedEnd(need_id=id, reason="moved in with a son"))
    assert outcome.id == town.person
    assert await seen(town, worker) == set()
    row = await stored(town, id)
    assert (row["ending"], row["end_reason"], row["ends_at"]) == ("NO_LONGER", "moved in with a son", NOON)


async def test_a_need_set_again_counts_its_months_from_today(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    clock.now = datetime(2027, 8, 1, 4, tzinfo=UTC)
    renewal = NeedRenewal(need_id=id, reason="still alone", legal_basis="own statement", until_on=date(2028, 8, 1))
    (refused,) = await done(town, renew_needs, worker, replace(renewal, until_on=date(2028, 8, 2)))
    assert [one.code for one in refused.refusals] == ["NEED_TOO_LONG"]
    assert await seen(town, worker) == {id}
    (outcome,) = await done(town, renew_needs, worker, renewal)
    assert outcome.id is not None
    assert await seen(town, worker) == {outcome.id}
    assert (await stored(town, id))["ending"] == "RENEWED"
    assert (await stored(town, outcome.id))["from_on"] == date(2027, 8, 1)


async def test_nobody_ends_a_need_as_renewed(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    (outcome,) = await done(town, end_needs, worker, NeedEnd(need_id=id, ending=NeedEnding.RENEWED))
    assert [one.code for one in outcome.refusals] == ["NEED_ENDING_INVALID"]


async def test_needs_are_seen_with_the_right_over_their_grid_alone(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    sees = {
        "worker": worker,
        "head": await town.viewer("community.community_head", COMMUNITY),
        "administrator": await town.viewer("community.district_administrator", DISTRICT),
    }
    blind = {
        "anonymous": anonymous(),
        "neighbour": await town.viewer(WORKER, GRIDS["scenic"]),
        "auditor": await town.viewer("community.auditor", DISTRICT),
        "volunteer": await town.viewer("community.volunteer", GRIDS["urban"]),
        "office": await town.login("community.department_specialist@housing"),
        "desk": await town.viewer("community.duty_officer", SUBDISTRICT),
    }
    assert {name for name, viewer in sees.items() if await seen(town, viewer) == {id}} == set(sees)
    assert {name for name, viewer in blind.items() if await seen(town, viewer)} == set()
    for viewer in blind.values():
        (outcome,) = await done(town, end_needs, viewer, NeedEnd(need_id=id))
        assert [one.code for one in outcome.refusals] == ["NOT_FOUND"]


async def test_who_may_not_register_needs_sets_none(town: Town, clock: Clock) -> None:
    neighbour = await town.viewer(WORKER, GRIDS["scenic"])
    assert await codes(town, neighbour) == [("NOT_FOUND", "personId")]
    reader = replace(operator(), scopes={one: scope for one, scope in operator().scopes.items() if one.value.startswith("READ")})
    assert await codes(town, reader, until_on=None) == [("NOT_ALLOWED", "personId")]


async def test_a_need_follows_the_person(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    move = Move(id=town.person, expected_version=1, grid_id=town.grids[GRIDS["scenic"]], moved_in_on=TODAY, moved_out_on=TODAY)
    (outcome,) = await done(town, move_persons, operator(), move)
    assert outcome.accepted, outcome.refusals
    assert await seen(town, worker) == set()
    assert await seen(town, await town.viewer(WORKER, GRIDS["scenic"])) == {id}


async def test_the_person_sees_the_own_needs_and_may_decline_without_any_right(town: Town, clock: Clock, worker: Viewer) -> None:
    await opened(town, "community.disabled")
    first, second = await put(town, worker), await put(town, worker, kind_id="community.disabled")
    resident = Viewer(account_id=10**6, person_id=town.person, language="en")
    assert await seen(town, resident) == {first, second}
    (refused,) = await done(town, end_needs, resident, NeedEnd(need_id=first, ending=NeedEnding.MISTAKEN))
    assert [one.code for one in refused.refusals] == ["NOT_ALLOWED"]
    (declined,) = await done(town, end_needs, resident, NeedEnd(need_id=first, ending=NeedEnding.DECLINED))
    assert declined.accepted
    assert await seen(town, resident) == {second}
    other = Viewer(account_id=10**6, person_id=town.person + 1)
    assert await seen(town, other) == set()


async def test_the_guardian_sees_the_needs_of_the_child(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    guardian = Viewer(account_id=10**6, person_id=town.person + 1, ward_ids=(town.person,))
    assert await seen(town, guardian) == {id}


@pytest.mark.parametrize("kind", SENSITIVE)
async def test_sensitive_kinds_are_off_until_they_are_switched_on(town: Town, clock: Clock, worker: Viewer, kind: str) -> None:
    given: dict[str, Any] = {"kind_id": kind, "guardian_agreement": "paper 7", "until_on": date(2027, 4, 1)}
    assert await codes(town, worker, **given) == [("NEED_KIND_OFF", "kindId")]
    assert await codes(town, operator(), **given) == [("NEED_KIND_OFF", "kindId")]
    await opened(town, kind)
    assert await codes(town, operator(), **given) == [("NOT_ALLOWED", "kindId")]  # has every right, and not the role
    id = await put(town, worker, **given)
    assert await seen(town, worker) == {id}


async def test_a_sensitive_need_is_seen_by_the_roles_alone_that_the_deployment_names(
    town: Town, clock: Clock, worker: Viewer
) -> None:
    await opened(town, "community.disabled")
    ordinary, sensitive = await put(town, worker), await put(town, worker, kind_id="community.disabled")
    chief = await town.viewer(CHIEF, GRIDS["urban"])
    head = await town.viewer("community.community_head", COMMUNITY)
    district = await town.viewer("community.district_administrator", DISTRICT)
    assert await seen(town, worker) == {ordinary, sensitive}
    for viewer in (chief, head, district, operator()):
        assert await seen(town, viewer) == {ordinary}
    await opened(town, "community.disabled", roles=("community.community_head",))
    assert await seen(town, head) == {ordinary, sensitive}  # above the grid
    assert await seen(town, worker) == {ordinary}


async def test_the_role_counts_on_the_ground_of_its_post(town: Town, clock: Clock, worker: Viewer) -> None:
    await opened(town, "community.disabled")
    sensitive = await put(town, worker, kind_id="community.disabled")
    neighbour = await town.viewer(WORKER, GRIDS["scenic"])
    head = await town.viewer("community.community_head", COMMUNITY)
    both = replace(head, posts=(*head.posts, *neighbour.posts))  # the role next door, and needs over the whole community
    assert await seen(town, both) == set()
    assert await codes(town, both, kind_id="community.disabled") == [("NOT_ALLOWED", "kindId")]
    assert await seen(town, replace(head, posts=worker.posts)) == {sensitive}


async def test_a_post_that_ended_shows_no_sensitive_needs(town: Town, clock: Clock, worker: Viewer) -> None:
    await opened(town, "community.disabled")
    await put(town, worker, kind_id="community.disabled")
    post = town.posts[f"{WORKER}@{GRIDS['urban']}"]
    (outcome,) = await done(town, end_posts, operator(), PostEnd(post_id=post))
    assert outcome.accepted, outcome.refusals
    assert await seen(town, await town.viewer(WORKER, GRIDS["urban"])) == set()


async def test_the_deployments_legal_basis_stands_where_none_is_named(town: Town, clock: Clock, worker: Viewer) -> None:
    await opened(town, "community.disabled")
    id = await put(town, worker, kind_id="community.disabled", legal_basis=None)
    assert (await stored(town, id))["legal_basis"] == "a law, article 1"


async def test_a_kind_that_is_switched_off_again_shows_its_needs_to_nobody_but_the_person(
    town: Town, clock: Clock, worker: Viewer
) -> None:
    await opened(town, "community.disabled")
    id = await put(town, worker, kind_id="community.disabled")
    await opened(town)
    assert await seen(town, worker) == set()
    assert await seen(town, Viewer(account_id=10**6, person_id=town.person)) == {id}


async def test_of_a_child_the_guardian_must_have_agreed_and_for_a_year_at_most(town: Town, clock: Clock, worker: Viewer) -> None:
    await born(town, date(2013, 3, 11))  # thirteen, for one more day
    missing = ("GUARDIAN_AGREEMENT_REQUIRED", "guardianAgreement")
    assert await codes(town, worker) == [missing]
    given: dict[str, Any] = {"kind_id": "community.no_smartphone", "guardian_agreement": "paper 7"}
    assert await codes(town, worker, until_on=date(2028, 3, 11), **given) == [("NEED_TOO_LONG", "untilOn")]
    id = await put(town, worker, until_on=date(2028, 3, 10), **given)
    assert (await stored(town, id))["guardian_agreement"] == "paper 7"
    clock.now += timedelta(days=1)
    await put(town, worker)


async def test_a_kind_for_children_always_asks_for_the_agreement(town: Town, clock: Clock, worker: Viewer) -> None:
    await opened(town, "community.left_behind_child")
    given = {"kind_id": "community.left_behind_child"}
    assert await codes(town, worker, **given) == [("GUARDIAN_AGREEMENT_REQUIRED", "guardianAgreement")]


async def test_the_outbox_tells_nothing_of_a_need_but_that_it_is_there(town: Town, clock: Clock, worker: Viewer) -> None:
    id = await put(town, worker)
    await done(town, end_needs, worker, NeedEnd(need_id=id, ending=NeedEnding.DECLINED, reason="wants none"))
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.outbox.c.topic, t.outbox.c.content).where(t.outbox.c.topic.like("need.%")))
    assert sorted((row.topic, row.content) for row in rows) == [("need.ended", {}), ("need.set", {})]


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)), st.integers(0, 240))
def test_months_are_counted_by_the_calendar(day: date, months: int) -> None:
    later = after_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)
