"""Importing administrative divisions as grids, parents before children, and a first grid under each community if wanted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, WanggeError, refusal, refused
from wangge_core.grids.codes import GridLevel
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.imports.cells import Cleaner, meaning
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.importing import BATCH, Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.mappings import OFFICIAL_DIVISIONS, DivisionMapping
from wangge_core.imports.reading import read_rows
from wangge_core.imports.refusals import row_message
from wangge_core.imports.reporting import ImportResult, open_report
from wangge_core.rights.viewers import Viewer

DIVISION = "community.division"
FIRST_GRID = "001"
"""What follows a community's code in the code of its first grid."""


class DivisionError(WanggeError):
    """The divisions cannot be imported as asked: the root is not in the file, or the grid type cannot stand on the ground."""

    code = "DIVISIONS_INVALID"


class _Translator:
    """Makes grids to create from rows, by the mapping alone."""

    def __init__(self, mapping: DivisionMapping) -> None:
        self._division = mapping.division
        self._cleaner = Cleaner(mapping)

    def translate(self, row: Row) -> NewGrid | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        division = self._division
        values = self._cleaner.clean(row.values)
        parent = values[division.parent]
        if not values[division.code]:
            found.append(refusal("REQUIRED", "code"))
        level = meaning(division.level, values, found) if division.level else None
        if found:
            return Unusable(tuple(found))
        return NewGrid(
            code=values[division.code],
            name=values[division.name],
            type_id=DIVISION,
            parent_code=None if not parent or parent in division.top else parent,
            level=level,
        )


@dataclass(slots=True)
class _Tree:
    """The divisions of a file, which need not name parents before children."""

    rows: dict[int, Row] = field(default_factory=dict[int, Row])
    drafts: dict[int, NewGrid | Unusable] = field(default_factory=dict[int, NewGrid | Unusable])
    by_parent: dict[str | None, list[int]] = field(default_factory=dict[str | None, list[int]])
    by_code: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, row: Row, draft: NewGrid | Unusable) -> None:
        self.rows[row.line] = row
        self.drafts[row.line] = draft
        if isinstance(draft, NewGrid):
            self.by_code.setdefault(draft.code, row.line)
            self.by_parent.setdefault(draft.parent_code, []).append(row.line)

    def ordered(self, root: str | None) -> Iterator[Row]:
        """The rows that cannot be read, the root and all below it, and without a root all others, those in a circle last."""
        yield from (self.rows[line] for line, draft in self.drafts.items() if isinstance(draft, Unusable))
        reached: set[int] = set()
        left = list(reversed(self._tops(root)))
        while left:
            line = left.pop()
            if line not in reached:
                reached.add(line)
                yield self.rows[line]
                left.extend(reversed(self.by_parent.get(_draft(self.drafts[line]).code, ())))
        if root is None:
            yield from self._circles(reached)

    def _tops(self, root: str | None) -> list[int]:
        if root is None:
            return [line for parent, lines in self.by_parent.items() if parent not in self.by_code for line in lines]
        if root not in self.by_code:
            raise DivisionError(f"the file has no division {root}.", hint="Give a code of the file to --root.")
        return [self.by_code[root]]

    def _circles(self, reached: set[int]) -> Iterator[Row]:
        for line, draft in self.drafts.items():
            if isinstance(draft, NewGrid) and line not in reached:
                self.drafts[line] = Unusable((refusal("PARENT_CYCLE", "parentCode", division=draft.code),))
                yield self.rows[line]


def _draft(draft: NewGrid | Unusable) -> NewGrid:
    assert isinstance(draft, NewGrid)
    return draft


