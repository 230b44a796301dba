"""The rows of the usual way, as SQLAlchemy's ORM has them, and its DataLoaders."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, aliased
from strawberry.dataloader import DataLoader

from wangge_core.db import tables as t


class Row(DeclarativeBase):
    metadata = t.metadata


def row(table: sa.Table) -> Any:
    return type(f"{table.name.title().replace('_', '')}Row", (Row,), {"__table__": table})


AccountRow, PostRow, RoleRow, OfficeRow = row(t.account), row(t.post), row(t.role), row(t.office)
GridRow, KindRow, StageRow = row(t.grid), row(t.event_kind), row(t.workflow_stage)
EventRow, AssignmentRow, HistoryRow = row(t.event), row(t.event_assignment), row(t.event_history)
BuildingRow, UnitRow, HouseholdRow, PersonRow = row(t.building), row(t.unit), row(t.household), row(t.person)


class Loaders:
    """The DataLoaders of one request; each batch has a session of its own, because siblings load at the same time."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self.sessions = sessions

    async def rows(self, statement: sa.Select[Any]) -> Sequence[Any]:
        async with self.sessions() as session:
            return (await session.scalars(statement)).all()

    def _one(self, model: Any) -> DataLoader[Any, Any]:
        async def load(keys: list[Any]) -> list[Any]:
            found = {one.id: one for one in await self.rows(sa.select(model).where(model.id.in_(keys)))}
            return [found.get(key) for key in keys]

        return DataLoader(load)

    def _many(self, column: Any, *order: Any) -> DataLoader[Any, list[Any]]:
        async def load(keys: list[Any]) -> list[list[Any]]:
            found: defaultdict[Any, list[Any]] = defaultdict(list)
            for one in await self.rows(sa.select(column.class_).where(column.in_(keys)).order_by(*order)):
                found[getattr(one, column.key)].append(one)
            return [found[key] for key in keys]

        return DataLoader(load)

    @cached_property
    def account(self) -> DataLoader[Any, Any]:
        return self._one(AccountRow)

    @cached_property
    def post(self) -> DataLoader[Any, Any]:
        return self._one(PostRow)

    @cached_property
    def role(self) -> DataLoader[Any, Any]:
        return self._one(RoleRow)

    @cached_property
    def office(self) -> DataLoader[Any, Any]:
        return self._one(OfficeRow)

    @cached_property
    def grid(self) -> DataLoader[Any, Any]:
        return self._one(GridRow)

    @cached_property
    def kind(self) -> DataLoader[Any, Any]:
        return self._one(KindRow)

    @cached_property
    def children(self) -> DataLoader[Any, list[Any]]:
        return self._many(GridRow.parent_id, GridRow.code, GridRow.id)

    @cached_property
    def assignments(self) -> DataLoader[Any, list[Any]]:
        return self._many(AssignmentRow.event_id, AssignmentRow.sequence, AssignmentRow.id)

    @cached_property
    def history(self) -> DataLoader[Any, list[Any]]:
        return self._many(HistoryRow.event_id, HistoryRow.sequence)

    @cached_property
    def units(self) -> DataLoader[Any, list[Any]]:
        return self._many(UnitRow.building_id, UnitRow.name, UnitRow.id)

    @cached_property
    def households(self) -> DataLoader[Any, list[Any]]:
        return self._many(HouseholdRow.unit_id, HouseholdRow.id)

    @cached_property
    def persons(self) -> DataLoader[Any, list[Any]]:
        return self._many(PersonRow.household_id, PersonRow.id)

    @cached_property
    def stage(self) -> DataLoader[tuple[int, str], Any]:
        async def load(keys: list[tuple[int, str]]) -> list[Any]:
            versions = {version for version, _ in keys}
            rows = await self.rows(sa.select(StageRow).where(StageRow.workflow_version_id.in_(versions)))
            found = {(one.workflow_version_id, one.name): one for one in rows}
            return [found[key] for key in keys]

        return DataLoader(load)

    @cached_property
    def event_count(self) -> DataLoader[int, int]:
        async def load(keys: list[int]) -> list[int]:
            above, below = aliased(GridRow), aliased(GridRow)
            statement = (
                sa.select(above.id, sa.func.count(EventRow.id))
                .join(below, within(below.path, above.path))
                .join(EventRow, EventRow.grid_id == below.id)
                .where(above.id.in_(keys))
                .group_by(above.id)
            )
            async with self.sessions() as session:
                found = dict((await session.execute(statement)).tuples().all())
            return [found.get(key, 0) for key in keys]

        return DataLoader(load)


def within(path: Any, top: Any) -> Any:
    return sa.and_(path >= top, path < sa.func.rtrim(top, ".") + "/")
