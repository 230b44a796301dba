"""The errors of the schema: faults of the client's document, each with a stable code in `extensions`, and how errors are shown.

What went wrong inside the service is logged, not told.
"""

import re
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


class OrderError(ReadingError):
    """An order by a value that is private, for a viewer who sees rows of which it is not shown."""

    code = "ORDER_NOT_ALLOWED"


class TooComplexError(ReadingError):
    """A selection so deep or wide that the database cannot take its statement."""

    code = "QUERY_TOO_COMPLEX"


class IdError(ReadingError):
    """A global id that is not of this schema."""

    code = "ID_INVALID"


class FilterError(ReadingError):
    """A filter that cannot be applied."""

    code = "FILTER_INVALID"


class LimitError(ReadingError):
    """More was asked than is allowed. `extensions` has the `limit`, and the figure that was `found` where counting went that far."""

    def __init__(self, said: str, found: int | None, limit: int) -> None:
        super().__init__(said)
        self.extensions = {"code": self.code} | ({} if found is None else {"found": found}) | {"limit": limit}


class DocumentTooLargeError(LimitError):
    """A document of too many characters or tokens."""

    code = "DOCUMENT_TOO_LARGE"

    def __init__(self, what: str, found: int | None, limit: int) -> None:
        super().__init__(f"A document has at most {limit:,} {what}. Send what is asked in several requests.", found, limit)


class DocumentTooDeepError(LimitError):
    """Fields inside each other, fragments written out."""

    code = "DOCUMENT_TOO_DEEP"

    def __init__(self, found: int | None, limit: int) -> None:
        super().__init__(f"Fields nest at most {limit} deep. Read the inner things by their ids in another request.", found, limit)


class TooManySelectionsError(LimitError):
    """Fields and fragments, fragments written out."""

    code = "TOO_MANY_SELECTIONS"

    def __init__(self, found: int | None, limit: int) -> None:
        said = f"A document selects at most {limit:,} fields and fragments, with fragments written out where they are spread."
        super().__init__(f"{said} Ask for less at once.", found, limit)


class TooManyRootFieldsError(LimitError):
    """Fields at the top of an operation."""

    code = "TOO_MANY_ROOT_FIELDS"

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            f"An operation has at most {limit} fields at its top, not {found:,}. Use `nodes` or a filter.", found, limit
        )


class TooManyAliasesError(LimitError):
    """Aliases of a document."""

    code = "TOO_MANY_ALIASES"

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(
            f"A document has at most {limit} aliases, not {found:,}. Use variables, `nodes` or a filter.", found, limit
        )


class TooManyDuplicatesError(LimitError):
    """The same response keys again and again at one place."""

    code = "TOO_MANY_DUPLICATES"

    def __init__(self, key: str, found: int, limit: int) -> None:
        said = f"The same is asked for again and again, such as `{key[:80]}`: {found:,} pairs to compare, at most {limit:,}."
        super().__init__(f"{said} Ask for each field once, and join fragments that are alike.", found, limit)


class TooManyFragmentsError(LimitError):
    """Spreads and inline fragments of a document."""

    code = "TOO_MANY_FRAGMENTS"

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(f"A document spreads at most {limit} fragments, not {found:,}. Join those that are alike.", found, limit)


class TooManyDirectivesError(LimitError):
    """Directives at one place."""

    code = "TOO_MANY_DIRECTIVES"

    def __init__(self, found: int, limit: int) -> None:
        super().__init__(f"At most {limit} directives stand at one place, not {found:,}.", found, limit)


class VariablesTooLargeError(LimitError):
    """Variables of too many values, too deep, or with a text or list that is too long."""

    code = "VARIABLES_TOO_LARGE"

    def __init__(self, what: str, found: int | None, limit: int) -> None:
        super().__init__(f"Variables have at most {limit:,} {what}. Send them in several requests.", found, limit)


