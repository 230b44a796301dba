"""A field of which nobody said what class of data it is, and a type with private fields of which nobody said why, are no schema."""

import dataclasses
from typing import Any

import pytest
import strawberry
from graphql import GraphQLSchema

from wangge_core.db import tables as t
from wangge_core.plugin.registry import Registry
from wangge_core.rights.data_classes import DataClass
from wangge_schema import build
from wangge_schema.reading.declare import column, planned
from wangge_schema.reading.sources import SOURCE
from wangge_schema.register import UnclassedFieldsError, check_classes
from wangge_schema.types.places import Office


def schema_of(**source: Any) -> GraphQLSchema:
    """A schema with one planned type, whose field `name` declares what is given, over a source of the rest."""
    declared = source.pop("field", {})

    @planned(table=t.office, **source)
    class Clinic:
        """A type that is made for the test."""

        code: str = column("code", "Its code.", data_class=DataClass.PUBLIC)
        name: str = column("name", "Its name.", **declared)

    @strawberry.type
    class Query:
        clinic: Clinic  # pyright: ignore[reportUninitializedInstanceVariable]

    Query.__annotations__["clinic"] = Clinic
    return strawberry.Schema(query=Query)._schema


def test_a_field_without_a_class_is_no_schema() -> None:
    with pytest.raises(UnclassedFieldsError, match=r"data_class of Clinic\.name"):
        check_classes(schema_of())


def test_a_type_gives_its_class_to_its_fields() -> None:
    check_classes(schema_of(data_class=DataClass.STAFF))
    check_classes(schema_of(field={"data_class": DataClass.STAFF}))


@pytest.mark.parametrize("data_class", [DataClass.PRIVATE, DataClass.SEALED])
def test_personal_data_of_which_the_register_says_nothing_is_no_schema(data_class: DataClass) -> None:
    with pytest.raises(UnclassedFieldsError, match="personal data is held in Clinic"):
        check_classes(schema_of(field={"data_class": data_class}))


def test_a_schema_with_a_field_without_a_class_is_not_built(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    source = getattr(Office, SOURCE)
    monkeypatch.setattr(Office, SOURCE, dataclasses.replace(source, data_class=None))
    with pytest.raises(UnclassedFieldsError, match=r"Office\.code, Office\.name"):
        build.build_schema(registry)
