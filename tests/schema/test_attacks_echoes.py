"""Attacks on what is told beside the answer: errors, logs, the outbox, the rows of repeated requests and the log of changes.

An identity number, a telephone, a key or a token that was sent stands in none of them, wherever in a request it was put.
"""

import itertools
import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from identities import identity_number, keys_of
from towns import COMMUNITY, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import operator
from wangge_core.sealing.sealer import Sealer
from wangge_schema.answers import GraphQLRequest

pytestmark = pytest.mark.anyio

NUMBER, PHONE = identity_number(41), "13800138041"
WRONG = NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2")
KEY = "wgk_12_" + "a1B2c3D4e5F6g7H8i9J0" * 2 + "xyzABCdef"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsaSJ9.c2lnbmF0dXJlcw"
SECRETS = (NUMBER, PHONE, WRONG, KEY, TOKEN)
FIND = "mutation($input: PersonFindInput!) { personFind(input: $input) { persons { id } userErrors { field code message } } }"
REGISTER = (
    "mutation($input: PersonRegisterInput!, $key: String) { personRegister(input: $input, "
    "idempotencyKey: $key) { person { id } userErrors { field code message } } }"
)
REVEAL = (
    "mutation($id: ID!, $input: PersonRevealInput!) { personReveal(id: $id, input: $input) { userErrors { field code message } } }"
)
Sent = tuple[str, dict[str, Any]]


def sent(grid: str) -> Iterator[Sent]:
    """Requests that are wrong in some way, with something in them that must not be told."""
    person: dict[str, Any] = {"gridId": grid, "name": "Tao"}
    for secret in SECRETS:
        for wrong in (secret, [secret], {"value": secret}, True):
            yield FIND, {"input": {"identityNumber": wrong, "purpose": "VISIT", "phone": None if wrong is secret else secret}}
        yield FIND, {"input": {"phone": secret, "purpose": "VISIT"}}
        yield FIND, {"input": {"phone": secret, "purpose": secret}}
        yield FIND, {"input": {"phone": secret, "other": secret}}
        yield FIND, {"input": {secret.replace("_", "").replace(".", ""): secret}}
        yield FIND, {"input": secret}
        yield REGISTER, {"input": person | {"identityNumber": secret, "bornOn": secret}}
        yield REGISTER, {"input": person | {"phone": secret, "gender": secret}}
        yield REGISTER, {"input": person | {"gridId": secret, "phone": secret}}
        yield REGISTER, {"input": person | {"name": "", "phone": PHONE, "identityNumber": secret}}
        yield REGISTER, {"input": person | {"householdId": f"Household:{secret}", "phone": secret}}
        yield REVEAL, {"id": secret, "input": {"fields": ["PHONE"], "purpose": "VISIT"}}
        yield REVEAL, {"id": f"Person:{secret}", "input": {"fields": [secret]}}
        yield "query($id: ID!) { node(id: $id) { id } }", {"id": secret}
        yield "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": [f"Person:{secret}x", secret]}
        yield "query($at: String) { persons(after: $at) { totalCount } }", {"at": secret}
        yield "query($at: String) { persons(after: $at) { totalCount } }", {"at": f'["NAME","{secret}"]'}
        yield "query($f: PersonFilter) { persons(filter: $f) { totalCount } }", {"f": {"bornOn": {"gte": secret}}}
        yield "query($f: PersonFilter) { persons(filter: $f) { totalCount } }", {"f": {"identityNumber": {"eq": secret}}}
        yield f'{{ node(id: "{secret}") {{ id }} }}', {}
        yield f'{{ persons(first: "{secret}") {{ totalCount }} }}', {}
        phone = secret if secret.isdigit() else 1
        yield f'mutation {{ personFind(input: {{ phone: {phone}, purpose: "{secret}" }}) {{ persons {{ id }} }} }}', {}
        yield f'{{ persons(filter: {{ bornOn: {{ gte: "{secret}" }} }}) {{ totalCount }} ', {}


async def kept(town: Town) -> str:
    """All that the database holds, as text."""
    async with town.deployment.read() as work:
        return " ".join([str(tuple(row)) for table in t.metadata.tables.values() for row in await work.rows(sa.select(table))])


async def test_nothing_that_was_sent_is_told_again(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wangge")
    town.deployment.sealer = Sealer(keys_of("one"))
    worker, tried = await town.viewer("community.community_head", COMMUNITY), 0
    for text, variables in sent(f"Grid:{town.grids[GRIDS['urban']]}"):
        answer = await town.api.answer(GraphQLRequest(query=text, variables=variables), worker)
        assert b"INTERNAL_ERROR" not in answer.body, (text, variables)
        shown = orjson.dumps(orjson.loads(answer.body)).decode()
        assert not [one for one in SECRETS if one in shown], (shown, text, variables)
        tried += 1
    told = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("wangge"))
    for place in (told, await kept(town)):
        assert not [one for one in SECRETS if one in place]
    print(f"echoes: {tried} attacks")
    assert tried >= 100


async def test_a_repeated_request_leaves_nothing_to_guess_from(town: Town) -> None:
    """Its row has a keyed hash: who holds the database alone cannot try the numbers one by one."""
    grid = f"Grid:{town.grids[GRIDS['urban']]}"
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    found: list[str] = []
    for name in ("one", "two"):
        town.deployment.sealer = Sealer(keys_of(name))
        given = {"gridId": grid, "name": "Tao", "phone": PHONE}
        await town.ask(REGISTER, worker, input=given, key=f"k{name}")
        async with town.deployment.read() as work:
            found += [str(row.request_hash) for row in await work.rows(sa.select(t.idempotency_key)) if row.key == f"k{name}"]
    assert len(set(found)) == 2
    assert PHONE not in await kept(town)


async def test_who_is_registered_elsewhere_is_not_found_out_by_registering(town: Town) -> None:
    """A number that is taken counts as a search, and is told only to who writes nothing else wrong."""
    town.deployment.sealer = Sealer(keys_of("one"))
    scenic = {"gridId": f"Grid:{town.grids[GRIDS['scenic']]}", "name": "Hidden", "identityNumber": NUMBER}
    assert (await town.ask(REGISTER, operator("en"), input=scenic))["personRegister"]["userErrors"] == []
    worker, most = await town.viewer("community.grid_worker", GRIDS["urban"]), town.deployment.rules.reveals_per_hour
    urban = {"gridId": f"Grid:{town.grids[GRIDS['urban']]}", "name": " ", "identityNumber": NUMBER}
    codes = [one["code"] for one in (await town.ask(REGISTER, worker, input=urban))["personRegister"]["userErrors"]]
    assert codes == ["BLANK"]
    answers = [
        [one["code"] for one in (await town.ask(REGISTER, worker, input=urban | {"name": "Tao"}))["personRegister"]["userErrors"]]
        for _ in range(most + 2)
    ]
    assert answers == [["IDENTITY_TAKEN"]] * most + [["REVEALS_EXHAUSTED"]] * 2
    fresh = urban | {"name": "Tao", "identityNumber": identity_number(77)}
    found = (await town.ask(REGISTER, worker, input=fresh))["personRegister"]["userErrors"]
    assert [one["code"] for one in found] == ["REVEALS_EXHAUSTED"]  # or else it would tell that this one is new


def test_there_are_no_two_secrets_alike() -> None:
    assert all(one not in other for one, other in itertools.permutations(SECRETS, 2))
