"""A PostgreSQL of the benchmarks' own, kept between runs because filling it takes minutes; or the server that is named."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

FOLDER = Path(tempfile.gettempdir()) / "wangge-benchmarks"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "fsync": "off",
    "synchronous_commit": "off",
    "max_connections": "100",
    "jit": "off",
    "shared_preload_libraries": "pg_stat_statements",
}
"""It can be thrown away, so it waits for no disk; nothing of this touches how it reads."""

DURABLE = {"fsync": "on", "synchronous_commit": "on"}


@contextmanager
def server(named: str | None, *, durable: bool = False) -> Iterator[URL]:
    """The URL of a server in which databases can be made; a `durable` one waits for the disk, as those that are written to must."""
    if named:
        yield make_url(named).set(drivername="postgresql+asyncpg")
        return
    binaries, data, port = _binaries(), FOLDER / "postgresql", free_port()
    FOLDER.mkdir(exist_ok=True)
    if os.getuid() == 0:  # initdb refuses root
        nobody = pwd.getpwnam("nobody")
        os.chown(FOLDER, nobody.pw_uid, nobody.pw_gid)
    if not (data / "PG_VERSION").exists():
        _run(binaries / "initdb", "-D", data, "-U", "wangge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    chosen = SETTINGS | (DURABLE if durable else {})
    settings = " ".join(f"-c {name}={value}" for name, value in chosen.items())
    _run(binaries / "pg_ctl", "-D", data, "-l", FOLDER / "log", "-o", f"-p {port} -k {FOLDER} {settings}", "-w", "start")
    try:
        yield URL.create("postgresql+asyncpg", username="wangge", host="127.0.0.1", port=port, database="postgres")
    finally:
        _run(binaries / "pg_ctl", "-D", data, "-m", "fast", "-w", "stop")


def _binaries() -> Path:
    found = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found is None and not places:
        raise SystemExit("No PostgreSQL: install it, or name a server with --server.")
    return Path(found).parent if found else places[0].parent


def _run(*command: object) -> None:
    user = "nobody" if os.getuid() == 0 else None
    subprocess.run([str(part) for part in command], check=True, user=user, cwd="/", stdout=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def text(url: URL, driver: str = "postgresql+asyncpg") -> str:
    return url.set(drivername=driver).render_as_string(hide_password=False)


async def connect(url: URL) -> asyncpg.Connection:
    return await asyncpg.connect(text(url, "postgresql"))


def make_database(url: URL, name: str) -> URL:
    """The URL of a database of this name, made when it is not there."""

    async def make() -> None:
        connection = await connect(url)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        await connection.close()

    asyncio.run(make())
    return url.set(database=name)
