"""Importing organisations with their premises and who answers for them, matched by the source's number or the registration code."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal
from wangge_core.imports.cells import Cleaner
from wangge_core.imports.drafts import Draft, read_key
from wangge_core.imports.files import Row, Unusable
from wangge_core.imports.finding import GridIndex, WantedGrids
from wangge_core.imports.importing import Became, Importer, Progress, check_rows, no_progress
from wangge_core.imports.mappings import templates
from wangge_core.imports.reading import open_rows
from wangge_core.imports.registers.homes import Homes, WantedHomes
from wangge_core.imports.registers.mappings import OrganizationMapping
from wangge_core.imports.registers.running import import_register
from wangge_core.imports.reporting import Fate, ImportResult
from wangge_core.imports.templates import Template, fill_first
from wangge_core.people.homes import Home
from wangge_core.places.organizations import NewOrganization, OrganizationChange, change_organizations, register_organizations
from wangge_core.places.premises import Responsible
from wangge_core.places.registration_codes import normalized
from wangge_core.rights.viewers import Viewer


class _Translator:
    """Makes drafts of organisations from rows, by the mapping alone."""

    def __init__(self, mapping: OrganizationMapping) -> None:
        self._columns = mapping.organization
        self._cleaner = Cleaner(mapping)
        self._grids = WantedGrids(mapping.grid)
        self._premises = WantedHomes(mapping.premises)
        self._key = Template(mapping.organization.key)
        self._name = templates(mapping.organization.name)
        self._trade = templates(mapping.organization.trade)

    def translate(self, row: Row) -> Draft | Unusable:
        if row.refusals:
            return Unusable(row.refusals)
        found: list[Refusal] = []
        values = self._cleaner.clean(row.values)
        code = self._columns.registration_code
        fields: dict[str, Any] = {
            "key": read_key(self._key, values, found),
            "premises": self._premises.of(values, found),
            "name": (fill_first(self._name, values) or "").strip(),
            "trade": fill_first(self._trade, values),
            "registration_code": (values[code] or None) if code else None,
            "responsible": tuple(self._responsible(values)),
        }
        grid = self._grids.of(values, found)
        return Unusable(tuple(found)) if found else Draft(grid, fields)

    def _responsible(self, values: Mapping[str, str]) -> list[Responsible]:
        named = [one for one in self._columns.responsible if values[one.name]]
        return [
            Responsible(role=one.role, name=values[one.name], phone=(values[one.phone] or None) if one.phone else None)
            for one in named
        ]


class _Writer:
    """Writes the batches of one run."""

    def __init__(self, viewer: Viewer, mapping: OrganizationMapping, grids: GridIndex) -> None:
        self._viewer = viewer
        self._source = mapping.name
        self._update = mapping.update
        self._grids = grids
        self._homes = Homes(viewer=viewer, source=mapping.name, make=mapping.premises.make_homes)

    async def write(self, work: Work, drafts: Sequence[Draft]) -> list[Became]:
        known = await self._known(work, drafts)
        fates: dict[int, Became] = dict.fromkeys(known, Fate.ALREADY_THERE)
        new: dict[int, int] = {}
        seen: set[str] = set()
        for place, draft in enumerate(drafts):
            if place in known:
                continue
            grid = self._grids.find(draft.grid)
            if draft.fields["key"] in seen:
                fates[place] = Fate.ALREADY_THERE
            elif isinstance(grid, Refusal):
                fates[place] = Outcome(refusals=(grid,))
            else:
                new[place] = grid
                seen.add(draft.fields["key"])
        changes = {place: one for place, row in known.items() if (one := self._change(drafts[place], row)) is not None}
        outcomes = await change_organizations(work, self._viewer, list(changes.values()))
        fates |= {place: one if one.refusals else Fate.UPDATED for place, one in zip(changes, outcomes, strict=True)}
        fates |= await self._register(work, drafts, new)
        return [fates[place] for place in range(len(drafts))]

    async def _known(self, work: Work, drafts: Sequence[Draft]) -> dict[int, sa.Row[Any]]:
        """The organisations that are there, by the places of the drafts: of the same number in the source, or the same code and name."""
        organization = t.organization
        keys = {draft.fields["key"] for draft in drafts}
        by_key = await work.by_ids(
            list(organization.c), organization.c.source_key, keys, organization.c.source_name == self._source
        )
        codes = {normalized(draft.fields["registration_code"]) for draft in drafts if draft.fields["registration_code"]}
        by_code = await work.by_ids(list(organization.c), organization.c.registration_code, codes)
        known: dict[int, sa.Row[Any]] = {}
        for place, draft in enumerate(drafts):
            row = by_key.get(draft.fields["key"])
            if row is None and draft.fields["registration_code"]:
                row = by_code.get(normalized(draft.fields["registration_code"]))
                row = row if row is not None and row.name == draft.fields["name"] else None
            if row is not None:
                known[place] = row
        return known

    def _change(self, draft: Draft, row: sa.Row[Any]) -> OrganizationChange | None:
        values = {name: draft.fields[name] for name in self._update if name != "responsible" and draft.fields[name] is not None}
        if "registration_code" in values:
            values["registration_code"] = normalized(values["registration_code"])
        differing: dict[str, Any] = {name: value for name, value in values.items() if getattr(row, name) != value}
        if "responsible" in self._update and draft.fields["responsible"]:
            differing["responsible"] = draft.fields["responsible"]
        return OrganizationChange(id=row.id, **differing) if differing else None

    async def _register(self, work: Work, drafts: Sequence[Draft], new: Mapping[int, int]) -> dict[int, Became]:
        wanted = [(grid, drafts[place].fields["premises"]) for place, grid in new.items()]
        await self._homes.load(work, wanted)
        homes = dict(zip(new, await self._homes.find_or_make(work, wanted), strict=True))
        fates: dict[int, Became] = {place: Outcome(refusals=(home,)) for place, home in homes.items() if isinstance(home, Refusal)}
        requests = {place: self._request(drafts[place], home) for place, home in homes.items() if isinstance(home, Home)}
        outcomes = await register_organizations(work, self._viewer, list(requests.values()))
        return fates | dict(zip(requests, outcomes, strict=True))

    def _request(self, draft: Draft, home: Home) -> NewOrganization:
        fields = {name: value for name, value in draft.fields.items() if name not in ("key", "premises")}
        return NewOrganization(
            grid_id=home.grid_id, unit_id=home.unit_id, source_name=self._source, source_key=draft.fields["key"], **fields
        )


async def import_organizations(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: OrganizationMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of organisations. Raises FileError and MappingError; what is wrong with a row refuses that row."""

    def importer(grids: GridIndex) -> Importer[Draft]:
        return Importer(
            translate=_Translator(mapping).translate,
            write=_Writer(viewer, mapping, grids).write,
            key_of=lambda draft: draft.fields["key"],
        )

    return await import_register(
        deployment, viewer, path, mapping, importer,
        columns=mapping.columns_by_field(), dry_run=dry_run, report_path=report_path, progress=progress,
    )  # fmt: skip


def check_organizations(
    deployment: Deployment, path: Path, mapping: OrganizationMapping, progress: Progress = no_progress
) -> ImportResult:
    """The checks of a file of organisations that read nothing of the database."""
    del deployment
    return check_rows(open_rows(path, mapping).rows, _Translator(mapping).translate, progress)
