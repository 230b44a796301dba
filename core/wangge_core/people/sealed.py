"""The sealed values of a person: checked, sealed with index and mask beside them, and opened again."""

from collections.abc import Iterator
from datetime import date

from wangge_core.errors import Refusal, refusal
from wangge_core.people.identity import check_identity, check_phone, mask_identity, mask_phone, plain_phone
from wangge_core.sealing.sealer import SEALED, Sealer, normalised, unknown_key

IDENTITY_NUMBER, PHONE = "identity_number", "phone"


def check_sealed(sealer: Sealer | None, identity_number: str | None, phone: str | None, today: date) -> Iterator[Refusal]:
    """Refuses what has no right form, and whatever is given where there is no key. Fields: `identityNumber`, `phone`."""
    if identity_number is not None:
        yield from check_identity(identity_number, today)
    if phone is not None:
        yield from check_phone(phone)
    if sealer is None:
        given = {"identityNumber": identity_number, "phone": phone}
        yield from (refusal("SEALING_KEY_MISSING", field) for field, value in given.items() if value is not None)


def sealed_columns(sealer: Sealer | None, person_id: int, identity_number: str | None, phone: str | None) -> dict[str, str | None]:
    """The columns of checked values for the row with this key: value, index and mask of each, NULL for what is not given."""
    return _columns(sealer, person_id, IDENTITY_NUMBER, identity_number and normalised(identity_number)) | _columns(
        sealer, person_id, PHONE, phone and plain_phone(phone)
    )


def _columns(sealer: Sealer | None, person_id: int, column: str, value: str | None) -> dict[str, str | None]:
    names = (column, SEALED["person", column], f"{column}_mask")
    if not value:
        return dict.fromkeys(names)
    assert sealer is not None, "check_sealed refuses values where there is no key"
    field = field_of(column)
    mask = mask_identity(value) if column == IDENTITY_NUMBER else mask_phone(value)
    return dict(zip(names, (sealer.seal(value, field, person_id), sealer.index(value, field), mask), strict=True))


def indexes_of(sealer: Sealer | None, column: str, value: str) -> tuple[str, ...]:
    """The blind indexes by which rows with this value are found; none where there is no key."""
    plain = plain_phone(value) if column == PHONE else value
    return sealer.indexes(plain, field_of(column)) if sealer else ()


def open_column(sealer: Sealer | None, person_id: int, column: str, sealed: str | None) -> str | None:
    """The value of a person's sealed column. Raises SealingError where it does not open."""
    if sealed is None:
        return None
    if sealer is None:
        raise unknown_key(sealed)
    return sealer.open(sealed, field_of(column), person_id)


def field_of(column: str) -> str:
    """The field that a person's value is sealed for."""
    return f"person.{column}"
