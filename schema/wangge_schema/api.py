"""The schema at work on a deployment: what the server calls, and what tests and scripts call in-process."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import graphql
import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, GraphQLNonNull, located_error

from wangge_core.deployment import Deployment
from wangge_core.logs.purposes import PurposeRequiredError
from wangge_core.logs.read_log import ReadLogUnavailableError
from wangge_core.rights.viewers import Viewer, anonymous
from wangge_schema.answers import Answer, GraphQLRequest, Operation
from wangge_schema.build import build_schema
from wangge_schema.documents import Documents, InvalidDocumentError, Prepared
from wangge_schema.errors import INTERNAL, MutationByGetError, RateLimitedError, StreamNeededError, code_of, formatted
from wangge_schema.limits import Budgets, Limits, check_cost, check_variables, cost_extension, payer_of
from wangge_schema.reading.executor import FinishedExecutor
from wangge_schema.reading.plans import Plans
from wangge_schema.reading.select import Chosen
from wangge_schema.session import Session, Shared
from wangge_schema.trusted import TrustedDocuments
from wangge_schema.unread import taken_out

log = logging.getLogger("wangge.schema")
WORKING = 0.5
"""The share of an operation's time in which parts of it are begun; the rest is for ending and telling what was begun last."""


class Api:
    """Executes documents for viewers. Make one for each deployment; it holds no state but what the database also holds, plans, and
    what each viewer has spent.
    """

    def __init__(
        self,
        deployment: Deployment,
        schema: strawberry.Schema | None = None,
        *,
        limits: Limits | None = None,
        trusted: TrustedDocuments | None = None,
        budgets: Budgets | None = None,
        introspection: bool = True,
    ) -> None:
        self.deployment = deployment
        self.schema = schema or build_schema(deployment.rules.registry)
        self.limits = limits or Limits()
        self.trusted = trusted or TrustedDocuments()
        self.budgets = budgets
        self.shared = Shared(deployment, Plans(deployment.dialect))
        self.documents = Documents(self.schema._schema, self.limits, introspection=introspection)
        self._prepare_trusted()

    def _prepare_trusted(self) -> None:
        """Read the trusted documents before the first request; what does not fit the schema, such as of a plugin that is off, is told."""
        for text in set(self.trusted.texts.values()):
            try:
                self.documents.prepare(text, None, trusted=True)
            except InvalidDocumentError as error:
                log.warning("The trusted document %s cannot be run: %s", error.operation.document_hash, error)

    async def answer(self, request: GraphQLRequest, viewer: Viewer, *, only_queries: bool = False) -> Answer:
        """The answer to a request.

        Raises MutationByGetError where `only_queries` is set and the document would write.
        """
        until = time.monotonic() + self.limits.seconds * WORKING
        try:
            prepared = self.prepare(request)
            if only_queries and prepared.operation.kind == "mutation":
                raise MutationByGetError("only queries can be sent with GET.", hint="Send mutations with POST.")
            request, queue = self._taken_out(prepared, request, viewer)
            session, charge = await self.session(request, viewer)
            session.queue, session.until = queue, until
        except InvalidDocumentError as error:
            return _refused(error.errors, error.operation)
        if prepared.operation.kind == "subscription":
            return _refused([StreamNeededError()], prepared.operation)
        data, errors = await self._read(session) if is_read_whole(session) else await self._execute(session, request)
        if session.reads:
            try:
                await session.log_reads()
            except (PurposeRequiredError, ReadLogUnavailableError) as error:  # what was written stays; what was read is not told
                data, errors = b"null", [GraphQLError(str(error), original_error=error)]
        return _answer(data, errors, prepared.operation, charge)

    def prepare(self, request: GraphQLRequest) -> Prepared:
        """The operation that a request asks for. Raises InvalidDocumentError."""
        try:
            trusted = self.trusted.find(request)
        except GraphQLError as error:
            raise InvalidDocumentError([error], Operation(name=request.operation_name or "")) from None
        return self.documents.prepare(trusted or request.query or "", request.operation_name, trusted=trusted is not None)

    async def session(self, request: GraphQLRequest, viewer: Viewer) -> tuple[Session, Mapping[str, int]]:
        """The session of a request, charged, and what its answer says of the cost. Raises InvalidDocumentError."""
        prepared = self.prepare(request)
        try:
            check_variables(request.variables, self.limits, bulk=_is_bulk(prepared, viewer))
            variables = prepared.coerced(request.variables)
            charge = self._charge(prepared.cost.of(variables), viewer, request.address)
        except GraphQLError as error:
            raise InvalidDocumentError([error], prepared.operation) from None
        await self.shared.refresh()
        return Session(self.shared, viewer, prepared, variables, request.purpose, request.address), charge

    def _taken_out(
        self, prepared: Prepared, request: GraphQLRequest, viewer: Viewer
    ) -> tuple[GraphQLRequest, Sequence[Any] | None]:
        """The request without what a phone has queued, which is read change by change. Raises InvalidDocumentError."""
        if not _is_bulk(prepared, viewer):
            return request, None
        try:
            check_variables(request.variables, self.limits, bulk=True)
        except GraphQLError as error:
            raise InvalidDocumentError([error], prepared.operation) from None
        return taken_out(prepared, request)

    def _charge(self, cost: int, viewer: Viewer, address: str) -> Mapping[str, int]:
        check_cost(cost, self.limits.cost)
        remaining = self.budgets.take(payer_of(viewer, address), cost) if self.budgets is not None else None
        return cost_extension(cost, self.limits.cost, remaining if viewer.account_id is not None else None)

    async def execute(self, query: str, variables: dict[str, Any] | None = None, viewer: Viewer | None = None) -> dict[str, Any]:
        """The answer to a document as plain data: `{"data": …}` and, where something went wrong, `"errors"`."""
        request = GraphQLRequest(query=query, variables=variables)
        return orjson.loads((await self.answer(request, viewer or anonymous())).body)

    async def _read(self, session: Session) -> tuple[bytes, list[GraphQLError]]:
        """The data of a query all of whose root fields declare what they read: nothing is executed field by field."""
        roots = session.roots
        if len(roots) == 1:
            found = [await _field(session, roots[0])]
        else:
            found = await asyncio.gather(*(_field(session, one) for one in roots))
        errors = [one for one in found if isinstance(one, GraphQLError)]
        parts: list[bytes] = []
        for chosen, value in zip(roots, found, strict=True):
            if isinstance(value, GraphQLError) and _is_required(chosen):
                return b"null", errors
            parts.append(b'"%b":%b' % (chosen.key.encode(), b"null" if isinstance(value, GraphQLError) else value))
        return b"{%b}" % b",".join(parts), errors

    async def _execute(self, session: Session, request: GraphQLRequest) -> tuple[bytes, list[GraphQLError]]:
        """The data of any other operation, by graphql-core's executor."""
        prepared = session.prepared
        result: Any = cast("Any", graphql).execute(
            prepared.schema,
            prepared.document,
            context_value=session,
            variable_values=dict(request.variables or {}),
            operation_name=request.operation_name,
            executor_class=FinishedExecutor,
        )
        result = cast("ExecutionResult", await result if asyncio.iscoroutine(result) else result)
        for error in result.errors or ():
            _tell(error)
        return orjson.dumps(result.data), result.errors or []


