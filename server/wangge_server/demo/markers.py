"""The marker in a data folder: it says that the database holds a demo town and which, so that nothing else is ever thrown away."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.engines import check_version, database_url, is_missing, open_engines
from wangge_core.errors import SettingError
from wangge_server.opening import database_settings
from wangge_server.settings import Settings

FILE = "demo.json"
TOLD = (t.grid, t.account, t.event)
"""Tables by whose rows one sees that a database is in use."""


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """A demo town: where it is, what it was made from, what came of it, and the login of a holder of each role."""

    database: str
    plugins: tuple[str, ...]
    seed: int
    scale: float = 1.0
    months: int = 0
    """How long it was simulated; 0 for a town without field work."""
    filled: bool = False
    counts: Mapping[str, int] = {}
    logins: Mapping[str, str] = {}


def place_of(settings: Settings) -> str:
    """The URL of the database without its password."""
    return database_url(settings.database_url).render_as_string(hide_password=True)


def read_marker(folder: Path) -> Marker | None:
    """The marker of a data folder; None where there is none."""
    path = folder / FILE
    return msgspec.json.decode(path.read_bytes(), type=Marker) if path.is_file() else None


def write_marker(folder: Path, marker: Marker) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_bytes(msgspec.json.format(msgspec.json.encode(marker)))


def check_marker(present: Marker, wanted: Marker) -> Marker:
    """The town that is there, when it is whole and the one that is asked for. Raises SettingError."""
    hint = "Use --fresh to throw it away, or --data for another folder."
    if not present.filled:
        raise SettingError("the demo town in this folder was not filled to its end.", hint=hint)
    if _made_of(present) != _made_of(wanted):
        raise SettingError("this folder holds another demo town: its database, plugins, seed, scale or time differ.", hint=hint)
    return present


def _made_of(marker: Marker) -> tuple[object, ...]:
    return marker.database, marker.plugins, marker.seed, marker.scale, marker.months


async def clear(settings: Settings, present: Marker | None) -> None:
    """Throw the demo town away that the marker names; without a marker there is none."""
    if present is None:
        return
    if present.database != place_of(settings):
        raise SettingError(
            "the demo town of this folder is in another database.", hint=f"Name it ({present.database}), or use another folder."
        )
    url = database_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        _remove(Path(url.database))
    else:
        await _drop_tables(settings)
    (settings.folder / FILE).unlink()


def _remove(path: Path) -> None:
    """A database file of SQLite with what lies beside it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


async def _drop_tables(settings: Settings) -> None:
    reader, writer = open_engines(database_url(settings.database_url))
    try:
        async with writer.begin() as connection:
            await connection.run_sync(t.metadata.drop_all)
            await connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    finally:
        await reader.dispose()
        await writer.dispose()


async def forbid_other_data(settings: Settings) -> None:
    """Raise SettingError where the database holds grids, accounts or events that no demo town brought."""
    if not settings.database:
        settings.folder.mkdir(parents=True, exist_ok=True)
    url = database_url(settings.database_url)
    if is_missing(url):
        return
    how = database_settings(settings)
    reader, writer = open_engines(url, how)
    try:
        await check_version(reader, how)
        async with reader.connect() as connection:
            present = await connection.run_sync(lambda found: set(sa.inspect(found).get_table_names()))
            for table in TOLD:
                if table.name in present and await connection.scalar(sa.select(table.c.id).limit(1)) is not None:
                    raise SettingError(
                        "this database is in use, and not by a demo town.",
                        hint="Give the demo an empty database or another --data.",
                    )
    finally:
        await reader.dispose()
        await writer.dispose()
