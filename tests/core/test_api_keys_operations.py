"""API keys: who may make and revoke them, what they look like, and what a viewer with one may do."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from towns import COMMUNITY, DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.accounts.api_keys import (
    MOST_OF_ACCOUNT,
    ApiKeyRevocation,
    NewApiKey,
    create_api_keys,
    load_viewer_again,
    narrowed_to_key,
    note_use,
    revoke_api_keys,
)
from wangge_core.accounts.credentials import API_KEY, DEVICE, make_credential, read_credential
from wangge_core.db import tables as t
from wangge_core.errors import Outcome
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio

READING = (Capability.READ_EVENTS,)
ADMINISTRATOR = "community.subdistrict_administrator"


async def make_machine(town: Town, login: str = "sensors", code: str = SUBDISTRICT) -> int:
    """A machine's account with a post."""
    async with town.deployment.write() as work:
        (account,) = ids(await create_accounts(work, operator(), [NewAccount(login=login, name="Sensors", machine=True)]))
        post = NewPost(account_id=account, role_id="community.duty_officer", grid_id=town.grids[code])
        ids(await assign_posts(work, operator(), [post]))
    return account


async def make_key(town: Town, account: int, viewer: Viewer | None = None, **more: object) -> Outcome:
    async with town.deployment.write() as work:
        new = NewApiKey(account_id=account, name="at the gate", scopes=READING, expires_at=work.now + timedelta(days=30))
        (outcome,) = await create_api_keys(work, viewer or operator(), [replace(new, **more)])  # type: ignore[arg-type]
    return outcome


async def revoke(town: Town, key: int, viewer: Viewer | None = None) -> Outcome:
    async with town.deployment.write() as work:
        (outcome,) = await revoke_api_keys(work, viewer or operator(), [ApiKeyRevocation(key_id=key, reason="found in a log")])
    return outcome


def codes(outcome: Outcome) -> list[str]:
    return [one.code for one in outcome.refusals]


def test_a_credential_is_read_as_it_was_made() -> None:
    made = make_credential(API_KEY, 12)
    assert read_credential(made.text, API_KEY) == made
    assert made.proves(made.hash)
    assert made.secret not in repr(made)
    assert made.secret not in made.hash


@pytest.mark.parametrize("change", ["shorter", "longer", "other_secret", "other_id", "other_prefix", "space"])
def test_a_credential_that_was_changed_is_none(change: str) -> None:
    text = make_credential(API_KEY, 12).text
    changed = {
        "shorter": text[:-1],
        "longer": text + "0",
        "other_secret": text[:10] + ("A" if text[10] != "A" else "B") + text[11:],
        "other_id": text.replace("wgk_12_", "wgk_13_"),
        "other_prefix": text.replace("wgk_", "wgd_"),
        "space": text + " ",
    }[change]
    assert read_credential(changed, API_KEY) is None


def test_a_credential_proves_nothing_where_no_hash_is_kept() -> None:
    assert not make_credential(DEVICE, 1).proves(None)
    assert not make_credential(DEVICE, 1).proves(make_credential(DEVICE, 1).hash)


async def test_of_a_key_only_a_hash_is_kept(town: Town) -> None:
    made = await make_key(town, await make_machine(town))
    assert made.secret is not None
    shown = read_credential(made.secret, API_KEY)
    assert shown is not None
    assert shown.id == made.id
    assert made.secret not in repr(made)
    async with town.deployment.read() as work:
        row = await work.first(sa.select(t.api_key).where(t.api_key.c.id == made.id))
        announced = await work.rows(sa.select(t.outbox.c.content))
    assert row is not None
    assert shown.proves(row.hash)
    assert shown.secret not in str(row)
    assert shown.secret not in str(announced)


async def test_who_manages_all_posts_of_a_machine_makes_and_revokes_its_keys(town: Town) -> None:
    machine = await make_machine(town, code=COMMUNITY)
    administrator = await town.viewer(ADMINISTRATOR, SUBDISTRICT)
    made = await make_key(town, machine, administrator)
    assert made.accepted
    assert (await revoke(town, made.id or 0, administrator)).accepted
    assert codes(await revoke(town, made.id or 0, administrator)) == ["REVOKED"]


async def test_nobody_makes_a_key_that_reaches_further_than_they_manage(town: Town) -> None:
    machine = await make_machine(town, code=DISTRICT)
    administrator, worker = (
        await town.viewer(ADMINISTRATOR, SUBDISTRICT),
        await town.viewer("community.grid_worker", GRIDS["urban"]),
    )
    made = await make_key(town, machine)
    for viewer in (administrator, worker):
        assert codes(await make_key(town, machine, viewer)) == ["NOT_ALLOWED"]
        assert codes(await revoke(town, made.id or 0, viewer)) == ["NOT_ALLOWED"]


async def test_a_machine_makes_no_keys(town: Town) -> None:
    machine = await make_machine(town)
    district = replace(await town.viewer("community.district_administrator", DISTRICT), key_id=1)
    assert codes(await make_key(town, machine, district)) == ["NOT_ALLOWED"]


