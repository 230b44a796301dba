"""Making mutation fields: every one has an input, most an id before it, all an idempotency key after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry.types.info import Info

from wangge_schema.details import plain
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.select import Chosen
from wangge_schema.session import Session
from wangge_schema.writing.payloads import Operation, payload, perform

Given = Mapping[str, Any]
"""An input as plain data, only what was given, by Python names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """A mutation: its name in GraphQL's words, what it answers with, and how an input becomes the core's request.

    `request` gets the id (empty where there is none), the input as plain data, and the input itself. `rename` turns the core's field
    paths into those of the input.
    """

    name: str
    description: str
    thing: str
    type: Any
    input: Any
    operation: Operation[Any]
    request: Callable[[str, Given, Any], Any]
    codes: Sequence[str]
    on: str = ""
    rename: Callable[[str, Any], str] = lambda field, _: field
    secret: str = ""
    """What the payload's `secret` is, where the operation makes one."""
    named: Callable[[Any], str] | None = None
    """Of things that have a name and no number: the name, by the core's request. Their ids are these names."""


def mutation_field(mutation: Mutation) -> Any:
    """The Strawberry field of a mutation."""
    answer = payload(mutation.name[:1].upper() + mutation.name[1:], mutation.thing, mutation.type, mutation.codes, mutation.secret)
    given = Annotated[mutation.input, strawberry.argument(description="What to do it with.")]
    key = Annotated[
        str | None,
        strawberry.argument(
            description="Made by the client for this request. The same key and input again get the first answer, refusals included, and "
            "write nothing; the thing is shown as it is by then."
        ),
    ]
    return strawberry.field(
        resolver=_on_thing(mutation, answer, given, key) if mutation.on else _plain(mutation, answer, given, key),
        description=mutation.description,
    )


def _plain(mutation: Mutation, answer: Any, given: Any, key: Any) -> Callable[..., Any]:
    async def resolve(info: Info, input: Any, idempotency_key: Any = None) -> Any:
        return await _performed(mutation, info, "", input, idempotency_key)

    resolve.__annotations__ = {"info": Info, "input": given, "idempotency_key": key, "return": answer}
    resolve.__defaults__ = (strawberry.UNSET,)
    return resolve


def _on_thing(mutation: Mutation, answer: Any, given: Any, key: Any) -> Callable[..., Any]:
    async def resolve(info: Info, id: Any, input: Any, idempotency_key: Any = None) -> Any:
        return await _performed(mutation, info, id, input, idempotency_key)

    said = f"The name of the {mutation.on}." if mutation.named else f"The global id of the {mutation.on.lower()}."
    id_type = Annotated[strawberry.ID, strawberry.argument(description=said)]
    resolve.__annotations__ = {"info": Info, "id": id_type, "input": given, "idempotency_key": key, "return": answer}
    resolve.__defaults__ = (strawberry.UNSET,)
    return resolve


async def _performed(mutation: Mutation, info: Info, id: str, input: Any, key: str | None) -> Completed:
    named, found = mutation.named, ""

    def request() -> Any:
        nonlocal found
        made = mutation.request(id, plain(input), input)
        found = named(made) if named else ""
        return made

    async def tell(session: Session, _: int, chosen: Chosen) -> Any:
        return Completed.json(await session.thing((str(info.path.key), chosen.key), chosen, found)).value

    return await perform(
        info,
        mutation.operation,
        request,
        key or None,
        lambda field: mutation.rename(field, input),
        tell=tell if named else None,
    )


def with_details(base: type[Any], details: Any, what: str) -> type[Any]:
    """An input with the field `details`, where any enabled plugin has details for such things."""
    name = base.__name__.removesuffix("Fields") + "Input"
    cls: type[Any] = type(name, (base,), {"__annotations__": {} if details is None else {"details": details | None}})
    if details is not None:
        cls.details = strawberry.field(
            default=strawberry.UNSET, description=f"What the {what} needs to know; exactly one of its fields."
        )
    return strawberry.input(cls, name=name, description=base.__doc__)
