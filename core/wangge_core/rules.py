"""What a deployment decides once and every operation then goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from wangge_core.events.numbers import DEFAULT_PATTERN, NumberPattern
from wangge_core.grids.codes import CodeScheme
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.plugin.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRules:
    """What is taken from whom: reports by anybody in an hour, from one address and in all, and wrong numbers or secrets from an address."""

    reports_per_hour: int = 600
    reports_per_hour_of_address: int = 30
    wrong_secrets_per_hour: int = 20
    reports_to_raise: int = 3
    """From how many reports of one matter on the next level is told of it."""
    grid: str = ""
    """The code of the grid to which a report goes that names only a position, which lies in no boundary; empty refuses such reports."""
    rotation_hours: int = 24
    """For how long the earlier secret of a webhook signs beside the new one."""
    webhook_networks: tuple[str, ...] = ()
    """Networks that are not of the whole internet, to which webhooks may nevertheless go: those of the place itself."""
    webhook_http: bool = False
    """Whether webhooks may go to them without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The frozen registry of what plugins declare, the scheme of grid codes and the time zone of the place."""

    registry: Registry
    codes: CodeScheme
    zone: ZoneInfo
    opened_needs: Mapping[str, OpenedNeed] = field(default_factory=dict[str, OpenedNeed])
    """The sensitive kinds of needs that the deployment has switched on; all others are off."""
    reveals_per_hour: int = 60
    """How many sealed values an account may have revealed in an hour, exact searches included."""
    most_grant_hours: int = 4
    """For how many hours at most rights are opened in an emergency."""
    most_deferral_days: int = 365
    """For how many days at most an event rests, or the deadline of a stage is put off."""
    most_key_days: int = 365
    """For how many days an API key may be made at most."""
    purpose_required: bool = False
    """Whether private values are given for a stated purpose alone; sealed ones always are."""
    warning_percent: int = 80
    """After which share of a deadline's time those who answer are warned."""
    escalation_days: int = 1
    """How many working days after a deadline has passed the next level is told; where minutes or hours are counted day and night, as long
    as the deadline was."""
    smallest_count: int = 5
    """Statistics show no count below this, nor what would tell it."""
    event_number: NumberPattern = field(default_factory=lambda: NumberPattern(DEFAULT_PATTERN))
    """How the numbers of events are written."""
    intake: IntakeRules = IntakeRules()
    """How much is taken from residents, visitors and other systems, and where it goes."""
    acknowledge_minutes: int = 5
    """After how many minutes an urgent task that nobody has acknowledged goes to the next."""
    appraisal_names_last: bool = False
    """Whether a circular of an appraisal names the last three; the best three it always does."""
