"""What a deployment decides once and every operation then goes by."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from wangge_core.grids.codes import CodeScheme
from wangge_core.plugin.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The frozen registry of what plugins declare, the scheme of grid codes and the time zone of the place."""

    registry: Registry
    codes: CodeScheme
    zone: ZoneInfo
