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

from wangge_core.data_care.periods import Periods
from wangge_core.errors import SettingError
from wangge_core.events.numbers import DEFAULT_PATTERN
from wangge_core.rules import IntakeRules
from wangge_server.boards.settings import BoardSettings, check_boards
from wangge_server.exports.settings import ExportSettings
from wangge_server.files.settings import FileSettings
from wangge_server.sign_in.issuers import Issuer, check_issuers

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
TABLES = {"boards", "exports", "files", "intake", "issuers", "jobs", "needs", "retention"}
"""Settings that are tables; in the environment they are JSON."""


class OpenedNeeds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With what a sensitive kind of needs is switched on: `[needs."community.disabled"]`."""

    legal_basis: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    """The law and the article on which such needs are kept."""
    roles: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """The roles that see and set them; nobody else does."""
    keep_months: NotNegative
    """For how many months an ended need is kept."""


PERIODS = Periods()


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long what is over is kept, by `wangge data retention`; 0 keeps for ever. What each is: `wangge_core.data_care.periods`."""

    ended_needs_months: NotNegative = PERIODS.ended_needs_months
    ended_needs_of_children_months: NotNegative = PERIODS.ended_needs_of_children_months
    moved_out_months: NotNegative = PERIODS.moved_out_months
    temporary_gone_months: NotNegative = PERIODS.temporary_gone_months
    former_homes_months: NotNegative = PERIODS.former_homes_months
    closed_events_months: NotNegative = PERIODS.closed_events_months
    reporter_contacts_days: NotNegative = PERIODS.reporter_contacts_days
    visits_months: NotNegative = PERIODS.visits_months
    visits_of_children_months: NotNegative = PERIODS.visits_of_children_months
    patrol_points_days: NotNegative = PERIODS.patrol_points_days
    points_entries_months: NotNegative = PERIODS.points_entries_months
    webhook_deliveries_days: NotNegative = PERIODS.webhook_deliveries_days
    idempotency_days: NotNegative = PERIODS.idempotency_days


