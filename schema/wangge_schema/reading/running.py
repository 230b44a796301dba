"""Running: a plan with the values of one request, straight on the database."""

from graphql import GraphQLError

from wangge_core.db.reads import ReadError
from wangge_core.deadlines.known import UnknownCalendarsError
from wangge_core.deadlines.reading import calendars_of
from wangge_core.deployment import Deployment
from wangge_core.events.workflows import UnknownVersionError
from wangge_core.logs.entries import Read
from wangge_schema.reading.plans import Plan
from wangge_schema.reading.sources import Reader


async def run(deployment: Deployment, plan: Plan, reader: Reader) -> tuple[bytes, list[Read]]:
    """The JSON of a field, and whose private values stand in it. Raises GraphQLError with a code where what was asked is to blame."""
    parameters = plan.parameters(reader)
    try:
        found = await deployment.reads.value(plan.statement, parameters)
    except ReadError as error:
        raise GraphQLError(error.message, extensions={"code": error.code}) from None
    found, reads = plan.told(found)
    try:
        return plan.answer(found, reader), reads
    except (UnknownVersionError, UnknownCalendarsError):  # another process has started with newer plugins, or set a calendar
        async with deployment.read() as work:
            await reader.definitions.load(work)
            await calendars_of(work)
        return plan.answer(found, reader), reads
