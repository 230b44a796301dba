"""Other systems are told of changes of what they reported: signed, in order, again until it is taken, and nowhere inside our networks."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from webhook_receivers import Machine, machine_of, receiving

from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.intake.deliveries import queue_deliveries
from wangge_server.webhooks import signature

pytestmark = pytest.mark.anyio


@pytest.fixture
async def machine(town: Town) -> Machine:
    return await machine_of(town)


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """As a receiver checks it."""
    at, *signatures = headers["wangge-signature"].split(",")
    signed = at.removeprefix("t=").encode() + b"." + body
    wanted = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return any(hmac.compare_digest(wanted, one) for one in signatures)


async def test_each_change_is_told_signed_and_without_people_or_text(machine: Machine) -> None:
    async with receiving() as receiver:
        _, secret = await machine.follow(receiver.url)
        event = await machine.report()
        await machine.comment(event)
        await machine.worker.run_due()
    assert [one["change"] for one in receiver.told] == ["event.reported", "event.commented"]
    first = receiver.told[0]
    assert (first["sourceName"], first["sourceKey"], first["stage"], first["closed"]) == ("bins", "A-1", "reported", False)
    assert all(verified(secret, headers, body) for headers, body in receiver.taken)
    assert not any(verified("another", headers, body) for headers, body in receiver.taken)
    assert [headers["wangge-delivery"] for headers, _ in receiver.taken] == [one["id"] for one in receiver.told]
    said = str(receiver.taken)
    assert not any(one in said for one in ("Zhou", "Seen", "Account", "community_officer", secret))
    assert await machine.states() == [("DELIVERED", 1), ("DELIVERED", 1)]


async def test_only_what_the_account_itself_reported_is_told(machine: Machine) -> None:
    async with receiving() as receiver:
        await machine.follow(receiver.url)
        worker = await machine.town.viewer("community.grid_worker", GRIDS["urban"])
        of_others = replace(machine, viewer=worker)
        await of_others.report("B-1")
        await machine.worker.run_due()
    assert receiver.taken == []


async def test_what_is_not_taken_is_sent_again_later_and_nothing_overtakes_it(machine: Machine) -> None:
    async with receiving(500, 302) as receiver:
        await machine.follow(receiver.url)
        event = await machine.report()
        await machine.comment(event)
        await machine.worker.run_due()
        assert [one["change"] for one in receiver.told] == ["event.reported"]
        machine.later(timedelta(seconds=15))
        await machine.worker.run_due()
        assert len(receiver.taken) == 2
        machine.later(timedelta(seconds=15))
        await machine.worker.run_due()
        assert len(receiver.taken) == 2
        machine.later(timedelta(seconds=10))
        await machine.worker.run_due()
    assert [one["change"] for one in receiver.told] == ["event.reported"] * 3 + ["event.commented"]
    assert len({one["id"] for one in receiver.told}) == 2
    assert await machine.states() == [("DELIVERED", 3), ("DELIVERED", 1)]


async def test_another_event_does_not_wait_for_the_one_that_is_not_taken(machine: Machine) -> None:
    async with receiving(503) as receiver:
        await machine.follow(receiver.url)
        await machine.report("A-1")
        await machine.report("A-2")
        await machine.worker.run_due()
    assert sorted(await machine.states()) == [("DELIVERED", 1), ("WAITING", 1)]


async def test_after_a_day_it_is_given_up(machine: Machine) -> None:
    async with receiving(*[500] * 40) as receiver:
        await machine.follow(receiver.url)
        await machine.report()
        for _ in range(30):
            await machine.worker.run_due()
            machine.later(timedelta(hours=2))
        assert 10 < len(receiver.taken) < 25
    ((state, _),) = await machine.states()
    assert state == "GIVEN_UP"


async def test_while_a_secret_changes_both_sign_and_then_the_new_one_alone(machine: Machine) -> None:
    async with receiving() as receiver:
        id, old = await machine.follow(receiver.url)
        rotated = await machine.change("RotateSecret", id)
        await machine.report("A-1")
        await machine.worker.run_due()
        machine.later(timedelta(hours=25))
        await machine.report("A-2")
        await machine.worker.run_due()
        after_leak = await machine.change("RotateSecret", id, hours=0)
        await machine.change("Test", id, note="hello")
        await machine.worker.run_due()
    during, after, last = receiver.taken
    assert verified(old, *during)
    assert verified(rotated["secret"], *during)
    assert not verified(old, *after)
    assert verified(rotated["secret"], *after)
    assert not verified(rotated["secret"], *last)
    assert verified(after_leak["secret"], *last)
    assert receiver.told[-1]["note"] == "hello"
    assert (await machine.change("RotateSecret", id, hours=99))["userErrors"][0]["code"] == "OUT_OF_RANGE"


async def test_a_replayed_delivery_is_seen_by_its_time(machine: Machine) -> None:
    """The receiver refuses what is older than five minutes; the moment is signed and cannot be changed."""
    async with receiving() as receiver:
        _, secret = await machine.follow(receiver.url)
        await machine.report()
        await machine.worker.run_due()
    headers, body = receiver.taken[0]
    at = int(headers["wangge-signature"].partition(",")[0].removeprefix("t="))
    assert abs(at - machine.town.deployment.clock().timestamp()) < 60
    fresh = {"wangge-signature": headers["wangge-signature"].replace(f"t={at}", f"t={at + 600}")}
    assert not verified(secret, fresh, body)


async def test_a_webhook_that_has_ended_is_told_nothing(machine: Machine) -> None:
    async with receiving() as receiver:
        id, _ = await machine.follow(receiver.url)
        await machine.report()
        assert (await machine.change("Delete", id, reason="moved"))["webhook"]["endedAt"]
        await machine.report("A-2")
        await machine.worker.run_due()
        assert (await machine.change("Test", id))["userErrors"][0]["code"] == "REVOKED"
    assert receiver.taken == []
    assert await machine.states() == [("GIVEN_UP", 0)]


async def test_a_process_that_died_while_sending_is_followed_by_another(machine: Machine) -> None:
    async with receiving() as receiver:
        await machine.follow(receiver.url)
        await machine.report()
        async with machine.town.deployment.write() as work:
            sending = {"state": "SENDING", "attempts": 1, "attempted_at": work.now}
            await work.run(sa.update(t.webhook_delivery).values(sending))
        await machine.worker.run_due()
        assert receiver.taken == []
        machine.later(timedelta(seconds=91))
        await machine.worker.run_due()
    assert await machine.states() == [("DELIVERED", 2)]


async def test_a_change_that_is_rolled_back_is_not_told(machine: Machine) -> None:
    async with receiving() as receiver:
        await machine.follow(receiver.url)
        event = await machine.report()
        with pytest.raises(RuntimeError, match="rolled back"):
            async with machine.town.deployment.write() as work:
                work.announce("event.commented", event, None)
                await queue_deliveries(work)
                raise RuntimeError("rolled back")
        await machine.worker.run_due()
    assert [one["change"] for one in receiver.told] == ["event.reported"]


async def test_who_is_not_in_charge_of_the_machine_makes_no_webhook(machine: Machine) -> None:
    url = "https://example.org/hook"
    for role, code in (("community.grid_worker", GRIDS["urban"]), ("community.community_head", COMMUNITY)):
        answer = await machine.created(url, by=await machine.town.viewer(role, code))
        assert [one["code"] for one in answer["userErrors"]] == ["NOT_ALLOWED"]
    id, _ = await machine.follow(url)
    stranger = await machine.town.viewer("community.grid_worker", GRIDS["urban"])
    assert (await machine.change("Test", id, by=stranger))["userErrors"][0]["code"] == "NOT_FOUND"
    in_charge = await machine.town.viewer("community.district_administrator", DISTRICT)
    assert (await machine.change("Test", id, by=in_charge))["userErrors"] == []


async def test_without_a_key_to_seal_with_there_is_no_webhook(machine: Machine) -> None:
    machine.town.deployment.sealer = None
    answer = await machine.created("https://example.org/hook")
    assert [one["code"] for one in answer["userErrors"]] == ["SEALING_KEY_MISSING"]


async def test_the_secret_stands_nowhere_in_the_database(machine: Machine) -> None:
    _, secret = await machine.follow("https://example.org/hook")
    async with machine.town.deployment.read() as work:
        for table in (t.webhook, t.outbox, t.change_log, t.webhook_delivery):
            assert secret not in str(await work.rows(sa.select(table)))


async def test_what_cannot_be_signed_is_not_sent(machine: Machine) -> None:
    async with receiving() as receiver:
        await machine.follow(receiver.url)
        await machine.report()
        machine.town.deployment.sealer = None
        await machine.worker.run_due()
    assert receiver.taken == []
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "no key to sign with"


async def test_the_receiver_of_the_document_knows_what_is_genuine(machine: Machine) -> None:
    text = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
    room: dict[str, Any] = {}
    exec(text.partition("```python\n")[2].partition("```")[0], room)
    is_genuine = room["is_genuine"]
    async with receiving() as receiver:
        _, secret = await machine.follow(receiver.url)
        await machine.report()
        await machine.worker.run_due()
    (headers, body), now = receiver.taken[0], machine.town.deployment.clock().timestamp()
    assert is_genuine(secret, headers["wangge-signature"], body, now)
    assert not is_genuine("another", headers["wangge-signature"], body, now)
    assert not is_genuine(secret, headers["wangge-signature"], body + b" ", now)
    assert not is_genuine(secret, headers["wangge-signature"], body, now + 301)
    assert not is_genuine(secret, "", body, now)


def test_the_signature_is_over_moment_and_body() -> None:
    told = signature(("new", "old"), 1763800000, b'{"id":"1"}')
    new = hmac.new(b"new", b'1763800000.{"id":"1"}', hashlib.sha256).hexdigest()
    old = hmac.new(b"old", b'1763800000.{"id":"1"}', hashlib.sha256).hexdigest()
    assert told == f"t=1763800000,v1={new},v1={old}"
