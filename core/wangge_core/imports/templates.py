"""Templates of mappings: text with the names of columns in braces, `{community_name}居委会`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

COLUMN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text to fill from a row."""

    text: str
    columns: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(COLUMN.findall(self.text)))

    def fill(self, row: Mapping[str, str]) -> str | None:
        """The text with the row's values; None when any of them is missing."""
        for column in self.columns:
            if not row[column]:
                return None
        if len(self.columns) == 1 and self.text == f"{{{self.columns[0]}}}":
            return row[self.columns[0]]
        return COLUMN.sub(lambda found: row[found.group(1)], self.text)


def fill_first(templates: tuple[Template, ...], row: Mapping[str, str]) -> str | None:
    """The first of the templates whose columns all have values."""
    return next((text for template in templates if (text := template.fill(row)) is not None), None)
