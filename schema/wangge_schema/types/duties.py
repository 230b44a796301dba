"""Duties as they are declared and as the deployment changed them, and occasions with the terms in which they hold."""

from typing import Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.duties import DutyWork, FrequencyKind, Period, TargetSort
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.declarations.weekdays import Weekday
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import Rule, within_grid
from wangge_schema.reading.declare import column, computed, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Reader, Row
from wangge_schema.scalars import DateTime
from wangge_schema.types.declared import DECLARED_FILTERS, ORDERS, available_field, declared_id, plugin_field
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Node, label_field, node_id
from wangge_schema.types.rights import Account

MOST_CHANGES = 100
enum_type(DutyWork)
enum_type(Period, name="DutyPeriod")
enum_type(FrequencyKind, name="DutyFrequencyKind")
enum_type(TargetSort, name="DutyTargetSort")


@strawberry.type(description="Whom or what a duty concerns.")
class DutyTarget:
    sort: TargetSort = strawberry.field(description="Of what sort they are.")
    kind_ids: list[strawberry.ID] = strawberry.field(
        description="Of which kinds: of the needs that people have, of assets, places or events; of tasks their kinds. Empty for all."
    )
    also_ids: list[strawberry.ID] = strawberry.field(description="Kinds of needs that a person must have besides.")
    not_also_ids: list[strawberry.ID] = strawberry.field(description="Kinds of needs that a person must not have besides.")
    without_need: bool = strawberry.field(description="Of households: only those without any need, sensitive ones aside.")
    with_temporary: bool = strawberry.field(description="Of households: only those where somebody lives for a time.")
    level: Level = strawberry.field(description="Of grids: at which level.")
    urgent: bool = strawberry.field(description="Of events: only urgent ones.")
    closed: bool = strawberry.field(description="Of events: counted from closing.")
    unrated: bool = strawberry.field(description="Of events: only those that their reporter did not rate.")
    one_in: int = strawberry.field(description="Of events: every so many-th.")


@strawberry.type(description="How often a duty is done.")
class DutyFrequency:
    kind: FrequencyKind = strawberry.field(description="In what way that is said.")
    amount: int = strawberry.field(
        description="How many: times, minutes, percent or different households in a period, hours, seconds (PROMPTLY), days (BEFORE)."
    )
    per: Period | None = strawberry.field(description="The period of the calendar; null where none counts.")
    on: Weekday | None = strawberry.field(description="The weekday on which it is due; null for any.")
    occasion_id: strawberry.ID | None = strawberry.field(
        description="The occasion while which it holds; of PROMPTLY and BEFORE, the one whose beginning counts."
    )


def shown_frequency(stored: dict[str, Any]) -> DutyFrequency:
    """A frequency as a row keeps it."""
    return DutyFrequency(
        kind=FrequencyKind(stored["kind"]),
        amount=stored["amount"],
        per=Period(stored["per"]) if stored.get("per") else None,
        on=Weekday(stored["on"]) if stored.get("on") else None,
        occasion_id=stored.get("occasion") or None,
    )


def _target(stored: dict[str, Any]) -> DutyTarget:
    return DutyTarget(
        sort=TargetSort(stored["sort"]),
        kind_ids=stored.get("kinds", []),
        also_ids=stored.get("also", []),
        not_also_ids=stored.get("not_also", []),
        without_need=stored.get("without_need", False),
        with_temporary=stored.get("with_temporary", False),
        level=Level(stored.get("level", "GRID")),
        urgent=stored.get("urgent", False),
        closed=stored.get("closed", False),
        unrated=stored.get("unrated", False),
        one_in=stored.get("one_in", 1),
    )


def _targets(needs: dict[str, Any], reader: Reader) -> list[DutyTarget]:
    del reader
    return [_target(one) for one in needs["targets"]]


def _frequencies(needs: dict[str, Any], reader: Reader) -> list[DutyFrequency] | None:
    del reader
    return None if needs["frequencies"] is None else [shown_frequency(one) for one in needs["frequencies"]]


