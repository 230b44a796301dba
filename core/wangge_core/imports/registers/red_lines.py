"""Red lines in the columns of files: those that a mapping may not name, and that are passed over where a file has them.

Beside the words that no kind may have, a register has no column of where people come from or of how their household is registered.
"""

import re
from collections.abc import Iterable

from wangge_core.imports.mappings import MappingError
from wangge_core.plugin.checks.needs import CROSSING
from wangge_core.plugin.checks.red_lines import crosses_red_line

WORDS = re.compile(r"[\s\-./()（）]+")
ORIGIN = re.compile(
    r"(?i)(^|_)(birth_?place|place_of_birth|origin|hukou|household_registration|native\w*|home_?town)($|_)|"
    r"户籍|户口所在|户口性质|户口类型|原籍|祖籍|出生地|来源地|少数民族|教派|党派|入党|征信|黑名单|精神病|肇事"
)


class RedLineColumnError(MappingError):
    """A mapping of a register names a column that crosses a red line."""

    code = "MAPPING_RED_LINE"


def crossing_word(column: str) -> str | None:
    """The word by which the name of a column crosses a red line, or None."""
    name = WORDS.sub("_", column.strip())
    if word := crosses_red_line(name):
        return word
    found = ORIGIN.search(name) or CROSSING.search(name)
    return found.group().strip("_ ") if found else None


def check_red_lines(columns: Iterable[str]) -> None:
    """Raises RedLineColumnError with every column that crosses one."""
    crossing = {column: word for column in columns if (word := crossing_word(column))}
    if crossing:
        raise RedLineColumnError(
            f"the mapping names {', '.join(sorted(crossing))}.",
            hint="The service keeps nothing about what people are, believe, come from or have done. Leave these columns out.",
        )


def passed_over(header: Iterable[str]) -> tuple[str, ...]:
    """The columns of a file that cross a red line; none of them is read."""
    return tuple(column for column in header if crossing_word(column))
