"""Importing standards: each row is a rule of a kind; a kind comes in with all of its rules or, where none can be read, not at all.

All is written in one transaction. Rules that are there already in the same words count as such.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import msgspec

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deadlines.limits import read_limits
from wangge_core.deployment import Deployment
from wangge_core.errors import Refusal, refusal
from wangge_core.events.kinds import LocalKind, import_catalogue, local_kind_id
from wangge_core.imports.catalogues import kind_key
from wangge_core.imports.cells import Cleaner
from wangge_core.imports.files import Row
from wangge_core.imports.importing import Progress, no_progress
from wangge_core.imports.reading import read_rows
from wangge_core.imports.reporting import ImportResult, Report, open_report
from wangge_core.imports.standards.limits import LimitReader
from wangge_core.imports.standards.mappings import StandardSheet, StandardsMapping
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import LimitDefinition
from wangge_core.rights.viewers import Viewer

KindPath = tuple[tuple[str, str], ...]
MOST_CONDITION = 400


@dataclass(slots=True, kw_only=True)
class StandardsResult(ImportResult):
    """The figures of a run, with the rules of each sheet, the kinds, and the rows of each spelling of a limit by what it became."""

    of_sheet: Counter[str] = field(default_factory=Counter[str])
    kinds: int = 0
    spellings: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A row that could be read."""

    row: Row
    path: KindPath
    limit: LimitDefinition
    handled_by: tuple[str, ...]
    supervised_by: tuple[str, ...]


class _Reader:
    """Reads the rules of a file."""

    def __init__(self, mapping: StandardsMapping, report: Report, result: StandardsResult) -> None:
        self._mapping = mapping
        self._limits = LimitReader(mapping.limits)
        self._cleaner = Cleaner(mapping)
        self._report = report
        self._result = result

    def rules(self, path: Path) -> list[_Rule]:
        return [rule for sheet in self._mapping.sheets for rule in self._of_sheet(path, sheet)]

    def _of_sheet(self, path: Path, sheet: StandardSheet) -> Iterator[_Rule]:
        above: dict[str, str] = {}
        seen: set[tuple[KindPath, str]] = set()
        for row in read_rows(path, _of(self._mapping, sheet)):
            self._result.rows += 1
            found = list(row.refusals)
            values = self._cleaner.clean(row.values)
            above |= {name: values[name] for name in self._mapping.fill_down if values.get(name)}
            rule = None if found else self._rule(row, {**values, **above}, sheet, found)
            if rule and (rule.path, rule.limit.name) in seen:
                found.append(refusal("LIMIT_TWICE", "limit", condition=rule.limit.label.zh))
            if found or rule is None:
                self._refuse(row, found)
                continue
            seen.add((rule.path, rule.limit.name))
            self._result.of_sheet[sheet.key] += 1
            yield rule

    def _refuse(self, row: Row, found: list[Refusal]) -> None:
        self._result.refused += 1
        self._result.codes.update({one.code for one in found})
        self._report.add(row, found)

    def _rule(self, row: Row, values: dict[str, str], sheet: StandardSheet, found: list[Refusal]) -> _Rule | None:
        rule = self._mapping.rule
        path = self._path(values, sheet, found)
        condition, text = " ".join(values[rule.condition].split()), values[rule.limit].strip()
        if not condition or len(condition) > MOST_CONDITION:
            found.append(refusal("CONDITION_REQUIRED" if not condition else "TEXT_TOO_LONG", "condition", most=MOST_CONDITION))
        read = self._limits.read(text)
        self._result.spellings[text, said(read.clock.kind, read.clock.amount, read.clock.calendar) if read else ""] += 1
        if read is None:
            found.append(refusal("LIMIT_SPELLING", "limit", limit=text))
            return None
        closed_when = values[rule.closed_when].strip() if rule.closed_when else ""
        if read.note and read.note not in closed_when:
            closed_when = "；".join(filter(None, (read.note, closed_when)))
        name = "c" + hashlib.sha256(condition.encode()).hexdigest()[:8]
        return _Rule(
            row=row,
            path=path,
            limit=LimitDefinition(name, Label(condition, condition), read.clock, closed_when),
            handled_by=self._names(values, rule.handled_by),
            supervised_by=self._names(values, rule.supervised_by),
        )

    def _path(self, values: dict[str, str], sheet: StandardSheet, found: list[Refusal]) -> KindPath:
        path = [(sheet.key, sheet.name)]
        for level in self._mapping.levels:
            name = "".join(values[level.name].split())
            key = values[level.key].strip() if level.key else name
            if not name or not key:
                found.append(refusal("KIND_INCOMPLETE", "kindId", column=level.name if not name else level.key))
                break
            path.append((kind_key(key.zfill(self._mapping.code_digits)), name))
        return tuple(path)

    def _names(self, values: dict[str, str], column: str) -> tuple[str, ...]:
        text = values[column] if column else ""
        for mark in self._mapping.rule.between_names:
            text = text.replace(mark, "\n")
        return tuple(dict.fromkeys("".join(name.split()) for name in text.split("\n") if name.strip()))


