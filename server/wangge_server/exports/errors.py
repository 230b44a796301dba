"""What can be wrong with an export."""

from wangge_core.errors import WanggeError


class NoListError(WanggeError):
    """The document asks for no list, or for more than one, so there are no rows to write."""

    code = "EXPORT_NO_LIST"


class BrokenOffError(Exception):
    """A page could not be read. `code` is that of the schema's answer, or one of `EXPORT_TOO_LONG` and `TIMED_OUT`."""

    def __init__(self, code: str, message: str, *, retry_after_seconds: int = 0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_seconds = retry_after_seconds
