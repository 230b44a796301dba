"""Importing assets, from tables and from maps. A kind's number says which asset it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from wangge_core.checking import seven_places
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.imports.cells import NUMBER, Cleaner, meaning, position
from wangge_core.imports.drafts import Draft, find_grids, read_key
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import GridIndex, WantedGrids
from wangge_core.imports.importing import Became, Importer, Progress, check_rows, no_progress
from wangge_core.imports.mappings import templates
from wangge_core.imports.reading import open_rows
from wangge_core.imports.registers.mappings import AssetMapping
from wangge_core.imports.registers.running import import_register
from wangge_core.imports.reporting import Fate, ImportResult
from wangge_core.imports.templates import Template, fill_first
from wangge_core.places.assets import AssetChange, AssetState, NewAsset, change_assets, register_assets
from wangge_core.plugin.definitions import ThingKindDefinition
from wangge_core.rights.viewers import Viewer

Kinds = Mapping[str, ThingKindDefinition]


class _Translator:
    """Makes drafts of assets from rows, by the mapping and what the plugins declare."""

    def __init__(self, mapping: AssetMapping, kinds: Kinds) -> None:
        self._asset = mapping.asset
        self._kinds = kinds
        self._position = mapping.position
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._code = Template(mapping.asset.code)
        self._name = templates(mapping.asset.name)

    def translate(self, row: Row) -> Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values = self._cleaner.clean(row.values)
        kind = self._kind(values, found)
        fields: dict[str, Any] = {
            "kind_id": kind,
            "code": read_key(self._code, values, found),
            "name": (fill_first(self._name, values) or "").strip(),
            "state": self._state(values, found),
            "accuracy_metres": self._accuracy(values, found),
            "details": self._details(kind, values),
        }
        fields |= (where := position(self._position, values, found))
        grid = self._grids.of(values, found, where)
        return Unusable(tuple(found)) if found else Draft(grid, fields)

    def _kind(self, values: Mapping[str, str], found: list[Refusal]) -> str:
        kind = self._asset.kind
        id = Template(kind).fill(values) if isinstance(kind, str) else meaning(kind, values, found)
        if not id and not found:
            found.append(refusal("KIND_REQUIRED", "kindId"))
        return id or ""

    def _state(self, values: Mapping[str, str], found: list[Refusal]) -> AssetState:
        state = self._asset.state
        return state if isinstance(state, AssetState) else meaning(state, values, found) or AssetState.IN_ORDER

    def _accuracy(self, values: Mapping[str, str], found: list[Refusal]) -> float | None:
        text = values[self._asset.accuracy_metres] if self._asset.accuracy_metres else ""
        if text and not NUMBER.fullmatch(text):
            found.append(refusal("NUMBER_INVALID", "accuracyMetres", value=text))
            return None
        return float(text) if text else None

    def _details(self, kind_id: str, values: Mapping[str, str]) -> Any:
        """The details with numbers and truth values as such; what does not fit the kind is left for its check to say."""
        given = {name: values[column] for name, column in self._asset.details.items() if values[column]}
        kind = self._kinds.get(kind_id)
        if not given or kind is None or kind.details is None:
            return given or None
        try:
            return msgspec.to_builtins(msgspec.convert(given, kind.details.python_type, strict=False))
        except Exception:  # a rule of the plugin's own dataclass: the operation says which
            return given


class _Writer:
    """Writes the batches of one run."""

    def __init__(self, viewer: Viewer, mapping: AssetMapping, grids: GridIndex) -> None:
        self._viewer = viewer
        self._update = mapping.update
        self._grids = grids

    async def write(self, work: Work, drafts: Sequence[Draft]) -> list[Became]:
        there = await _known(work, drafts)
        fates: dict[int, Became] = {}
        new: dict[int, NewAsset] = {}
        changes: dict[int, AssetChange] = {}
        seen: set[tuple[str, str]] = set()
        grids = await find_grids(work, drafts, self._grids)
        for place, (draft, grid) in enumerate(zip(drafts, grids, strict=True)):
            name = draft.fields["kind_id"], draft.fields["code"]
            if name in there or name in seen:
                fates[place] = Fate.ALREADY_THERE
                if name in there and (change := self._change(draft, there[name])) is not None:
                    changes[place] = change
            elif isinstance(grid, Refusal):
                fates[place] = Outcome(refusals=(grid,))
            else:
                seen.add(name)
                new[place] = NewAsset(grid_id=grid, imported=True, **draft.fields)
        fates |= dict(zip(new, await register_assets(work, self._viewer, list(new.values())), strict=True))
        outcomes = await change_assets(work, self._viewer, list(changes.values()))
        fates |= {place: one if one.refusals else Fate.UPDATED for place, one in zip(changes, outcomes, strict=True)}
        return [fates[place] for place in range(len(drafts))]

    def _change(self, draft: Draft, row: sa.Row[Any]) -> AssetChange | None:
        names = [name for name in self._update if name != "position"]
        differing = {name: value for name in names if (value := draft.fields[name]) is not None and value != getattr(row, name)}
        where = (draft.fields.get("longitude"), draft.fields.get("latitude"))
        if "position" in self._update and None not in where and tuple(map(seven_places, where)) != (row.longitude, row.latitude):
            differing |= {name: draft.fields[name] for name in ("longitude", "latitude", "accuracy_metres")}
        return AssetChange(id=row.id, **differing) if differing else None


async def _known(work: Work, drafts: Sequence[Draft]) -> dict[tuple[str, str], sa.Row[Any]]:
    """The assets that are there, by kind and number."""
    asset, found = t.asset, dict[tuple[str, str], sa.Row[Any]]()
    for kind in {draft.fields["kind_id"] for draft in drafts}:
        codes = [draft.fields["code"] for draft in drafts if draft.fields["kind_id"] == kind]
        rows = await work.by_ids(list(asset.c), asset.c.code, codes, asset.c.kind_id == kind)
        found |= {(kind, code): row for code, row in rows.items()}
    return found


async def import_assets(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: AssetMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of assets. Raises FileError and MappingError; what is wrong with a row refuses that row."""

    def importer(grids: GridIndex) -> Importer[Draft]:
        return Importer(
            translate=_Translator(mapping, deployment.rules.registry.asset_kinds).translate,
            write=_Writer(viewer, mapping, grids).write,
            key_of=lambda draft: f"{draft.fields['kind_id']}/{draft.fields['code']}",
        )

    return await import_register(
        deployment, viewer, path, mapping, importer,
        columns=None, dry_run=dry_run, report_path=report_path, progress=progress,
    )  # fmt: skip


def check_assets(deployment: Deployment, path: Path, mapping: AssetMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of assets that read nothing of the database."""
    translator = _Translator(mapping, deployment.rules.registry.asset_kinds)
    return check_rows(open_rows(path, mapping).rows, translator.translate, progress)