def said(kind: str, amount: int, calendar: str) -> str:
    """What a limit became, in a word: `WORKING_DAYS 2`."""
    counted = f"CONTINUOUS {amount // 3600} h" if kind == "CONTINUOUS" else f"{kind} {amount}"
    return f"{counted} in {calendar}" if calendar else counted


def _of(mapping: StandardsMapping, sheet: StandardSheet) -> StandardsMapping:
    """The mapping as it reads one of its sheets."""
    if not sheet.sheet:
        return mapping
    return msgspec.structs.replace(mapping, file=msgspec.structs.replace(mapping.file, sheet=sheet.sheet))


def _kinds(rules: Iterable[_Rule]) -> list[LocalKind]:
    """The kinds of the rules, each with all its limits and whoever any of its rules names."""
    kinds: list[LocalKind] = []
    for path, of_kind in groupby(sorted(rules, key=lambda rule: rule.path), key=lambda rule: rule.path):
        together = list(of_kind)
        kinds.append(
            LocalKind(
                path=path,
                limits=tuple(rule.limit for rule in together),
                handled_by=tuple(dict.fromkeys(name for rule in together for name in rule.handled_by)),
                supervised_by=tuple(dict.fromkeys(name for rule in together for name in rule.supervised_by)),
            )
        )
    return kinds


async def import_standards(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: StandardsMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> StandardsResult:
    """Import a file of standards. Raises FileError, MappingError and CatalogueError; what is wrong with a row refuses that row."""
    result = StandardsResult()
    with open_report(report_path, viewer.language) as report:
        rules = _Reader(mapping, report, result).rules(path)
        kinds = _kinds(rules)
        result.kinds = len(kinds)
        result.other_names = _other_names(mapping, rules)
        if dry_run:
            async with deployment.read() as work:
                result.already_there = await _already_there(work, mapping, kinds)
        else:
            async with deployment.write(viewer, operation="import") as work:
                result.already_there = await _already_there(work, mapping, kinds)
                result.retired = await import_catalogue(work, viewer, mapping.catalogue, kinds, mapping.workflow)
        result.imported = len(rules) - result.already_there
        progress(result)
    return result


async def _already_there(work: Work, mapping: StandardsMapping, kinds: Iterable[LocalKind]) -> int:
    """How many rules are kept already as they are."""
    by_id = {local_kind_id(mapping.catalogue, kind.path): kind for kind in kinds}
    rows = await work.by_ids((t.event_kind.c.limits,), t.event_kind.c.id, by_id)
    return sum(limit in by_id[id].limits for id, row in rows.items() for limit in read_limits(row.limits))


def _other_names(mapping: StandardsMapping, rules: Iterable[_Rule]) -> dict[str, str]:
    """Kinds whose key came with a second name; the first one stays."""
    names: dict[str, str] = {}
    others: dict[str, str] = {}
    for rule in rules:
        for depth in range(1, len(rule.path) + 1):
            id = local_kind_id(mapping.catalogue, rule.path[:depth])
            name = rule.path[depth - 1][1]
            if names.setdefault(id, name) != name:
                others.setdefault(id, name)
    return others


def check_standards(path: Path, mapping: StandardsMapping, progress: Progress = no_progress) -> StandardsResult:
    """The checks of a file of standards that need no database."""
    result = StandardsResult()
    rules = _Reader(mapping, Report(), result).rules(path)
    result.imported = len(rules)
    progress(result)
    return result
