"""What is sealed and was sent at a wrong place of casework is told again by no refusal, and stands in no row of a repeated request."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number
from reports import LITTER
from steered import GRIDS, at_grid, worker
from towns import Town
from wangge_core.db import tables as t
from wangge_schema.answers import GraphQLRequest

pytestmark = pytest.mark.anyio
SECRETS = (identity_number(41), "13800138041", "+86 13800138042")
CALL = "mutation($id: ID!, $input: %sInput!, $key: String) { done: %s(id: $id, input: $input, idempotencyKey: $key) { %s } }"
MADE = "mutation($input: %sInput!, $key: String) { done: %s(input: $input, idempotencyKey: $key) { %s } }"
ERRORS = "userErrors { field message code }"


def inputs(grid: str, secret: str) -> Iterator[tuple[str, bool, dict[str, Any]]]:
    """Mutations, whether each is of an event, and inputs that are refused."""
    report = {"kindId": "community.hazard", "description": "Smoke", "gridId": grid}
    yield "EventReport", False, report | {"kindId": secret}
    yield "EventReport", False, report | {"involved": [{"role": secret, "id": "Asset:1"}]}
    yield "EventReport", False, report | {"sourceName": secret * 20, "sourceKey": secret}
    yield "EventMove", True, {"move": secret}
    yield "EventMove", True, {"move": "settle_on_the_spot", "answers": [{"name": secret, "text": "x"}]}
    yield "EventMove", True, {"move": "settle_on_the_spot", "answers": [{"name": secret, "text": "x", "integer": 1}]}
    yield "EventAppeal", True, {"reason": "a storm", "stage": secret}
    yield "EventReassign", True, {"assignees": [secret]}
    yield "EventSplit", True, {"parts": [{"description": "x", "kindId": secret}]}
    yield "PublicReportSubmit", False, LITTER | {"kindId": secret, "details": None}
    yield "PublicReportSubmit", False, LITTER | {"gridCode": secret}


async def kept(town: Town) -> str:
    async with town.deployment.read() as work:
        return " ".join([str(tuple(row)) for table in t.metadata.tables.values() for row in await work.rows(sa.select(table))])


async def test_what_is_sealed_comes_back_from_no_mutation_of_casework(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wangge")
    id, by, told = f"Event:{await at_grid(town)}", await worker(town), ""
    for number, secret in enumerate(SECRETS):
        for at, (name, on_event, input) in enumerate(inputs(f"Grid:{town.grids[GRIDS['urban']]}", secret)):
            text = (CALL if on_event else MADE) % (name, name[:1].lower() + name[1:], ERRORS)
            variables = {"id": id, "input": input, "key": f"this one is the key {number}.{at}"}
            body = (await town.api.answer(GraphQLRequest(query=text, variables=variables), by)).body.decode()
            assert '"code":' in body, (name, input)
            told += body
    told += await kept(town) + " ".join(record.getMessage() for record in caplog.records if record.name.startswith("wangge"))
    assert not [one for one in SECRETS if one.removeprefix("+86 ") in told]
