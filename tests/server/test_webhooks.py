"""Other systems are told of changes of what they reported: signed, in order, again until it is taken, and nowhere inside our networks."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from identities import sealer_of
from operating import done
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.intake.deliveries import queue_deliveries
from wangge_core.intake.webhooks import may_go_to, why_not
from wangge_core.jobs.worker import Worker
from wangge_core.rights.viewers import Viewer
from wangge_core.rules import IntakeRules
from wangge_server.webhooks import Webhooks, signature

pytestmark = pytest.mark.anyio

CREATE = """mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) {
  secret webhook { id url waiting } userErrors { code field message } } }"""
CHANGE = """mutation($id: ID!, $input: Webhook%sInput!) { webhook%s(id: $id, input: $input) {
  %s webhook { id endedAt earlierUntil } userErrors { code field } } }"""
LOOPBACK = IntakeRules(webhook_networks=("127.0.0.0/8",), webhook_http=True)


@dataclass
class Receiver:
    """Another system at an address of this machine: what it was sent, and with which status it answers next."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        self.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.statuses.pop(0) if self.statuses else 204
        more = f"Location: http://127.0.0.1:{self.port}/elsewhere\r\n" if status == 302 else ""
        writer.write(f"HTTP/1.1 {status} Told\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving(*statuses: int) -> AsyncGenerator[Receiver, None]:
    receiver = Receiver(statuses=list(statuses))
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class Machine:
    """A machine with its account, the town's clock, and the worker that sends."""

    town: Town
    viewer: Viewer
    worker: Worker
    later: Callable[[timedelta], None]

    async def report(self, key: str = "A-1") -> int:
        """The id of an event that the machine reported."""
        report = EventReport(
            kind_id="community.sanitation",
            description="Bin full, says Zhou",
            grid_id=self.town.grids[GRIDS["urban"]],
            details={"what": "BIN"},
            source=EventSource.OTHER_SYSTEM,
            source_name="bins",
            source_key=key,
            person_reported=True,
        )
        return (await done(self.town, report_events, report, by=self.viewer))[0]

    async def comment(self, event: int) -> None:
        worker = await self.town.viewer("community.grid_worker", GRIDS["urban"])
        await done(self.town, comment_events, EventCommentRequest(event_id=event, note="Seen, thanks"), by=worker)

    async def follow(self, url: str) -> tuple[str, str]:
        """The id of a webhook and its secret."""
        answer = await self.created(url)
        assert answer["userErrors"] == [], answer
        return answer["webhook"]["id"], answer["secret"]

    async def created(self, url: str, by: Viewer | None = None) -> dict[str, Any]:
        input = {"accountId": f"Account:{self.viewer.account_id}", "url": url}
        return dict((await self.town.ask(CREATE, by or self.viewer, input=input))["webhookCreate"])

    async def change(self, what: str, id: str, by: Viewer | None = None, **input: Any) -> dict[str, Any]:
        text = CHANGE % (what, what, "secret" if what == "RotateSecret" else "")
        return dict((await self.town.ask(text, by or self.viewer, id=id, input=input))[f"webhook{what}"])

    async def states(self) -> list[tuple[str, int]]:
        async with self.town.deployment.read() as work:
            delivery = t.webhook_delivery
            rows = await work.rows(sa.select(delivery.c.state, delivery.c.attempts).order_by(delivery.c.id))
        return [(row.state, row.attempts) for row in rows]


@pytest.fixture
async def machine(town: Town) -> Machine:
    deployment = town.deployment
    deployment.sealer = sealer_of("a")
    deployment.rules = replace(deployment.rules, intake=LOOPBACK)
    passed, clock = [timedelta()], deployment.clock
    deployment.clock = lambda: clock() + passed[0]
    viewer = await town.viewer("community.community_officer", COMMUNITY)
    async with deployment.write() as work:
        await work.run(sa.update(t.account).where(t.account.c.id == viewer.account_id).values(machine=True))

    def later(time: timedelta) -> None:
        passed[0] += time

    sender = Webhooks(LOOPBACK, clock=lambda: deployment.clock().timestamp())
    return Machine(town, replace(viewer, key_id=1), Worker(deployment, sender.handlers), later)


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


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://user:pass@example.org/",
        "https://example.org/#part",
        "https:///hook",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://例子.中国/",
        "file:///etc/passwd",
        "x" * 500,
    ],
)
def test_an_address_that_is_not_of_the_internet_is_refused(url: str) -> None:
    assert why_not(url, IntakeRules())


def test_the_settings_open_a_network_and_no_other() -> None:
    rules = IntakeRules(webhook_networks=("10.20.0.0/16",))
    assert may_go_to(ip_address("10.20.1.1"), rules, tls=True)
    assert not may_go_to(ip_address("10.20.1.1"), rules, tls=False)
    assert not may_go_to(ip_address("10.21.1.1"), rules, tls=True)
    assert may_go_to(ip_address("93.184.216.34"), rules, tls=True)
    assert not may_go_to(ip_address("93.184.216.34"), replace(rules, webhook_http=True), tls=False)


async def test_a_name_that_leads_inside_is_refused_when_it_is_sent_to(machine: Machine) -> None:
    """Names are looked up for each request: what was an address of the internet yesterday may be one of ours today."""
    async with receiving() as receiver:
        strict = Webhooks(IntakeRules(webhook_http=True))
        await machine.follow(f"https://localhost:{receiver.port}/hook")
        await machine.report()
        await Worker(machine.town.deployment, strict.handlers).run_due()
    assert receiver.taken == []
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "address refused"


async def test_what_cannot_be_signed_is_not_sent(machine: Machine) -> None:
    async with receiving() as receiver:
        await machine.follow(receiver.url)
        await machine.report()
        machine.town.deployment.sealer = None
        await machine.worker.run_due()
    assert receiver.taken == []
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "no key to sign with"


async def test_a_name_that_cannot_be_is_trouble_and_not_a_fault(machine: Machine) -> None:
    await machine.follow(f"https://{'a' * 70}.example/hook")
    await machine.report()
    await machine.worker.run_due()
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "unknown host"
        assert await work.value(sa.select(t.webhook_delivery.c.state)) == "WAITING"


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
