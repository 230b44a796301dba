"""Filling a database with a town of a profile, with a bar for each table."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.engine import URL

from profiles.events import WALKS, Events
from profiles.loading import Loader, Row, loader
from profiles.sizes import PROFILES, Profile
from profiles.town import Town
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.db.migrating import upgrade
from wangge_core.db.tables.search import SEARCHED
from wangge_core.deployment import Deployment
from wangge_core.errors import WanggeError
from wangge_core.events.workflows import current_versions
from wangge_core.search.grams import folded_apart, grams_of
from wangge_server.opening import rules_of
from wangge_server.settings import read_settings

CHUNK = 20_000
COLUMNS = {
    "grid": "id layer_id grid_type_id parent_id path depth level code name staffing_id details version created_at updated_at",
    "office": "id code name",
    "account": "id login name active created_at",
    "post": "id account_id role_id grid_id office_id starts_at ends_at end_reason created_at",
    "building": "id grid_id name address floors longitude latitude created_at",
    "unit": "id building_id name use",
    "household": "id grid_id unit_id name created_at",
    "person": "id grid_id household_id name gender born_on residence created_at",
    "organization": "id grid_id unit_id name trade created_at",
    "event": "id number kind_id grid_id workflow_version_id stage closed priority source description details reporter_id"
    " building_id longitude latitude assignee_id reported_at entered_stage_at stage_due_at whole_due_at closed_at version",
    "event_assignment": "id event_id sequence post_id office_id lead active",
    "event_history": "id event_id sequence entry move from_stage to_stage at account_id post_id answers",
    "involvement": "id event_id role person_id",
    "counter": "name value",
}

KEYED = tuple(table for table in COLUMNS if table != "counter")


class OtherDataError(WanggeError):
    """The database holds something else than the town that was asked for."""

    code = "OTHER_DATA"


async def fill(url: str, profile: Profile = PROFILES["M"], *, seed: int = 1) -> Town:
    """Migrate a database and fill it, unless the same profile is there already. Raises OtherDataError."""
    town = Town(profile, seed)
    place = database_url(url)
    deployment = Deployment(place, rules_of(read_settings(environment={})))
    try:
        before, after = await upgrade(place)
        await deployment.start()
        async with deployment.read() as work:
            versions = await current_versions(work, WALKS)
    finally:
        await deployment.close()
    async with loader(place) as database:
        if not await _is_there(database, town, place):
            await _load(database, town, Events(town, deployment.rules.registry, versions))
        elif before != after:  # what was migrated has no statistics yet
            await database.finish(KEYED)
    return town


async def _is_there(database: Loader, town: Town, place: URL) -> bool:
    wanted = {"grid": len(town.grids), "person": town.profile.persons, "event": town.profile.events}
    found = {table: await database.count(table) for table in wanted}
    if found == wanted:
        return True
    if any(found.values()):
        raise OtherDataError(f"{place.database} holds other data ({found}).", hint="Name an empty database.")
    return False


async def _load(database: Loader, town: Town, events: Events) -> None:
    profile = town.profile
    registers: dict[str, tuple[Iterable[Row], int]] = {
        "grid": (town.grid_rows(), len(town.grids)),
        "office": (town.office_rows(), 8),
        "account": (town.accounts, len(town.accounts)),
        "post": (town.posts, len(town.posts)),
        "building": (town.building_rows(), profile.buildings),
        "unit": (town.unit_rows(), profile.households + profile.buildings // 5),
        "household": (town.household_rows(), profile.households),
        "person": (town.person_rows(), profile.persons),
        "organization": (town.organization_rows(), profile.buildings // 5),
    }
    columns = (TextColumn("{task.description:<16}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        indexes = await database.drop_indexes()
        for table, (rows, whole) in registers.items():
            task = bars.add_task(table, total=whole)
            for chunk in chunks(rows):
                await _load_searched(database, table, chunk)
                bars.advance(task, len(chunk))
        task = bars.add_task("event", total=profile.events)
        for batch in events.batches(CHUNK):
            for table, rows in batch.items():
                await _load_searched(database, table, rows)
            bars.advance(task, len(batch["event"]))
        await database.load("counter", COLUMNS["counter"].split(), events.counters())
        task = bars.add_task("indexes", total=len(indexes))
        for made_by in indexes:
            await database.run(made_by)
            bars.advance(task)
        await database.finish(KEYED)


async def _load_searched(database: Loader, table: str, rows: Sequence[Row]) -> None:
    """Load rows, and what is searched of them where the table is searched."""
    columns = COLUMNS[table].split()
    if table not in SEARCHED:
        await database.load(table, columns, rows)
        return
    at = columns.index(SEARCHED[table])
    await database.load(table, [*columns, "folded"], ((*row, folded_apart(row[at])) for row in rows))
    await database.load(t.search[table].name, ("id", "grams"), ((row[0], grams_of(row[at])) for row in rows))


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rest = iter(rows)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
