"""Building: the one schema of a deployment, from its registry."""

from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types import ExecutionContext

from wangge_core.plugin.registry import Registry
from wangge_schema.details import build_details
from wangge_schema.errors import INTERNAL, code_of
from wangge_schema.live.types import Subscription
from wangge_schema.reading.detail_filters import add_detail_filters
from wangge_schema.reading.executor import Completed, FinishedExecutor
from wangge_schema.reading.sources import READS
from wangge_schema.register import check_classes, tell_classes
from wangge_schema.scalars import SCALARS
from wangge_schema.session import Session
from wangge_schema.types import PLANNED, Query
from wangge_schema.writing import build_mutation


class Schema(strawberry.Schema):
    """Strawberry's schema, which logs what went wrong inside and not what clients got wrong."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        inside = [error for error in errors if code_of(error) == INTERNAL]
        if inside:
            super().process_errors(inside, execution_context)


def build_schema(registry: Registry) -> strawberry.Schema:
    """The schema with the details of every enabled plugin. Raises nothing that the checks of plugins would not have told."""
    details = build_details(registry)
    schema = Schema(
        query=Query,
        mutation=build_mutation(registry, details),
        subscription=Subscription,
        types=[*details.types, *PLANNED],
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=FinishedExecutor,
    )
    add_detail_filters(schema._schema, registry)
    read_by_planner(schema._schema)
    check_classes(schema._schema)
    tell_classes(schema._schema)
    return schema


def read_by_planner(schema: GraphQLSchema) -> None:
    """Give every root field that declares what it reads to the planner."""
    assert schema.query_type is not None
    for field in schema.query_type.fields.values():
        definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
        if definition is not None and READS in definition.metadata:
            field.resolve = _resolve


async def _resolve(_source: Any, info: Any, **_arguments: Any) -> Completed:
    session: Session = info.context
    return Completed.json(await session.root(session.chosen(info)))
