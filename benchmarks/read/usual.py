"""The usual way in Python: Strawberry types over SQLAlchemy's ORM, asynchronous, with DataLoaders. No rights.

It knows as much of the schema as the six questions ask; types are the ORM's own rows, so that a plain field is a plain attribute.
"""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

from read.usual_loaders import BuildingRow, EventRow, GridRow, Loaders, within

Context = Info[Loaders, None]


def in_chinese(self: Any) -> str:
    return self.label["zh"]


def loaded(name: str, key: str) -> Callable[[Any, Context], Awaitable[Any]]:
    """A resolver of what a key points at."""

    async def resolve(self: Any, info: Context) -> Any:
        value = getattr(self, key)
        return None if value is None else await getattr(info.context, name).load(value)

    return resolve


@strawberry.type
class Account:
    name: str


@strawberry.type
class Office:
    name: str


@strawberry.type
class Role:
    label: str = strawberry.field(resolver=in_chinese)


@strawberry.type
class EventKind:
    label: str = strawberry.field(resolver=in_chinese)


@strawberry.type
class WorkflowStage:
    name: str
    label: str = strawberry.field(resolver=in_chinese)


@strawberry.type
class Post:
    role: Role = strawberry.field(resolver=loaded("role", "role_id"))
    account: Account | None = strawberry.field(resolver=loaded("account", "account_id"))


@strawberry.type
class EventAssignment:
    lead: bool
    active: bool
    post: Post | None = strawberry.field(resolver=loaded("post", "post_id"))
    office: Office | None = strawberry.field(resolver=loaded("office", "office_id"))


@strawberry.type
class HistoryEntry:
    sequence: int
    entry: str
    move: str | None
    at: datetime
    account: Account | None = strawberry.field(resolver=loaded("account", "account_id"))
    post: Post | None = strawberry.field(resolver=loaded("post", "post_id"))


@strawberry.type
class Person:
    name: str
    gender: str | None
    born_on: date | None
    residence: str


@strawberry.type
class Household:
    name: str
    persons: list[Person] = strawberry.field(resolver=loaded("persons", "id"))


@strawberry.type
class Unit:
    name: str
    use: str
    households: list[Household] = strawberry.field(resolver=loaded("households", "id"))


