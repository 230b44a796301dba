"""Exporting: the mutation that tells everything that is held on a person. It takes no idempotency key, because nothing of its answer is
kept; each time is logged, before the answer leaves.
"""

from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.types.info import Info

from wangge_core.data_care.exports import Export, Exported, export_persons
from wangge_core.errors import refusal
from wangge_core.logs.entries import ReadKind, entry_of
from wangge_core.logs.purposes import Purpose, Stated
from wangge_schema.reading.select import Chosen
from wangge_schema.scalars import JSON
from wangge_schema.session import Session
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import RefusedError, answered, key_of, payload

CODES = (*TEXT, "PURPOSE_REQUIRED", "REVEALS_EXHAUSTED", "SEALING_KEY_MISSING", "SEALING_KEY_UNKNOWN", "SEALED_VALUE_BROKEN")


@strawberry.input(description="What an export is for.")
class PersonExportInput:
    purpose: Purpose = required("What for; DATA_REQUEST where the person asked. The resident sees it.")
    purpose_text: str | None = optional("What is meant, in one's own words, at most 200 characters.")


async def person_export(info: Info, id: strawberry.ID, input: PersonExportInput) -> Any:
    """The field `personExport`."""
    raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
    session: Session = raw.context
    exported = await _exported(session, id, Stated(input.purpose, input.purpose_text or ""))

    async def thing(_: str, __: Chosen) -> Any:
        return dict(exported.held)

    return await answered(session, raw, exported.refusals, str, thing)


async def _exported(session: Session, id: str, stated: Stated) -> Exported:
    viewer = session.viewer
    if viewer.account_id is None and not viewer.scopes:
        return Exported(refusals=(refusal("NOT_SIGNED_IN"),))
    try:
        wanted = Export(person_id=key_of(id, "Person", "id"), stated=stated)
    except RefusedError as error:
        return Exported(refusals=(error.refusal,))
    async with session.deployment.write(viewer, "personExport") as work:
        (exported,) = await export_persons(work, viewer, [wanted])
    if exported.accepted:
        entry = entry_of(viewer, session.prepared.operation, stated, exported.reads, kind=ReadKind.EXPORT)
        await session.deployment.read_log.write(entry)
    return exported


def exporting_fields() -> dict[str, Any]:
    """The field of the mutation, by Python name."""
    answer = payload("PersonExport", "export", JSON, CODES)
    person = Annotated[strawberry.ID, strawberry.argument(description="The global id of the person.")]
    what = strawberry.argument(description="What to do it with.")
    person_export.__annotations__ = {"info": Info, "id": person, "input": Annotated[PersonExportInput, what], "return": answer}
    return {
        "person_export": strawberry.field(
            resolver=person_export,
            description="Everything that is held on a person, as JSON by section: `person`, `residences`, `memberships`, `needs`, "
            "`involvements`, `reported`, `accounts`, `reads`, `changes` and more. For the person, for the guardian of a child, and for "
            "MANAGE_DATA over the grid of the home; sealed values for the first two and REVEAL_SEALED alone, counted as `personReveal`. "
            "Logged as EXPORT.",
        ),
    }