def _is_bulk(prepared: Prepared, viewer: Viewer) -> bool:
    """Whether it may be as large as a phone's queue. Visitors have none."""
    return prepared.is_bulk and viewer.account_id is not None


def is_read_whole(session: Session) -> bool:
    """Whether every root field declares what it reads."""
    return session.prepared.operation.kind == "query" and all(
        one.reads is not None or one.name == "__typename" for one in session.roots
    )


async def _field(session: Session, chosen: Chosen) -> bytes | GraphQLError:
    """The JSON of a root field, or what went wrong with it."""
    if chosen.name == "__typename":
        return b'"Query"'
    try:
        return await session.root(chosen)
    except Exception as error:
        found = located_error(error, list(chosen.nodes), [chosen.key])
        _tell(found)
        return found


def _is_required(chosen: Chosen) -> bool:
    return chosen.field is None or isinstance(cast("Any", chosen.field).type, GraphQLNonNull)


def _tell(error: GraphQLError) -> None:
    """Log what went wrong inside, and not what clients got wrong."""
    if code_of(error) == INTERNAL:
        log.error("A field could not be answered.", exc_info=error.original_error or error)


def _refused(errors: Sequence[GraphQLError], operation: Operation) -> Answer:
    body = orjson.dumps({"errors": [formatted(error) for error in errors]})
    retry = max((error.retry_after for error in errors if isinstance(error, RateLimitedError)), default=0)
    return Answer(body=body, executed=False, codes=tuple(map(code_of, errors)), operation=operation, retry_after_seconds=retry)


def _answer(data: bytes, errors: Sequence[GraphQLError], operation: Operation, charge: Mapping[str, int]) -> Answer:
    told = b',"errors":' + orjson.dumps([formatted(error) for error in errors]) if errors else b""
    body = b'{"data":%b%b,"extensions":{"cost":%b}}' % (data, told, orjson.dumps(charge))
    return Answer(body=body, executed=True, codes=tuple(map(code_of, errors)), operation=operation, cost=charge["requested"])
