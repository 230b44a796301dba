"""Identity numbers and telephones of people that there are not, and keys to seal them with."""

from typing import Any

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.people.identity import check_character
from wangge_core.people.sealed import sealed_columns
from wangge_core.sealing.sealer import Keys, Sealer, make_key


def identity_number(sequence: int = 1, born: str = "19800101", place: str = "999901") -> str:
    """A number with the right check character; its place is none that there is."""
    digits = f"{place}{born}{sequence:03}"
    return digits + check_character(digits)


def keys_of(*names: str, current: str = "") -> Keys:
    """Fresh keys by name; the last seals unless another is named."""
    return Keys(by_name={name: make_key(name) for name in names}, current=current or names[-1])


def sealer_of(*names: str) -> Sealer:
    return Sealer(keys_of(*names))


async def seal_into(work: Work, person_id: int, identity: str | None = None, phone: str | None = None) -> None:
    """Give a person that is registered sealed values."""
    columns: dict[str, Any] = sealed_columns(work.sealer, person_id, identity, phone)
    await work.change(t.person, person_id, columns)