INTAKE = IntakeRules()


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is taken from residents, visitors and other systems: `[intake]`."""

    reports_per_hour: NotNegative = INTAKE.reports_per_hour
    """How many reports are taken from residents and visitors in an hour; 0 sets no limit."""
    reports_per_hour_of_address: NotNegative = INTAKE.reports_per_hour_of_address
    """How many of them from one address, or one account; 0 sets no limit."""
    wrong_secrets_per_hour: Positive = INTAKE.wrong_secrets_per_hour
    """How many wrong numbers or secrets of reports may come from one address in an hour."""
    reports_to_raise: Annotated[int, msgspec.Meta(ge=2)] = INTAKE.reports_to_raise
    """With how many reports of one matter its priority is raised and the next level is told."""
    grid: str = INTAKE.grid
    """The code of the grid to which a report goes that names only a position; empty refuses such reports."""
    rotation_hours: NotNegative = INTAKE.rotation_hours
    """For how many hours the earlier secret of a webhook may sign beside the new one."""
    webhook_networks: tuple[str, ...] = ()
    """Networks that are not of the internet, to which webhooks may go nevertheless: `10.20.0.0/16`."""
    webhook_http: bool = False
    """Whether webhooks may go to those networks without TLS."""


class JobSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How work that waits for its moment is run: `[jobs]`."""

    run: bool = True
    """Whether each process of the service runs jobs; without it something else must (`wangge jobs run`)."""
    seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 1
    """How often each of them looks for what is due."""
    batch: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50
    """How many due jobs it takes at once."""
    lease_seconds: Annotated[int, msgspec.Meta(ge=1, le=600)] = 30
    """For how long it holds what it took; where a process died, another takes it over after that."""


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
    event_number: str = DEFAULT_PATTERN
    """How the numbers of events are written: text with {year}, {month}, {day}, {plugin}, {district}, {subdistrict}, {community} or {grid},
    and once the running number, {n} or {n:05}."""
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
    """Accept the tokens that `wangge demo` makes. For the demo's town, at an address of this machine alone."""
    issuers: tuple[Issuer, ...] = ()
    """Who makes the tokens of people; `[[issuers]]` in the file, a list in JSON in the environment."""
    failed_sign_ins_per_minute: NotNegative = 60
    """How many sign-ins may fail in a minute from one address, and with one key; 0 sets no limit."""
    warning_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 80
    """After which share of a deadline's time, in percent, those who answer are warned."""
    escalation_days: Positive = 1
    """How many working days after a deadline has passed the next level is told."""
    most_deferral_days: Positive = 365
    """For how many days at most an event rests, or the deadline of a stage is put off."""
    most_key_days: Positive = 365
    """For how many days an API key may be made at most."""
    most_grant_hours: Positive = 4
    """For how many hours rights may be opened in an emergency at most."""
    explorer: bool = True
    """Show GraphiQL at /graphql."""
    map: bool = True
    """Show the map at /map, and give out its tiles."""
    most_body_bytes: Positive = 5_000_000
    """The largest request that is read: ten thousand changes that a phone has queued."""
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
    read_log: bool = True
    """Log who reads what of persons before it is told. Only a service with `development_sign_in` may switch it off, to measure."""
    read_log_months: Positive = 36
    """For how many months the log of reads is kept."""
    purpose_required: bool = False
    """Give private values for a stated purpose alone (`Wangge-Purpose`); sealed ones always ask for one."""
    outbox_days: Positive = 7
    """For how many days changes are kept: so long may a subscriber have been away and miss nothing."""
    introspection: bool = True
    """Answer questions about the schema."""
    trusted_documents: str = ""
    """The file of trusted documents; empty means none."""
    only_trusted_documents: bool = False
    """Execute nothing but trusted documents."""
    sealing_key_file: str = ""
    """The file of the keys that identity numbers and private phones are sealed with; empty means that none can be kept."""
    reveals_per_hour: Positive = 60
    """How many sealed values one account may have revealed in an hour; exact searches count as well."""
    files: FileSettings = FileSettings()
    """Photographs and files: where they are kept, how large they may be, and how many come: `[files]`."""
    public_url: str = ""
    """The address at which people reach the service, which QR codes lead to: `https://grid.example.org`; empty makes no QR codes."""
    boards: BoardSettings = BoardSettings()
    """The pages of notice boards: `[boards]`."""
    exports: ExportSettings = ExportSettings()
    """Lists as CSV and workbooks: `[exports]`."""
    needs: dict[str, OpenedNeeds] = {}
    """The sensitive kinds of needs that are switched on, by their name."""
    retention: Retention = Retention()
    """For how long what is over is kept: `[retention]`."""
    intake: IntakeSettings = IntakeSettings()
    """What is taken from residents, visitors and other systems: `[intake]`."""
    acknowledge_minutes: Positive = 5
    """After how many minutes an urgent task that nobody has acknowledged goes to the next."""
    jobs: JobSettings = JobSettings()
    """How work that waits for its moment is run: `[jobs]`."""
    appraisal_names_last: bool = False
    """Whether a circular of an appraisal names the last three."""
    smallest_count: Annotated[int, msgspec.Meta(ge=3)] = 5
    """The smallest count of people and homes that statistics show."""
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
    zone_of(settings)
    _check_origins(settings.allowed_origins)
    _check_networks("trusted_proxies", settings.trusted_proxies)
    _check_networks("intake.webhook_networks", settings.intake.webhook_networks)
    check_issuers(settings.issuers)
    check_boards(settings.public_url, settings.boards)
    _check_read_log(settings)
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
            found[key] = _from_json(name, text) if key in TABLES else _items(text) if key in LISTS else text
    return found


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _from_json(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise SettingError(f"{name} is not JSON.", hint="See docs/operators.md for an example.") from None


def zone_of(settings: Settings) -> ZoneInfo:
    """The time zone of the deployment. Raises SettingError where there is none of this name."""
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


def _check_networks(name: str, networks: Iterable[str]) -> None:
    for network in networks:
        try:
            ip_network(network)
        except ValueError:
            raise SettingError(f"{network!r} in {name} is no address or network.", hint="Write 10.0.0.7 or 10.0.0.0/24.") from None


def _check_read_log(settings: Settings) -> None:
    if not settings.read_log and not settings.development_sign_in:
        raise SettingError(
            "read_log cannot be switched off here.", hint="Only a service with `development_sign_in` may read persons unlogged."
        )
