"""The contract: everything is described, the codes of refusals are all known, and names follow one convention."""

import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
)

from wangge_core.plugin.registry import Registry
from wangge_core.refusals import MESSAGES
from wangge_schema import build


@pytest.fixture(scope="module")
def types(registry: Registry) -> list[GraphQLNamedType]:
    schema = build_schema(build.build_schema(registry).as_str())
    return [type for name, type in schema.type_map.items() if not name.startswith("__")]


def test_every_type_field_argument_and_value_is_described(types: list[GraphQLNamedType]) -> None:
    missing: list[str] = []
    for type in types:
        if not type.description:
            missing.append(type.name)
        if isinstance(type, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for name, field in type.fields.items():
                missing += [] if field.description else [f"{type.name}.{name}"]
                arguments = getattr(field, "args", {})
                missing += [f"{type.name}.{name}({one})" for one, argument in arguments.items() if not argument.description]
        if isinstance(type, GraphQLEnumType):
            missing += [f"{type.name}.{name}" for name, value in type.values.items() if not value.description]
    assert missing == []


def test_names_follow_the_conventions(types: list[GraphQLNamedType]) -> None:
    for type in types:
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", type.name)
        if isinstance(type, GraphQLEnumType):
            assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", value) for value in type.values), type.name
        if isinstance(type, GraphQLObjectType | GraphQLInputObjectType):
            assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", field) for field in type.fields), type.name


def test_every_message_is_in_two_languages_with_the_same_values() -> None:
    for code, (zh, en) in MESSAGES.items():
        assert re.fullmatch(r"[A-Z][A-Z_]*", code)
        assert re.search(r"[\u4e00-\u9fff{]", zh)
        assert set(re.findall(r"\{(\w+)\}", zh)) == set(re.findall(r"\{(\w+)\}", en)), code


def test_every_mutation_answers_with_a_thing_and_user_errors(types: list[GraphQLNamedType]) -> None:
    payloads = [type for type in types if type.name.endswith("Payload") and isinstance(type, GraphQLObjectType)]
    (mutation,) = (type for type in types if type.name == "Mutation" and isinstance(type, GraphQLObjectType))
    assert {str(get_named_type(field.type)) for field in mutation.fields.values()} == {payload.name for payload in payloads}
    for payload in payloads:
        assert len(payload.fields.keys() - {"secret", "results", "userErrors"}) == 1, payload.name
        assert "userErrors" in payload.fields
