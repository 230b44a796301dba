"""Every order and filter that the schema offers has an index: nothing reads a large table from end to end."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import pytest
import sqlalchemy as sa
import strawberry
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_list_type,
)

from explaining import Explainer, explaining, statements_of
from large_tables import LARGE, fill
from towns import COMMUNITY, DISTRICT, GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.rights.viewers import Viewer, operator
from wangge_schema.api import Api
from wangge_schema.reading.filters import camel
from wangge_schema.reading.select import source_of
from wangge_schema.reading.sources import Filter, Source

pytestmark = pytest.mark.anyio

ENOUGH = 3_500
"""A page, or a filter that lets nothing through, reads fewer rows than this, of tables that have 8,000 to 30,000."""
WALKING = {"in", "gte", "lte", "lt"}
"""How many rows these let through cannot be known before: where it is nothing, a page may walk its order's index to the end."""
JOINING = {"and", "or", "not"}
FAR = {"Date": ("1801-01-01", "2199-01-01"), "DateTime": ("1801-01-01T00:00:00Z", "2199-01-01T00:00:00Z")}
RARE = "龘龘"


@dataclass(frozen=True, slots=True)
class List:
    """A list at the root, and what it can be asked."""

    field: str
    node: str
    source: Source
    filter: GraphQLInputObjectType
    order: str

    @property
    def query(self) -> str:
        types = f"$filter: {self.filter.name}, $orderBy: {self.order}"
        return f"query({types}) {{ {self.field}(first: 50, filter: $filter, orderBy: $orderBy) {{ nodes {{ id }} }} }}"

    @property
    def count(self) -> str:
        return f"query($filter: {self.filter.name}) {{ {self.field}(filter: $filter) {{ totalCount }} }}"


def lists(schema: strawberry.Schema) -> Iterator[List]:
    for name, field in schema._schema.query_type.fields.items():  # type: ignore[union-attr]
        if "orderBy" in field.args:
            connection = cast("GraphQLObjectType", get_named_type(field.type))
            node = cast("GraphQLNamedType", get_named_type(connection.fields["nodes"].type))
            source = source_of(node)
            filter = cast("GraphQLInputObjectType", get_named_type(field.args["filter"].type))
            assert source is not None
            yield List(name, node.name, source, filter, get_named_type(field.args["orderBy"].type).name)


def filters(type: GraphQLInputObjectType) -> Iterator[dict[str, Any]]:
    """Every comparison that a filter offers, alone, with a value that no row has; of details one for each kind."""
    for name, field in type.fields.items():
        if name in JOINING:
            continue
        inner = get_named_type(field.type)
        if isinstance(inner, GraphQLInputObjectType):
            found = ({name: value} for value in filters(inner))
            yield from islice(found, 1) if type.is_one_of else found
        else:
            value = nobody_has(inner, name)
            yield {name: [value] if is_list_type(field.type) else value}


def nobody_has(type: GraphQLNamedType, operator: str) -> Any:
    if isinstance(type, GraphQLEnumType):
        return list(type.values)[-1]
    assert isinstance(type, GraphQLScalarType)
    if type.name in FAR:
        return FAR[type.name][operator in ("gte", "gt")]
    return {GraphQLBoolean: False, GraphQLInt: -7, GraphQLFloat: -7.5}.get(type, RARE)


async def commonly_held(town: Town, source: Source) -> AsyncIterator[dict[str, Any]]:
    """The plain filters of a type, each alone, with the value that most rows have."""
    async with town.deployment.read() as work:
        for name, filter in source.filters.items():
            if filter.kind in ("text", "enum", "boolean"):
                value = await work.value(_most_frequent(source, filter))
                if value is not None:
                    yield {camel(name): {"eq": value}}


def _most_frequent(source: Source, filter: Filter) -> sa.Select[Any]:
    row = (source.table if filter.of is None else filter.of).alias()
    value = filter.expression(row)
    return sa.select(value).select_from(row).group_by(value).order_by(sa.func.count().desc()).limit(1)


async def viewers(town: Town) -> dict[str, Viewer]:
    """By how much they see: everything, a whole district, a community of eight grids, one grid."""
    return {
        "operator": operator(),
        "district": await town.viewer("community.district_administrator", DISTRICT),
        "community": await town.viewer("community.community_head", COMMUNITY),
        "grid": await town.viewer("community.grid_worker", GRIDS["urban"]),
    }


class Checking:
    """Explains documents, and keeps what is wrong with them."""

    def __init__(self, town: Town, explainer: Explainer) -> None:
        self.town = town
        self.explainer = explainer
        self.large = LARGE | {search.name for name, search in t.search.items() if name in LARGE}
        self.faults: list[str] = []

    async def check(self, said: str, query: str, viewer: Viewer, *, may_walk: bool = False, **variables: Any) -> None:
        for statement, parameters in await statements_of(self.town, query, viewer, variables):
            found = await self.explainer.explain(statement, parameters)
            if found.scanned & self.large or (found.rows_read > ENOUGH and not may_walk):
                scanned = ", ".join(sorted(found.scanned & self.large)) or "nothing"
                self.faults.append(f"{said}: scans {scanned}, reads {found.rows_read} rows")


async def test_no_order_and_no_filter_reads_a_large_table_from_end_to_end(town: Town, schema: strawberry.Schema) -> None:
    await fill(town)
    town.api = Api(town.deployment, schema)  # what it has read of the small town is out of date
    async with explaining(town) as explainer:
        checking = Checking(town, explainer)
        for list in (one for one in lists(schema) if one.source.table.name in LARGE):
            held = [filter async for filter in commonly_held(town, list.source)]
            for name, viewer in (await viewers(town)).items():
                for order in list.source.orders:
                    for direction in ("ASC", "DESC"):
                        by = {"field": order.upper(), "direction": direction}
                        await checking.check(f"{list.field} by {order} {direction} as {name}", list.query, viewer, orderBy=by)
                for filter in filters(list.filter):
                    walks = bool(_operators(filter) & WALKING)
                    said = f"{list.field} of {filter} as {name}"
                    await checking.check(said, list.query, viewer, filter=filter, may_walk=walks)
                    if not _may_be_half(list.filter, filter):
                        await checking.check(f"count of {said}", list.count, viewer, filter=filter, may_walk=walks)
                for filter in held:
                    await checking.check(f"{list.field} of {filter} as {name}", list.query, viewer, filter=filter)
    assert not checking.faults, "\n".join(checking.faults)


def _may_be_half(type: GraphQLInputObjectType, filter: Any) -> bool:
    """Whether a filter is of two values alone, so that either may be half of all rows, and to count them is to read the table."""
    inner: Any = type
    while isinstance(filter, dict):
        ((name, filter),) = filter.items()
        inner = get_named_type(inner.fields[name].type)
    return inner is GraphQLBoolean or (isinstance(inner, GraphQLEnumType) and len(inner.values) == 2)


def _operators(filter: Any) -> set[str]:
    return set(filter) | set[str]().union(*(_operators(one) for one in filter.values() if isinstance(one, dict)))
