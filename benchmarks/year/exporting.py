"""Exporting: the raw tables of a deployment as CSV files, and the rows read back from them. Moments are in UTC."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment

TABLES = {
    "grid_layer": "id base",
    "grid": "id parent_id path level layer_id ended_at grid_type_id staffing_id",
    "workflow_version": "id workflow_id",
    "event": (
        "id grid_id kind_id workflow_version_id stage priority reported_at closed closed_at whole_due_at recorded_timeliness "
        "part_of_id joined_to_id"
    ),
    "event_history": "event_id sequence entry move from_stage to_stage at account_id answers",
    "event_clock": "id event_id scope stage due_at started_at stopped_at exempted_at",
    "event_kind": "id hidden_from_grid",
    "visit": "id grid_id what outcome started_at counted duty_id household_id person_id event_id post_id",
    "patrol": "id grid_id what started_at ended_at counted minutes_counted duty_id route_id",
    "campaign": "id event_id started_at",
    "campaign_target": "id campaign_id grid_id state reason",
    "hand_over": "id",
    "appraisal_run": "id starts_on state",
    "appraisal_result": "run_id appraised_grid_id inputs",
    "official_population": "grid_id as_of number",
    "person": "id household_id grid_id residence confirmed_at removed_at created_at",
    "building": "grid_id confirmed_at",
    "place": "id kind_id grid_id confirmed_at",
    "organization": "grid_id confirmed_at",
    "asset": "kind_id grid_id confirmed_at",
    "household": "id grid_id",
    "household_member": "household_id",
    "need": "person_id kind_id created_at ends_at",
    "occasion_term": "occasion_id grid_id starts_at ends_at",
    "duty_change": "id",
    "calendar": "id name follows_id starts_on ends_on hours years",
    "calendar_day": "calendar_id day worked",
    "account": "id active",
    "post": "id account_id role_id grid_id office_id starts_at ends_at",
    "delegation": "post_id account_id starts_at ends_at",
    "office": "id",
}
"""What is exported: columns by table."""
Row = Mapping[str, Any]


async def export(deployment: Deployment, folder: Path) -> None:
    """Write each table to a file of its own."""
    async with deployment.read() as work:
        for name, columns in TABLES.items():
            table = t.metadata.tables[name]
            rows = await work.rows(sa.select(*(table.c[column] for column in columns.split())))
            with folder.joinpath(f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(columns.split())
                writer.writerows([_text(value) for value in row] for row in rows)


def _text(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def read(folder: Path) -> dict[str, Sequence[Row]]:
    """The rows of each table, with numbers, moments and answers as such."""
    found: dict[str, Sequence[Row]] = {}
    for name in TABLES:
        with folder.joinpath(f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found[name] = [{column: _value(column, text) for column, text in row.items()} for row in csv.DictReader(file)]
    return found


def _value(column: str, text: str) -> Any:
    if text == "null":
        return None
    if column.endswith("_at") or column == "at":
        return datetime.fromisoformat(text)
    return text if column.endswith(("_on", "as_of", "day")) else json.loads(text)
