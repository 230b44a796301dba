"""Payloads: what every mutation answers with — the thing, and user errors with a code of the mutation's own enum."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from graphql import GraphQLResolveInfo
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from strawberry.types.info import Info

from wangge_core.checking import check_text
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import IdempotencyKeyReusedError, Outcome, Refusal, refusal
from wangge_core.idempotency import earlier_answer, keep_answer, request_hash
from wangge_core.refusals import MESSAGES, message
from wangge_core.rights.viewers import Viewer
from wangge_schema.errors import without_secrets
from wangge_schema.ids import key_in
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.making import make_enum, make_type
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.session import Session

_R = TypeVar("_R")
MOST_KEY = 200
TRIED_AGAIN = 2
BROKEN_OFF = frozenset({"40P01", "40001"})
"""SQLSTATEs of what PostgreSQL broke off: a deadlock, and transactions that cannot be put in an order."""
ALWAYS = (
    "TOO_LONG",
    "BLANK",
    "TEXT_UNSTORABLE",
    "NOT_ALLOWED",
    "NOT_SIGNED_IN",
    "NOT_FOUND",
    "ID_INVALID",
    "CONFLICT",
    "IDEMPOTENCY_KEY_REUSED",
)
Operation = Callable[[Work, Viewer, Sequence[_R]], Awaitable[list[Outcome]]]
Tell = Callable[[Session, int, Chosen], Awaitable[Any]]
"""Reads the thing of an outcome's id, as far as it was selected."""


class RefusedError(Exception):
    """An input that cannot even be handed to the core. Becomes a user error."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def payload(mutation: str, thing: str, type: Any, codes: Iterable[str], secret: str = "", **more: tuple[Any, str]) -> Any:
    """The payload type of a mutation: `{ thing, userErrors { field message code } }`, with a `secret` where that is described, and `more`
    fields of its own."""
    values = {code: MESSAGES[code][1].replace("{", "").replace("}", "") for code in sorted({*ALWAYS, *codes})}
    error = make_type(
        f"{mutation}Error",
        {
            "field": (str | None, "The path of the input at fault, such as `details.communityHazard.hazard`; null for the whole."),
            "message": (str, "What to show, in the viewer's language."),
            "code": (make_enum(f"{mutation}ErrorCode", values, f"Why `{mutation}` refuses an input."), "A stable code."),
        },
        "What was wrong with the input. Nothing was written.",
    )
    return make_type(
        f"{mutation}Payload",
        {
            thing: (type | None, "The thing after the mutation; null when there are user errors."),
            **({"secret": (str | None, secret)} if secret else {}),
            **more,
            "user_errors": (list[error], "What was wrong with the input; empty when it was done."),
        },
        f"The answer to `{mutation}`.",
    )


async def perform(
    info: Info,
    operation: Operation[_R],
    make_request: Callable[[], _R],
    key: str | None,
    rename: Callable[[str], str] = lambda field: field,
    *,
    tell: Tell | None = None,
    anonymous: bool = False,
) -> Completed:
    """Do one thing in one transaction and answer with the payload that was asked for.

    `make_request` turns the input into the core's request and may raise RefusedError; `rename` turns the core's field paths into
    those of the input. `tell` reads the thing where the planner does not; `anonymous` lets visitors do it.
    """
    raw = cast("GraphQLResolveInfo[Any]", info._raw_info)  # pyright: ignore[reportUnknownMemberType]
    session: Session = raw.context
    viewer = session.viewer
    if viewer.account_id is None and not viewer.scopes and not anonymous:
        return await _answer(session, raw, Outcome(refusals=(refusal("NOT_SIGNED_IN"),)), rename)
    if key is not None and (wrong := tuple(check_text(key, "idempotencyKey", most=MOST_KEY))):
        return await _answer(session, raw, Outcome(refusals=wrong), str)
    try:
        outcome = await written_at_last(session.deployment, viewer, raw.field_name, operation, make_request(), key)
    except RefusedError as error:  # its field is one of the input's already
        return await _answer(session, raw, Outcome(refusals=(error.refusal,)), str)
    except IdempotencyKeyReusedError:
        outcome = Outcome(refusals=(refusal("IDEMPOTENCY_KEY_REUSED", "idempotencyKey"),))
    except DBAPIError as error:
        if isinstance(error, OperationalError):
            raise
        outcome = Outcome(refusals=(refusal("CONFLICT" if _was_first(error) else "TEXT_UNSTORABLE"),))
    return await _answer(session, raw, outcome, rename, tell)


async def written_at_last(
    deployment: Deployment, viewer: Viewer, name: str, operation: Operation[_R], request: _R, key: str | None = None
) -> Outcome:
    """Do one thing in a transaction; again where another writer was first, twice at most: the checks then see what that one wrote.

    Raises DBAPIError.
    """
    return await at_last(lambda: _written(deployment, viewer, name, operation, request, key))


async def at_last(write: Callable[[], Awaitable[_R]]) -> _R:
    """What a transaction gives; it begins again where another writer was first, twice at most. Raises DBAPIError."""
    for _ in range(TRIED_AGAIN):
        try:
            return await write()
        except DBAPIError as error:
            if not _was_first(error):
                raise
    return await write()


def _was_first(error: DBAPIError) -> bool:
    """Whether another writer was in the way, and is not any more: it wrote the same key, or each waited for the other."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in BROKEN_OFF


