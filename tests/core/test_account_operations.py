"""Accounts: who closes them and signs them out, and what else an account is made with."""

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.accounts.accounts import disable_accounts, enable_accounts, sign_out_accounts
from wangge_core.accounts.standing import DISABLED, TOKEN, Shown, look
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.rights.viewers import Viewer, load_viewer

pytestmark = pytest.mark.anyio

WORKER = f"community.grid_worker@{GRIDS['urban']}"
HEAD = f"community.community_head@{COMMUNITY}"
DISTRICT_AUDITOR = "community.auditor@999901"


@pytest.fixture
async def administrator(town: Town) -> Viewer:
    return await town.viewer("community.subdistrict_administrator", SUBDISTRICT)


async def account_of(town: Town, login: str) -> int:
    async with town.deployment.read() as work:
        return await work.value(sa.select(t.account.c.id).where(t.account.c.login == login))


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


async def test_who_manages_all_posts_of_an_account_closes_and_opens_it(town: Town, administrator: Viewer) -> None:
    account, registry = await account_of(town, WORKER), town.deployment.rules.registry
    async with town.deployment.write() as work:
        (closed,) = await disable_accounts(work, administrator, [account])
        assert closed.accepted
        assert await load_viewer(work, registry, WORKER) is None
        assert await look(work, [Shown(account_id=account)]) == {Shown(account_id=account): DISABLED}
        (opened,) = await enable_accounts(work, administrator, [account])
        assert opened.accepted
        assert await load_viewer(work, registry, WORKER) is not None


async def test_an_account_that_was_opened_again_takes_no_older_token(town: Town, administrator: Viewer) -> None:
    account = await account_of(town, WORKER)
    async with town.deployment.write() as work:
        old, new = (Shown(account_id=account, issued_at=work.now.replace(year=year)) for year in (2020, 2100))
        assert await look(work, [old, new]) == {}
        await disable_accounts(work, administrator, [account])
        await enable_accounts(work, administrator, [account])
        assert await look(work, [old, new]) == {old: TOKEN}


async def test_nobody_closes_accounts_beyond_the_ground_that_they_manage(town: Town, administrator: Viewer) -> None:
    auditor, head = await account_of(town, DISTRICT_AUDITOR), await town.login(HEAD)
    async with town.deployment.write() as work:
        assert [codes(one) for one in await disable_accounts(work, administrator, [auditor, 99_999])] == [
            ["NOT_ALLOWED"],
            ["NOT_FOUND"],
        ]
        own = head.account_id or 0
        assert [codes(one) for one in await disable_accounts(work, head, [own, auditor, 99_999])] == [["NOT_ALLOWED"]] * 3


async def test_everybody_signs_themselves_out_and_nobody_else(town: Town) -> None:
    worker, head = await town.login(WORKER), await town.login(HEAD)
    async with town.deployment.write() as work:
        own, other = await sign_out_accounts(work, worker, [worker.account_id or 0, head.account_id or 0])
    assert own.accepted
    assert codes(other) == ["NOT_ALLOWED"]


CREATE = """mutation($input: AccountCreateInput!) { accountCreate(input: $input) {
  account { login machine apiKeys { id } } userErrors { code field } } }"""


async def test_the_schema_makes_accounts_of_machines_and_of_issuers(town: Town, administrator: Viewer) -> None:
    given = {"login": "sensors", "name": "Sensors", "machine": True, "issuer": "https://login.example"}
    made = (await town.ask(CREATE, administrator, input=given))["accountCreate"]
    assert made == {"account": {"login": "sensors", "machine": True, "apiKeys": []}, "userErrors": []}
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.account.c.issuer).where(t.account.c.login == "sensors")) == "https://login.example"
