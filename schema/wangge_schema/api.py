"""The schema at work on a deployment: what the server calls, and what tests and scripts call in-process."""

from typing import Any

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from wangge_core.deployment import Deployment
from wangge_core.events.workflows import Definitions
from wangge_core.rights.viewers import Viewer, anonymous
from wangge_schema.build import build_schema
from wangge_schema.errors import MutationByGetError, formatted
from wangge_schema.session import Session

ANY_OPERATION = (OperationType.QUERY, OperationType.MUTATION)


class Api:
    """Executes documents for viewers. Make one for each deployment; it holds no state but what the database also holds."""

    def __init__(self, deployment: Deployment, schema: strawberry.Schema | None = None) -> None:
        self.deployment = deployment
        self.schema = schema or build_schema(deployment.rules.registry)
        self._definitions = Definitions()

    async def session(self, viewer: Viewer) -> Session:
        """The context for one request."""
        if not self._definitions:
            async with self.deployment.read() as work:
                await self._definitions.load(work)
        return Session(self.deployment, viewer, self._definitions)

    async def run(
        self,
        query: str,
        variables: dict[str, Any] | None,
        viewer: Viewer,
        operation_name: str | None = None,
        *,
        only_queries: bool = False,
    ) -> ExecutionResult:
        """The result of a document, with finished parts still as text. `only_queries` is for HTTP GET, which must not write."""
        try:
            return await self.schema.execute(
                query,
                variable_values=variables,
                operation_name=operation_name,
                context_value=await self.session(viewer),
                allowed_operation_types=[OperationType.QUERY] if only_queries else ANY_OPERATION,
            )
        except CannotGetOperationTypeError as error:
            return ExecutionResult(data=None, errors=[GraphQLError(error.as_http_error_reason())])
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                return ExecutionResult(data=None, errors=[GraphQLError("This schema has no subscriptions.")])
            raise MutationByGetError("only queries can be sent with GET.", hint="Send mutations with POST.") from None

    async def execute(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None) -> dict[str, Any]:
        """The answer to a document as plain data: `{"data": …}` and, where something went wrong, `"errors"`."""
        result = await self.run(query, variables, viewer or anonymous())
        return orjson.loads(encode(result))


def encode(result: ExecutionResult) -> bytes:
    """The answer as it goes over the wire."""
    answer: dict[str, Any] = {}
    if result.data is not None or any(error.path for error in result.errors or ()):
        answer["data"] = result.data  # absent where nothing was executed
    if result.errors:
        answer["errors"] = [formatted(error) for error in result.errors]
    if result.extensions:
        answer["extensions"] = result.extensions
    return orjson.dumps(answer)
