"""Due lists: what is due, overdue and done.

An operation of the core finds the items by one statement. What an item is of, the planner reads for all items of the page at once, under
the viewer's rights: who may not see a household or a person is told neither its name nor its key.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import orjson
import strawberry
from strawberry.types.info import Info

from wangge_core.duties.due import MOST_ITEMS, OPEN, DueItem, DuePage, DueRequest, due_items
from wangge_core.duties.stating import DueState
from wangge_core.plugin.declarations.duties import TargetSort
from wangge_schema.errors import IdError, PageError, PositionError
from wangge_schema.ids import given_key
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import DateTime
from wangge_schema.session import Session
from wangge_schema.types.due_cursors import read_cursor, write_cursor
from wangge_schema.types.duties import Duty
from wangge_schema.types.events import Event
from wangge_schema.types.grids import Grid
from wangge_schema.types.intake import session_of
from wangge_schema.types.nodes import PageInfo
from wangge_schema.types.people import Household, Person
from wangge_schema.types.places import Asset, Building, Organization, Place, Unit
from wangge_schema.types.positions import PositionInput

enum_type(DueState)
DUE_COSTS = 200
"""A look at everything on a ground that a duty may concern."""
PREFIXES = {sort: sort.title() for sort in TargetSort} | {"TASK": "Event"}
UNKNOWN = "Duties of working days that are left out: the working calendar does not cover this year, and nobody knows whether today is one."


@strawberry.type(
    name="DueItem",
    description="Something that a duty asks for. Of its target one field is filled; none where the viewer may not see it.",
)
class DueThing:
    duty: Duty = strawberry.field(description="The duty.")
    sort: TargetSort = strawberry.field(description="Of what sort the target is; of a task it is the event.")
    target_id: strawberry.ID | None = strawberry.field(
        description="The global id of the target; null where the viewer may not see it, of a need's person where not the need."
    )
    grid: Grid = strawberry.field(description="The grid that it lies in now.")
    household: Household | None = strawberry.field(description="The household.")
    person: Person | None = strawberry.field(description="The person.")
    unit: Unit | None = strawberry.field(description="The home.")
    building: Building | None = strawberry.field(description="The building.")
    organization: Organization | None = strawberry.field(description="The organisation.")
    asset: Asset | None = strawberry.field(description="The asset.")
    place: Place | None = strawberry.field(description="The place.")
    event: Event | None = strawberry.field(description="The event.")
    state: DueState = strawberry.field(description="How it stands.")
    due_by: DateTime = strawberry.field(
        description="By when it is due: the end of its period, or of the one before where it was missed and not made up since."
    )
    needed: int = strawberry.field(description="How much is asked for: times, minutes, or different households.")
    done: int = strawberry.field(description="How much of that was done; declined visits count.")
    last_done_at: DateTime | None = strawberry.field(description="When the same was last done to it; null where never.")
    distance: int | None = strawberry.field(
        description="Metres from `near`, as the crow flies; null without it, and where the place is not known."
    )


@strawberry.type(description="A page of a due list: what is due first before all else, then what is near.")
class DueItems:
    nodes: list[DueThing] = strawberry.field(description=f"The items of the page, at most {MOST_ITEMS}.")
    page_info: PageInfo = strawberry.field(description="Where the page lies; it has no page before it that could be asked for.")
    unknown_duty_ids: list[strawberry.ID] = strawberry.field(description=UNKNOWN)


Whose = Annotated[strawberry.ID | None, strawberry.argument(description="The global id of the post whose list it is.")]
Where = Annotated[
    strawberry.ID | None, strawberry.argument(description="Instead: the global id of the grid; what lies below counts too.")
]
Which = Annotated[list[strawberry.ID] | None, strawberry.argument(description="Only of these duties, by name.")]


async def _due_items(
    info: Info,
    post_id: Whose = None,
    grid_id: Where = None,
    duty_ids: Which = None,
    states: Annotated[
        list[DueState] | None, strawberry.argument(description="In these states; DUE and OVERDUE unless given.")
    ] = None,
    near: Annotated[PositionInput | None, strawberry.argument(description="From where distances are measured.")] = None,
    first: Annotated[int, strawberry.argument(description=f"How many, at most {MOST_ITEMS}.")] = 50,
    after: Annotated[str | None, strawberry.argument(description="Only items after the one of this cursor.")] = None,
) -> DueItems | None:
    session, raw = session_of(info)
    if not 1 <= first <= MOST_ITEMS:
        raise PageError(f"A due list has pages of 1 to {MOST_ITEMS}; {first} were asked for.")
    request = DueRequest(
        **of_whom(post_id, grid_id),
        duty_ids=tuple(duty_ids or ()),
        states=OPEN if states is None else tuple(dict.fromkeys(states)),
        near=_near(near),
        first=first,
        after=None if after is None else read_cursor(after),
    )
    async with session.deployment.read() as work:
        found = await due_items(work, session.viewer, request)
    return cast("Any", Completed(None if found is None else await _told(session, session.chosen(raw), found)))


def of_whom(post_id: str | None, grid_id: str | None) -> dict[str, Any]:
    """The post or grid of a request. Raises IdError where neither or both are given."""
    if (post_id is None) == (grid_id is None):
        raise IdError("Give either `postId` or `gridId`.")
    if post_id is not None:
        return {"post_id": given_key(post_id, "Post")}
    return {"grid_id": given_key(cast("str", grid_id), "Grid")}


def _near(given: Any) -> tuple[float, float] | None:
    if given is None:
        return None
    if not (-180 <= given.longitude <= 180 and -90 <= given.latitude <= 90):
        raise PositionError("A position has a longitude of −180 to 180 and a latitude of −90 to 90.")
    return given.longitude, given.latitude


TARGETS = {
    "household": ("HOUSEHOLD",),
    "person": ("PERSON",),
    "unit": ("UNIT",),
    "building": ("BUILDING",),
    "organization": ("ORGANIZATION",),
    "asset": ("ASSET",),
    "place": ("PLACE",),
    "event": ("EVENT", "TASK"),
}
"""Fields of an item that are its target, by the sorts of which that is."""


async def _told(session: Session, chosen: Chosen, found: DuePage) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for one in chosen.children():
        if one.name == "nodes":
            told[one.key] = await _things(session, (chosen.key,), one, found.items)
        elif one.name == "pageInfo":
            told[one.key] = project(_page_info(found), one)
        else:
            told[one.key] = "DueItems" if one.name == "__typename" else project(list(found.unknown), one)
    return told


def _page_info(found: DuePage) -> Typed:
    cursors = [write_cursor(one.place) for one in (found.items[:1] + found.items[-1:])]
    members = {
        "hasNextPage": found.more,
        "hasPreviousPage": False,
        "startCursor": cursors[0] if cursors else None,
        "endCursor": cursors[-1] if cursors else None,
    }
    return Typed("PageInfo", members)


async def _things(session: Session, where: tuple[str, ...], chosen: Chosen, items: Sequence[DueItem]) -> list[dict[str, Any]]:
    """The items as they were asked for; what they are of is read once for the page, however many."""
    told: list[dict[str, Any]] = [{} for _ in items]
    for one in chosen.children():
        if one.name in ("duty", "grid") or one.name in TARGETS:
            keys = [_target_key(one.name, item) for item in items]
            found = await by_keys(session, (*where, chosen.key, one.key), one, keys)
            for item, key in zip(told, keys, strict=True):
                item[one.key] = None if key is None else found.get(key)
        else:
            for item, thing in zip(told, items, strict=True):
                item[one.key] = "DueItem" if one.name == "__typename" else project(_member(one.name, thing), one)
    return told


def _target_key(name: str, item: DueItem) -> Any:
    if name == "duty":
        return item.duty_id
    if name == "grid":
        return item.grid_id
    return item.id if item.sort in TARGETS[name] else None


def _member(name: str, item: DueItem) -> Any:
    prefix = PREFIXES[item.sort]
    members = {
        "sort": item.sort,
        "targetId": None if item.id is None else f"{prefix}:{item.id}",
        "state": item.state.value,
        "dueBy": item.due_by,
        "needed": item.needed,
        "done": item.done,
        "lastDoneAt": item.last_done_at,
        "distance": None if item.distance_metres is None else round(item.distance_metres),
    }
    return members[name]


async def by_keys(session: Session, where: tuple[str, ...], chosen: Chosen, keys: Sequence[Any]) -> Mapping[Any, Any]:
    """What the viewer may see of the things with these keys, by key."""
    wanted = sorted({key for key in keys if key is not None})
    if not wanted:
        return {}
    return dict(orjson.loads(await session.things(where, chosen, wanted)))


WHO = "For the holder of the post and who stands in, and with READ_WORK over its ground or the grid; null for all others."
due_items_field: Any = strawberry.field(
    resolver=_due_items,
    metadata={WEIGHT: DUE_COSTS},
    description="What duties ask for now: of a worker the duties of the post's role on its ground, of a grid those of everybody. "
    f"Worked out from who and what is there now and what the ledger says was done. Of a duty that names a sensitive kind of needs who may "
    f"not see the need is shown nothing. {WHO} Errors: CURSOR_INVALID, ID_INVALID, PAGE_INVALID, "
    "POSITION_INVALID.",
)