class CostTooHighError(LimitError):
    """The cost of an operation, computed before it runs."""

    code = "COST_TOO_HIGH"

    def __init__(self, found: int, limit: int) -> None:
        said = f"This operation could cost {found:,}; at most {limit:,}. Lower `first` of the lists, the outer ones most of all."
        super().__init__(said, found, limit)


class RateLimitedError(LimitError):
    """The viewer has used up what the service gives for now. `retry_after` is in whole seconds."""

    code = "RATE_LIMITED"

    def __init__(self, found: int, limit: int, retry_after: int) -> None:
        said = f"This operation costs {found:,}, and you have asked for much in a short time. Try again in {retry_after} seconds."
        super().__init__(said, found, limit)
        self.retry_after = retry_after
        self.extensions = {"code": self.code, "found": found, "limit": limit, "retryAfter": retry_after}


class TriesExhaustedError(ReadingError):
    """Too many wrong numbers or secrets of reports came from one address in an hour."""

    code = "REPORT_TRIES_EXHAUSTED"

    def __init__(self, most: int) -> None:
        super().__init__(f"At most {most} wrong numbers or secrets in an hour. Try again later.")


class NearbyError(ReadingError):
    """Where to look for open matters is not said, said twice, or too wide."""

    code = "NEARBY_INVALID"


class PositionError(ReadingError):
    """Not a position on the earth."""

    code = "POSITION_INVALID"


class AddressError(ReadingError):
    """Not an address that could be searched."""

    code = "ADDRESS_INVALID"


class LayerError(ReadingError):
    """No layer has this name."""

    code = "LAYER_UNKNOWN"


class CoverageError(ReadingError):
    """More grids than are checked at once."""

    code = "COVERAGE_TOO_LARGE"


class IntrospectionOffError(ReadingError):
    """This service does not tell its schema."""

    code = "INTROSPECTION_OFF"

    def __init__(self) -> None:
        super().__init__("This service does not tell its schema. Take the file that its operator gives; `__typename` can be asked.")


class TrustedDocumentUnknownError(ReadingError):
    """An id that is not in the list of trusted documents, or that came with another text."""

    code = "TRUSTED_DOCUMENT_UNKNOWN"


class TrustedDocumentsOnlyError(ReadingError):
    """This service runs trusted documents alone, and text came."""

    code = "TRUSTED_DOCUMENTS_ONLY"

    def __init__(self) -> None:
        super().__init__(
            "This service runs documents of its list only. Send `documentId`, and have the operator list the document."
        )


class StreamNeededError(ReadingError):
    """A subscription came by a request that is answered once."""

    code = "STREAM_NEEDED"

    def __init__(self) -> None:
        super().__init__("A subscription needs a stream: send it over a WebSocket, or with `Accept: text/event-stream`.")


class MutationByGetError(WanggeError):
    """A mutation came by HTTP GET, which must not write."""

    code = "METHOD_NOT_ALLOWED"


SECRET = re.compile(r"\+?\d{11,}[0-9Xx]?|\bwg[kd]_\w+|\beyJ[\w.-]+")
"""What could be an identity number, a telephone, a key or a token; messages quote what was sent at a wrong place."""


def without_secrets(message: str) -> str:
    """A message in which nothing of that stands, so that it can be kept and reported by clients."""
    return SECRET.sub("…", message)


def formatted(error: GraphQLError) -> dict[str, Any]:
    """A top-level error with a stable code."""
    shown: dict[str, Any] = dict(error.formatted)
    code = code_of(error)
    shown["message"] = without_secrets(shown["message"])
    if code == INTERNAL:
        shown["message"] = "Something went wrong inside the service."
    return shown | {"extensions": {"code": code} | (shown.get("extensions") or {})}


def code_of(error: GraphQLError) -> str:
    """The stable code of an error."""
    if error.extensions and "code" in error.extensions:
        return str(error.extensions["code"])
    original = error.original_error
    if isinstance(original, WanggeError):
        return original.code
    if original is not None and not isinstance(original, GraphQLError):
        return INTERNAL
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return "GRAPHQL_VALIDATION_FAILED"
