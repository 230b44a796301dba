"""Labels in the languages of the viewers, and enumerations whose members carry one."""

from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Label:
    """What a front-end shows for a declared thing: Chinese always, English derived from the id unless given."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The label in `language` (`zh` or `en`); Chinese for any other."""
        return self.en if language == "en" else self.zh


def english(name: str) -> str:
    """`grid_worker` → `Grid worker`."""
    words = name.lower().replace("_", " ")
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class Zh:
    """The Chinese label of a field, used inside `Annotated[int, Zh("人数")]`; the English one is derived unless given."""

    zh: str
    en: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """What every declaration has: a local name in snake_case and its labels. The host qualifies the name with the plugin's."""

    name: str
    _: KW_ONLY
    zh: str
    en: str = ""

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en or english(self.name))


class Choice(StrEnum):
    """An enumeration with labels: `NEIGHBOURS = auto(), "邻里"`, and a third item where the English label differs.

    A member's value equals its name, because storage keeps the value and GraphQL shows the name.
    """

    zh: str
    en: str

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        return name

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en or english(value)
        return member

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en)
