"""The run of an import: rows are translated, given to an operation in batches, and what became of each is counted and reported.

A batch is one transaction. A run that stops is taken up by running it again: what is there already is not imported twice.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, WanggeError
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.reporting import Fate, ImportResult, Report
from wangge_core.rights.viewers import Viewer

BATCH = 1000
ALREADY_THERE = frozenset({"EVENT_DUPLICATE", "DUPLICATE"})
_D = TypeVar("_D")

Progress = Callable[[ImportResult], None]


def no_progress(result: ImportResult) -> None:
    """Tell nobody."""


Became = Outcome | Fate
"""What became of a row: something new or refused, or another fate."""
COUNTED = {Fate.ALREADY_THERE: "already_there", Fate.UPDATED: "updated", Fate.WAITING: "waiting", Fate.DROPPED: "dropped"}


class ImportStoppedError(WanggeError):
    """The database refused a batch as a whole; the batches before it are written."""

    code = "IMPORT_STOPPED"


class _UndoneError(Exception):
    """Raised to roll back the transaction of a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer(Generic[_D]):
    """What an import of a noun does: `translate` makes a draft from a row or says why not, `write` turns drafts into rows of the
    database, `key_of` is the draft's own number in its source."""

    translate: Callable[[Row], _D | Unusable]
    write: Callable[[Work, Sequence[_D]], Awaitable[Sequence[Became]]]
    key_of: Callable[[_D], str]
    committed: Callable[[], None] = lambda: None


@dataclass(slots=True, kw_only=True)
class Run:
    """One run over a file."""

    deployment: Deployment
    report: Report
    dry: bool = False
    progress: Progress = no_progress
    batch: int = BATCH
    viewer: Viewer | None = None
    """Who the log of changes names."""
    result: ImportResult = field(default_factory=ImportResult)
    _dry_keys: set[int] = field(default_factory=set[int])

    async def import_rows(self, rows: Iterable[Row], importer: Importer[_D]) -> ImportResult:
        """Import the rows. A dry run does all of it and rolls back each batch."""
        for chunk in _chunks(rows, self.batch):
            drafts = [importer.translate(row) for row in chunk]
            good = [draft for draft in drafts if not isinstance(draft, Unusable)]
            written = iter(await self._write(chunk, good, importer))
            for row, draft in zip(chunk, drafts, strict=True):
                self._count(row, Outcome(refusals=draft.refusals) if isinstance(draft, Unusable) else next(written))
            self.progress(self.result)
        return self.result

    async def _write(self, chunk: Sequence[Row], drafts: Sequence[_D], importer: Importer[_D]) -> Sequence[Became]:
        if not drafts:
            return []
        try:
            try:
                outcomes = await self._transact(drafts, importer)
            except IntegrityError:  # another import wrote the same keys meanwhile; now they are seen
                outcomes = await self._transact(drafts, importer)
        except SQLAlchemyError as error:
            raise ImportStoppedError(
                f"the database refused the rows from line {chunk[0].line} to {chunk[-1].line}: {type(error).__name__}.",
                hint="The rows before are imported. Run the import again to go on.",
            ) from error
        return [self._seen_in_dry_run(draft, one, importer) for draft, one in zip(drafts, outcomes, strict=True)]

    async def _transact(self, drafts: Sequence[_D], importer: Importer[_D]) -> Sequence[Became]:
        outcomes: Sequence[Became] = []
        try:
            async with self.deployment.write(self.viewer, operation="import") as work:
                outcomes = await importer.write(work, drafts)
                self._undo_if_dry()
        except _UndoneError:
            return outcomes
        importer.committed()
        return outcomes

    def _undo_if_dry(self) -> None:
        if self.dry:
            raise _UndoneError

    def _seen_in_dry_run(self, draft: _D, outcome: Became, importer: Importer[_D]) -> Became:
        """What an earlier batch of a dry run took is not in the database; its keys are remembered here."""
        if not self.dry or isinstance(outcome, Fate) or not outcome.accepted:
            return outcome
        digest = hash(importer.key_of(draft))
        if digest in self._dry_keys:
            return Outcome(refusals=(Refusal("DUPLICATE"),))
        self._dry_keys.add(digest)
        return outcome

    def _count(self, row: Row, outcome: Became) -> None:
        self.result.rows += 1
        if isinstance(outcome, Fate):
            name = COUNTED[outcome]
            setattr(self.result, name, getattr(self.result, name) + 1)
            return
        codes = {one.code for one in outcome.refusals}
        if outcome.accepted:
            self.result.imported += 1
        elif codes & ALREADY_THERE:
            self.result.already_there += 1
        else:
            self.result.refused += 1
            self.result.codes.update(codes)
            self.report.add(row, outcome.refusals)


def check_rows(
    rows: Iterable[Row], translate: Callable[[Row], object | Unusable], progress: Progress = no_progress
) -> ImportResult:
    """All checks that need no database: the file is whole, and each row can be understood. `imported` are those that pass."""
    result = ImportResult()
    for row in rows:
        draft = translate(row)
        result.rows += 1
        if isinstance(draft, Unusable):
            result.refused += 1
            result.codes.update({one.code for one in draft.refusals})
        else:
            result.imported += 1
        if result.rows % BATCH == 0:
            progress(result)
    progress(result)
    return result


def _chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    rows = iter(rows)
    while chunk := list(islice(rows, size)):
        yield chunk
