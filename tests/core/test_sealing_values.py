"""Identity numbers, telephones, and how their values are sealed, opened and indexed."""

import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identities import identity_number, keys_of, sealer_of
from wangge_core.errors import SettingError
from wangge_core.people.genders import Gender
from wangge_core.people.identity import (
    birth_date,
    check_character,
    check_identity,
    check_phone,
    gender_of,
    mask_identity,
    mask_phone,
    plain_phone,
)
from wangge_core.people.sealed import check_sealed, sealed_columns
from wangge_core.sealing.key_files import KeyFile, add_key, ensure_keys, read_keys, write_keys
from wangge_core.sealing.sealer import SealedValueBrokenError, Sealer, SealingKeyUnknownError

TODAY = date(2026, 11, 22)
FIELD = "person.identity_number"


def codes(number: str) -> list[str]:
    return [one.code for one in check_identity(number, TODAY)]


def test_the_number_that_the_standard_prints_is_valid() -> None:
    assert codes("11010519491231002X") == []  # GB 11643-1999, its own example
    assert codes("440524188001010014") == []


def test_a_small_x_and_full_width_digits_are_read() -> None:
    assert codes("11010519491231002x") == []
    assert codes("１１０１０５１９４９１２３１００２Ｘ") == []


@pytest.mark.parametrize(
    "number",
    [
        "110105194912310021",  # another check character
        "11010519491331002X",  # a thirteenth month
        "110105194912310",  # fifteen digits, as before 1999
        "",
        "11010519491231002XX",
        "X10105194912310020",
        identity_number(born="20270101"),  # not born yet
        identity_number(born="17990101"),
        identity_number(born="20250230"),
    ],
)
def test_a_number_that_cannot_be_is_refused(number: str) -> None:
    (found,) = check_identity(number, TODAY)
    assert found.code == "IDENTITY_INVALID"
    assert found.values == {}


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY), st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(born: date, sequence: int, at: int, more: int) -> None:
    number = identity_number(sequence, born.strftime("%Y%m%d"))
    assert codes(number) == []
    assert birth_date(number) == born
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    assert codes(wrong) == ["IDENTITY_INVALID"]


def test_two_digits_that_changed_places_are_noticed() -> None:
    number = identity_number(sequence=12)
    assert codes(number[:15] + number[16] + number[15] + number[17]) == ["IDENTITY_INVALID"]


def test_the_number_says_the_gender() -> None:
    assert gender_of(identity_number(1)) is Gender.MALE
    assert gender_of(identity_number(2)) is Gender.FEMALE


def test_the_mask_shows_neither_the_place_nor_the_birthday() -> None:
    number = identity_number(123, born="19991231", place="110105")
    assert mask_identity(number) == "*" * 14 + number[-4:]
    assert check_character(number) == number[-1]


@pytest.mark.parametrize("phone", ["13800138000", "+8613800138000", "138 0013 8000", "+44 20 7183 8750"])
def test_telephones_of_the_mainland_and_of_elsewhere_are_taken(phone: str) -> None:
    assert list(check_phone(phone)) == []


@pytest.mark.parametrize("phone", ["1380013800", "23800138000", "+86138001380001", "+861", "call me", "", "+0123456789"])
def test_other_telephones_are_refused(phone: str) -> None:
    (found,) = check_phone(phone)
    assert (found.code, found.values) == ("PHONE_INVALID", {})


def test_a_telephone_is_one_however_it_is_written() -> None:
    assert {plain_phone(one) for one in ("13800138000", "+86 138-0013-8000", "１３８００１３８０００")} == {"+8613800138000"}
    assert mask_phone("+86 138 0013 8000") == "138****8000"
    assert mask_phone("+442071838750") == "*********8750"


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable()))
def test_what_was_sealed_opens_and_is_never_sealed_alike_twice(value: str) -> None:
    sealer = sealer_of("one")
    first, second = sealer.seal(value, FIELD, 7), sealer.seal(value, FIELD, 7)
    assert first != second
    assert sealer.open(first, FIELD, 7) == sealer.open(second, FIELD, 7) == value


def test_a_sealed_value_in_another_row_or_column_does_not_open() -> None:
    sealer, number = sealer_of("one"), identity_number()
    sealed = sealer.seal(number, FIELD, 7)
    for field, row in ((FIELD, 8), ("person.phone", 7), ("other.identity_number", 7)):
        with pytest.raises(SealedValueBrokenError) as error:
            sealer.open(sealed, field, row)
        assert number not in f"{error.value} {error.value.hint} {error.value.__cause__}"


