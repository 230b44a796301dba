"""Scopes: where a right holds. `bound.py` makes a WHERE of the same object for every read."""

from collections.abc import Iterable
from dataclasses import dataclass

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
