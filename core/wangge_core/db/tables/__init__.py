"""The tables, a module per room. Names are singular, as in the schema; every table that grows has an integer key."""

from wangge_core.db.tables.deadlines import calendar, calendar_change, calendar_day, event_clock, event_pause
from wangge_core.db.tables.declared import (
    asset_kind,
    event_kind,
    event_kind_version,
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
from wangge_core.db.tables.divisions import division, division_move, grid_former_code, grid_succession
from wangge_core.db.tables.events import event, event_assignment, event_history, involvement
from wangge_core.db.tables.evidence import attachment, event_attachment, stored_file
from wangge_core.db.tables.grids import boundary, boundary_tile, grid, grid_layer, grid_part
from wangge_core.db.tables.imports import import_review
from wangge_core.db.tables.intake import intake_count, public_question, public_report, webhook, webhook_delivery
from wangge_core.db.tables.jobs import job
from wangge_core.db.tables.metadata import metadata
from wangge_core.db.tables.needs import need, need_kind_role, reveal
from wangge_core.db.tables.people import household, household_member, person, residence
from wangge_core.db.tables.places import (
    asset,
    building,
    office,
    organization,
    organization_premises,
    organization_responsible,
    place,
    unit,
)
from wangge_core.db.tables.read_log import CHANGES, change_log, log_chain, read_log, read_log_subject
from wangge_core.db.tables.rights import access_grant, account, delegation, post
from wangge_core.db.tables.search import SEARCHED, index_of, is_search_index, search
from wangge_core.db.tables.sign_in import api_key, device
from wangge_core.db.tables.statistics import grid_statistic
from wangge_core.db.tables.steering import event_chase, event_request, project, project_step
from wangge_core.db.tables.tasks import duty_position, shift, task, task_addressee
from wangge_core.db.tables.work import counter, idempotency_key, outbox

__all__ = [
    "CHANGES",
    "SEARCHED",
    "access_grant",
    "account",
    "api_key",
    "asset",
    "asset_kind",
    "attachment",
    "boundary",
    "boundary_tile",
    "building",
    "calendar",
    "calendar_change",
    "calendar_day",
    "change_log",
    "counter",
    "delegation",
    "device",
    "division",
    "division_move",
    "duty_position",
    "event",
    "event_assignment",
    "event_attachment",
    "event_chase",
    "event_clock",
    "event_history",
    "event_kind",
    "event_kind_version",
    "event_pause",
    "event_request",
    "grid",
    "grid_former_code",
    "grid_layer",
    "grid_part",
    "grid_statistic",
    "grid_succession",
    "grid_type",
    "household",
    "household_member",
    "idempotency_key",
    "import_review",
    "index_of",
    "intake_count",
    "involvement",
    "is_search_index",
    "job",
    "log_chain",
    "metadata",
    "need",
    "need_kind",
    "need_kind_role",
    "office",
    "organization",
    "organization_premises",
    "organization_responsible",
    "outbox",
    "person",
    "place",
    "place_kind",
    "plugin",
    "post",
    "project",
    "project_step",
    "public_question",
    "public_report",
    "read_log",
    "read_log_subject",
    "residence",
    "reveal",
    "role",
    "search",
    "shift",
    "staffing",
    "staffing_position",
    "stored_file",
    "task",
    "task_addressee",
    "unit",
    "webhook",
    "webhook_delivery",
    "workflow",
    "workflow_stage",
    "workflow_version",
]
