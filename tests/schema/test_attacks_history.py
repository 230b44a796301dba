"""Attacks on what must stay as it was written: the history of events, keys of requests, and the calendars that deadlines go by."""

from typing import Any

import pytest
import sqlalchemy as sa
from attacks_on_casework import RURAL, SOON, refused, state

from reports import codes
from steered import SUBDISTRICT, at_grid, head, worker
from towns import Town, ids
from wangge_core.db import tables as t
from wangge_core.rights.posts import PostEnd, end_posts
from wangge_core.rights.viewers import anonymous, operator

pytestmark = pytest.mark.anyio

TAMPERING = [
    "UPDATE event_history SET answers = '{}'",
    "UPDATE event_history SET entry = 'COMMENTED'",
    "UPDATE event_history SET account_id = 1",
    "UPDATE event_history SET sequence = sequence + 100",
    "UPDATE event_history SET event_id = event_id + 1",
    "UPDATE event_history SET post_id = NULL",
    "UPDATE event_history SET account_id = NULL, move = 'x'",
    "UPDATE event_history SET changes = NULL",
    "DELETE FROM event_history",
    "DELETE FROM event_history WHERE id = (SELECT max(id) FROM event_history)",
]


@pytest.mark.parametrize("statement", TAMPERING)
async def test_the_history_is_not_changed_by_a_statement_either(town: Town, statement: str) -> None:
    id = await at_grid(town)
    before = await history(town, id)
    with pytest.raises(sa.exc.DBAPIError):
        await run(town, statement)
    assert await history(town, id) == before


async def test_the_history_is_not_replaced_or_emptied(town: Town) -> None:
    id = await at_grid(town)
    before = await history(town, id)
    names = ", ".join(column.name for column in t.event_history.c)
    values = names.replace("entry", "'COMMENTED'", 1)
    if town.deployment.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO event_history ({names}) SELECT {values} FROM event_history"
    else:
        statement = "TRUNCATE event_history CASCADE"
    with pytest.raises(sa.exc.DBAPIError):
        await run(town, statement)
    assert await history(town, id) == before


async def run(town: Town, statement: str) -> None:
    async with town.deployment.write() as work:
        await work.run(sa.text(statement))


async def history(town: Town, id: int) -> list[Any]:
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.event_history).where(t.event_history.c.event_id == id).order_by(t.event_history.c.id))
    return [tuple(row) for row in rows]


async def test_a_key_of_one_account_or_operation_answers_no_other(town: Town) -> None:
    id, by, above = await at_grid(town), await worker(town), await head(town)
    text = """mutation($id: ID!, $input: %s!, $key: String!) { done: %s(id: $id, input: $input, idempotencyKey: $key) {
      event { id } userErrors { code } } }"""
    key = "the same key for everything"
    defer = text % ("EventPutOffInput", "eventDefer")
    given = {"id": f"Event:{id}", "key": key, "input": {"reason": "rain", "until": SOON}}
    assert (await town.ask(defer, by, **given))["done"]["userErrors"] == []
    assert (await town.ask(defer, by, **given))["done"]["userErrors"] == []
    assert (await town.ask("{ viewer { signedIn } }", by))["viewer"]["signedIn"]
    for name, input in (("eventAskExtension", given["input"]), ("eventDefer", given["input"] | {"reason": "snow"})):
        answer = await town.api.execute(text % ("EventPutOffInput", name), given | {"input": input}, by)
        assert "IDEMPOTENCY_KEY_REUSED" in str(answer)
    stranger = await town.viewer("community.grid_worker", RURAL)
    assert codes((await town.ask(defer, stranger, **given))["done"]) == ["NOT_FOUND"]
    assert codes((await town.ask(defer, above, **given))["done"]) == ["STAGE_WORKER_ONLY"]
    visitor = await town.api.execute(defer, given, anonymous("en"))
    assert codes(visitor["data"]["done"]) == ["NOT_SIGNED_IN"]


async def test_the_posts_of_an_account_that_was_ended_are_gone_for_its_open_requests_too(town: Town) -> None:
    id, above = await at_grid(town), await head(town)
    by = await worker(town)
    assert await refused(town, by, "eventDefer", f"Event:{id}", reason="rain", until=SOON) == []
    post = town.posts[above.login]
    async with town.deployment.write() as work:
        ids(await end_posts(work, operator(), [PostEnd(post_id=post, reason="left")]))
    gone = await town.login(above.login)
    assert await refused(town, gone, "eventDecideDeferral", f"Event:{id}", granted=True) == ["NOT_FOUND"]
    assert (
        await refused(
            town,
            await town.viewer("community.subdistrict_administrator", SUBDISTRICT),
            "eventDecideDeferral",
            f"Event:{id}",
            granted=True,
        )
        == []
    )


CALENDARS: list[dict[str, Any]] = [
    {"years": [0]}, {"years": [-1]}, {"years": [2**31 - 1]}, {"years": [2027] * 5000}, {"years": []},
    {"days": [{"day": "2199-12-31", "worked": True}]}, {"days": [{"day": "1800-01-01", "worked": False}] * 900},
    {"days": [{"day": "2026-12-25", "worked": True, "name": "\0"}]}, {"days": [{"day": "2026-12-25", "hours": []}]},
    {"week": [{"weekday": "MONDAY", "spans": [{"from": "99:99", "to": "00:00"}]}]},
    {"week": [{"weekday": "MONDAY", "spans": [{"from": "08:00", "to": "24:01"}]}]},
    {"week": [{"weekday": "MONDAY", "spans": [{"from": "12:00", "to": "08:00"}]}]},
    {"week": [{"weekday": "MONDAY", "spans": [{"from": "00:00", "to": "24:00"}] * 500}]},
    {"week": [{"weekday": "MONDAY", "spans": [{"from": "٠٨:٠٠", "to": "1e1:00"}]}]}, {"week": []},
    {"startsOn": "2027-01-01", "endsOn": "2026-01-01"}, {"follows": "default"}, {"follows": "\0"},
    {"officeId": "Office:999999999999999999"},
    {"name": "\0"}, {"name": "x" * 10_000}, {"name": ""}, {"expectedVersion": -1},
]  # fmt: skip


@pytest.mark.parametrize("change", CALENDARS, ids=range(len(CALENDARS)))
async def test_no_setting_of_a_calendar_breaks_the_service(town: Town, change: dict[str, Any]) -> None:
    text = "mutation($input: CalendarSetInput!) { done: calendarSet(input: $input) { userErrors { code } } }"
    for name in ("default", "mine"):
        answer = await town.api.execute(text, {"input": {"name": name} | change}, operator("en"))
        assert "INTERNAL_ERROR" not in str(answer), (change, answer)
    id = await at_grid(town)  # deadlines are counted still, or events are taken without one
    assert (await state(town, id))[0] is not None
