"""Mutations of needs."""

import strawberry

from wangge_core.people.needs import NeedEnd, NeedEnding, NeedRenewal, NewNeed, end_needs, renew_needs, set_needs
from wangge_schema.reading.enums import enum_type
from wangge_schema.scalars import Date
from wangge_schema.types.needs import Need
from wangge_schema.types.people import Person
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of

enum_type(NeedEnding)

TERM = (
    "REQUIRED",
    "NEED_WITHOUT_END",
    "NEED_TOO_LONG",
    "TERM_INVALID",
    "KIND_UNKNOWN",
    "NEED_KIND_OFF",
    "GUARDIAN_AGREEMENT_REQUIRED",
)


@strawberry.input(description="A need to set.")
class NeedSetInput:
    person_id: strawberry.ID = required("Whose need it is.")
    kind_id: strawberry.ID = required("What is needed, such as `community.lives_alone`.")
    reason: str = required("Why, at most 400 characters.")
    legal_basis: str | None = optional(
        "By which law, statement or decision; may be left out where the deployment names it for the kind."
    )
    from_on: Date | None = optional("Its first day, not in the future; today unless given.")
    until_on: Date | None = optional("Its last day. A need without one is refused, as is one that is longer than its kind allows.")
    guardian_agreement: str | None = optional("Where the guardian's agreement is kept; required for a child under fourteen.")


@strawberry.input(description="How to end a need.")
class NeedEndInput:
    ending: NeedEnding | None = optional("How it came to its end; NO_LONGER unless given. The person itself can decline.")
    reason: str | None = optional("Why, at most 400 characters.")


@strawberry.input(description="How to set a need again from today.")
class NeedRenewInput:
    reason: str = required("Why it still holds, at most 400 characters.")
    legal_basis: str | None = optional(
        "By which law, statement or decision; may be left out where the deployment names it for the kind."
    )
    until_on: Date | None = optional("Its last day.")
    guardian_agreement: str | None = optional("Where the guardian's new agreement is kept; required for a child under fourteen.")


def _new_need(_: str, given: Given, __: object) -> NewNeed:
    changed: Given = {**given, "person_id": key_of(given["person_id"], "Person", "personId")}
    return NewNeed(**changed)


def _need_end(id: str, given: Given, _: object) -> NeedEnd:
    ending = NeedEnding(given.get("ending", NeedEnding.NO_LONGER))
    return NeedEnd(need_id=key_of(id, "Need", "id"), ending=ending, reason=given.get("reason"))


def _renewal(id: str, given: Given, _: object) -> NeedRenewal:
    return NeedRenewal(need_id=key_of(id, "Need", "id"), **given)


MUTATIONS = [
    Mutation(
        name="needSet",
        description="Set a need of a person, always until a day. For REGISTER_NEEDS over the grid of the home.",
        thing="need",
        type=Need,
        input=NeedSetInput,
        operation=set_needs,
        request=_new_need,
        codes=(*TEXT, *TERM, "IN_THE_FUTURE", "NEED_ALREADY_SET"),
    ),
    Mutation(
        name="needEnd",
        description="End a need now, for REGISTER_NEEDS over its grid; or decline it, for the person. Nothing follows from declining.",
        thing="person",
        type=Person,
        input=NeedEndInput,
        operation=end_needs,
        request=_need_end,
        codes=(*TEXT, "NEED_ENDING_INVALID"),
        on="Need",
    ),
    Mutation(
        name="needRenew",
        description="Set a need again from today; the earlier one ends. For REGISTER_NEEDS over its grid.",
        thing="need",
        type=Need,
        input=NeedRenewInput,
        operation=renew_needs,
        request=_renewal,
        codes=(*TEXT, *TERM),
        on="Need",
    ),
]
