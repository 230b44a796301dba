"""The notice board: who looks after a place, how they are reached, and where the station is.

What stands on a board is read by the planner; which grid's board it is, an operation of the core finds.
"""

from typing import Annotated, Any, cast

import sqlalchemy as sa
import strawberry
from strawberry.types.info import Info

from wangge_core.boards.finding import BoardPlace, Candidate, FoundBoard, check_place, find_board
from wangge_core.boards.staff import BOARD_POSTS, BOARD_SUBSTITUTES, has_staff, held_rule, is_vacant, substitute_rule
from wangge_core.boards.stations import is_station, serves
from wangge_core.db import tables as t
from wangge_core.refusals import message
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.visibility import everybody
from wangge_schema.errors import AddressError, PositionError
from wangge_schema.ids import given_key
from wangge_schema.reading.declare import column, planned, to_many, to_one
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import WEIGHT, Asking, Row
from wangge_schema.reading.statement import PathIds
from wangge_schema.session import Session
from wangge_schema.types.declared import Role
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import session_of
from wangge_schema.types.places import Place
from wangge_schema.types.positions import PositionInput

MOST_POSTS, MOST_STATIONS, MOST_OVERLAYS, MOST_LEVELS = 50, 20, 20, 32


@planned(table=BOARD_SUBSTITUTES, rule=substitute_rule, data_class=DataClass.PUBLIC)
class NoticeBoardSubstitute:
    """Somebody who stands in for the holder of a post now. Public."""

    name: str | None = column("name", "The name at work; null where it is not told.")


@planned(table=BOARD_POSTS, rule=held_rule, data_class=DataClass.PUBLIC)
class NoticeBoardPost:
    """A post as everybody sees it: of a role that is shown to the public, and held now. Public."""

    role: Role = to_one("role_id", "What it is for.")
    name: str | None = column(
        "name", "The holder's name at work; null where it is not told, and where only a substitute of one who has left is at work."
    )
    phone: str | None = column("phone", "The official telephone: of the post, or else of its office.")
    substitutes: list[NoticeBoardSubstitute] = to_many("post_id", "Who stands in for the holder now.", most=5)


def _answering(row: Row, board: Row, asking: Asking) -> sa.ColumnElement[bool]:
    above = t.grid.alias()
    nearest = (
        sa.select(above.c.id)
        .where(PathIds(above.c.id, row.c.path), has_staff(above, asking.viewer))
        .order_by(above.c.depth.desc())
        .limit(1)
        .correlate_except(above)
        .scalar_subquery()
    )
    return board.c.id == nearest


def _levels(row: Row, board: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(PathIds(board.c.id, row.c.path), board.c.id != row.c.id)


def _overlays(row: Row, board: Row, _: Asking) -> sa.ColumnElement[bool]:
    part = t.grid_part.alias()
    made = sa.select(part.c.overlay_grid_id).where(PathIds(part.c.base_grid_id, row.c.path)).correlate_except(part)
    return sa.and_(board.c.id.in_(made), board.c.ended_at.is_(None))


@planned(table=t.grid, rule=everybody, data_class=DataClass.PUBLIC)
class NoticeBoard:
    """Who looks after a grid, how they are reached, and where the station is. Public: names at work and official telephones of roles that
    are shown to the public (`Role.shownToPublic`), and nothing of anybody else."""

    grid: Grid = to_one("id", "The grid whose board it is.")
    posts: list[NoticeBoardPost] = to_many("grid_id", "Who looks after this very grid.", order="ordinal", most=MOST_POSTS)
    vacant_roles: list[Role] = to_many(
        lambda row, role, asking: is_vacant(row, role, asking.viewer),
        "What its staffing asks for and nobody holds now; `answering` says who is there instead.",
        order="ordinal",
        most=MOST_POSTS,
    )
    answering: "NoticeBoard | None" = to_one(
        _answering, "The board of the nearest grid, from this one upwards, in which somebody is there; null where nobody is."
    )
    levels: "list[NoticeBoard]" = to_many(
        _levels, "The boards of the grids above it, from the root down.", order="depth", most=MOST_LEVELS
    )
    overlays: "list[NoticeBoard]" = to_many(
        _overlays,
        "The boards of other layers' grids that are made of it or of one above it: the police, city management.",
        most=MOST_OVERLAYS,
    )
    stations: list[Place] = to_many(
        lambda row, place, _: serves(row, place, PathIds),
        "Where people find somebody: the stations in it and below it, or where there are none, those of the nearest grid above.",
        order="name",
        most=MOST_STATIONS,
    )
    own_stations: list[Place] = to_many(
        lambda row, place, _: sa.and_(place.c.grid_id == row.c.id, is_station(place)),
        "The stations of this very grid, such as the desk of a community.",
        order="name",
        most=MOST_STATIONS,
    )


@strawberry.input(one_of=True, description="Whose notice board is wanted: exactly one of these.")
class NoticeBoardAt:
    grid_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="The grid with this global id, of any layer; of one that has ended, what came after it."
    )
    grid_code: strawberry.Maybe[str] = strawberry.field(
        description="The grid of the base layer with this code, or that once had it; of one that has ended, what came after it."
    )
    position: strawberry.Maybe[PositionInput] = strawberry.field(
        description="The grid that it lies in, or else the nearest within 100 km."
    )
    address: strawberry.Maybe[str] = strawberry.field(
        description="The grid of the building with this name or address, or whose name holds it; 2 to 200 characters."
    )


