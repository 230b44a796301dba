"""Rotating the keys: every sealed value moves to the current one, while others read, search and write; and a database without its keys."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from identities import identity_number, keys_of
from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, SettingError
from wangge_core.idempotency import earlier_answer, keep_answer, request_hash
from wangge_core.logs.purposes import Purpose, Stated
from wangge_core.people.revealing import Reveal, Revealed, SealedField, Search, find_persons, reveal_person
from wangge_core.people.sealed import sealed_columns
from wangge_core.rights.viewers import operator
from wangge_core.sealing import resealing
from wangge_core.sealing.resealing import count_under, reseal_all
from wangge_core.sealing.resealing import sealed_columns as columns_that_are_sealed
from wangge_core.sealing.sealer import Keys, Sealer, key_name

pytestmark = pytest.mark.anyio
VISIT = Stated(Purpose.VISIT)
BOTH = (SealedField.IDENTITY_NUMBER, SealedField.PHONE)


class Holder:
    """Keys that change while a service runs, as a key file does."""

    def __init__(self, keys: Keys) -> None:
        self.keys = keys

    def __call__(self) -> Keys:
        return self.keys

    def rotate(self, current: str) -> None:
        self.keys = replace(self.keys, current=current)

    def only(self, name: str) -> Keys:
        return Keys(by_name={name: self.keys.by_name[name]}, current=name)


async def people(town: Town, count: int) -> Mapping[int, str]:
    """Register people with identity numbers and phones; their numbers by their ids."""
    async with town.deployment.write() as work:
        ids = list(await work.reserve_ids(t.person, count))
        numbers = {id: identity_number(place % 1000, born=f"19{place // 1000:02}0101") for place, id in enumerate(ids)}
        await work.insert(t.person, [row(work, town, id, numbers[id], f"138{id:08}") for id in ids])
    return numbers


def row(work: Work, town: Town, id: int, number: str | None, phone: str | None) -> dict[str, Any]:
    named = {"id": id, "grid_id": town.grids[GRIDS["urban"]], "name": f"Person {id}", "version": 1, "created_at": work.now}
    return named | sealed_columns(work.sealer, id, number, phone)


async def stored(town: Town) -> list[sa.Row[Any]]:
    person = t.person.c
    columns = (person.id, person.identity_number, person.identity_number_index, person.phone, person.phone_index)
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(*columns).where(person.identity_number.is_not(None)).order_by(person.id)))


async def revealed(town: Town, id: int) -> Revealed:
    async with town.deployment.write() as work:
        (found,) = await reveal_person(work, operator(), [Reveal(person_id=id, fields=BOTH, stated=VISIT)])
    return found


async def found_by(town: Town, number: str) -> tuple[tuple[int, ...], list[str]]:
    async with town.deployment.write() as work:
        (found,) = await find_persons(work, operator(), [Search(identity_number=number, stated=VISIT)])
    return found.ids, [one.code for one in found.refusals]


@pytest.fixture
def keys(town: Town) -> Holder:
    holder = Holder(keys_of("old", "new", current="old"))
    town.deployment.sealer = Sealer(holder)
    return holder


async def test_every_value_moves_to_the_current_key_and_stays_what_it_is(town: Town, keys: Holder, monkeypatch: Any) -> None:
    monkeypatch.setattr(resealing, "ROWS_AT_ONCE", 7)
    numbers = await people(town, 30)
    keys.rotate("new")
    told: list[tuple[int, int]] = []
    done = await reseal_all(town.deployment, lambda done, whole: told.append((done, whole)))
    assert (done.done, done.failed) == (60, ())
    assert told[-1] == (60, 60)
    assert [one for one, _ in told] == sorted(one for one, _ in told)
    assert {key_name(value) for one in await stored(town) for value in one[1:]} == {"new"}
    keys.keys = keys.only("new")
    for id, number in numbers.items():
        assert (await revealed(town, id)).values == {"identity_number": number, "phone": f"+86138{id:08}"}
        assert await found_by(town, number) == ((id,), [])


async def test_resealing_again_changes_nothing(town: Town, keys: Holder) -> None:
    await people(town, 3)
    before = await stored(town)
    assert (await reseal_all(town.deployment)).done == 0
    assert await stored(town) == before


async def test_a_rotation_that_was_broken_off_goes_on_where_it_was(town: Town, keys: Holder, monkeypatch: Any) -> None:
    monkeypatch.setattr(resealing, "ROWS_AT_ONCE", 4)
    numbers = await people(town, 10)
    keys.rotate("new")

    def stop(done: int, _whole: int) -> None:
        if done >= 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await reseal_all(town.deployment, stop)
    names = [key_name(one.identity_number) for one in await stored(town)]
    assert names.count("new") == 8  # what was committed stays
    for id, number in numbers.items():  # and both keys open and find meanwhile
        assert (await revealed(town, id)).values["identity_number"] == number
        assert (await found_by(town, number))[0] == (id,)
    assert (await reseal_all(town.deployment)).done == 12
    async with town.deployment.read() as work:
        assert await count_under(work, "old") == 0
        assert await count_under(work, "new") == 20


async def test_what_a_process_seals_late_under_the_old_key_is_found_by_the_next_pass(town: Town, keys: Holder) -> None:
    await people(town, 2)
    late = Sealer(keys.keys)  # a process that has not seen the new key
    keys.rotate("new")
    again: list[int] = []

    async with town.deployment.read() as work:
        first: int = await work.value(sa.select(sa.func.min(t.person.c.id)).where(t.person.c.phone.is_not(None)))
    await reseal_all(town.deployment)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.person).where(t.person.c.id == first).values(sealed_columns(late, first, None, "13900139000")))
    again.append((await reseal_all(town.deployment)).done)
    assert again == [1]
    assert (await revealed(town, first)).values["phone"] == "+8613900139000"


async def test_a_value_that_does_not_open_is_left_and_told(town: Town, keys: Holder) -> None:
    numbers = await people(town, 3)
    first, second, _ = numbers
    columns = (t.person.c.identity_number, t.person.c.identity_number_index)
    async with town.deployment.write() as work:  # copied to another row
        copied = await work.first(sa.select(columns[0]).where(t.person.c.id == second))
        assert copied is not None
        await work.run(sa.update(t.person).where(t.person.c.id == first).values(identity_number=copied[0]))
    keys.rotate("new")
    done = await reseal_all(town.deployment)
    assert done.failed == (("person", "identity_number", first, "SEALED_VALUE_BROKEN"),)
    assert done.done == 5
    found = await revealed(town, first)
    assert [one.code for one in found.refusals] == ["SEALED_VALUE_BROKEN"]
    assert found.values == {}


async def test_nothing_can_be_resealed_without_keys(town: Town) -> None:
    with pytest.raises(SettingError):
        await reseal_all(town.deployment)


def test_every_column_that_has_a_blind_index_is_resealed() -> None:
    indexed = {
        (table.name, column.name) for table in t.metadata.tables.values() for column in table.c if f"{column.name}_index" in table.c
    }
    assert indexed == {(one.table.name, one.name) for one in columns_that_are_sealed()}
    assert indexed


@pytest.mark.parametrize("sealer", [None, Sealer(keys_of("another"))], ids=["no_keys", "other_keys"])
async def test_a_restored_database_without_its_keys_still_shows_its_masks(town: Town, keys: Holder, sealer: Sealer | None) -> None:
    numbers = await people(town, 2)
    id, number = next(iter(numbers.items()))
    town.deployment.sealer = sealer
    refused = await revealed(town, id)
    assert [one.code for one in refused.refusals] == ["SEALING_KEY_UNKNOWN"]
    assert refused.values == {}
    assert await found_by(town, number) == ((), ["SEALING_KEY_MISSING" if sealer is None else "SEALING_KEY_UNKNOWN"])
    async with town.deployment.read() as work:
        shown = await work.value(sa.select(t.person.c.identity_number_mask).where(t.person.c.id == id))
    assert shown == "*" * 14 + number[-4:]


async def test_who_is_not_registered_is_simply_not_found_where_all_keys_are_known(town: Town, keys: Holder) -> None:
    await people(town, 2)
    assert await found_by(town, identity_number(999)) == ((), [])


async def test_what_a_repeated_request_is_known_by_does_not_tell_its_values(town: Town, keys: Holder) -> None:
    """A plain hash of a request with an identity number could be guessed by who knows the rest of it."""
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    digest = request_hash("personRegister", {"name": "Lin", "identityNumber": identity_number()})
    async with town.deployment.write() as work:
        await keep_answer(work, worker, "k", "personRegister", digest, 42)
        stored = await work.value(sa.select(t.idempotency_key.c.request_hash))
        assert digest not in stored
        assert await earlier_answer(work, worker, "k", digest) == Outcome(id=42)
        keys.rotate("new")
        assert await earlier_answer(work, worker, "k", digest) == Outcome(id=42)