@pytest.mark.parametrize("change", ["", "one:", "one:@@@", "one:AAAA", "one:" + "A" * 80])
def test_a_sealed_value_that_was_changed_does_not_open(change: str) -> None:
    with pytest.raises((SealedValueBrokenError, SealingKeyUnknownError)):
        sealer_of("one").open(change, FIELD, 7)


def test_every_bit_of_a_sealed_value_counts() -> None:
    sealer = sealer_of("one")
    sealed = sealer.seal("x", FIELD, 1)
    for at in range(4, len(sealed) - 3):
        other = "A" if sealed[at] != "A" else "B"
        with pytest.raises(SealedValueBrokenError):
            sealer.open(sealed[:at] + other + sealed[at + 1 :], FIELD, 1)


def test_values_under_an_older_key_open_and_are_found() -> None:
    keys = keys_of("old", "new", current="old")
    sealed, index = Sealer(keys).seal("v", FIELD, 1), Sealer(keys).index("v", FIELD)
    newer = Sealer(replace(keys, current="new"))
    assert newer.open(sealed, FIELD, 1) == "v"
    assert newer.index("v", FIELD) != index
    assert index in newer.indexes("v", FIELD)


def test_the_index_goes_by_the_normal_form_and_by_the_field() -> None:
    sealer = sealer_of("one")
    assert sealer.index("1101 x", FIELD) == sealer.index("１１０１X", FIELD)
    assert sealer.index("1", FIELD) != sealer.index("1", "person.phone")


def test_keys_are_not_shown() -> None:
    key = keys_of("one").newest
    assert "one" in repr(key)
    assert repr(key.seal)[2:10] not in repr(key)
    assert "index" not in repr(key)


def test_without_a_key_values_are_refused_and_nothing_is_no_value() -> None:
    found = list(check_sealed(None, identity_number(), "13800138000", TODAY))
    assert [(one.code, one.field) for one in found] == [("SEALING_KEY_MISSING", "identityNumber"), ("SEALING_KEY_MISSING", "phone")]
    assert list(check_sealed(None, None, None, TODAY)) == []
    assert set(sealed_columns(None, 1, None, None).values()) == {None}


def test_the_columns_of_a_person_show_the_masks_alone() -> None:
    number = identity_number(77)
    columns = sealed_columns(sealer_of("one"), 5, number.lower(), "138 0013 8000")
    assert columns["identity_number_mask"] == "*" * 14 + number[-4:]
    assert columns["phone_mask"] == "138****8000"
    shown = str(columns)
    assert number not in shown
    assert "13800138000" not in shown


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sealing.keys"
    made = ensure_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ensure_keys(path).newest == made.newest
    path.chmod(0o640)
    with pytest.raises(SettingError, match="can be read by others"):
        read_keys(path)


def test_a_new_key_is_used_without_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "sealing.keys"
    first = ensure_keys(path)
    sealer = Sealer(KeyFile(path))
    sealed = sealer.seal("v", FIELD, 1)
    both = add_key(first, "second")
    write_keys(path, both)
    assert sealer.keys.current == first.current  # made, and not in use yet
    write_keys(path, replace(both, current="second"))
    assert sealer.seal("v", FIELD, 1).startswith("second:")
    assert sealer.open(sealed, FIELD, 1) == "v"


def test_what_was_read_stays_good_while_the_key_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "sealing.keys"
    ensure_keys(path)
    sealer = Sealer(KeyFile(path))
    sealed = sealer.seal("v", FIELD, 1)
    path.write_text("torn")
    assert sealer.open(sealed, FIELD, 1) == "v"
    path.unlink()
    assert sealer.open(sealed, FIELD, 1) == "v"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"current": "a", "keys": {}}',
        '{"current": "a", "keys": {"a": {"seal": "AAAA", "index": "AAAA"}}}',
        '{"current": "a", "keys": {"a": {"seal": "secret!", "index": "AAAA"}}}',
        '{"current": "a", "keys": {"a": {"seal": "AAAA"}}}',
    ],
)
def test_a_file_that_is_no_key_file_is_told_without_what_stands_in_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sealing.keys"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingError) as error:
        read_keys(path)
    assert "AAAA" not in error.value.message + error.value.hint
    assert "secret" not in error.value.message + error.value.hint


def test_a_missing_key_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        KeyFile(tmp_path / "nowhere.keys")


@pytest.mark.parametrize("name", ["one", "a b", "a:b", "x" * 17])
def test_a_key_needs_a_name_of_its_own(name: str) -> None:
    with pytest.raises(SettingError):
        add_key(keys_of("one"), name)