async def _written(
    deployment: Deployment, viewer: Viewer, name: str, operation: Operation[_R], request: _R, key: str | None
) -> Outcome:
    repeatable = key is not None and viewer.account_id is not None
    digest = request_hash(name, request) if repeatable else ""
    async with deployment.write(viewer, name) as work:
        if repeatable and (earlier := await earlier_answer(work, viewer, key or "", digest)) is not None:
            return earlier
        (outcome,) = await operation(work, viewer, [request])
        if repeatable and (outcome.id is not None or outcome.refusals):
            await keep_answer(work, viewer, key or "", name, digest, outcome.id, outcome.refusals)
        return outcome


async def _answer(
    session: Session, raw: GraphQLResolveInfo[Any], outcome: Outcome, rename: Callable[[str], str], tell: Tell | None = None
) -> Completed:
    async def thing(key: str, one: Chosen) -> Any:
        if one.name == "secret":
            return outcome.secret
        if outcome.id is None:
            return None
        if tell is not None:
            return await tell(session, outcome.id, one)
        return Completed.json(await session.thing((key, one.key), one, outcome.id)).value

    return await answered(session, raw, outcome.refusals, rename, thing)


async def answered(
    session: Session,
    raw: GraphQLResolveInfo[Any],
    refusals: Sequence[Refusal],
    rename: Callable[[str], str],
    thing: Callable[[str, Chosen], Awaitable[Any]],
) -> Completed:
    """The payload that was asked for: the refusals, or else the thing, which is read for the response key of the mutation."""
    answer: dict[str, Any] = {}
    chosen = session.chosen(raw)
    for one in chosen.children():
        if one.name == "__typename":
            answer[one.key] = chosen.type.name
        elif one.name == "userErrors":
            answer[one.key] = [_error(found, session.viewer, rename, one) for found in refusals]
        else:
            answer[one.key] = None if refusals else await thing(chosen.key, one)
    return Completed(answer)


def _error(found: Refusal, viewer: Viewer, rename: Callable[[str], str], chosen: Chosen) -> dict[str, Any]:
    members = {
        "field": rename(found.field) or None,
        "message": _message(found, viewer),
        "code": found.code,
    }
    name = chosen.type.name
    return project([Typed(name, members)], chosen)[0]


def _message(found: Refusal, viewer: Viewer) -> str:
    text = message(found, viewer.language)
    return without_secrets(text) if found.code in ("ID_INVALID", "NOT_FOUND") else text


def key_of(id: str, prefix: str, field: str) -> int:
    """The key in a global id of a given type. Raises RefusedError."""
    key = key_in(id, prefix)
    if key is None:
        raise RefusedError(refusal("ID_INVALID", field, id=id[:80], what=prefix))
    return key


def optional_key(id: str | None, prefix: str, field: str) -> int | None:
    """As `key_of`, for an id that may be left out."""
    return None if not id else key_of(id, prefix, field)
