"""Queued: what a phone has queued, as the core takes it. Each change is read when its turn comes: reading ten thousand takes seconds, in
which the service would answer nobody, and which a call that can do only some of them does not have.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar, cast

import graphql.utilities
import strawberry
from graphql import GraphQLError, GraphQLSchema, Undefined
from strawberry.types.arguments import convert_argument
from strawberry.types.info import Info

from wangge_core.errors import refusal
from wangge_core.sync.changes import Change
from wangge_schema.details import plain
from wangge_schema.errors import without_secrets
from wangge_schema.unread import CHANGE, Unread, unread
from wangge_schema.writing.fields import Given
from wangge_schema.writing.payloads import RefusedError

_T = TypeVar("_T")
AT_ONCE = 500
"""How many changes are gone through at once."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of change in the schema: its input, and how the core's request and what it is about are read from it."""

    input: Any
    request: Callable[[Given, Any], tuple[Any, str | None]]
    rename: Callable[[str, Any], str]


@dataclass(slots=True)
class Sent:
    """A change as it was sent: JSON, or an input that the document writes out. `outline` is None for what is no change at all; the kind
    and its input are there once it is read."""

    change: Any
    outline: Change | None = None
    name: str = ""
    work: Work | None = None
    input: Any = None


def python_name(name: str) -> str:
    """The name of a member in Python."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


async def in_turns(many: Iterable[_T]) -> AsyncIterator[list[_T]]:
    """Many things in pieces, between which others have their turn."""
    each = iter(many)
    while some := list(islice(each, AT_ONCE)):
        yield some
        await asyncio.sleep(0)


class Reading:
    """Reads the changes of a call."""

    def __init__(self, works: Mapping[str, Work], info: Info) -> None:
        self.schema: GraphQLSchema = info.schema._schema
        self._works = works
        self._registry, self._config = info.schema.schema_converter.scalar_registry, info.schema.config
        self._type: Any = self.schema.type_map[CHANGE]
        self._moment: Any = self._type.fields["capturedAt"].type

    def outlined(self, change: Any) -> Sent:
        """What of a change decides about its turn. The request of its outline is the change as it was sent, which is read later."""
        sent = Sent(change)
        if not isinstance(change, dict):
            return sent
        id, at = sent.change.get("clientId"), _coerced(sent.change.get("capturedAt"), self._moment)
        if isinstance(id, str) and at is not Undefined:
            sent.outline = Change(client_id=id, kind="", captured_at=at, request=sent, **_needs(sent.change))
        return sent

    def read(self, change: Change) -> Change:
        """The change as the core does it, or with the refusal of what is in no form of the schema."""
        sent: Any = change.request
        if not isinstance(sent, Sent):
            return change
        coerced = _coerced(sent.change, self._type)
        if coerced is Undefined:
            return _unreadable(change, unread(self.schema, sent.change))
        ((name, value),) = coerced["work"].items()
        work = self._works[name]
        try:
            sent.input = convert_argument(value, work.input, self._registry, self._config)
        except GraphQLError as error:
            return _unreadable(change, Unread(change.client_id, f"work.{name}", without_secrets(error.message)))
        sent.name, sent.work = name, work
        return _requested(sent, work, change)

    def written_out(self, change: Any) -> Sent:
        """A change that the document writes out, which the schema has read; there are few of them."""
        for name, work in self._works.items():
            maybe = getattr(change.work, python_name(name), None)
            if isinstance(maybe, strawberry.Some):
                sent = Sent(change, name=name, work=work, input=cast("Any", maybe).value)
                after = tuple(change.after or ())
                found = Change(client_id=change.client_id, kind=name, captured_at=change.captured_at, after=after)
                sent.outline = _requested(sent, work, found)
                return sent
        raise TypeError("a change of no kind passed the schema")


def _requested(sent: Sent, work: Work, change: Change) -> Change:
    try:
        request, about = work.request(plain(sent.input), sent.input)
    except RefusedError as error:
        return replace(change, kind=sent.name, request=None, about=None, refusal=error.refusal)
    return replace(change, kind=sent.name, request=request, about=about)


def _unreadable(change: Change, found: Unread) -> Change:
    told = refusal("SYNC_UNREADABLE", found.field, said=found.said)
    return replace(change, request=None, about=None, after=(), refusal=told)


def _coerced(value: Any, type: Any) -> Any:
    """The value as the schema has it; Undefined where it is none of the type."""
    return cast("Any", graphql.utilities).coerce_input_value(value, type)


def _needs(change: Mapping[str, Any]) -> dict[str, Any]:
    """What a change says that it needs, as far as that can be read."""
    after, work = change.get("after"), change.get("work")
    ids = [after] if isinstance(after, str) else cast("list[Any]", after) if isinstance(after, list) else []
    works = list(cast("dict[str, Any]", work).values()) if isinstance(work, dict) else []
    about = cast("dict[str, Any]", works[0]).get("about") if len(works) == 1 and isinstance(works[0], dict) else None
    return {"after": tuple(id for id in ids if isinstance(id, str)), "about": about if isinstance(about, str) else None}
