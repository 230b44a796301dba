"""PostgreSQL: what its drivers are told, waiting for a server that starts up, and whether a database is fit for us.

SQLAlchemy's engines and the driver's own pools get the same arguments from here. A message never shows a password.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

from wangge_core.errors import DatabaseError

LEAST = (14, 0)
IDLE_IN_TRANSACTION_SECONDS = 300
"""A transaction that nothing happens in for so long was forgotten: the server ends it, so that its locks do not stay."""
CONNECT_SECONDS = 10
IN_URL = {"host", "port", "ssl", "passfile", "service", "servicefile", "krbsrvname", "target_session_attrs"}
"""What the query of a URL may say."""
RESERVED = 3
"""Connections that PostgreSQL keeps for its superusers, unless told otherwise."""

log = logging.getLogger("wangge.database")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSettings:
    """How a process connects. Times are in seconds; SQLite heeds the size of the pool alone."""

    pool_size: int = 8
    """How many connections read, and how many at most are in operations or look something up."""
    processes: int = 1
    """How many processes with such pools there will be; a server that has too few connections for them is told at the start."""
    statement_timeout_seconds: float = 30
    """How long one statement may run; 0 leaves it to the server's settings."""
    wait_seconds: float = 0
    """How long a start waits for a server that cannot be reached yet."""

    @property
    def all_connections(self) -> int:
        """How many connections the service makes at most: two pools in each process, and one that listens."""
        return self.processes * (2 * self.pool_size + 1)


DEFAULTS = DatabaseSettings()


def session_settings(settings: DatabaseSettings) -> dict[str, str]:
    """What every session of ours is set to when it begins."""
    limits = {
        "statement_timeout": str(round(settings.statement_timeout_seconds * 1000)),
        "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_SECONDS * 1000),
    }
    always = {"application_name": "wangge", "TimeZone": "UTC", "jit": "off"}  # compiling costs more than our statements take
    return always | (limits if settings.statement_timeout_seconds else {})


def asyncpg_arguments(url: URL, settings: DatabaseSettings = DEFAULTS) -> dict[str, Any]:
    """The keywords for `asyncpg.connect` and `asyncpg.create_pool`. Raises DatabaseError where the URL says what we do not know."""
    _check_query(url.query)
    dialect: Any = url.get_dialect()()
    arguments: dict[str, Any] = dialect.create_connect_args(url)[1]
    return arguments | {"timeout": CONNECT_SECONDS, "server_settings": session_settings(settings)}


def _check_query(query: Mapping[str, Any]) -> None:
    if unknown := sorted(set(query) - IN_URL):
        raise DatabaseError(
            f"the database URL has an option that is not known: {', '.join(unknown)}.",
            hint=f"There are {', '.join(sorted(IN_URL))}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a PostgreSQL server says of itself and of the database that we connected to."""

    version: tuple[int, int]
    encoding: str
    folds_case: bool
    """Whether `lower` knows letters beyond ASCII."""
    character_type: str
    most_connections: int


QUESTION = """
SELECT current_setting('server_version_num')::int AS version, pg_encoding_to_char(encoding) AS encoding,
       datctype AS character_type, current_setting('max_connections')::int AS most_connections
FROM pg_catalog.pg_database WHERE datname = current_database()
"""
FOLDS_CASE = "SELECT lower(chr(1046)) = chr(1078)"  # Ж and ж; only UTF8 has them at these numbers


async def check_server(url: URL, settings: DatabaseSettings = DEFAULTS) -> Server:
    """Connect, waiting for a server that starts up, and see that the database is fit. Raises DatabaseError."""
    connection = await _connect(url, settings)
    try:
        found = dict(await connection.fetchrow(QUESTION))
        folds = found["encoding"] == "UTF8" and await connection.fetchval(FOLDS_CASE)
    finally:
        await connection.close()
    server = Server(**found | {"version": divmod(found["version"], 10_000), "folds_case": folds})
    _refuse_unfit(server)
    return server


def _refuse_unfit(server: Server) -> None:
    if server.version < LEAST:
        raise DatabaseError(
            f"postgresql {server.version[0]}.{server.version[1]} is too old.", hint=f"Use {LEAST[0]} or later; 17 is well tried."
        )
    if server.encoding != "UTF8":
        raise DatabaseError(
            f"the database keeps text as {server.encoding}, which has not all characters.",
            hint="Make it anew: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.",
        )


def warnings_of(server: Server, settings: DatabaseSettings) -> list[str]:
    """What an operator should mend, though the service can run."""
    found: list[str] = []
    if not server.folds_case:
        found.append(
            f"the database's LC_CTYPE is {server.character_type}: a search folds the case of ASCII letters only. "
            "Make it anew with LOCALE 'C.UTF-8' and bring the rows over with pg_dump and pg_restore."
        )
    if settings.all_connections > server.most_connections - RESERVED:
        found.append(
            f"the service may want {settings.all_connections} connections and the server lends {server.most_connections - RESERVED}: "
            "set fewer workers or a smaller pool_size, or raise max_connections."
        )
    return found


NOT_YET = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)
"""What passes by itself when a server or its network is starting up."""


async def _connect(url: URL, settings: DatabaseSettings) -> Any:
    """A connection; what may pass by itself is tried again with growing pauses until the time is over."""
    connect: Any = asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - the driver leaves its arguments untyped
    arguments, pause, clock = asyncpg_arguments(url, settings), 0.1, asyncio.get_running_loop().time
    end, told = clock() + settings.wait_seconds, False
    while True:
        try:
            return await connect(**arguments)
        except NOT_YET as error:
            if clock() + pause > end:
                raise _explained(error, url) from None
            if not told:
                log.warning("%s Trying for %g seconds.", _explained(error, url).message, settings.wait_seconds)
        except (asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
            raise _explained(error, url) from None
        told = True
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2)


def _explained(error: Exception, url: URL) -> DatabaseError:
    """The error in the operator's words; `from None`, because the driver's own might carry the arguments that it was given."""
    place = f"{url.host or url.query.get('host') or 'localhost'}:{url.port or 5432}"
    for kinds, message, hint in EXPLANATIONS:
        if isinstance(error, kinds):
            return DatabaseError(
                message.format(user=url.username, name=url.database, place=place), hint=hint.format(name=url.database)
            )
    return DatabaseError(f"the database at {place} cannot be used: {error}.", hint="Check the URL and the server's log.")


EXPLANATIONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...] = (
    (
        asyncpg.InvalidPasswordError,
        "{place} does not accept the password of {user}.",
        "Check the password in the URL (characters such as @ and / are written %40 and %2F), or use PGPASSFILE.",
    ),
    (
        asyncpg.InvalidAuthorizationSpecificationError,
        "{place} does not let {user} in.",
        "Make the role (CREATE ROLE … LOGIN), and look whether pg_hba.conf lets it in from this machine, with TLS or without.",
    ),
    (
        asyncpg.InvalidCatalogNameError,
        "there is no database {name} at {place}.",
        "Make it: CREATE DATABASE {name} OWNER … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.",
    ),
    (
        asyncpg.TooManyConnectionsError,
        "{place} has no connection left.",
        "workers × pool_size of all services must be less than its max_connections.",
    ),
    (asyncpg.CannotConnectNowError, "{place} is starting up or shutting down.", "Wait, or look into the server's log."),
    (
        NOT_YET,
        "the database cannot be reached at {place}.",
        "Check host and port in the URL, that the server runs and listens there (listen_addresses), and firewalls.",
    ),
)
