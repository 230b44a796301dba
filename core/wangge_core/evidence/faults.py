"""Why a file is not taken."""

from wangge_core.errors import Refusal, refusal


class FileRefusedError(Exception):
    """A file that is not taken. Nothing of what stands in it is shown."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.refusal: Refusal = refusal(code, **values)
