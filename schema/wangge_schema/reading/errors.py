"""The errors of reading: faults of the client's document that only show when it is planned. Each has a stable code in `extensions`."""

from typing import ClassVar

from graphql import GraphQLError


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


class IdError(ReadingError):
    """A global id that is not of this schema."""

    code = "ID_INVALID"


class FilterError(ReadingError):
    """A filter that cannot be applied."""

    code = "FILTER_INVALID"
