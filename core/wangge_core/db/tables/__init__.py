"""The tables, a module per room. Names are singular, as in the schema; every table that grows has an integer key."""

from wangge_core.db.tables.declared import (
    asset_kind,
    event_kind,
    grid_type,
    need_kind,
    place_kind,
    plugin,
    role,
    staffing,
    staffing_position,
    workflow,
    workflow_stage,
    workflow_version,
)
from wangge_core.db.tables.events import event, event_assignment, event_history, involvement
from wangge_core.db.tables.grids import grid, grid_layer, grid_part
from wangge_core.db.tables.metadata import metadata
from wangge_core.db.tables.people import household, person
from wangge_core.db.tables.places import asset, building, office, organization, place, unit
from wangge_core.db.tables.rights import account, post
from wangge_core.db.tables.search import SEARCHED, index_of, is_search_index, search
from wangge_core.db.tables.work import counter, idempotency_key, outbox

__all__ = [
    "SEARCHED",
    "account",
    "asset",
    "asset_kind",
    "building",
    "counter",
    "event",
    "event_assignment",
    "event_history",
    "event_kind",
    "grid",
    "grid_layer",
    "grid_part",
    "grid_type",
    "household",
    "idempotency_key",
    "index_of",
    "involvement",
    "is_search_index",
    "metadata",
    "need_kind",
    "office",
    "organization",
    "outbox",
    "person",
    "place",
    "place_kind",
    "plugin",
    "post",
    "role",
    "search",
    "staffing",
    "staffing_position",
    "unit",
    "workflow",
    "workflow_stage",
    "workflow_version",
]
