"""Attacks on rights: giving oneself more, giving others more than one has, passing on what one stands in for, opening too much."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.accounts.api_keys import NewApiKey, create_api_keys, narrowed_to_key
from wangge_core.accounts.devices import (
    DeviceReplacement,
    DeviceRevocation,
    NewDevice,
    enroll_devices,
    replace_devices,
    revoke_devices,
)
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.grants import CAN_BE_OPENED, NewAccessGrant, open_access_grants
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.residents import AccountLink, link_accounts
from wangge_core.rights.viewers import Viewer, narrowed, operator

pytestmark = pytest.mark.anyio

SUB, TOP = f"community.subdistrict_administrator@{SUBDISTRICT}", f"community.district_administrator@{DISTRICT}"
WORKER, OFFICER = f"community.grid_worker@{GRIDS['urban']}", f"community.community_officer@{COMMUNITY}"
DUTY = f"community.duty_officer@{SUBDISTRICT}"


async def codes(town: Town, operation: Any, by: Viewer, *requests: Any) -> list[set[str]]:
    """The codes that each request is refused with."""
    async with town.deployment.write() as work:
        return [{one.code for one in outcome.refusals} for outcome in await operation(work, by, requests)]


async def account(town: Town, login: str) -> int:
    return (await town.login(login)).account_id or 0


async def substitute(town: Town, post: str, login: str) -> Viewer:
    """Somebody who stands in for the holder of a post."""
    until = town.deployment.clock() + timedelta(days=5)
    request = NewDelegation(post_id=town.posts[post], account_id=await account(town, login), ends_at=until, reason="on leave")
    assert await codes(town, delegate_posts, await town.login(post), request) == [set()]
    return await town.login(login)


async def givers(town: Town) -> dict[str, tuple[Viewer, set[Capability]]]:
    """Those who give posts over the subdistrict, and what of it is their own to give."""
    sub, top = await town.login(SUB), await town.login(TOP)
    roles = town.deployment.rules.registry.roles
    own = {SUB: set(roles[sub.posts[0].role].may), TOP: set(roles[top.posts[0].role].may)}
    desk = await town.login(DUTY)
    everything = replace(desk, scopes=operator().scopes)  # as if a grant had opened all that there is
    few = {Capability.MANAGE_POSTS, Capability.READ_EVENTS}
    return {
        "subdistrict": (sub, own[SUB]),
        "district": (top, own[TOP]),
        "substitute": (await substitute(town, SUB, OFFICER), set()),
        "worker": (await town.login(WORKER), set()),
        "opened": (everything, set()),
        "machine": (narrowed(replace(top, key_id=7, posts=()), few), few),
    }


async def test_nobody_gives_what_is_not_theirs(town: Town) -> None:
    roles = town.deployment.rules.registry.roles
    someone, tried = await account(town, WORKER), 0
    for name, (giver, own) in (await givers(town)).items():
        requests = [NewPost(account_id=someone, role_id=role, grid_id=town.grids[SUBDISTRICT]) for role in roles]
        if giver.account_id == someone:
            requests = [replace(one, account_id=await account(town, OFFICER)) for one in requests]
        for request, found in zip(requests, await codes(town, assign_posts, giver, *requests), strict=True):
            may = roles[request.role_id].may
            if Capability.MANAGE_POSTS not in own:
                wanted = {"NOT_ALLOWED"}
            else:
                wanted = set() if may - {Capability.BREAK_GLASS} <= own else {"RIGHTS_EXCEED_OWN"}
            assert found == wanted, (name, request.role_id)
            tried += 1
    print(f"posts given: {tried} attacks")
    assert tried >= 200


async def test_nobody_gives_anything_to_themselves(town: Town) -> None:
    roles = town.deployment.rules.registry.roles
    for name, (giver, own) in (await givers(town)).items():
        requests = [NewPost(account_id=giver.account_id or 0, role_id=role, grid_id=town.grids[SUBDISTRICT]) for role in roles]
        wanted = "RIGHTS_FOR_ONESELF" if Capability.MANAGE_POSTS in own else "NOT_ALLOWED"
        assert await codes(town, assign_posts, giver, *requests) == [{wanted}] * len(roles), name


async def test_who_administers_still_staffs_the_ground(town: Town) -> None:
    roles = town.deployment.rules.registry.roles
    by_hand = {id for id, role in roles.items() if role.may & {Capability.READ_ACCESS_LOG, Capability.MANAGE_DATA}}
    assert by_hand == {"community.auditor", "community.data_officer"}
    someone = await account(town, WORKER)
    requests = [NewPost(account_id=someone, role_id=role, grid_id=town.grids[DISTRICT]) for role in roles if role not in by_hand]
    assert await codes(town, assign_posts, await town.login(TOP), *requests) == [set()] * len(requests)


async def test_members_of_an_office_are_not_made_from_below(town: Town) -> None:
    request = NewPost(
        account_id=await account(town, WORKER),
        role_id="community.volunteer",
        grid_id=town.grids[GRIDS["urban"]],
        office_id=town.offices["housing"],
    )
    assert await codes(town, assign_posts, await town.login(SUB), request) == [{"NOT_ALLOWED"}]
    assert await codes(town, assign_posts, await town.login(TOP), request) == [set()]


async def test_substitutes_are_not_named_for_oneself_or_for_rights_that_one_lacks(town: Town) -> None:
    top, until = await town.login(TOP), town.deployment.clock() + timedelta(days=5)
    worker = await account(town, WORKER)
    auditor, desk, head = (
        f"community.auditor@{DISTRICT}",
        f"community.shift_lead@{DISTRICT}",
        f"community.community_head@{COMMUNITY}",
    )

    def named(post: str, to: int) -> NewDelegation:
        return NewDelegation(post_id=town.posts[post], account_id=to, ends_at=until, reason="on leave")

    requests = [named(post, to) for post, to in itertools.product((auditor, desk, head), (top.account_id or 0, worker))]
    assert await codes(town, delegate_posts, top, *requests) == [
        {"RIGHTS_FOR_ONESELF"}, {"RIGHTS_EXCEED_OWN"}, {"RIGHTS_FOR_ONESELF"}, set(), {"RIGHTS_FOR_ONESELF"}, set()
    ]  # fmt: skip


async def test_a_chain_of_substitutes_has_one_link(town: Town) -> None:
    first = await substitute(town, SUB, OFFICER)
    until = town.deployment.clock() + timedelta(days=2)
    for post in (SUB, f"community.community_head@{COMMUNITY}", WORKER, DUTY):
        request = NewDelegation(post_id=town.posts[post], account_id=await account(town, WORKER), ends_at=until, reason="me too")
        (found,) = await codes(town, delegate_posts, first, request)
        assert found & {"NOT_ALLOWED", "NOT_FOUND"}, post


async def test_a_key_is_never_wider_than_its_maker(town: Town) -> None:
    sub, top = await town.login(SUB), await town.login(TOP)
    async with town.deployment.write() as work:
        new = [NewAccount(login=f"machine{number}", name="Machine", machine=True) for number in range(3)]
        bare, serving, audited = ids(await create_accounts(work, operator(), new))
        posts = [
            NewPost(account_id=serving, role_id="community.community_officer", grid_id=town.grids[COMMUNITY]),
            NewPost(account_id=audited, role_id="community.auditor", grid_id=town.grids[SUBDISTRICT]),
        ]
        ids(await assign_posts(work, operator(), posts))
    until = town.deployment.clock() + timedelta(days=5)
    own, tried = town.deployment.rules.registry.roles["community.subdistrict_administrator"].may, 0
    for holder, capability in itertools.product((bare, serving, audited), Capability):
        request = NewApiKey(account_id=holder, name="key", scopes=(capability,), expires_at=until)
        (found,) = await codes(town, create_api_keys, sub, request)
        assert found == (set() if capability in own | {Capability.BREAK_GLASS} and capability in own else {"RIGHTS_EXCEED_OWN"})
        tried += 1
    everything = NewApiKey(account_id=serving, name="key", scopes=tuple(own), expires_at=until)
    async with town.deployment.write() as work:
        (made,) = await create_api_keys(work, top, [everything])
        viewer = await narrowed_to_key(work, await town.login("machine1"), made.id or 0)
    assert viewer is not None
    assert set(viewer.scopes) <= town.deployment.rules.registry.roles["community.community_officer"].may
    for machine in (viewer, narrowed(replace(top, key_id=9), set(Capability))):
        assert await codes(town, create_api_keys, machine, everything) == [{"NOT_ALLOWED"}]
        tried += 1
    print(f"keys: {tried} attacks")


async def test_devices_of_others_are_left_alone(town: Town) -> None:
    async with town.deployment.write() as work:
        (device,) = ids(await enroll_devices(work, operator(), [NewDevice(post_id=town.posts[WORKER], name="telephone")]))
    for login in (f"community.grid_worker@{GRIDS['maritime']}", OFFICER, DUTY, f"community.auditor@{DISTRICT}"):
        viewer = await town.login(login)
        for id in (device, 10**6):
            assert await codes(town, revoke_devices, viewer, DeviceRevocation(device_id=id, sign_out=True)) == [{"NOT_ALLOWED"}]
            assert await codes(town, replace_devices, viewer, DeviceReplacement(device_id=id, name="mine")) == [{"NOT_ALLOWED"}]
        assert await codes(town, enroll_devices, viewer, NewDevice(post_id=town.posts[WORKER], name="mine")) == [{"NOT_ALLOWED"}]
    own = await town.login(WORKER)
    assert await codes(town, enroll_devices, own, NewDevice(post_id=town.posts[WORKER], name="second")) == [{"NOT_ALLOWED"}]


async def test_an_emergency_opens_no_more_than_it_may(town: Town) -> None:
    desk, worker = await town.login(DUTY), await town.login(WORKER)
    machine = narrowed(replace(desk, key_id=1), set(Capability))
    grid, tried = town.grids[GRIDS["urban"]], 0
    for by, minutes, opened in itertools.product(
        (desk, worker, machine), (-1, 0, 60, 241, 10**6), [(), *((one,) for one in Capability)]
    ):
        request = NewAccessGrant(grid_id=grid, reason="a child is missing", minutes=minutes, capabilities=opened)
        (found,) = await codes(town, open_access_grants, by, request)
        wanted = set() if set(opened) <= CAN_BE_OPENED else {"CAPABILITY_NOT_OPENED"}
        wanted |= set() if minutes == 60 else {"OUT_OF_RANGE"}
        assert found == (wanted if by is desk else {"NOT_ALLOWED"})
        tried += 1
    print(f"emergencies: {tried} attacks")
    held = await town.login(DUTY)
    assert not held.may(Capability.MANAGE_POSTS, "1.")
    assert set(held.scopes) - set(desk.scopes) <= CAN_BE_OPENED


async def test_nobody_makes_themselves_a_resident(town: Town) -> None:
    for login in (WORKER, OFFICER, SUB, TOP):
        viewer = await town.login(login)
        request = AccountLink(account_id=viewer.account_id or 0, person_id=town.person)
        assert await codes(town, link_accounts, viewer, request) == [{"NOT_ALLOWED"}]
    hidden = AccountLink(account_id=await account(town, f"community.auditor@{DISTRICT}"), person_id=town.person)
    missing = AccountLink(account_id=10**6, person_id=town.person)
    assert await codes(town, link_accounts, await town.login(WORKER), hidden, missing) == [{"NOT_FOUND"}] * 2
