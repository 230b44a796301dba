"""Sending a bulk: so many changes of one phone, one of them broken, in one request over HTTP, and again until nothing is left."""

# ruff: noqa: T201 - it is there to print

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

NOTE = "Two electric bicycles are charged in the stairwell; the owners take them down today, to be looked at tomorrow."
SYNC = """mutation($now: DateTime!, $changes: [SyncChangeInput!]!) { sync(input: { now: $now, changes: $changes }) { answers {
  clientId status thingId version mend capturedAt clock problems { field code message } } } }"""


@dataclass(frozen=True, slots=True)
class Queued:
    """Whose phone it is, by how much its clock is ahead, until when so many changes were captured, a second apart, in which grid, and the
    client id of a report that was sent before."""

    login: str
    ahead: timedelta
    until: datetime
    grid_id: int
    about: str
    count: int

    @property
    def broken(self) -> int:
        """The remark in the middle that is empty."""
        return self.count // 2 // 4 * 4

    def changes(self) -> dict[str, Any]:
        """Reports with remarks on them and watches, as a phone sends them, by their client ids."""
        return {f"bulk-{number}": self._change(number) for number in range(self.count)}

    def _change(self, number: int) -> dict[str, Any]:
        at = (self.until + self.ahead - timedelta(seconds=self.count - number)).isoformat()
        return {"clientId": f"bulk-{number}", "capturedAt": at, "work": self._work(number, at)}

    def _work(self, number: int, at: str) -> dict[str, Any]:
        if number % 4 == 1:
            details = {"communityHazard": {"hazard": "FIRE", "immediateDanger": False}}
            grid = f"Grid:{self.grid_id}"
            return {"eventReport": {"kindId": "community.hazard", "description": NOTE, "gridId": grid, "details": details}}
        if number % 4 == 3:
            return {"visitRecord": {"what": "WATCH", "outcome": "DONE", "startedAt": at, "endedAt": at}}
        about = f"bulk-{number - 1}" if number % 4 == 2 else self.about
        return {"eventComment": {"about": about, "input": {"note": NOTE if number != self.broken else ""}}}


async def send_bulk(settings: Settings, queued: Queued) -> dict[str, Any]:
    """How many calls and seconds it took, and whether everything but the broken change went through."""
    waiting, refused, calls, megabytes = queued.changes(), list[str](), 0, 0.0
    app, began = create_app(settings), time.perf_counter()
    headers = {"Authorization": f"Bearer {make_token(queued.login, read_key(settings.folder))}", "Content-Type": "application/json"}
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://town", timeout=None, headers=headers) as client,
    ):
        while waiting:
            variables = {"now": (datetime.now(UTC) + queued.ahead).isoformat(), "changes": list(waiting.values())}
            body = orjson.dumps({"query": SYNC, "variables": variables})
            calls, megabytes = calls + 1, max(megabytes, len(body) / 1e6)
            reply = (await client.post("/graphql", content=body)).json()
            assert "errors" not in reply, reply["errors"]
            answers = reply["data"]["sync"]["answers"]
            assert [one["clientId"] for one in answers] == list(waiting)
            for one in answers:
                if one["mend"] != "SEND_LATER":
                    del waiting[one["clientId"]]
                    refused += [one["clientId"]] if one["problems"] else []
            print(f"call {calls}: {len(answers):,} sent, {len(waiting):,} left, {time.perf_counter() - began:.1f} s")
    seconds = time.perf_counter() - began
    print(f"{queued.count:,} over HTTP, {megabytes:.1f} MB, one broken: {calls} calls, {seconds:.1f} s, refused: {refused}")
    return {
        "bulk": queued.count,
        "bulkMegabytes": round(megabytes, 1),
        "bulkCalls": calls,
        "bulkSeconds": round(seconds, 1),
        "bulkThrough": refused == [f"bulk-{queued.broken}"],
    }
