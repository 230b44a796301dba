"""Other systems at addresses of this machine, and the account of a machine that has itself told there."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from identities import sealer_of
from operating import done
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.events.comments import EventCommentRequest, comment_events
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.jobs.worker import Worker
from wangge_core.rights.viewers import Viewer
from wangge_core.rules import IntakeRules
from wangge_server.webhooks import Webhooks

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


async def machine_of(town: Town) -> Machine:
    """A machine's account in the town, allowed to have itself told at this machine's addresses, and the worker that tells it."""
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
