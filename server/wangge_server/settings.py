"""Settings: one TOML file (`wangge.toml`, or the file that WANGGE_SETTINGS names) and the environment, which wins.

Unknown keys are refused.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.errors import SettingError
from wangge_core.grids.codes import SCHEMES
from wangge_core.plugin.loading import load_plugins
from wangge_core.rules import Rules

FILE = "wangge.toml"
PREFIX = "WANGGE_"
SHIPPED_PLUGINS = ("urban", "scenic", "rural", "maritime")
HANDED_OVER = "WANGGE_HANDED_OVER"
"""Where the command leaves its settings for the worker processes that it starts."""
NOT_SETTINGS = {HANDED_OVER, "WANGGE_SETTINGS", "WANGGE_DATA", "WANGGE_TEST_PG_URL"}


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
    development_sign_in: bool = False
    """Accept the tokens that `wangge demo` makes. Never on a service with real data."""
    explorer: bool = True
    """Show GraphiQL at /graphql."""
    most_body_bytes: int = 1_000_000
    """The largest request that is read."""

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
            found[key] = [part.strip() for part in text.split(",") if part.strip()] if key == "plugins" else text
    return found


def _zone(settings: Settings) -> ZoneInfo:
    try:
        return ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise SettingError(f"there is no time zone {settings.time_zone!r}.", hint="Use a name such as Asia/Shanghai.") from None


def rules_of(settings: Settings) -> Rules:
    """The rules of a deployment: loads and checks the plugins. Raises PluginError."""
    return Rules(registry=load_plugins(settings.plugins), codes=SCHEMES[settings.codes], zone=_zone(settings))


def open_deployment(settings: Settings) -> Deployment:
    """The deployment that the settings describe, not started yet. Raises PluginError and DatabaseError."""
    if not settings.database:
        settings.folder.mkdir(parents=True, exist_ok=True)
    return Deployment(database_url(settings.database_url), rules_of(settings), pool_size=settings.pool_size)