@strawberry.enum
class OrderDirection(Enum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.enum
class NameOrderField(Enum):
    NAME = "name"
    CODE = "code"


@strawberry.input
class NameOrderBy:
    field: NameOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.type
class UnitConnection:
    nodes: list[Unit]


@strawberry.type
class Building:
    name: str
    address: str | None
    floors: int | None

    @strawberry.field
    async def units(self: Any, info: Context, first: int, order_by: NameOrderBy) -> UnitConnection:
        del order_by  # by name, which is all that is asked
        return UnitConnection(nodes=(await info.context.units.load(self.id))[:first])


@strawberry.type
class BuildingConnection:
    nodes: list[Building]


@strawberry.type
class EventCount:
    grid_id: strawberry.Private[int]

    @strawberry.field
    async def total_count(self, info: Context) -> int:
        return await info.context.event_count.load(self.grid_id)


@strawberry.type
class Grid:
    code: str
    name: str
    parent: "Grid | None" = strawberry.field(resolver=loaded("grid", "parent_id"))

    @strawberry.field
    def events(self: Any) -> EventCount:
        return EventCount(grid_id=self.id)

    @strawberry.field
    async def children(self: Any, info: Context, first: int, order_by: NameOrderBy) -> "GridConnection":
        del order_by  # by code, which is all that is asked
        rows = await info.context.children.load(self.id)
        return GridConnection(total_count=len(rows), nodes=rows[:first])

    @strawberry.field
    async def buildings(self: Any, info: Context, first: int, order_by: NameOrderBy) -> BuildingConnection:
        del order_by
        in_grid = sa.select(BuildingRow).join(GridRow, GridRow.id == BuildingRow.grid_id).where(within(GridRow.path, self.path))
        return BuildingConnection(nodes=await info.context.rows(in_grid.order_by(BuildingRow.name, BuildingRow.id).limit(first)))


@strawberry.type
class GridConnection:
    total_count: int
    nodes: list[Grid]


@strawberry.type
class UrbanRoadDamageDetails:
    kind: str
    damage: str
    area_m2: float | None
    depth_mm: int | None


@strawberry.type
class Event:
    number: str
    description: str
    priority: str
    closed: bool
    reported_at: datetime
    kind: EventKind = strawberry.field(resolver=loaded("kind", "kind_id"))
    grid: Grid = strawberry.field(resolver=loaded("grid", "grid_id"))
    assignee: Post | None = strawberry.field(resolver=loaded("post", "assignee_id"))
    assignments: list[EventAssignment] = strawberry.field(resolver=loaded("assignments", "id"))
    history: list[HistoryEntry] = strawberry.field(resolver=loaded("history", "id"))

    @strawberry.field
    async def stage(self: Any, info: Context) -> WorkflowStage:
        return await info.context.stage.load((self.workflow_version_id, self.stage))

    @strawberry.field
    def details(self: Any) -> UrbanRoadDamageDetails | None:
        found = self.details
        if found is None or self.kind_id != "urban.road_damage":
            return None
        return UrbanRoadDamageDetails(
            kind=self.kind_id, damage=found["damage"], area_m2=found.get("area_m2"), depth_mm=found.get("depth_mm")
        )


@strawberry.input
class TextComparison:
    eq: str | None = None
    contains: str | None = None


@strawberry.input
class BooleanComparison:
    eq: bool | None = None


@strawberry.input
class DateTimeComparison:
    lt: datetime | None = None


@strawberry.input
class EventFilter:
    subtree: str | None = None
    reported_at: DateTimeComparison | None = None
    closed: BooleanComparison | None = None
    kind: TextComparison | None = None
    description: TextComparison | None = None

    def conditions(self, path: str | None) -> list[Any]:
        found: list[Any] = []
        if path is not None:
            found.append(EventRow.grid_id.in_(sa.select(GridRow.id).where(GridRow.path >= path, GridRow.path < path[:-1] + "/")))
        if self.reported_at and self.reported_at.lt:
            found.append(EventRow.reported_at < self.reported_at.lt)
        if self.closed and self.closed.eq is not None:
            found.append(EventRow.closed == self.closed.eq)
        if self.kind and self.kind.eq:
            found.append(EventRow.kind_id == self.kind.eq)
        if self.description and self.description.contains:
            found.append(EventRow.description.contains(self.description.contains, autoescape=True))
        return found


@strawberry.enum
class EventOrderField(Enum):
    REPORTED_AT = "reported_at"


@strawberry.input
class EventOrderBy:
    field: EventOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.type
class EventConnection:
    conditions: strawberry.Private[list[Any]]
    order: strawberry.Private[list[Any]]
    first: strawberry.Private[int]

    @strawberry.field
    async def nodes(self, info: Context) -> list[Event]:
        return await info.context.rows(sa.select(EventRow).where(*self.conditions).order_by(*self.order).limit(self.first))

    @strawberry.field
    async def total_count(self, info: Context) -> int:
        async with info.context.sessions() as session:
            return await session.scalar(sa.select(sa.func.count()).select_from(EventRow).where(*self.conditions)) or 0


@strawberry.type
class Query:
    @strawberry.field
    async def event(self, info: Context, number: str) -> Event | None:
        return next(iter(await info.context.rows(sa.select(EventRow).where(EventRow.number == number))), None)

    @strawberry.field
    async def grid(self, info: Context, code: str) -> Grid | None:
        return next(iter(await info.context.rows(sa.select(GridRow).where(GridRow.layer_id == "base", GridRow.code == code))), None)

    @strawberry.field
    async def events(self, info: Context, first: int, filter: EventFilter, order_by: EventOrderBy) -> EventConnection:
        path = None
        if filter.subtree:
            async with info.context.sessions() as session:
                path = await session.scalar(
                    sa.select(GridRow.path).where(GridRow.layer_id == "base", GridRow.code == filter.subtree)
                )
        order = [EventRow.reported_at, EventRow.id]
        if order_by.direction is OrderDirection.DESC:
            order = [column.desc() for column in order]
        return EventConnection(conditions=filter.conditions(path), order=order, first=first)


def create_app() -> Starlette:
    """The service over DATABASE_URL. Documents are parsed and validated once each."""
    engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ["POOL_SIZE"]), max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    schema = strawberry.Schema(
        Query,
        extensions=[ParserCache(maxsize=100), ValidationCache(maxsize=100)],
    )

    class Service(GraphQL[Loaders, None]):
        async def get_context(self, request: Any, response: Any) -> Loaders:
            del request, response
            return Loaders(sessions)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        yield
        await engine.dispose()

    service = Service(schema, graphql_ide=None)
    return Starlette(routes=[Route("/graphql", service, methods=["POST"])], lifespan=lifespan)
