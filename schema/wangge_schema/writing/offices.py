"""Mutations of offices."""

import strawberry

from wangge_core.boards.publishing import OfficePublishing, publish_offices
from wangge_core.changing import KEEP
from wangge_core.places.offices import NewOffice, create_offices
from wangge_schema.types.places import Office
from wangge_schema.writing.changes import changed
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of


@strawberry.input(description="An office to create.")
class OfficeCreateInput:
    code: str = required("Its code, such as `water_works`.")
    name: str = required("Its name, at most 200 characters.")


@strawberry.input(description="What everybody is told of an office. What is left out stays as it is; null clears.")
class OfficePublishInput:
    official_phone: str | None = optional("Its official telephone.")


def _publishing(id: str, given: Given, input: OfficePublishInput) -> OfficePublishing:
    return OfficePublishing(office_id=key_of(id, "Office", "id"), official_phone=changed(given, input).get("official_phone", KEEP))


MUTATIONS = [
    Mutation(
        name="officeCreate",
        description="Create an office. For MANAGE_POSTS anywhere.",
        thing="office",
        type=Office,
        input=OfficeCreateInput,
        operation=create_offices,
        request=lambda _, given, __: NewOffice(code=given["code"], name=given["name"]),
        codes=(*TEXT, "CODE_TAKEN"),
    ),
    Mutation(
        name="officePublish",
        description="Set the official telephone of an office. For MANAGE_POSTS anywhere.",
        thing="office",
        type=Office,
        input=OfficePublishInput,
        operation=publish_offices,
        request=_publishing,
        codes=(*TEXT, "PHONE_INVALID"),
        on="Office",
    ),
]
