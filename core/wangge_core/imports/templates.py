"""Templates of mappings: text with the names of columns in braces, `{community_name}居委会`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

COLUMN = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text to fill from a row."""

    text: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(COLUMN.findall(self.text))

    def fill(self, row: Mapping[str, str]) -> str | None:
        """The text with the row's values; None when any of them is missing."""
        if not all(row[column] for column in self.columns):
            return None
        return COLUMN.sub(lambda found: row[found.group(1)], self.text)


def fill_first(templates: tuple[Template, ...], row: Mapping[str, str]) -> str | None:
    """The first of the templates whose columns all have values."""
    return next((text for template in templates if (text := template.fill(row)) is not None), None)
