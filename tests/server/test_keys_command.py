"""`wangge keys`, as an operator types it, and how a service starts with keys, without them, and with needs switched on."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from identities import identity_number, seal_into
from wangge_core.db import tables as t
from wangge_core.errors import SettingError
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.people.sealed import sealed_columns
from wangge_core.rights.viewers import operator
from wangge_core.sealing.key_files import read_keys
from wangge_core.sealing.sealer import Sealer
from wangge_server.commands.demo import demo_settings
from wangge_server.commands.main import wangge
from wangge_server.opening import open_deployment, rules_of
from wangge_server.settings import Settings, read_settings

SETTINGS = 'sealing_key_file = "keys/sealing.keys"\n'
KEYS = Path("keys/sealing.keys")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    Path("wangge.toml").write_text(SETTINGS)
    return CliRunner()


def invoke(run: CliRunner, *arguments: str) -> Result:
    return run.invoke(wangge, [*arguments], catch_exceptions=False)


def refused(run: CliRunner, *arguments: str) -> str:
    """What an error says, with its code."""
    with pytest.raises(SettingError) as error:
        invoke(run, *arguments)
    return f"{error.value.message} {error.value.hint}"


async def fill(count: int) -> None:
    deployment = open_deployment(read_settings())
    try:
        await deployment.start(migrate=True)
        async with deployment.write() as work:
            grid = NewGrid(code="999901", name="Lakeside", type_id="community.division")
            (outcome,) = await create_grids(work, operator(), [grid])
            ids = list(await work.reserve_ids(t.person, count))
            person = {"grid_id": outcome.id, "name": "Somebody", "version": 1, "created_at": work.now}
            await work.insert(t.person, [{"id": id, **person} for id in ids])
            for id in ids:
                await seal_into(work, id, identity_number(id), "13800138000")
    finally:
        await deployment.close()


async def opened() -> set[str | None]:
    deployment = open_deployment(read_settings())
    try:
        async with deployment.read() as work:
            rows = await work.rows(sa.select(t.person.c.id, t.person.c.phone))
            assert deployment.sealer is not None
            return {deployment.sealer.open(row.phone, "person.phone", row.id) for row in rows}
    finally:
        await deployment.close()


def test_keys_are_made_listed_rotated_and_dropped(run: CliRunner) -> None:
    assert "first is in" in invoke(run, "keys", "new", "first").output
    asyncio.run(fill(3))
    assert "second is in" in invoke(run, "keys", "new", "second").output
    assert read_keys(KEYS).current == "first"
    assert [line.split() for line in invoke(run, "keys", "list").output.splitlines()] == [
        ["seals", "first", "6", "values"],
        ["second", "0", "values"],
    ]
    assert "6 values are sealed anew with second." in invoke(run, "keys", "rotate").output
    assert read_keys(KEYS).current == "second"
    assert "0 values are sealed anew with second." in invoke(run, "keys", "rotate").output
    assert asyncio.run(opened()) == {"+8613800138000"}
    assert "first is no longer in" in invoke(run, "keys", "drop", "first").output
    assert list(read_keys(KEYS).by_name) == ["second"]
    assert asyncio.run(opened()) == {"+8613800138000"}


def test_a_key_that_is_in_use_is_not_dropped(run: CliRunner) -> None:
    invoke(run, "keys", "new", "first")
    asyncio.run(fill(2))
    invoke(run, "keys", "new", "second")
    assert "first is the key that seals" in refused(run, "keys", "drop", "first")
    invoke(run, "keys", "rotate")
    asyncio.run(back_to_first())
    assert "2 values are still sealed with first" in refused(run, "keys", "drop", "first")
    assert "there is no key 'third'" in refused(run, "keys", "drop", "third")
    assert set(read_keys(KEYS).by_name) == {"first", "second"}


async def back_to_first() -> None:
    """What a process writes that has not seen the new key yet."""
    late = Sealer(replace(read_keys(KEYS), current="first"))
    deployment = open_deployment(read_settings())
    try:
        async with deployment.write() as work:
            for id in range(1, 3):
                await work.change(t.person, id, sealed_columns(late, id, None, "13900139000"))
    finally:
        await deployment.close()


def test_values_that_do_not_open_are_named_by_their_row_and_nothing_else(run: CliRunner) -> None:
    invoke(run, "keys", "new", "first")
    asyncio.run(fill(2))
    KEYS.unlink()
    invoke(run, "keys", "new", "other")
    with pytest.raises(SettingError, match="4 values do not open"):
        invoke(run, "keys", "rotate")
    shown = run.invoke(wangge, ["keys", "rotate"]).output
    assert "SEALING_KEY_UNKNOWN: person.phone of row 1 does not open" in shown
    assert "138" not in shown


def test_every_verb_needs_a_key_file(run: CliRunner) -> None:
    Path("wangge.toml").write_text("")
    for arguments in (("new",), ("list",), ("rotate",), ("drop", "first")):
        assert "sealing_key_file" in refused(run, "keys", *arguments)


def test_a_service_whose_key_file_is_missing_or_open_to_others_does_not_start(run: CliRunner) -> None:
    assert "cannot be read" in refused(run, "db", "upgrade")
    invoke(run, "keys", "new")
    KEYS.chmod(0o644)
    assert "can be read by others" in refused(run, "db", "upgrade")


def test_two_keys_never_have_the_same_name(run: CliRunner) -> None:
    invoke(run, "keys", "new", "first")
    assert "cannot be called" in refused(run, "keys", "new", "first")
    for _ in range(3):
        invoke(run, "keys", "new")
    assert len(read_keys(KEYS).by_name) == 4


def test_the_demo_has_keys_of_its_own_in_its_folder() -> None:
    assert demo_settings(Settings()).sealing_key_file == "data/demo/sealing.keys"
    assert demo_settings(Settings(sealing_key_file="mine.keys")).sealing_key_file == "mine.keys"


OPENED = """
[needs."community.disabled"]
legal_basis = "Law on the Protection of Persons with Disabilities, article 3"
roles = ["community.grid_worker"]
keep_months = 6
"""


def test_sensitive_needs_are_switched_on_by_the_settings(run: CliRunner) -> None:
    Path("wangge.toml").write_text(OPENED)
    opened = rules_of(read_settings()).opened_needs
    assert opened["community.disabled"].roles == ("community.grid_worker",)
    assert rules_of(Settings()).opened_needs == {}


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("community.disabled", "community.petitioners", "no sensitive kind"),
        ("community.disabled", "community.hardship", "no sensitive kind"),
        ("community.grid_worker", "community.spy", "no plugin has"),
        ("keep_months = 6", "", "keep_months"),
        ("keep_months = 6", "keep_months = 6\nfor_ever = true", "for_ever"),
        ('["community.grid_worker"]', "[]", "roles"),
        ("Law on the Protection of Persons with Disabilities, article 3", "", "legal_basis"),
    ],
)
def test_needs_that_are_switched_on_wrongly_are_refused_at_the_start(run: CliRunner, was: str, becomes: str, told: str) -> None:
    Path("wangge.toml").write_text(OPENED.replace(was, becomes))
    with pytest.raises(SettingError) as error:
        rules_of(read_settings())
    assert told in error.value.message
