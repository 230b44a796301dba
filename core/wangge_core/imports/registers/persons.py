"""Importing persons with their homes and households: new ones are registered, known ones changed where the mapping says so, and doubtful
rows wait for somebody to decide."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.errors import Outcome, Refusal
from wangge_core.imports.finding import GridIndex, load_grids
from wangge_core.imports.importing import Became, Importer, Progress, Run, check_rows, no_progress
from wangge_core.imports.reading import open_rows
from wangge_core.imports.registers.mappings import PersonMapping
from wangge_core.imports.registers.matching import Dropped, Match, Matcher, Maybe, Same, Waiting, fields_to_change
from wangge_core.imports.registers.person_drafts import PersonDraft, PersonTranslator, plan_of
from wangge_core.imports.registers.red_lines import passed_over
from wangge_core.imports.registers.registering import Found, PersonRegistering, place_of
from wangge_core.imports.registers.reviews import Origin, write_reviews
from wangge_core.imports.reporting import Fate, ImportResult, open_report
from wangge_core.people.changes import PersonChange, change_persons
from wangge_core.people.homes import Home
from wangge_core.rights.viewers import Viewer
from wangge_core.sealing.sealer import SealingKeyMissingError

_Fates = dict[int, Became]
"""What became of drafts, by their places in the batch."""


async def import_persons(
    deployment: Deployment,
    viewer: Viewer,
    path: Path,
    mapping: PersonMapping,
    *,
    dry_run: bool = False,
    report_path: Path | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Import a file of persons. Raises FileError, MappingError and, without a key for sealed columns, SealingKeyMissingError."""
    _check_key(deployment, mapping)
    file = open_rows(path, mapping)
    async with deployment.read() as work:
        grids, today = await load_grids(work, mapping.grid), work.today
    with open_report(report_path, viewer.language, mapping.columns_by_field()) as report:
        run = Run(deployment=deployment, report=report, dry=dry_run, progress=progress, viewer=viewer)
        run.result.passed_over = passed_over(file.header)
        writer = _Writer(viewer, mapping, grids, Origin(path.name, deployment.clock()))
        importer = Importer(
            translate=PersonTranslator(mapping, today).translate, write=writer.write, key_of=lambda draft: draft.key
        )
        await run.import_rows(file.rows, importer)
    run.result.left_out = writer.registering.left_out
    return run.result


def check_persons(deployment: Deployment, path: Path, mapping: PersonMapping, progress: Progress = no_progress) -> ImportResult:
    """The checks of a file of persons that read nothing of the database."""
    _check_key(deployment, mapping)
    today = deployment.clock().astimezone(deployment.rules.zone).date()
    file = open_rows(path, mapping)
    return check_rows(file.rows, PersonTranslator(mapping, today).translate, progress)


def _check_key(deployment: Deployment, mapping: PersonMapping) -> None:
    if deployment.sealer is None and (mapping.person.identity_number or mapping.person.phone):
        raise SealingKeyMissingError(
            "the mapping names identity numbers or telephones, and there is no key to seal them with.",
            hint="Name a key file as `sealing_key_file`, see docs/operators.md; or leave these columns out of the mapping.",
        )


class _Writer:
    """Writes the batches of one run."""

    def __init__(self, viewer: Viewer, mapping: PersonMapping, grids: GridIndex, origin: Origin) -> None:
        self._viewer = viewer
        self._grids = grids
        self._origin = origin
        self._plan = plan_of(mapping)
        self._matcher = Matcher(source=mapping.name)
        self.registering = PersonRegistering(viewer=viewer, plan=self._plan)

    async def write(self, work: Work, drafts: Sequence[PersonDraft]) -> list[Became]:
        """Write a batch. What the rows of one round are compared with is what those before it became."""
        fates: _Fates = {}
        found: dict[int, Found] = {}
        for place, draft in enumerate(drafts):
            grid = self._grids.find(draft.grid)
            if isinstance(grid, Refusal):
                fates[place] = Outcome(refusals=(grid,))
            else:
                found[place] = grid, draft
        for round in _rounds(found):
            await self._write_round(work, round, fates)
        return [fates[place] for place in range(len(drafts))]

    async def _write_round(self, work: Work, round: Mapping[int, Found], fates: _Fates) -> None:
        homes = self.registering.homes
        await homes.load(work, [place_of(one) for one in round.values()])
        await self._matcher.load(work, [draft for _, draft in round.values()])
        matches = {place: self._match(work, one) for place, one in round.items()}
        fates |= {place: Fate.WAITING for place, match in matches.items() if isinstance(match, Maybe | Waiting)}
        fates |= {place: Fate.DROPPED for place, match in matches.items() if isinstance(match, Dropped)}
        doubtful = [(round[place], match) for place, match in matches.items() if isinstance(match, Maybe)]
        await write_reviews(work, self._origin, self._plan, doubtful)
        await self._update(work, round, {place: match for place, match in matches.items() if isinstance(match, Same)}, fates)
        new = [place for place, match in matches.items() if match is None]
        fates |= dict(zip(new, await self.registering.register(work, [round[place] for place in new]), strict=True))

    def _match(self, work: Work, one: Found) -> Match:
        home = self.registering.homes.find(place_of(one))
        return self._matcher.match(work, one[1], home if isinstance(home, Home) else None)

    async def _update(self, work: Work, round: Mapping[int, Found], known: Mapping[int, Same], fates: _Fates) -> None:
        """Change who is there already, where the mapping says so and the row differs."""
        drafts = {place: round[place][1] for place in known}
        wanted = drafts.values() if "guardian" in self._plan.update else ()
        guardians = await self.registering.guardians(work, list(wanted))
        changes: dict[int, PersonChange] = {}
        for place, match in known.items():
            guardian = guardians.get(drafts[place].guardian_key or "")
            values = fields_to_change(work, drafts[place], match.person, self._plan.update, guardian)
            if values:
                changes[place] = PersonChange(id=match.person.id, **values)
            fates[place] = Fate.ALREADY_THERE
        outcomes = await change_persons(work, self._viewer, list(changes.values()))
        fates |= {place: one if one.refusals else Fate.UPDATED for place, one in zip(changes, outcomes, strict=True)}


def _rounds(found: Mapping[int, Found]) -> Iterator[dict[int, Found]]:
    """The rows of a batch so that none stands in one round with a row that it may be, or with its guardian's."""
    left = dict(found)
    while left:
        round: dict[int, Found] = {}
        seen: set[object] = set()
        keys = {draft.key for _, draft in left.values()}
        for place, one in left.items():
            marks = _marks(one[1])
            guardian = one[1].guardian_key
            if seen.isdisjoint(marks) and (guardian not in keys or guardian == one[1].key):
                round[place] = one
            seen |= marks
        if not round:  # guardians of one another: their rows are refused
            round = dict(left)
        left = {place: one for place, one in left.items() if place not in round}
        yield round


def _marks(draft: PersonDraft) -> set[object]:
    """What two rows have in common that may be one person."""
    marks: set[object] = {("key", draft.key)}
    if draft.identity_number:
        marks.add(("identity", draft.identity_number))
    if draft.birth is not None:
        marks.add(("birth", draft.name, draft.birth))
    if draft.phone:
        marks.add(("phone", draft.phone))
    return marks
