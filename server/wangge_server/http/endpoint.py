"""The endpoint: one GraphQL request over HTTP from its headers to its reply. A plain ASGI app, since every request passes here."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Protocol

from starlette.types import Receive, Scope, Send

from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_schema.errors import INTERNAL, MutationByGetError
from wangge_server.explorer import bundle_folder, explorer_page
from wangge_server.http.credentials import credentials_of
from wangge_server.http.negotiation import media_type
from wangge_server.http.replies import METHODS, PAGE, SAFE, TYPED, Reply, answered, failed, kept, refused
from wangge_server.http.requests import BadRequestError, ClientGoneError, from_body, from_query, read_body, with_purpose
from wangge_server.http.statuses import GRAPHQL, JSON
from wangge_server.http.watching import TimedOutError, Watch
from wangge_server.observing import CLIENT_GONE, Observer, Watched
from wangge_server.operations import ready_operations
from wangge_server.settings import Settings
from wangge_server.sign_in import SignInError
from wangge_server.viewers import Viewers

LOG = logging.getLogger(__name__)
ANSWERED = ("POST", "GET", "HEAD")
EVENT_STREAM = b"text/event-stream"
INSIDE = "Something went wrong inside the service."
TIMED_OUT = "The operation took longer than {seconds:g} seconds and was stopped."


class Answering(Protocol):
    """What executes requests; the one there is, is `wangge_schema.api.Api`."""

    async def answer(self, request: GraphQLRequest, viewer: Viewer, *, only_queries: bool = False) -> Answer: ...


EventStreaming = Callable[[Scope, Mapping[bytes, bytes], Receive, Send], Awaitable[None]]
"""What answers requests that accept an event stream."""


class GraphQLEndpoint:
    """Answers GraphQL requests, and browsers with the explorer."""

    def __init__(
        self, api: Answering, viewers: Viewers, settings: Settings, observer: Observer, events: EventStreaming | None = None
    ) -> None:
        self.api = api
        self.viewers = viewers
        self.settings = settings
        self.observer = observer
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if method not in ANSWERED or self._wants_explorer(scope, headers):
            reply = self._explorer() if method in ANSWERED else _of_other_method(method)
            return await reply.send(send, with_body=method != "HEAD")
        if self.events is not None and method != "HEAD" and EVENT_STREAM in headers.get(b"accept", b""):
            return await self.events(scope, headers, receive, send)
        with self.observer.watch(headers) as watched:
            try:
                reply = await self._reply(scope, headers, receive, watched)
            except ClientGoneError:
                watched.status = CLIENT_GONE
                return None
            watched.status, watched.codes, watched.size = reply.status, reply.codes, len(reply.body)
            return await reply.send(send, with_body=method != "HEAD")

    def _wants_explorer(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        browses = scope["method"] != "POST" and not scope["query_string"] and b"text/html" in headers.get(b"accept", b"")
        return self.settings.explorer and browses

    def _explorer(self) -> Reply:
        return Reply(200, explorer_page(bundled=bundle_folder() is not None, operations=ready_operations()).encode(), PAGE)

    async def _reply(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, watched: Watched) -> Reply:
        """The reply to a GraphQL request. Raises ClientGoneError."""
        media = media_type(headers.get(b"accept", b""))
        if media is None:
            return failed("NOT_ACCEPTABLE", f"Answers are {GRAPHQL} or {JSON}.")
        by_get = scope["method"] != "POST"
        try:
            asked = await self._asked(scope, headers, receive)
            watch = Watch(receive if by_get or _only_reads(asked) else None, most_seconds=self.settings.most_seconds)
            reply = answered(await self._execute(asked, headers, watch, watched, only_queries=by_get), media)
        except TimedOutError:
            reply = failed("TIMED_OUT", TIMED_OUT.format(seconds=self.settings.most_seconds), media)
        except (BadRequestError, MutationByGetError) as error:
            reply = failed(error.code, str(error), media)
        except SignInError as error:
            reply = refused(error, media)
        except ClientGoneError:
            raise
        except Exception:  # the last door before the client: what went wrong inside is logged, not told
            LOG.exception("A request could not be answered.")
            reply = failed(INTERNAL, INSIDE, media)
        return self._kept(reply, headers) if by_get else reply

    async def _asked(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive) -> GraphQLRequest:
        address = scope["client"][0] if scope.get("client") else ""
        if scope["method"] != "POST":
            return with_purpose(from_query(scope["query_string"], address), headers)
        return with_purpose(from_body(await read_body(headers, receive, self.settings.most_body_bytes), address), headers)

    async def _execute(
        self, asked: GraphQLRequest, headers: Mapping[bytes, bytes], watch: Watch, watched: Watched, *, only_queries: bool
    ) -> Answer:
        async with watch:
            viewer = (await self.viewers.see(credentials_of(headers, asked.address))).viewer
            watched.signed_in = viewer.account_id is not None
            answer = await self.api.answer(asked, viewer, only_queries=only_queries)
        watched.answer, watched.trusted = answer, asked.document_id is not None and answer.executed
        return answer

    def _kept(self, reply: Reply, headers: Mapping[bytes, bytes]) -> Reply:
        return kept(
            reply,
            public=not headers.get(b"authorization"),
            max_age_seconds=self.settings.max_age_seconds,
            if_none_match=headers.get(b"if-none-match", b""),
        )


def _only_reads(asked: GraphQLRequest) -> bool:
    """Whether a request is a query for sure, since no document without the word is a mutation, which is finished for nobody too."""
    return asked.query is not None and asked.document_id is None and "mutation" not in asked.query


def _of_other_method(method: str) -> Reply:
    if method == "OPTIONS":
        return Reply(204, b"", (*SAFE, (b"allow", METHODS)))
    reply = failed("METHOD_NOT_ALLOWED", f"Send GET or POST, not {method}.")
    return replace(reply, headers=(*TYPED[JSON], (b"allow", METHODS)))
