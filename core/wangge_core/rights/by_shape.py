"""Statements by shape: built once for all viewers whose rights have the same shape, and run with the values of each.

To build what a viewer may see takes longer than to run it, where it is one row by its key.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from wangge_core.rights.bound import BoundViewer, shape, value_of
from wangge_core.rights.viewers import Viewer

MOST_KEPT = 256

Kept = tuple[sa.Select[Any], Mapping[str, Callable[[Viewer], Any]]]


class ByShape:
    """A select under a viewer's rights. `make` is given a viewer of the shape; what it takes from the viewer's values must be bound by
    `BoundViewer`, but for the event of a reporter without an account, for whom it is built each time."""

    def __init__(self, make: Callable[[BoundViewer], sa.Select[Any]]) -> None:
        self._make = make
        self._kept = OrderedDict[Hashable, Kept]()

    def of(self, viewer: Viewer) -> tuple[sa.Select[Any], dict[str, Any]]:
        """The select, and the viewer's values for it."""
        if viewer.reporting_event_id is not None:
            return self._make(BoundViewer(viewer)), {}
        key = viewer.is_system, shape(viewer, ())
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = self._built(viewer)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        select, values = kept
        return select, {name: value(viewer) for name, value in values.items()}

    def _built(self, viewer: Viewer) -> Kept:
        select = self._make(BoundViewer(viewer))
        names = {found.key for found in visitors.iterate(select) if isinstance(found, sa.BindParameter)}
        return select, {name: value for name in names if (value := value_of(name)) is not None}