def _where_work_is_read(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """With READ_WORK over the grid; what holds everywhere is seen with READ_WORK anywhere."""
    scope = viewer.scope(Capability.READ_WORK)
    if scope.everywhere:
        return sa.true()
    everywhere = sa.false() if scope.nowhere else row.c.grid_id.is_(None)
    return sa.or_(everywhere, scope.covers(row.c.grid_id, of_base=False))


duty_change_rule = Rule(_where_work_is_read)
occasion_term_rule = within_grid(Capability.READ_WORK)


def _holding(row: Row, change: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(change.c.duty_id == row.c.id, change.c.current)


@planned(table=t.duty_change, rule=duty_change_rule, prefix="DutyChange", data_class=DataClass.STAFF)
class DutyChange(Node):
    """How the deployment has a duty in a grid and below it, or everywhere. For READ_WORK over the grid."""

    id: strawberry.ID = node_id("DutyChange")
    duty: "Duty" = to_one("duty_id", "The duty.")
    grid: Grid | None = to_one("grid_id", "Where, unless something else is said of a grid below; null for everywhere.")
    version: int = column("version", "Counts the changes of the duty for this grid, from 1.", form="number")
    current: bool = column("current", "Whether it holds; otherwise a later one does.", form="boolean")
    in_force: bool = column("in_force", "Whether the duty holds there at all.", form="boolean")
    frequencies: list[DutyFrequency] | None = computed(
        "How often it is done there; null for as often as it is declared.", _frequencies, frequencies=need("frequencies", "json")
    )
    role_ids: list[strawberry.ID] | None = column("who", "Whose it is there; null for those whom it names itself.", form="json")
    reason: str = column("reason", "Why.")
    account: Account | None = to_one(
        "account_id", "Who changed it; null for the operator, and where the viewer may not see the account."
    )
    at: DateTime = column("at", "When.", form="moment")


@planned(table=t.duty, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Duty:
    """What somebody must do again and again, or each time something happens, as a plugin declares it. Public. What the deployment changed
    of it stands in `changes`."""

    id: strawberry.ID = declared_id("Its name, such as `urban.visit_hardship`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    role_ids: list[strawberry.ID] = column("who", "Whose it is: each of these roles, and any that may act as one.", form="json")
    does: DutyWork = column("does", "What is done.")
    minutes: int = column("minutes", "How long one takes, for forecasts of load.", form="number")
    targets: list[DutyTarget] = computed("Whom and what it concerns.", _targets, targets=need("targets", "json"))
    frequencies: list[DutyFrequency] = computed("How often it is done.", _frequencies, frequencies=need("frequencies", "json"))
    grid_type_ids: list[strawberry.ID] | None = column(
        "grid_types", "On the ground of which grid types; null for all.", form="json"
    )
    since: DateTime = column("since", "Since when the deployment has it; nothing is overdue from before.", form="moment")
    changes: list[DutyChange] = to_many(
        _holding, "What the deployment changed of it, as it holds now.", order="at", most=MOST_CHANGES
    )
    past_changes: list[DutyChange] = to_many(
        lambda row, change, _: sa.and_(change.c.duty_id == row.c.id, sa.not_(change.c.current)),
        "What it changed before, oldest first.",
        order="at",
        most=MOST_CHANGES,
    )


@planned(table=t.occasion, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Occasion:
    """What may hold over some ground for a time, and duties go by: a storm warning, the wet season, a peak day. Public."""

    id: strawberry.ID = declared_id("Its name, such as `community.storm_warning`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()


@planned(
    table=t.occasion_term,
    rule=occasion_term_rule,
    prefix="OccasionTerm",
    orders=("starts_at", "id"),
    filters={
        "starts_at": Filter("moment", lambda row: row.c.starts_at, "By when it begins."),
        "ends_at": Filter("moment", lambda row: row.c.ends_at, "By when it ends."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "Of the grid of this code or one below it."),
    },
    data_class=DataClass.STAFF,
)
class OccasionTerm(Node):
    """That an occasion holds in a grid and below it, from when until when. For READ_WORK over the grid."""

    id: strawberry.ID = node_id("OccasionTerm")
    occasion: Occasion = to_one("occasion_id", "The occasion.")
    grid: Grid = to_one("grid_id", "Where.")
    starts_at: DateTime = column("starts_at", "From when.", form="moment")
    ends_at: DateTime | None = column("ends_at", "Until when; null while nobody said so.", form="moment")
    reason: str = column("reason", "Why, or by which notice.")
    set_by: Account | None = to_one(
        "set_by_id", "Who said so; null for the operator, and where the viewer may not see the account."
    )
    end_reason: str | None = column("end_reason", "Why its end was taken forward.")
    ended_by: Account | None = to_one("ended_by_id", "Who ended it.")