@strawberry.type(description="A grid whose board it may be. In which building of it an address lies, is not told.")
class NoticeBoardCandidate:
    grid_id: strawberry.ID = strawberry.field(description="The global id of the grid.")
    code: str = strawberry.field(description="Its code.")
    name: str = strawberry.field(description="Its name.")
    within: list[str] = strawberry.field(description="The names of the grids above it, the widest first.")


@strawberry.type(name="NoticeBoardFound", description="The notice board of a place.")
class FoundNoticeBoard:
    board: NoticeBoard | None = strawberry.field(description="The board; null where it may be that of several grids: `candidates`.")
    inside: bool = strawberry.field(description="Whether the position lies in the grid; false where the grid is only the nearest.")
    distance: float = strawberry.field(description="Metres from the position to the grid; 0 where it lies in it.")
    nearest_station: Place | None = strawberry.field(
        description="Of the board's stations the one nearest to the position; null without a position, and where no station has one."
    )
    station_distance: float | None = strawberry.field(description="Metres from the position to that station, as the crow flies.")
    candidates: list[NoticeBoardCandidate] = strawberry.field(
        description="The grids in which an address may lie, or that came after one that was divided: by code, at most 20, where there are "
        "several. Empty otherwise."
    )


async def _notice_board(
    info: Info, at: Annotated[NoticeBoardAt, strawberry.argument(description="Whose board it is.")]
) -> FoundNoticeBoard | None:
    session, raw = session_of(info)
    place = _place(at)
    if wrong := next(iter(check_place(place)), None):
        raise (AddressError if wrong.code == "ADDRESS_INVALID" else PositionError)(message(wrong, session.viewer.language))
    async with session.deployment.read() as work:
        found = await find_board(work, place)
    if found is None:
        return cast("Any", Completed(None))
    chosen = session.chosen(raw)
    return cast("Any", Completed({one.key: await _told(session, chosen, one, found) for one in chosen.children()}))


def _place(at: Any) -> BoardPlace:
    """What is asked for. Raises IdError."""
    given = {name: one.value for name in ("grid_id", "grid_code", "position", "address") if (one := getattr(at, name)) is not None}
    if "grid_id" in given:
        given["grid_id"] = given_key(given["grid_id"], "Grid")
    if "position" in given:
        given["position"] = (given["position"].longitude, given["position"].latitude)
    return BoardPlace(**given)


async def _told(session: Session, chosen: Chosen, one: Chosen, found: FoundBoard) -> Any:
    """What is asked of the answer, under its response key."""
    things = {"board": found.grid_id, "nearestStation": found.station and found.station.place_id}
    if one.name in things:
        key = things[one.name]
        return None if key is None else Completed.json(await session.thing((chosen.key, one.key), one, key)).value
    members: dict[str, Any] = {
        "__typename": "NoticeBoardFound",
        "inside": found.inside,
        "distance": round(found.distance, 2),
        "stationDistance": None if found.station is None else round(found.station.distance),
    }
    return project([_candidate(each) for each in found.candidates], one) if one.name == "candidates" else members[one.name]


def _candidate(one: Candidate) -> Typed:
    members = {"gridId": f"Grid:{one.grid_id}", "code": one.code, "name": one.name, "within": list(one.within)}
    return Typed("NoticeBoardCandidate", members)


NOTICE_BOARD_COSTS = 60
"""As much as a text search and a position: an address is looked up among the names of buildings."""
notice_board: Any = strawberry.field(
    resolver=_notice_board,
    metadata={WEIGHT: NOTICE_BOARD_COSTS},
    description="The notice board of a grid, a position or an address: who looks after it, how they are reached, and where the station is. "
    "For everybody; null where there is no such grid, address or ground. A position is exact, as in `gridAt`. "
    "Errors: ADDRESS_INVALID, ID_INVALID, POSITION_INVALID.",
)
