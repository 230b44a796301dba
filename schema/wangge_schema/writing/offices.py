"""The mutation of offices."""

import strawberry

from wangge_core.places.offices import NewOffice, create_offices
from wangge_schema.types.places import Office
from wangge_schema.writing.fields import Mutation
from wangge_schema.writing.inputs import TEXT, required


@strawberry.input(description="An office to create.")
class OfficeCreateInput:
    code: str = required("Its code, such as `water_works`.")
    name: str = required("Its name, at most 200 characters.")


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
]
