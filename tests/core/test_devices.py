"""Devices of posts: who enrols, replaces and revokes them, and that a report says which one it came from."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.credentials import DEVICE, read_credential
from wangge_core.accounts.devices import (
    MOST_OF_POST,
    DeviceReplacement,
    DeviceRevocation,
    NewDevice,
    enroll_devices,
    replace_devices,
    revoke_devices,
)
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio

WORKER = f"community.grid_worker@{GRIDS['urban']}"


@pytest.fixture
async def administrator(town: Town) -> Viewer:
    return await town.viewer("community.subdistrict_administrator", SUBDISTRICT)


@pytest.fixture
async def worker(town: Town) -> Viewer:
    return await town.login(WORKER)


async def enroll(town: Town, viewer: Viewer, name: str = "telephone 7") -> Outcome:
    async with town.deployment.write() as work:
        (outcome,) = await enroll_devices(work, viewer, [NewDevice(post_id=town.posts[WORKER], name=name)])
    return outcome


async def put_in_place(town: Town, viewer: Viewer, device: int) -> Outcome:
    async with town.deployment.write() as work:
        (outcome,) = await replace_devices(work, viewer, [DeviceReplacement(device_id=device, name="telephone 8", reason="broken")])
    return outcome


async def revoke(town: Town, viewer: Viewer, device: int, *, sign_out: bool = False) -> Outcome:
    async with town.deployment.write() as work:
        (outcome,) = await revoke_devices(work, viewer, [DeviceRevocation(device_id=device, reason="lost", sign_out=sign_out)])
    return outcome


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


async def test_who_manages_posts_there_enrols_a_device_and_its_secret_is_not_kept(town: Town, administrator: Viewer) -> None:
    made = await enroll(town, administrator)
    shown = read_credential(made.secret or "", DEVICE)
    assert shown is not None
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.device).where(t.device.c.id == made.id))
        announced = await work.rows(sa.select(t.outbox.c.content))
    assert row is not None
    assert (row.post_id, row.enrolled_by_id) == (town.posts[WORKER], administrator.account_id)
    assert shown.proves(row.hash)
    assert shown.secret not in str(announced) + str(row)


async def test_a_holder_enrols_no_device_but_revokes_a_lost_one(town: Town, administrator: Viewer, worker: Viewer) -> None:
    assert codes(await enroll(town, worker)) == ["NOT_ALLOWED"]
    made = await enroll(town, administrator)
    assert codes(await put_in_place(town, worker, made.id or 0)) == ["NOT_ALLOWED"]
    assert (await revoke(town, worker, made.id or 0)).accepted
    assert codes(await revoke(town, worker, made.id or 0)) == ["REVOKED"]


async def test_others_revoke_nothing(town: Town, administrator: Viewer) -> None:
    made = await enroll(town, administrator)
    for role, code in (("community.grid_worker", GRIDS["rural"]), ("community.community_officer", COMMUNITY)):
        assert codes(await revoke(town, await town.viewer(role, code), made.id or 0)) == ["NOT_ALLOWED"]
    assert codes(await revoke(town, replace(administrator, key_id=1), made.id or 0)) == ["NOT_ALLOWED"]


async def test_a_device_that_is_replaced_is_revoked_and_names_the_new_one(town: Town, administrator: Viewer) -> None:
    old = await enroll(town, administrator)
    new = await put_in_place(town, administrator, old.id or 0)
    assert read_credential(new.secret or "", DEVICE) is not None
    query = '{ node(id: "Device:%d") { ... on Device { revokedAt endReason replacedBy { name revokedAt } post { devices { name } } } } }'
    found = (await town.ask(query % old.id, administrator))["node"]
    assert found["revokedAt"] is not None
    assert found["endReason"] == "broken"
    assert found["replacedBy"] == {"name": "telephone 8", "revokedAt": None}
    assert found["post"] == {"devices": [{"name": "telephone 8"}]}
    assert codes(await put_in_place(town, administrator, old.id or 0)) == ["REVOKED"]


async def test_a_stolen_device_signs_its_holder_out(town: Town, administrator: Viewer, worker: Viewer) -> None:
    made = await enroll(town, administrator)
    assert (await revoke(town, administrator, made.id or 0, sign_out=True)).accepted
    async with town.deployment.read() as work:
        valid_from = await work.value(sa.select(t.account.c.valid_from).where(t.account.c.id == worker.account_id))
    assert valid_from is not None


async def test_a_post_that_has_ended_gets_no_device(town: Town, administrator: Viewer) -> None:
    old = await enroll(town, administrator)
    async with town.deployment.write() as work:
        await end_posts(work, operator(), [PostEnd(post_id=town.posts[WORKER])])
    assert codes(await enroll(town, administrator)) == ["POST_ENDED"]
    assert codes(await put_in_place(town, administrator, old.id or 0)) == ["POST_ENDED"]


async def test_what_is_wrong_with_a_device_is_told(town: Town, administrator: Viewer, worker: Viewer) -> None:
    assert codes(await enroll(town, administrator, " ")) == ["BLANK"]
    assert codes(await revoke(town, administrator, 99_999)) == ["NOT_FOUND"]
    assert codes(await revoke(town, worker, 99_999)) == ["NOT_ALLOWED"]
    for _ in range(MOST_OF_POST):
        assert (await enroll(town, administrator)).accepted
    assert codes(await enroll(town, administrator)) == ["TOO_MANY"]


@pytest.mark.parametrize("enrolled", [True, False])
async def test_a_report_counts_with_and_without_a_device_and_says_which(
    town: Town, administrator: Viewer, worker: Viewer, enrolled: bool
) -> None:
    device = (await enroll(town, administrator)).id if enrolled else None
    report = EventReport(
        kind_id="community.hazard",
        description="seen",
        grid_id=town.grids[GRIDS["urban"]],
        details={"hazard": "FIRE", "immediate_danger": False},
    )
    async with town.deployment.write() as work:
        (event,) = ids(await report_events(work, replace(worker, device_id=device), [report]))
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.event.c.device_id).where(t.event.c.id == event)) == device


async def test_a_viewer_is_told_its_device(town: Town, administrator: Viewer, worker: Viewer) -> None:
    made = await enroll(town, administrator)
    query = "{ viewer { device { id name } } }"
    assert (await town.ask(query, worker))["viewer"] == {"device": None}
    found = (await town.ask(query, replace(worker, device_id=made.id)))["viewer"]
    assert found == {"device": {"id": f"Device:{made.id}", "name": "telephone 7"}}
    other = await town.viewer("community.grid_worker", GRIDS["rural"])
    assert (await town.ask(query, replace(other, device_id=made.id)))["viewer"] == {"device": None}


ENROLL = """mutation($input: DeviceEnrollInput!) { deviceEnroll(input: $input) {
  secret device { name post { id } enrolledBy { login } } userErrors { code } } }"""


async def test_the_schema_enrols_devices(town: Town, administrator: Viewer) -> None:
    post = f"Post:{town.posts[WORKER]}"
    answer = (await town.ask(ENROLL, administrator, input={"postId": post, "name": "telephone 7"}))["deviceEnroll"]
    assert read_credential(answer["secret"], DEVICE) is not None
    assert answer["device"] == {"name": "telephone 7", "post": {"id": post}, "enrolledBy": {"login": administrator.login}}
