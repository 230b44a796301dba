"""Scopes: where a right holds. The same object answers `covers(path)` in Python and becomes a WHERE in every read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

END = "/"
"""Sorts right after the dot that ends every path, so that `1.12.` ≤ path < `1.12/` are the paths below `1.12.`."""


@dataclass(frozen=True, slots=True)
class Subtrees:
    """The grids at and below these paths, none of which lies below another."""

    paths: tuple[str, ...] = ()

    @classmethod
    def of(cls, paths: Iterable[str]) -> "Subtrees":
        kept: list[str] = []
        for path in sorted(set(paths)):
            if not kept or not path.startswith(kept[-1]):
                kept.append(path)
        return cls(tuple(kept))

    def covers(self, path: str) -> bool:
        return any(path.startswith(prefix) for prefix in self.paths)

    @property
    def everywhere(self) -> bool:
        return "" in self.paths

    def condition(self, path: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True for rows whose grid's path is covered. Paths are bound values."""
        if self.everywhere:
            return sa.true()
        return sa.or_(sa.false(), *(sa.and_(path >= prefix, path < prefix[:-1] + END) for prefix in self.paths))
