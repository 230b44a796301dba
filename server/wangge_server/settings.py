"""Settings: one TOML file (`wangge.toml`, or the file that WANGGE_SETTINGS names) and the environment, which wins.

Unknown keys are refused.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from wangge_core.db.engines import database_url
from wangge_core.db.postgresql import DatabaseSettings
from wangge_core.deployment import Deployment
from wangge_core.errors import SettingError
from wangge_core.grids.codes import SCHEMES
from wangge_core.plugin.loading import load_plugins
from wangge_core.rules import Rules

FILE = "wangge.toml"
PREFIX = "WANGGE_"
ORIGIN = re.compile(r"https?://[^\s/?#@]+")
SHIPPED_PLUGINS = ("urban", "scenic", "rural", "maritime")
HANDED_OVER = "WANGGE_HANDED_OVER"
"""Where the command leaves its settings for the worker processes that it starts."""
NOT_SETTINGS = {HANDED_OVER, "WANGGE_SETTINGS", "WANGGE_DATA", "WANGGE_TEST_PG_URL"}


Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
LISTS = {"plugins", "allowed_origins", "trusted_proxies"}
"""Settings that are lists; in the environment their items are separated by commas."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator decides. Each has its environment variable: `database` is WANGGE_DATABASE."""

    data_folder: str = "data"
    """The folder for the database of SQLite, tokens of the demo and files."""
    database: str = ""
    """The database URL; empty means `town.db` in the data folder."""
    plugins: tuple[str, ...] = SHIPPED_PLUGINS
    """The plugins that are switched on; `community` always is. In the environment, separated by commas."""
    codes: Literal["divisions", "free"] = "divisions"
    """The scheme of grid codes."""
    time_zone: str = "Asia/Shanghai"
    """The time zone of the place."""
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    """How many processes serve; more than one wants PostgreSQL."""
    pool_size: int = 8
    """Database connections of each process."""
    statement_timeout_seconds: float = 30
    """How long PostgreSQL may work on one statement; 0 leaves it to the server."""
    database_wait_seconds: float = 30
    """How long a start waits for a PostgreSQL that cannot be reached yet."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged; from `warning` on there are no lines of requests that went well."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """How log lines are written; `auto` is JSON unless a person is looking at a terminal."""
    metrics: bool = False
    """Show figures for Prometheus at /metrics."""
    tracing: bool = False
    """Send OpenTelemetry spans of operations and statements; needs `wangge[tracing]`."""
    development_sign_in: bool = False
    """Accept the tokens that `wangge demo` makes. Never on a service with real data."""
    explorer: bool = True
    """Show GraphiQL at /graphql."""
    most_body_bytes: Positive = 1_000_000
    """The largest request that is read."""
    most_seconds: Annotated[float, msgspec.Meta(gt=0)] = 10
    """How long an operation may take before it is stopped."""
    max_age_seconds: NotNegative = 0
    """How long the answer to a visitor's GET may be kept without asking again; 0 has it asked for each time, by its tag."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages of these origins may use the API from a browser: `https://duty.example.com`, or `*` for all."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""
    live_connections: Positive = 5_000
    """How many live connections (WebSocket and server-sent events) each process holds."""
    live_connections_per_viewer: Positive = 100
    """How many of them one viewer may have in each process."""
    live_operations: Positive = 50
    """How many operations may run on one WebSocket at once."""
    live_messages: Positive = 100
    """How many messages may wait for one subscriber; who falls further behind is told to come again."""
    outbox_days: Positive = 7
    """For how many days changes are kept: so long may a subscriber have been away and miss nothing."""
    introspection: bool = True
    """Answer questions about the schema."""
    trusted_documents: str = ""
    """The file of trusted documents; empty means none."""
    only_trusted_documents: bool = False
    """Execute nothing but trusted documents."""
    most_cost: Positive = 1_000_000
    """The dearest operation that is executed."""
    cost_per_minute: NotNegative = 0
    """What one viewer's operations may cost in a minute; 0 sets no limit."""

    @property
    def folder(self) -> Path:
        return Path(self.data_folder)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder / 'town.db'}"


def read_settings(path: str | None = None, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings from the file, the environment and what was given on the command line (the last wins). Raises SettingError."""
    environment = os.environ if environment is None else environment
    named = path or environment.get("WANGGE_SETTINGS")
    values = _from_file(Path(named or FILE), required=named is not None)
    values |= _from_environment(environment)
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingError(
            f"a setting is wrong: {error}.", hint=f"The settings are {', '.join(Settings.__struct_fields__)}."
        ) from None
    _zone(settings)
    _check_origins(settings.allowed_origins)
    _check_proxies(settings.trusted_proxies)
    return settings


def _from_file(path: Path, *, required: bool) -> dict[str, Any]:
    if not path.is_file():
        if required:
            raise SettingError(f"there is no settings file {path}.", hint="Check WANGGE_SETTINGS or --settings.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} is not TOML: {error}.", hint="See docs/operators.md for an example.") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in environment.items():
        if name.startswith(PREFIX) and name not in NOT_SETTINGS:
            key = name.removeprefix(PREFIX).lower()
            found[key] = [part.strip() for part in text.split(",") if part.strip()] if key in LISTS else text
    return found


def _zone(settings: Settings) -> ZoneInfo:
    try:
        return ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError(f"there is no time zone {settings.time_zone!r}.", hint="Use a name such as Asia/Shanghai.") from None


def _check_origins(origins: Iterable[str]) -> None:
    for origin in origins:
        if origin != "*" and not ORIGIN.fullmatch(origin):
            raise SettingError(
                f"{origin!r} in allowed_origins is no origin.", hint="Write https://duty.example.com, without a path, or *."
            )


def _check_proxies(proxies: Iterable[str]) -> None:
    for proxy in proxies:
        try:
            ip_network(proxy)
        except ValueError:
            raise SettingError(
                f"{proxy!r} in trusted_proxies is no address or network.", hint="Write 10.0.0.7 or 10.0.0.0/24."
            ) from None


def rules_of(settings: Settings) -> Rules:
    """The rules of a deployment: loads and checks the plugins. Raises PluginError."""
    return Rules(registry=load_plugins(settings.plugins), codes=SCHEMES[settings.codes], zone=_zone(settings))


def open_deployment(settings: Settings) -> Deployment:
    """The deployment that the settings describe, not started yet. Raises PluginError and DatabaseError."""
    if not settings.database:
        settings.folder.mkdir(parents=True, exist_ok=True)
    return Deployment(database_url(settings.database_url), rules_of(settings), settings=database_settings(settings))


def database_settings(settings: Settings) -> DatabaseSettings:
    """What of the settings the database is opened with."""
    return DatabaseSettings(
        pool_size=settings.pool_size,
        processes=settings.workers,
        statement_timeout_seconds=settings.statement_timeout_seconds,
        wait_seconds=settings.database_wait_seconds,
    )