class _Writer:
    """Creates the divisions that are not there, and the first grids of communities."""

    def __init__(self, viewer: Viewer, root: str | None, grids: str | None, result: ImportResult) -> None:
        self._viewer = viewer
        self._root = root
        self._grids = grids
        self._result = result
        self._names: dict[str, str] = {}

    async def write(self, work: Work, drafts: Sequence[NewGrid]) -> list[Outcome]:
        codes = [code for draft in drafts for code in (draft.code, draft.parent_code) if code]
        present = await work.by_ids((t.grid.c.name, t.grid.c.layer_id), t.grid.c.code, codes)
        names = {code: row.name for code, row in present.items() if row.layer_id == BASE_LAYER} | self._names
        found: list[Outcome | None] = []
        new: list[NewGrid] = []
        for draft in drafts:
            found.append(_already_there(draft, names))
            if found[-1] is None:
                names[draft.code] = draft.name
                bare = draft.code == self._root and draft.parent_code not in names
                new.append(replace(draft, parent_code=None) if bare else draft)
        created = iter(await create_grids(work, self._viewer, new))
        outcomes = [one or next(created) for one in found]
        self._names |= {draft.code: draft.name for draft, one in zip(drafts, outcomes, strict=True) if one.accepted}
        await self._create_first_grids(work, drafts, outcomes)
        return outcomes

    async def _create_first_grids(self, work: Work, drafts: Sequence[NewGrid], outcomes: Sequence[Outcome]) -> None:
        if self._grids is None:
            return
        wanted = {
            draft.code + FIRST_GRID: _first_grid(draft, self._grids)
            for draft, outcome in zip(drafts, outcomes, strict=True)
            if _is_there(outcome) and _level(work, draft) is GridLevel.COMMUNITY
        }
        present = await work.by_ids((), t.grid.c.code, wanted)
        new = [grid for code, grid in wanted.items() if code not in present]
        for grid, outcome in zip(new, await create_grids(work, self._viewer, new), strict=True):
            if not outcome.accepted:
                reason = row_message(outcome.refusals[0], "en")
                raise DivisionError(
                    f"no grid {grid.code} can be made: {reason}", hint="Leave out --grids, and create the grids apart."
                )
        self._result.grids += len(new)


def _already_there(draft: NewGrid, names: Mapping[str, str]) -> Outcome | None:
    name = names.get(draft.code)
    if name is None:
        return None
    if name == draft.name:
        return refused("DUPLICATE", "code", key=draft.code)
    return refused("DIVISION_DIFFERS", "code", division=draft.code, name=name)


def _is_there(outcome: Outcome) -> bool:
    return outcome.accepted or outcome.refusals[0].code == "DUPLICATE"


def _level(work: Work, draft: NewGrid) -> GridLevel | None:
    return draft.level or work.rules.codes.level_of(draft.code)


def _first_grid(community: NewGrid, type_id: str) -> NewGrid:
    return NewGrid(
        code=community.code + FIRST_GRID,
        name=f"{community.name}第一网格",
        type_id=type_id,
        parent_code=community.code,
        level=GridLevel.GRID,
    )


async def import_divisions(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: DivisionMapping = OFFICIAL_DIVISIONS,
    *,
    root: str | None = None,
    grids: str | None = None,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of divisions: all of them, or `root` and what lies below it. `grids` is the type of a first grid to make under
    each community. The file is held in memory, and a dry run is one transaction, because children need their parents.

    Raises FileError, MappingError and DivisionError; what is wrong with a row refuses that row.
    """
    _check_type(deployment, grids)
    tree = _tree(path, mapping)
    rows = list(tree.ordered(root))
    with open_report(report_path, viewer.language) as report:
        run = Run(
            deployment=deployment, report=report, dry=dry_run, progress=progress, batch=max(len(rows), 1) if dry_run else BATCH
        )
        writer = _Writer(viewer, root, grids, run.result)
        return await run.import_rows(
            rows, Importer(translate=lambda row: tree.drafts[row.line], write=writer.write, key_of=lambda draft: draft.code)
        )


def _tree(path: Path, mapping: DivisionMapping) -> _Tree:
    translator, tree = _Translator(mapping), _Tree()
    for row in read_rows(path, mapping):
        tree.add(row, translator.translate(row))
    return tree


def _check_type(deployment: Deployment, grids: str | None) -> None:
    types = deployment.rules.registry.grid_types
    base = [id for id, one in types.items() if not one.overlay and id != DIVISION]
    if grids is not None and grids not in base:
        raise DivisionError(
            f"no enabled plugin has a grid type {grids} for the ground.", hint=f"There are {', '.join(base) or 'none'}."
        )


def check_divisions(path: Path, mapping: DivisionMapping = OFFICIAL_DIVISIONS, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of divisions that need no database."""
    return check_rows(read_rows(path, mapping), _Translator(mapping).translate, progress)
