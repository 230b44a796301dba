"""What plugins declare: grid types, roles and staffing templates, and what all declared things share. Their ids are their plain names."""

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import strawberry

from wangge_core.db import tables as t
from wangge_core.plugin.declarations.asks import AnswerType
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.details import DataClass
from wangge_core.plugin.declarations.grid_types import Each
from wangge_core.plugin.declarations.kinds import Involvable, Priority
from wangge_core.plugin.declarations.roles import Level
from wangge_schema.reading.declare import column, computed, expression, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Expression, Filter, Reader, Row
from wangge_schema.reading.statement import JsonMember
from wangge_schema.types.nodes import label_field

if TYPE_CHECKING:
    from wangge_schema.types.staffing import Course

for choice in (AnswerType, Capability, DataClass, Involvable, Priority, Level):
    enum_type(choice)
enum_type(Each, name="StaffingEach")

ORDERS = ("ordinal", "id")
DECLARED_FILTERS = {
    "id": Filter("text", lambda row: row.c.id, "By id."),
    "plugin": Filter("text", lambda row: row.c.plugin, "By the plugin that declares it."),
    "available": Filter("boolean", lambda row: row.c.available, "Whether its plugin is switched on."),
}


def declared_id(description: str) -> Any:
    return column("id", description)


def plugin_field() -> Any:
    return column("plugin", "The plugin that declares it; `local` for a local catalogue.")


def available_field() -> Any:
    return column("available", "False when its plugin is switched off; what was written under it still reads.", form="boolean")


@strawberry.type(description="The size rule of a grid type. A grid outside of a range is a warning, never an error.")
class SizeRule:
    least_households: int | None = strawberry.field(description="Households, at least.")
    most_households: int | None = strawberry.field(description="Households, at most.")
    least_people: int | None = strawberry.field(description="People, at least.")
    most_people: int | None = strawberry.field(description="People, at most.")
    grids_are: str = strawberry.field(description="What one grid is where it is not counted in households; else empty.")
    or_one: str | None = strawberry.field(
        description="What a grid may be instead, whatever its size, in the viewer's language: then too few is no warning."
    )


def _size(needs: dict[str, Any], reader: Reader) -> SizeRule:
    size: dict[str, Any] = needs["size"]
    instead = size.get("or_one")
    households, people = size["households"] or (None, None), size["people"] or (None, None)
    return SizeRule(
        least_households=households[0],
        most_households=households[1],
        least_people=people[0],
        most_people=people[1],
        grids_are=size["grids_are"],
        or_one=instead and instead[reader.viewer.language],
    )


@strawberry.type(description="The name that a grid type gives to a level.")
class LevelName:
    level: Level = strawberry.field(description="The level.")
    label: str = strawberry.field(description="What this type calls it, in the viewer's language.")


def _level_names(needs: dict[str, Any], reader: Reader) -> list[LevelName]:
    names: dict[str, dict[str, str]] = needs["level_names"]
    return [LevelName(level=Level(level), label=label[reader.viewer.language]) for level, label in names.items()]


def _templates(needs: dict[str, Any], reader: Reader) -> list[str]:
    grid_type = reader.registry.grid_types.get(needs["id"])
    return [] if grid_type is None else [one.id for one in grid_type.staffing]


@planned(table=t.grid_type, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class GridType:
    """A kind of grid, from a plugin: towns, villages, sights, the sea and whatever integrators add."""

    id: strawberry.ID = declared_id("Its name, such as `urban`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    overlay: bool = column("overlay", "Whether it is for layers made of base grids.", form="boolean")
    size: SizeRule = computed("How large a grid of this type should be.", _size, size=need("size", "json"))
    level_names: list[LevelName] = computed(
        "What this type calls the levels that answer for a grid.", _level_names, level_names=need("level_names", "json")
    )
    staffing_ids: list[strawberry.ID] = computed(
        "The staffing templates that a grid of this type can choose; the first is the default.", _templates, id=need("id")
    )


def _required(role: Row, course: Row, _: Asking) -> sa.ColumnElement[bool]:
    tie = t.course_role.alias()
    courses = sa.select(tie.c.course_id).where(tie.c.role_id == role.c.id).correlate_except(tie)
    return sa.and_(course.c.active, course.c.id.in_(courses))


@planned(table=t.role, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Role:
    """A template of posts: who does the work, at which level, and with what rights."""

    id: strawberry.ID = declared_id("Its name, such as `community.grid_worker`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    level: Level = column("level", "Where such a post is held.")
    duty: str = column("duty", "What its holder does, in a sentence.")
    may: list[Capability] = column("may", "What its holder may do within the post's grid.", form="json")
    acts_as: list[strawberry.ID] = column("acts_as", "The roles whose part in a workflow its holder may take.", form="json")
    shown_to_public: bool = column(
        "shown_to_public",
        "Whether its holder stands on the notice board, with the name at work and the official telephone.",
        form="boolean",
    )
    required_courses: "list[Course]" = to_many(
        _required, "The courses that must have been taken before a post of it is taken up. For whoever is signed in."
    )


@planned(table=t.staffing, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Staffing:
    """A staffing template: which posts a grid or a desk should have."""

    id: strawberry.ID = declared_id("Its name, such as `urban.one_five_n`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    level: Level = column("level", "Where its posts are held.")
    positions: "list[StaffingPosition]" = to_many("staffing_id", "Its lines.", order="ordinal")
    teams: "list[StaffingTeam]" = to_many("staffing_id", "The teams in which its people work together.", order="ordinal", most=20)


@planned(table=t.staffing_position, data_class=DataClass.PUBLIC)
class StaffingPosition:
    """One line of a staffing template."""

    role: Role = to_one("role_id", "The role.")
    least: int = column("least", "How many posts at least.", form="number")
    most: int | None = column("most", "How many posts at most; null means no limit.", form="number")
    per: str = column("per", "Of what: grid, building, shift …")
    each: Each = column("each", "The same, as far as it can be counted.")
    grids_each: int | None = column("grids_each", "In how many grids one person may hold it; null without a limit.", form="number")


def _of_team(team: Row, role: Row, _: Asking) -> sa.ColumnElement[bool]:
    tie = t.staffing_team_role.alias()
    return role.c.id.in_(sa.select(tie.c.role_id).where(tie.c.team_id == team.c.id).correlate_except(tie))


def _said(name: str) -> Expression:
    return lambda row, asking: JsonMember(row.c[name], asking.viewer.language)


@planned(table=t.staffing_team, orders=ORDERS, data_class=DataClass.PUBLIC)
class StaffingTeam:
    """A team of a staffing template: the roles that it is made of, and the work that they do together."""

    id: strawberry.ID = declared_id("Its name, such as `campus.night_team`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    work: str = expression(_said("work"), "What it looks after, in the viewer's language.")
    note: str | None = expression(_said("note"), "What must be said of it wherever it is shown, in the viewer's language.")
    roles: list[Role] = to_many(_of_team, "The roles that it is made of.", order="ordinal")
