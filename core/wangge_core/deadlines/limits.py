"""Limits of kinds, as they are stored: what clocks BY_KIND go by."""

from collections.abc import Iterable, Sequence

import msgspec

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.definitions import LimitDefinition


async def limits_of(work: Work, kind_ids: Iterable[str]) -> dict[str, Sequence[LimitDefinition]]:
    """The limits of kinds, of plugins and of local catalogues alike."""
    rows = await work.by_ids((t.event_kind.c.limits,), t.event_kind.c.id, kind_ids)
    return {id: read_limits(row.limits) for id, row in rows.items()}


def read_limits(stored: object) -> tuple[LimitDefinition, ...]:
    """Limits from the JSON in which a kind keeps them."""
    return msgspec.convert(stored, tuple[LimitDefinition, ...])
