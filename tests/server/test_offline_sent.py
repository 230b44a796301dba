"""What a phone has queued, through the service as it is without a setting: more than other requests may hold, one broken in the middle."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from steered import reported
from towns import GRIDS, Town
from wangge_server.app import create_app
from wangge_server.settings import Settings
from wangge_server.sign_in import make_token, read_key

pytestmark = pytest.mark.anyio
SYNC = "mutation($input: SyncInput!) { sync(input: $input) { answers { clientId status mend problems { code } } } }"
COUNT, BROKEN, LONG = 300, 150, 3_900


async def test_a_long_queue_goes_through_and_the_broken_one_is_told(town: Town, tmp_path: Path) -> None:
    event, now = await reported(town), town.deployment.clock().isoformat()
    waiting: dict[str, Any] = {}
    for number in range(COUNT):
        comment = {"id": f"Event:{event}", "input": {"note": "" if number == BROKEN else f"{number}".rjust(LONG, "x")}}
        waiting[f"c{number}"] = {"clientId": f"c{number}", "capturedAt": now, "work": {"eventComment": comment}}
    url = town.deployment.url.render_as_string(hide_password=False)
    app = create_app(Settings(data_folder=str(tmp_path), database=url, development_sign_in=True))
    token = make_token(f"community.grid_worker@{GRIDS['urban']}", read_key(tmp_path))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    transport, refused, calls = httpx.ASGITransport(app), list[str](), 0
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://town", timeout=None, headers=headers) as client,
    ):
        while waiting:
            calls += 1
            assert calls <= COUNT, "it does not come to an end"
            body = orjson.dumps({"query": SYNC, "variables": {"input": {"now": now, "changes": list(waiting.values())}}})
            assert calls > 1 or len(body) > 1_000_000
            answers = (await client.post("/graphql", content=body)).json()["data"]["sync"]["answers"]
            assert [one["clientId"] for one in answers] == list(waiting)
            for one in answers:
                if one["mend"] != "SEND_LATER":
                    del waiting[one["clientId"]]
                    refused += [f"{one['clientId']} {each['code']}" for each in one["problems"]]
    assert refused == [f"c{BROKEN} BLANK"]
