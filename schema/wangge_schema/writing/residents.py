"""Residents' rights over their data: correction and erasure."""

import strawberry

from wangge_core.data_care.corrections import CorrectionField, CorrectionRequest, request_corrections
from wangge_core.data_care.erasure import Erasure, erase_persons
from wangge_schema.reading.enums import enum_type
from wangge_schema.types.events import Event
from wangge_schema.types.statistics import PersonTombstone
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of

enum_type(CorrectionField)


@strawberry.input(description="What is wrong with what is kept of a person.")
class CorrectionRequestInput:
    person_id: strawberry.ID = required("Whose data: one's own, or that of a child in one's care.")
    field: CorrectionField = required("What is wrong.")
    should: str | None = optional(
        "What it should be, at most 400 characters. Private. Identity numbers and telephones are refused here: the data officer looks at "
        "the paper."
    )
    why: str = required("Why, at most 400 characters. Private.")


@strawberry.input(description="Why a person is erased.")
class PersonEraseInput:
    reason: str = required("Why, at most 400 characters. It stays with the tombstone: write nothing of the person into it.")
    legal_basis: str = required("By which law and article, at most 400 characters. It stays too.")
    expected_version: int | None = optional("The version that was seen; another one is refused.")


def _correction(_: str, given: Given, input: CorrectionRequestInput) -> CorrectionRequest:
    changed: Given = {**given, "person_id": key_of(given["person_id"], "Person", "personId"), "field": CorrectionField(input.field)}
    return CorrectionRequest(**changed)


def _erasure(id: str, given: Given, _: object) -> Erasure:
    return Erasure(id=key_of(id, "Person", "id"), **given)


MUTATIONS = [
    Mutation(
        name="correctionRequest",
        description="Ask the data officer to correct what is kept of oneself, or of a child in one's care. It becomes an event of the kind "
        "`community.correction`, answered within 15 days.",
        thing="event",
        type=Event,
        input=CorrectionRequestInput,
        operation=request_corrections,
        request=_correction,
        codes=(*TEXT, "CORRECTION_OPEN", "CORRECTION_VALUE_SEALED", "KIND_RETIRED"),
    ),
    Mutation(
        name="personErase",
        description="Erase all that is held on a person; a tombstone keeps the id, when, why and by which law. For MANAGE_DATA over the "
        "grid of the home. Who is in an open event stays until it is closed. It cannot be undone; done again, nothing is written.",
        thing="tombstone",
        type=PersonTombstone,
        input=PersonEraseInput,
        operation=erase_persons,
        request=_erasure,
        codes=(*TEXT, "PERSON_IN_OPEN_EVENTS", "VERSION_OUTDATED"),
        on="Person",
    ),
]
