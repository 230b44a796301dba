"""What a deployment decides once and every operation then goes by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from wangge_core.grids.codes import CodeScheme
from wangge_core.plugin.opening import OpenedNeed
from wangge_core.plugin.registry import Registry


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
    most_key_days: int = 365
    """For how many days an API key may be made at most."""
    purpose_required: bool = False
    """Whether private values are given for a stated purpose alone; sealed ones always are."""
    smallest_count: int = 5
    """Statistics show no count below this, nor what would tell it."""
