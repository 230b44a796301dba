"""Attacks on mutations: of what one does not see, a mutation tells as little as of what is not there, and changes nothing of it."""

import re
from collections import Counter
from typing import Any

import orjson
import pytest
from attacks_on_writes import MISSING, Pair, pairs
from generated_runs import Bench

from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api

pytestmark = pytest.mark.anyio
LEAST = 130
PUBLIC = frozenset({"Grid", "Office", "Place"})
"""Types whose things everybody may know of."""


async def told(api: Api, pair: Pair, variables: dict[str, Any]) -> str:
    """What is answered, with the id that was tried written as `#`."""
    answer = await api.answer(GraphQLRequest(query=pair.text, variables=variables), pair.by)
    found = orjson.loads(answer.body)
    shown = orjson.dumps([found.get("data"), found.get("errors")]).decode()
    return re.sub(rf"\b({pair.id}|{MISSING})\b", "#", shown)


async def test_a_hidden_thing_is_as_good_as_none(bench: Bench) -> None:
    api, codes = await bench.fresh(wide=False), Counter[str]()
    every = 2 if bench.deployment.url.drivername.startswith("sqlite") else 5
    found = list(pairs(bench))[::every]
    print(f"mutations with ids of others: {len(found)} attacks")
    assert len(found) >= LEAST
    wrong: list[str] = []
    for pair in found:
        hidden, missing = [await told(api, pair, variables) for variables in (pair.hidden, pair.missing)]
        codes.update(re.findall('"code":"([A-Z_]+)"', hidden))
        if hidden != missing or "INTERNAL_ERROR" in hidden:
            wrong.append(f"{pair.viewer}: {pair.mutation}({pair.slot}) {pair.hidden}\n   hidden:  {hidden}\n   missing: {missing}")
    print(codes.most_common())
    assert not wrong, "\n".join(wrong)
    assert codes["NOT_FOUND"] > len(found) / 5, "most are refused before the id is looked at"
