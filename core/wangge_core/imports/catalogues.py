"""The kinds of local catalogues as rows name them: keys and names from the widest to the narrowest level."""

import hashlib
import re
from collections.abc import Mapping

from wangge_core.errors import Refusal, refusal
from wangge_core.events.kinds import LocalKind, local_kind_id
from wangge_core.imports.mappings import KindMapping, MappingError
from wangge_core.imports.templates import Template
from wangge_core.plugin.checks.red_lines import crosses_red_line

GOOD_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
WORD = re.compile(r"[a-z0-9]+")
MOST_ID = 160
MOST_KINDS = 5000

Path = tuple[tuple[str, str], ...]


class KindReader:
    """Reads the kind of each row; remembers the kinds of the catalogue that it saw, and where one key has two names."""

    def __init__(self, mapping: KindMapping) -> None:
        self._mapping = mapping
        self._id = Template(mapping.id)
        self.seen: dict[str, LocalKind] = {}
        self.other_names: dict[str, str] = {}
        self._paths: set[Path] = set()

    def read(self, row: dict[str, str], found: list[Refusal]) -> str:
        """The id of the row's kind. Where rows across a red line are filed wider, the row loses the names that cross it; one
        that crosses it at its widest stays, and is refused as retired."""
        if not self._mapping.catalogue:
            id = self._id.fill(row)
            if not id:
                found.append(refusal("KIND_REQUIRED", "kindId"))
            return id or ""
        path = self._path(row, found)
        if not path:
            found.append(refusal("KIND_REQUIRED", "kindId"))
            return ""
        self._remember(path)
        if self._mapping.red_line_rows == "file_wider":
            path = self._cut(path, row)
        id = local_kind_id(self._mapping.catalogue, path)
        if len(id) > MOST_ID:
            found.append(refusal("KIND_TOO_LONG", "kindId", id=id))
        return id

    def _path(self, row: Mapping[str, str], found: list[Refusal]) -> Path:
        path: list[tuple[str, str]] = []
        missing = ""
        for level in self._mapping.levels:
            name = row[level.name]
            key = row[level.key] if level.key else name
            if not (name and key):
                missing = missing or level.name
            elif missing:
                found.append(refusal("KIND_INCOMPLETE", "kindId", column=missing))
                break
            else:
                path.append((kind_key(key), name))
        return tuple(path)

    def _remember(self, path: Path) -> None:
        if path in self._paths:
            return
        self._paths.add(path)
        for depth in range(1, len(path) + 1):
            id = local_kind_id(self._mapping.catalogue, path[:depth])
            known = self.seen.setdefault(id, LocalKind(path=path[:depth]))
            if known.path[-1][1] != path[depth - 1][1]:
                self.other_names.setdefault(id, path[depth - 1][1])
        if len(self._paths) > MOST_KINDS:
            names = ", ".join(level.name for level in self._mapping.levels)
            raise MappingError(f"there are more than {MOST_KINDS} kinds.", hint=f"Do the columns {names} name kinds?")

    def _cut(self, path: Path, row: dict[str, str]) -> Path:
        for depth, (_, name) in enumerate(path):
            if depth and crosses_red_line(name):
                for level in self._mapping.levels[depth:]:
                    row[level.name] = ""
                return path[:depth]
        return path


def kind_key(text: str) -> str:
    """The text itself where it can stand in an id; else its words, or a fingerprint of what has none."""
    if GOOD_KEY.fullmatch(text):
        return text
    words = "_".join(WORD.findall(text.lower())) if text.isascii() else ""
    return words if 0 < len(words) <= 40 else hashlib.sha256(text.encode()).hexdigest()[:12]
