"""Operations of live connections: a request becomes answers, whichever way they go out."""

import asyncio
import logging
from collections.abc import AsyncGenerator

import orjson

from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.errors import INTERNAL, MutationByGetError, formatted
from wangge_schema.live.following import Live
from wangge_schema.live.streams import Message
from wangge_server.http.statuses import EXECUTED, GRAPHQL, status_of
from wangge_server.observing import Watched

INSIDE = "Something went wrong inside the service."
TIMED_OUT = "The operation took longer than {seconds:g} seconds and was stopped."
log = logging.getLogger("wangge.live")


class FailedError(Exception):
    """The operation ended with top-level errors, which are a list as JSON; `codes` are theirs."""

    def __init__(self, errors: bytes, *codes: str) -> None:
        super().__init__(*codes)
        self.errors = errors
        self.codes = codes

    def tell(self, watched: Watched) -> None:
        """Say of the operation that it ended like this, with the status that an answer over HTTP would have."""
        watched.status = status_of(Answer(body=self.errors, executed=False, codes=self.codes), GRAPHQL)
        watched.codes = self.codes
        watched.size += len(self.errors)


async def answers(
    live: Live,
    request: GraphQLRequest,
    viewer: Viewer,
    watched: Watched,
    *,
    most_seconds: float,
    after: str = "",
    only_reads: bool = False,
) -> AsyncGenerator[Message, None]:
    """The answers to a request: one of a query or mutation, and as many as there are of a subscription. Raises FailedError."""
    try:
        if not live.follows(request):
            yield await _answer(live, request, viewer, watched, most_seconds, only_reads)
            return
        watched.operation = live.api.prepare(request).operation
        stream = await live.subscribe(request, viewer, after=after)
    except InvalidDocumentError as error:
        shown = [formatted(one) for one in error.errors]
        raise FailedError(orjson.dumps(shown), *(one["extensions"]["code"] for one in shown)) from None
    except (FailedError, asyncio.CancelledError):
        raise
    except Exception:  # the last door before the client: what went wrong inside is logged, not told
        log.exception("A live operation could not be answered.")
        raise failed(INTERNAL, INSIDE) from None
    watched.status, watched.trusted = EXECUTED.graphql, request.document_id is not None
    try:
        async for message in stream:
            yield message
            watched.size += len(message.body)
    finally:
        live.leave(stream)
    if stream.end is not None and stream.end.code:
        raise FailedError(stream.end.errors, stream.end.code)


async def _answer(
    live: Live, request: GraphQLRequest, viewer: Viewer, watched: Watched, most_seconds: float, only_reads: bool
) -> Message:
    try:
        async with asyncio.timeout(most_seconds):
            answer = await live.api.answer(request, viewer, only_queries=only_reads)
    except MutationByGetError as error:
        raise failed(error.code, error.message) from None
    except TimeoutError:
        watched.operation = live.api.prepare(request).operation
        raise failed("TIMED_OUT", TIMED_OUT.format(seconds=most_seconds)) from None
    watched.answer, watched.status = answer, status_of(answer, GRAPHQL)
    watched.trusted = request.document_id is not None and answer.executed
    if not answer.executed:
        raise FailedError(orjson.dumps(orjson.loads(answer.body)["errors"]), *answer.codes)
    return Message(answer.body, "")


def failed(code: str, message: str, **more: str) -> FailedError:
    """A failure with one error."""
    return FailedError(orjson.dumps([{"message": message, "extensions": {"code": code} | more}]), code)
