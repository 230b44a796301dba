"""The ready operations: each is valid against the committed schema, with the variables that it starts with."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate
from graphql.execution.values import get_variable_values

from wangge_server.explorer import ExplorerOperation
from wangge_server.operations import FOLDER, ready_operations

SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
READY = ready_operations()


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SDL.read_text(encoding="utf-8"))


def definition_of(operation: ExplorerOperation) -> OperationDefinitionNode:
    (found,) = [one for one in parse(operation.query).definitions if isinstance(one, OperationDefinitionNode)]
    return found


@pytest.mark.parametrize("operation", READY, ids=lambda operation: operation.title)
def test_a_ready_operation_is_valid(operation: ExplorerOperation, schema: GraphQLSchema):
    assert validate(schema, parse(operation.query)) == []


@pytest.mark.parametrize("operation", READY, ids=lambda operation: operation.title)
def test_its_variables_fit(operation: ExplorerOperation, schema: GraphQLSchema):
    definition = definition_of(operation)
    assert set(operation.variables) <= {one.variable.name.value for one in definition.variable_definitions or ()}
    coerced = get_variable_values(schema, definition.variable_definitions or (), dict(operation.variables))
    assert not isinstance(coerced, list), coerced


@pytest.mark.parametrize("operation", READY, ids=lambda operation: operation.title)
def test_it_is_named_for_its_tab_and_says_what_it_shows(operation: ExplorerOperation):
    assert definition_of(operation).name is not None
    assert operation.query.startswith("# ")


def test_every_file_is_offered_once():
    assert sorted(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.graphql")) == sorted(one.query for one in READY)


def test_titles_and_names_are_each_used_once():
    assert len({one.title for one in READY}) == len(READY)
    assert len({definition_of(one).name.value for one in READY}) == len(READY)  # pyright: ignore[reportOptionalMemberAccess]
