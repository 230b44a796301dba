"""The inputs of lists: comparisons, and the filter and order inputs of each type, made from what its source declares."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry

from wangge_schema.reading.declare import NAMESPACE
from wangge_schema.reading.making import MAKE, make_class, make_enum, optional_field
from wangge_schema.reading.sources import Filter, Source
from wangge_schema.scalars import Date, DateTime


@strawberry.input(description="Compares text by its exact value.")
class TextComparison:
    eq: str | None = optional_field("Equal to.")
    in_: list[str] | None = optional_field("One of at most 200 values.", name="in")


@strawberry.input(description="Searches text.")
class NameComparison:
    eq: str | None = optional_field("Equal to.")
    in_: list[str] | None = optional_field("One of at most 200 values.", name="in")
    contains: str | None = optional_field("Contains this text; letters of either case and width, and blanks, count alike.")


@strawberry.input(description="Searches long text.")
class TextSearch:
    contains: str | None = optional_field("Contains this text; letters of either case and width, and blanks, count alike.")


@strawberry.input(description="Compares a truth value.")
class BooleanComparison:
    eq: bool | None = optional_field("Equal to.")


@strawberry.input(description="Compares whole numbers.")
class IntComparison:
    eq: int | None = optional_field("Equal to.")
    gte: int | None = optional_field("At least.")
    lte: int | None = optional_field("At most.")


@strawberry.input(description="Compares moments.")
class DateTimeComparison:
    gte: DateTime | None = optional_field("At this moment or later.")
    lt: DateTime | None = optional_field("Before this moment.")


@strawberry.input(description="Compares days.")
class DateComparison:
    gte: Date | None = optional_field("On this day or later.")
    lte: Date | None = optional_field("On this day or earlier.")


COMPARISONS: Mapping[str, type[Any]] = {
    "text": TextComparison,
    "name": NameComparison,
    "search": TextSearch,
    "boolean": BooleanComparison,
    "int": IntComparison,
    "moment": DateTimeComparison,
    "date": DateComparison,
}


@strawberry.enum(description="Which way a list runs.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="From the least or earliest.")
    DESC = strawberry.enum_value("DESC", description="From the greatest or latest.")


OF_ANY_LAYER = "A global id names a grid of any layer: of an overlay's, all that is on the base grids that it is made of."


def _said(one: Filter) -> str:
    return f"{one.description} {OF_ANY_LAYER}" if one.kind == "subtree" else one.description


class ListInputs:
    """Makes the inputs of all types; the comparison of an enum is made once."""

    def __init__(self) -> None:
        self._enum_comparisons: dict[str, Any] = {}

    def filter(self, source: Source) -> Any:
        """The filter input of a type."""
        name = f"{source.name}Filter"
        fields = {key: (self._comparison(one) | None, optional_field(_said(one))) for key, one in source.filters.items()}
        nested = {
            "and_": (f"list[{name}] | None", optional_field("All of these.", name="and")),
            "or_": (f"list[{name}] | None", optional_field("At least one of these.", name="or")),
            "not_": (f"{name} | None", optional_field("Not this.", name="not")),
        }
        said = f"Which of the {source.name} rows to list. Its fields all hold together."
        return MAKE.input(make_class(name, fields | nested, module=NAMESPACE), name=name, description=said)

    def order(self, source: Source) -> Any:
        """The order input of a type."""
        values = {name.upper(): f"By {name.replace('_', ' ')}." for name in source.orders}
        by = make_enum(f"{source.name}OrderField", values, f"What {source.name} rows can be ordered by.")
        fields = {
            "field": (by, MAKE.field(description="What to order by.")),
            "direction": (OrderDirection, MAKE.field(default=OrderDirection.ASC, description="Which way.")),
        }
        name = f"{source.name}OrderBy"
        return MAKE.input(make_class(name, fields), name=name, description=f"The order of a list of {source.name} rows.")

    def _comparison(self, one: Filter) -> Any:
        if one.kind == "subtree":
            return str
        return COMPARISONS[one.kind] if one.enum is None else self._enum_comparison(one.enum)

    def _enum_comparison(self, enum: Any) -> Any:
        name = f"{enum.__name__}Comparison"
        if name not in self._enum_comparisons:
            fields = {
                "eq": (enum | None, optional_field("Equal to.")),
                "in_": (list[enum] | None, optional_field("One of at most 200 values.", name="in")),
            }
            made = MAKE.input(make_class(name, fields), name=name, description=f"Compares a {enum.__name__}.")
            self._enum_comparisons[name] = made
        return self._enum_comparisons[name]
