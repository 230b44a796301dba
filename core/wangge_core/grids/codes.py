"""Codes of grids. A scheme says which codes are good, what level a code stands for and whose child it is; deployments choose one."""

import re
from enum import auto
from typing import ClassVar, Protocol

from wangge_core.plugin.declarations.labels import Choice


class GridLevel(Choice):
    """The administrative level of a grid."""

    PROVINCE = auto(), "省"
    CITY = auto(), "市"
    DISTRICT = auto(), "区（县）"
    SUBDISTRICT = auto(), "街道（乡镇）"
    COMMUNITY = auto(), "社区（村）"
    GRID = auto(), "网格"


class CodeScheme(Protocol):
    """How the codes of a deployment are built."""

    name: str

    def level_of(self, code: str) -> GridLevel | None:
        """The level that a code stands for; None when the scheme's codes do not say."""
        ...

    def is_valid(self, code: str) -> bool:
        """Whether a code is well formed."""
        ...

    def is_child(self, code: str, parent: str) -> bool:
        """Whether `code` may stand below `parent`."""
        ...


class DivisionCodes:
    """The statistical division codes of China: 2, 4, 6, 9 or 12 digits from province to village or community, and three more for the
    grid in it. A code begins with its parent's."""

    name = "divisions"
    _LEVELS: ClassVar = {
        2: GridLevel.PROVINCE,
        4: GridLevel.CITY,
        6: GridLevel.DISTRICT,
        9: GridLevel.SUBDISTRICT,
        12: GridLevel.COMMUNITY,
        15: GridLevel.GRID,
    }

    def level_of(self, code: str) -> GridLevel | None:
        return self._LEVELS.get(len(code))

    def is_valid(self, code: str) -> bool:
        return code.isascii() and code.isdigit() and len(code) in self._LEVELS

    def is_child(self, code: str, parent: str) -> bool:
        return code != parent and code.startswith(parent)


class FreeCodes:
    """Any code of up to 40 letters, digits, dots, dashes and underscores; the level is given beside it."""

    name = "free"
    _FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

    def level_of(self, code: str) -> GridLevel | None:
        del code
        return None

    def is_valid(self, code: str) -> bool:
        return self._FORM.fullmatch(code) is not None

    def is_child(self, code: str, parent: str) -> bool:
        return code != parent


SCHEMES: dict[str, CodeScheme] = {scheme.name: scheme for scheme in (DivisionCodes(), FreeCodes())}
