"""Contacts: how to reach whoever reported something. The telephone is sealed; both it and the name may be kept from the handlers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from wangge_core.checking import check_optional_text
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.people.identity import check_phone, mask_phone, plain_phone

FIELD = "public_report.phone"
MOST_NAME = 80
NO_CONTACT = dict.fromkeys(("name", "phone", "phone_index", "phone_mask", "account_id"))
"""The columns of a report that tells nobody who made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who reported something, as far as they say. `unnamed`: the handlers learn only whether there is a contact."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    unnamed: bool = False


NOBODY = Contact()
"""Somebody who does not say who they are."""


def check_contact(work: Work, contact: Contact) -> Iterator[Refusal]:
    """Fields: `name`, `phone`. Never shows what was given."""
    yield from check_optional_text(contact.name, "name", most=MOST_NAME)
    if contact.phone is not None:
        yield from check_phone(contact.phone)
        if work.sealer is None:
            yield refusal("SEALING_KEY_MISSING", "phone")


def contact_columns(work: Work, report_id: int, contact: Contact) -> dict[str, Any]:
    """The columns of a checked contact for the report with this key."""
    phone = plain_phone(contact.phone) if contact.phone else None
    kept: dict[str, Any] = {"name": contact.name.strip() if contact.name else None, "unnamed": contact.unnamed}
    if phone is None:
        return kept | dict.fromkeys(("phone", "phone_index", "phone_mask"))
    assert work.sealer is not None, "check_contact refuses telephones where there is no key"
    sealed = {"phone": work.sealer.seal(phone, FIELD, report_id), "phone_index": work.sealer.index(phone, FIELD)}
    return kept | sealed | {"phone_mask": mask_phone(phone)}


def phone_indexes(work: Work, contact: Contact) -> tuple[str, ...]:
    """By which reports with the same telephone are found."""
    if not contact.phone or work.sealer is None:
        return ()
    return work.sealer.indexes(plain_phone(contact.phone), FIELD)
