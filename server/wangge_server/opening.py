"""Opening: the deployment that settings describe, what its rules are, and what runs its jobs."""

from datetime import timedelta
from pathlib import Path

import msgspec

from wangge_core.data_care.periods import Periods
from wangge_core.db.engines import database_url
from wangge_core.db.postgresql import DatabaseSettings
from wangge_core.deployment import Deployment
from wangge_core.errors import SettingError
from wangge_core.events.numbers import NumberPattern
from wangge_core.grids.codes import SCHEMES
from wangge_core.handlers import HANDLERS, RECURRING
from wangge_core.jobs.worker import Worker
from wangge_core.plugin.loading import load_plugins
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.plugin.registry import Registry
from wangge_core.rules import IntakeRules, Rules
from wangge_core.sealing.key_files import KeyFile
from wangge_core.sealing.sealer import Sealer
from wangge_server.files.settings import open_files
from wangge_server.settings import Settings, zone_of
from wangge_server.webhooks import Webhooks


def rules_of(settings: Settings) -> Rules:
    """The rules of a deployment: loads and checks the plugins. Raises PluginError, and SettingError for needs that there are not."""
    registry = load_plugins(settings.plugins)
    return Rules(
        registry=registry,
        codes=SCHEMES[settings.codes],
        zone=zone_of(settings),
        opened_needs=opened_needs(settings, registry),
        reveals_per_hour=settings.reveals_per_hour,
        most_deferral_days=settings.most_deferral_days,
        most_key_days=settings.most_key_days,
        most_grant_hours=settings.most_grant_hours,
        purpose_required=settings.purpose_required,
        smallest_count=settings.smallest_count,
        appraisal_names_last=settings.appraisal_names_last,
        warning_percent=settings.warning_percent,
        escalation_days=settings.escalation_days,
        intake=IntakeRules(**msgspec.structs.asdict(settings.intake)),
        event_number=NumberPattern(settings.event_number),
    )


def periods_of(settings: Settings) -> Periods:
    """For how long what is over is kept."""
    return Periods(**msgspec.structs.asdict(settings.retention))


def opened_needs(settings: Settings, registry: Registry) -> dict[str, OpenedNeed]:
    """The sensitive kinds of needs that are switched on. Raises SettingError for what no plugin declares."""
    for id, opened in settings.needs.items():
        kind = registry.need_kinds.get(id)
        if kind is None or not kind.sensitive:
            sensitive = ", ".join(name for name, one in registry.need_kinds.items() if one.sensitive)
            raise SettingError(
                f"there is no sensitive kind of needs {id!r}.", hint=f"Those that can be switched on are {sensitive}."
            )
        for role in opened.roles:
            if role not in registry.roles:
                raise SettingError(
                    f"the needs {id!r} are for a role {role!r} that no plugin has.", hint="`wangge plugins list` names the plugins."
                )
    return {
        id: OpenedNeed(legal_basis=one.legal_basis, roles=one.roles, keep_months=one.keep_months)
        for id, one in settings.needs.items()
    }


def open_sealer(settings: Settings) -> Sealer | None:
    """The sealer of the key file; None where the settings name none. Raises SettingError where the file is missing or unfit."""
    return Sealer(KeyFile(Path(settings.sealing_key_file))) if settings.sealing_key_file else None


def open_deployment(settings: Settings) -> Deployment:
    """The deployment that the settings describe, not started yet. Raises PluginError and DatabaseError."""
    if not settings.database:
        settings.folder.mkdir(parents=True, exist_ok=True)
    return Deployment(
        database_url(settings.database_url),
        rules_of(settings),
        settings=database_settings(settings),
        sealer=open_sealer(settings),
        read_log=settings.read_log,
        files=open_files(settings.files, settings.folder, settings.sealing_key_file),
    )


def open_worker(settings: Settings, deployment: Deployment) -> Worker:
    """What runs the jobs of a deployment."""
    how = settings.jobs
    lease = timedelta(seconds=how.lease_seconds)
    handlers = {**HANDLERS, **Webhooks(deployment.rules.intake).handlers}
    return Worker(deployment, handlers, recurring=RECURRING, seconds=how.seconds, batch=how.batch, lease=lease)


def database_settings(settings: Settings) -> DatabaseSettings:
    """What of the settings the database is opened with."""
    return DatabaseSettings(
        pool_size=settings.pool_size,
        processes=settings.workers,
        statement_timeout_seconds=settings.statement_timeout_seconds,
        wait_seconds=settings.database_wait_seconds,
    )
