"""Deadlines of continuous clocks. The other clocks need a working calendar and have no due time yet."""

from datetime import datetime, timedelta

from wangge_core.plugin.definitions import ClockDefinition


def due_at(clock: ClockDefinition | None, start: datetime) -> datetime | None:
    """When a clock that starts at `start` runs out; None for a clock whose end cannot be told."""
    seconds = clock.seconds if clock else None
    return None if seconds is None else start + timedelta(seconds=seconds)
