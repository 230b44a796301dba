"""What a viewer may do somewhere, for front-ends that draw only the buttons that will work."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import answer, computed
from wangge_schema.reading.sources import Argument, Asking, Bind, Reader, Row, Scalar


def path_of_grid(row: Row, _: Asking) -> sa.ColumnElement[Any]:
    """The path of the grid that a row is bound to."""
    return sa.select(t.grid.c.path).where(t.grid.c.id == row.c.grid_id).correlate(row).scalar_subquery()


def viewer_may() -> Any:
    """The field `viewerMay`: the capabilities that the viewer has over a row's grid."""
    return computed(
        "What the viewer may do in its grid, capability by capability; of events, `availableMoves` says more.",
        _capabilities,
        data_class=DataClass.PUBLIC,
        path=Scalar(path_of_grid, "text"),
    )


def _capabilities(needs: dict[str, Any], reader: Reader) -> list[Capability]:
    return [one for one in Capability if reader.viewer.may(one, needs["path"])]


def _may(_: Row, asking: Asking, arguments: Mapping[str, Any], bind: Bind) -> sa.ColumnElement[Any]:
    grid, scope = t.grid.alias(), asking.viewer.scope(Capability(arguments["capability"]))
    if scope.nowhere:
        return sa.false()
    held = sa.true() if scope.everywhere else scope.holds(grid.c.path)
    here = sa.and_(grid.c.code == bind(arguments["grid"], grid.c.code.type), grid.c.layer_id == BASE_LAYER)
    return sa.exists(sa.select(1).select_from(grid).where(here, held))


def may_field() -> Any:
    """The field `may` of the viewer."""
    return answer(
        _may,
        "Whether the viewer has a capability over a grid of the base layer. False for a grid that is not there.",
        form="boolean",
        arguments=[
            Argument("capability", Capability, "What it is about."),
            Argument("grid", str, "The grid's code."),
        ],
    )
