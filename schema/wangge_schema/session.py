"""A session: one request's viewer at one deployment, as resolvers get it in their context."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo
from graphql.execution.values import VariableValues

from wangge_core.deployment import Deployment
from wangge_core.events.workflows import Definitions
from wangge_core.rights.viewers import Viewer
from wangge_schema.reading.declare import Reader
from wangge_schema.reading.select import Chosen, Document


@dataclass(frozen=True, slots=True)
class Session:
    """Who asks, of what deployment; `definitions` are the stored workflow versions by id."""

    deployment: Deployment
    viewer: Viewer
    definitions: Definitions

    def reader(self, now: datetime) -> Reader:
        """What the planner is told about who reads."""
        return Reader(self.viewer, self.deployment.rules.registry, now, self.definitions)


def chosen_field(info: GraphQLResolveInfo[Any]) -> Chosen:
    """The field that a resolver was called for, as the planner selects from it."""
    variables: Any = info.variable_values  # Strawberry hands over the coerced values alone
    document = Document(info.schema, info.fragments, VariableValues(sources={}, coerced=variables))
    field: Any = info.parent_type.fields[info.field_name]
    return Chosen(str(info.path.key), info.field_name, tuple(info.field_nodes), field, document)
