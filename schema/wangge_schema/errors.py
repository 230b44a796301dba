"""The errors of the schema: faults of the client's document, each with a stable code in `extensions`, and how errors are shown.

What went wrong inside the service is logged, not told.
"""

from typing import Any, ClassVar

from graphql import GraphQLError, GraphQLSyntaxError

from wangge_core.errors import WanggeError

INTERNAL = "INTERNAL_ERROR"


class ReadingError(GraphQLError):
    """The document asks for something that cannot be read."""

    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(self, message: str) -> None:
        super().__init__(message, extensions={"code": self.code})


class CursorError(ReadingError):
    """A cursor that was not given by this list in this order."""

    code = "CURSOR_INVALID"


class PageError(ReadingError):
    """A page that is too large, or asked from both ends."""

    code = "PAGE_INVALID"


class TooComplexError(ReadingError):
    """A selection so deep or wide that the database cannot take its statement."""

    code = "QUERY_TOO_COMPLEX"


class IdError(ReadingError):
    """A global id that is not of this schema."""

    code = "ID_INVALID"


class FilterError(ReadingError):
    """A filter that cannot be applied."""

    code = "FILTER_INVALID"


class MutationByGetError(WanggeError):
    """A mutation came by HTTP GET, which must not write."""

    code = "METHOD_NOT_ALLOWED"


def formatted(error: GraphQLError) -> dict[str, Any]:
    """A top-level error with a stable code."""
    shown: dict[str, Any] = dict(error.formatted)
    code = code_of(error)
    if code == INTERNAL:
        shown["message"] = "Something went wrong inside the service."
    return shown | {"extensions": {"code": code} | (shown.get("extensions") or {})}


def code_of(error: GraphQLError) -> str:
    """The code of an error that carries none of its own."""
    original = error.original_error
    if isinstance(original, WanggeError):
        return original.code
    if original is not None and not isinstance(original, GraphQLError):
        return INTERNAL
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return "GRAPHQL_VALIDATION_FAILED"
