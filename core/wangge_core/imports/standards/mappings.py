"""Mappings of standards: which columns hold the kinds and their rules, and what the spellings of a time limit mean.

Nothing is guessed: a spelling that the mapping does not name refuses its row.
"""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from wangge_core.imports.mappings import FileFormat, FileMapping, KindLevel, Section


class Unit(StrEnum):
    """What a unit of time counts: `URGENT_` ones run day and night, working ones in working time, days by the calendar."""

    URGENT_HOURS = "URGENT_HOURS"
    URGENT_DAYS = "URGENT_DAYS"
    WORKING_HOURS = "WORKING_HOURS"
    WORKING_DAYS = "WORKING_DAYS"
    CALENDAR_DAYS = "CALENDAR_DAYS"


class LimitSpellings(Section, frozen=True, kw_only=True):
    """How time limits are written: a number and one of `units`, after one of `seasons` (the name of the calendar that then counts) and
    before one of `notes` (what must be done in that time), where there are such."""

    units: dict[str, Unit]
    seasons: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    notes: tuple[str, ...] = ()


class StandardSheet(Section, frozen=True, kw_only=True):
    """A sheet of the file, which becomes a kind above all of its kinds: `key` stands in their ids. A CSV has one without `sheet`."""

    key: str
    name: str
    sheet: str = ""


class StandardColumns(Section, frozen=True, kw_only=True):
    """The columns of a rule. The names of offices in a cell are separated by any character of `between_names`."""

    condition: str
    limit: str
    closed_when: str = ""
    handled_by: str = ""
    supervised_by: str = ""
    between_names: str = "、"


class StandardsMapping(FileMapping, frozen=True, kw_only=True):
    """A file of standards. Codes of kinds are brought to `code_digits`, so that `1` and `01` are one; columns of `fill_down` hold for
    the rows below until they change, as merged cells do by themselves."""

    catalogue: str
    workflow: str
    sheets: tuple[StandardSheet, ...]
    levels: tuple[KindLevel, ...]
    rule: StandardColumns
    limits: LimitSpellings
    file: FileFormat = FileFormat(fill_merged=True)
    code_digits: int = 0
    fill_down: tuple[str, ...] = ()

    def own_columns(self) -> Iterator[str]:
        """Every column that the mapping names."""
        rule = self.rule
        yield from self.fill_down
        yield from (name for level in self.levels for name in (level.name, level.key) if name)
        yield from (name for name in (rule.condition, rule.limit, rule.closed_when, rule.handled_by, rule.supervised_by) if name)


def standards_faults(mapping: StandardsMapping) -> Iterator[str]:
    """What contradicts itself in a mapping of standards, a sentence each."""
    if not mapping.sheets or not mapping.levels:
        yield "sheets and levels are needed."
    if len({sheet.key for sheet in mapping.sheets}) < len(mapping.sheets):
        yield "two sheets have one key."
    if not mapping.limits.units:
        yield "limits.units says what no unit means."
