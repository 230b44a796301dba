"""Engines: what a database must be like, what is said when it is not, and connections that end or are made too late."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from databases import PostgreSQL
from templates import Templates
from wangge_core.db.engines import check_version, database_url, open_engines
from wangge_core.db.migrating import upgrade
from wangge_core.db.postgresql import DatabaseSettings, Server, asyncpg_arguments, check_server, warnings_of
from wangge_core.db.watching import pool_use, watch_statements
from wangge_core.errors import DatabaseError

pytestmark = pytest.mark.anyio

FIT = Server(version=(16, 2), encoding="UTF8", folds_case=True, character_type="C.UTF-8", most_connections=100)


@pytest.fixture
def server(postgresql_templates: tuple[PostgreSQL, Templates]) -> PostgreSQL:
    return postgresql_templates[0]


@pytest.fixture
def create(server: PostgreSQL) -> Iterator[Callable[[str], URL]]:
    """Makes an empty database with the given words after CREATE DATABASE."""
    made: list[str] = []

    def make(words: str) -> URL:
        made.append(server.unused_name())
        server._run(f'CREATE DATABASE "{made[-1]}" {words} TEMPLATE template0')
        return database_url(server.url.set(database=made[-1]).render_as_string(hide_password=False))

    yield make
    for name in made:
        server.drop(name)


def refusal(code: str) -> bytes:
    """What a PostgreSQL server says that lets nobody in: an ErrorResponse of the wire protocol."""
    fields = b"SFATAL\0" + f"C{code}\0".encode() + b"Mno\0\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields


@asynccontextmanager
async def gate(server: URL, code: str, refusals: int) -> AsyncIterator[URL]:
    """A port that refuses the first connections with an error code and passes the later ones on to the server."""
    left = refusals

    async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            target.write(data)
        target.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal left
        first = await reader.read(65_536)
        if first[4:8] == (80877103).to_bytes(4, "big"):  # asks for TLS
            writer.write(b"N")
            first = await reader.read(65_536)
        if left:
            left -= 1
            writer.write(refusal(code))
            writer.close()
            return
        behind, ahead = await asyncio.open_connection(server.host, server.port)
        ahead.write(first)
        await asyncio.gather(copy(reader, ahead), copy(behind, writer))

    listening = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield database_url(server.set(host="127.0.0.1", port=port).render_as_string(hide_password=False))


async def test_a_sound_database_is_accepted_and_tells_its_version(create: Callable[[str], URL]) -> None:
    url = create("ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    found = await check_server(url)
    assert (found.encoding, found.folds_case, warnings_of(found, DatabaseSettings())) == ("UTF8", True, [])
    engine, _ = open_engines(url)
    assert await check_version(engine) == f"postgresql {found.version[0]}.{found.version[1]}"
    await engine.dispose()


async def test_a_database_that_cannot_keep_chinese_is_refused(create: Callable[[str], URL]) -> None:
    for encoding in ("SQL_ASCII", "LATIN1"):
        with pytest.raises(DatabaseError) as refused:
            await check_server(create(f"ENCODING '{encoding}' LOCALE 'C'"))
        assert encoding in refused.value.message
        assert "ENCODING 'UTF8'" in refused.value.hint


async def test_a_database_that_folds_ascii_only_is_told_to_the_operator(create: Callable[[str], URL]) -> None:
    found = await check_server(create("ENCODING 'UTF8' LOCALE 'C'"))
    assert not found.folds_case
    assert "LC_CTYPE is C:" in warnings_of(found, DatabaseSettings())[0]


async def test_more_connections_than_the_server_lends_are_told() -> None:
    assert warnings_of(FIT, DatabaseSettings(pool_size=8, processes=5)) == []
    assert "may want 102 connections and the server lends 97" in warnings_of(FIT, DatabaseSettings(pool_size=8, processes=6))[0]


async def test_an_old_server_is_refused(server: PostgreSQL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wangge_core.db.postgresql.LEAST", (99, 0))
    with pytest.raises(DatabaseError, match="is too old"):
        await check_server(database_url(server.url.render_as_string(hide_password=False)))


async def test_a_missing_database_is_told_with_the_way_to_make_it(server: PostgreSQL) -> None:
    url = database_url(server.url.set(database="nowhere").render_as_string(hide_password=False))
    for look in (check_server, upgrade):
        with pytest.raises(DatabaseError, match="there is no database nowhere") as refused:
            await look(url)
        assert "CREATE DATABASE nowhere" in refused.value.hint


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("28P01", "does not accept the password of wangge"),
        ("28000", "does not let wangge in"),
        ("53300", "has no connection left"),
        ("08P01", "cannot be used"),
    ],
)
async def test_a_server_that_lets_nobody_in_is_told_without_the_password(server: PostgreSQL, code: str, said: str) -> None:
    async with gate(server.url, code, refusals=9) as url:
        with pytest.raises(DatabaseError) as refused:
            await check_server(url.set(password="spell-of-opening"), DatabaseSettings(wait_seconds=5))
    assert said in refused.value.message
    assert refused.value.hint
    assert "spell-of-opening" not in refused.value.message + refused.value.hint
    assert refused.value.__cause__ is None


async def test_a_server_that_starts_up_is_waited_for(server: PostgreSQL) -> None:
    async with gate(server.url, "57P03", refusals=2) as url:
        found = await check_server(url, DatabaseSettings(wait_seconds=60))
    assert found.encoding == "UTF8"


async def test_waiting_ends(server: PostgreSQL, caplog: pytest.LogCaptureFixture) -> None:
    async with gate(server.url, "57P03", refusals=99) as url:
        with pytest.raises(DatabaseError, match="starting up"):
            await check_server(url, DatabaseSettings(wait_seconds=0.3))
    assert [record.getMessage() for record in caplog.records if "Trying for 0.3 seconds" in record.getMessage()] != []


async def test_nobody_listening_is_told_with_host_and_port() -> None:
    listening = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    await listening.wait_closed()
    with pytest.raises(DatabaseError, match=f"cannot be reached at 127.0.0.1:{port}"):
        await check_server(database_url(f"postgresql+asyncpg://wangge:secret@127.0.0.1:{port}/town"))


async def test_a_statement_that_takes_too_long_is_ended_by_the_server(create: Callable[[str], URL]) -> None:
    url, settings = create("ENCODING 'UTF8' LOCALE 'C.UTF-8'"), DatabaseSettings(statement_timeout_seconds=0.05)
    engine, _ = open_engines(url, settings)
    with pytest.raises(DBAPIError, match="statement timeout"):
        async with engine.connect() as connection:
            await connection.execute(sa.text("SELECT pg_sleep(60)"))
    await engine.dispose()
    driver = await asyncpg.connect(**asyncpg_arguments(url, settings))
    with pytest.raises(asyncpg.QueryCanceledError):
        await driver.execute("SELECT pg_sleep(60)")
    await driver.close()


async def test_sessions_of_engines_and_of_the_driver_are_set_alike(create: Callable[[str], URL]) -> None:
    url = create("ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    names = ("application_name", "statement_timeout", "idle_in_transaction_session_timeout", "TimeZone")
    engine, _ = open_engines(url)
    async with engine.connect() as connection:
        by_engine = [await connection.scalar(sa.text(f"SHOW {name}")) for name in names]
    await engine.dispose()
    driver = await asyncpg.connect(**asyncpg_arguments(url))
    by_driver = [await driver.fetchval(f"SHOW {name}") for name in names]
    await driver.close()
    assert by_engine == by_driver == ["wangge", "30s", "5min", "UTC"]


async def test_a_connection_that_the_server_ended_is_replaced_unseen(create: Callable[[str], URL]) -> None:
    url = create("ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    engine, _ = open_engines(url, DatabaseSettings(pool_size=1))
    other = await asyncpg.connect(**asyncpg_arguments(url))
    async with engine.connect() as connection:
        process = await connection.scalar(sa.text("SELECT pg_backend_pid()"))
        raw = (await connection.get_raw_connection()).driver_connection
    ended = asyncio.Event()
    raw.add_termination_listener(lambda _: ended.set())
    await other.execute("SELECT pg_terminate_backend($1)", process)
    await ended.wait()
    async with engine.connect() as connection:
        assert await connection.scalar(sa.text("SELECT pg_backend_pid()")) != process
    await other.close()
    await engine.dispose()


def test_the_driver_gets_what_the_url_says() -> None:
    url = database_url("postgresql://w:p%40ss@/town?host=/run/postgresql&ssl=require")
    given = asyncpg_arguments(url, DatabaseSettings(statement_timeout_seconds=0))
    assert given.pop("server_settings") == {"application_name": "wangge", "TimeZone": "UTC", "jit": "off"}
    assert given == {
        "host": "/run/postgresql",
        "user": "w",
        "password": "p@ss",
        "database": "town",
        "ssl": "require",
        "timeout": 10,
    }


def test_an_option_of_the_url_that_nobody_knows_is_refused() -> None:
    with pytest.raises(DatabaseError, match="sslmod") as refused:
        open_engines(make_url("postgresql+asyncpg://w:secret@host/town?sslmod=require"))
    assert "ssl" in refused.value.hint


async def test_who_watches_is_told_of_statements_and_of_pools(url: str) -> None:
    seen: list[tuple[str, float, bool]] = []
    engine, writer = open_engines(database_url(url), DatabaseSettings(pool_size=3))
    watch_statements(engine, lambda *one: seen.append(one))
    async with engine.connect() as connection:
        assert pool_use(engine).used == 1
        await connection.execute(sa.text("SELECT 1 WHERE :name = 'a marker'"), {"name": "a marker"})
        with pytest.raises(DBAPIError):
            await connection.execute(sa.text("SELECT nothing FROM nowhere"))
        await connection.rollback()
    assert pool_use(engine).used == 0
    assert [failed for text, _, failed in seen if "a marker" in text or "nowhere" in text] == [False, True]
    assert all(seconds >= 0 for _, seconds, _ in seen)
    assert (pool_use(engine).size, pool_use(writer).size) in {(3, 3), (3, 1)}
    await engine.dispose()
    await writer.dispose()
