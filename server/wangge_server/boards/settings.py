"""The settings of notice boards, and the address at which people reach the service."""

import re
from typing import Annotated
from urllib.parse import quote

import msgspec

from wangge_core.errors import SettingError

ADDRESS = re.compile(r"https?://[^\s/?#@\"<>]+(/[^\s?#\"<>]*[^\s/?#\"<>])?")
GRID = "{grid}"


class BoardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Notice boards: `[boards]`."""

    pages: bool = True
    """Whether there is a page of every grid at /board/CODE."""
    report_url: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """The page where residents report; {grid} in it stands for the code of the grid. Empty where there is none."""

    def report_at(self, code: str) -> str:
        """Where matters of a grid are reported; empty where there is no such page."""
        return self.report_url.replace(GRID, quote(code, safe=""))


def check_boards(public_url: str, boards: BoardSettings) -> None:
    """Raises SettingError for addresses that are none."""
    if public_url and not ADDRESS.fullmatch(public_url):
        raise SettingError(
            f"{public_url!r} in public_url is no address.", hint="Write https://grid.example.org, without a slash at the end."
        )
    if boards.report_url and not re.fullmatch(r"https?://[^\s\"<>]+", boards.report_url):
        raise SettingError(
            f"{boards.report_url!r} in boards.report_url is no address.", hint="Write https://example.org/report?grid={grid}."
        )


def board_address(public_url: str, code: str) -> str:
    """The address of the page of a grid's board; empty where nobody said at which address people reach the service."""
    return f"{public_url}/board/{quote(code, safe='')}" if public_url else ""
