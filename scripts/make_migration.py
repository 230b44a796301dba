"""Writes a new migration from the difference between the newest revision and the tables in the code: `make_migration.py "what changed"`."""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command

from wangge_core.db.engines import database_url
from wangge_core.db.migrating import configuration, migration_engine, upgrade


async def main(message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = database_url(f"sqlite:///{Path(folder) / 'empty.db'}")
        await upgrade(url)
        engine = migration_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(lambda sync: command.revision(configuration(sync), message, autogenerate=True))
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