async def test_what_is_not_there_is_told_to_managers_alone(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    assert (codes(await make_key(town, 99_999)), codes(await make_key(town, 99_999, worker))) == (["NOT_FOUND"], ["NOT_ALLOWED"])
    assert (codes(await revoke(town, 99_999)), codes(await revoke(town, 99_999, worker))) == (["NOT_FOUND"], ["NOT_ALLOWED"])


async def test_a_key_needs_a_name_scopes_and_an_end_within_a_year(town: Town) -> None:
    machine, now = await make_machine(town), town.deployment.clock()
    assert codes(await make_key(town, machine, name=" ")) == ["BLANK"]
    assert codes(await make_key(town, machine, scopes=())) == ["REQUIRED"]
    for end in (now - timedelta(seconds=1), now + timedelta(days=366)):
        assert codes(await make_key(town, machine, expires_at=end)) == ["EXPIRY_INVALID"]


async def test_keys_are_for_machines_that_are_open(town: Town) -> None:
    machine = await make_machine(town)
    async with town.deployment.write() as work:
        (person,) = ids(await create_accounts(work, operator(), [NewAccount(login="li", name="Li Heron")]))
        await work.run(sa.update(t.account).where(t.account.c.id == machine).values(active=False))
    assert codes(await make_key(town, person)) == ["ACCOUNT_NOT_MACHINE"]
    assert codes(await make_key(town, machine)) == ["ACCOUNT_DISABLED"]


async def test_an_account_has_only_so_many_keys(town: Town) -> None:
    machine = await make_machine(town)
    found = [await make_key(town, machine) for _ in range(MOST_OF_ACCOUNT)]
    assert codes(await make_key(town, machine)) == ["TOO_MANY"]
    await revoke(town, found[0].id or 0)
    assert (await make_key(town, machine)).accepted


async def test_a_viewer_with_a_key_may_do_what_both_account_and_key_allow(town: Town) -> None:
    scopes = (Capability.READ_EVENTS, Capability.MANAGE_GRIDS)
    made = await make_key(town, await make_machine(town), scopes=scopes)
    whole = await town.login("sensors")
    async with town.deployment.read() as work:
        found = await narrowed_to_key(work, whole, made.id or 0)
    assert found is not None
    assert found.key_id == made.id
    assert set(found.scopes) == set(scopes) & set(whole.scopes) == {Capability.READ_EVENTS}
    assert all(not post.acts_as for post in found.posts)


async def test_a_key_of_another_account_narrows_nobody(town: Town) -> None:
    made = await make_key(town, await make_machine(town))
    other = await town.viewer("community.grid_worker", GRIDS["urban"])
    async with town.deployment.read() as work:
        assert await narrowed_to_key(work, other, made.id or 0) is None


async def test_a_viewer_that_is_looked_up_again_keeps_to_the_key(town: Town) -> None:
    made = await make_key(town, await make_machine(town))
    viewer = replace(await town.login("sensors"), key_id=made.id)
    registry = town.deployment.rules.registry
    async with town.deployment.read() as work:
        again = await load_viewer_again(work, registry, viewer)
    assert again is not None
    assert (again.key_id, set(again.scopes)) == (made.id, {Capability.READ_EVENTS})
    await revoke(town, made.id or 0)
    async with town.deployment.read() as work:
        assert await load_viewer_again(work, registry, viewer) is None


async def test_the_day_of_use_is_written_once(town: Town) -> None:
    made = await make_key(town, await make_machine(town))
    for _ in range(2):
        async with town.deployment.write() as work:
            await note_use(work, made.id or 0)
            today = work.now.astimezone(work.rules.zone).date()
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.api_key.c.last_used_on).where(t.api_key.c.id == made.id)) == today


CREATE = """mutation($input: ApiKeyCreateInput!, $key: String) { apiKeyCreate(input: $input, idempotencyKey: $key) {
  secret apiKey { id scopes account { login machine apiKeys { name } } } userErrors { code field } } }"""


async def test_the_schema_tells_a_key_once(town: Town) -> None:
    account = await make_machine(town)
    until = (town.deployment.clock() + timedelta(days=1)).isoformat()
    given = {"accountId": f"Account:{account}", "name": "gate", "scopes": ["READ_EVENTS", "READ_EVENTS"], "expiresAt": until}
    administrator = await town.viewer("community.district_administrator", DISTRICT)
    first, again = [(await town.ask(CREATE, administrator, input=given, key="k1"))["apiKeyCreate"] for _ in range(2)]
    assert read_credential(first["secret"], API_KEY) is not None
    assert again["secret"] is None
    assert first["apiKey"] == again["apiKey"]
    assert first["apiKey"]["scopes"] == ["READ_EVENTS"]
    assert first["apiKey"]["account"] == {"login": "sensors", "machine": True, "apiKeys": [{"name": "gate"}]}
    (refused,) = (await town.ask(CREATE, administrator, input=given | {"scopes": []}))["apiKeyCreate"]["userErrors"]
    assert refused == {"code": "REQUIRED", "field": "scopes"}


async def test_keys_are_seen_by_managers_and_by_their_account_alone(town: Town) -> None:
    made = await make_key(town, await make_machine(town))
    query = f'{{ node(id: "ApiKey:{made.id}") {{ ... on ApiKey {{ name endReason }} }} }}'
    for viewer in (await town.viewer("community.district_administrator", DISTRICT), await town.login("sensors")):
        assert (await town.ask(query, viewer))["node"] == {"name": "at the gate", "endReason": None}
    assert (await town.ask(query, await town.viewer("community.grid_worker", GRIDS["urban"])))["node"] is None
