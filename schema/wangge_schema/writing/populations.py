"""The mutation of official populations."""

from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_core.grids.populations import OfficialPopulation, set_official_populations
from wangge_schema.scalars import Date
from wangge_schema.types.grids import Grid
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import RefusedError, key_of


@strawberry.input(description="How many live in a grid and all below it, in place of the figure of the same day.")
class OfficialPopulationSetInput:
    as_of: Date = required("As of which day, not one to come.")
    number: int | None = optional("How many people, at most 100,000,000; null takes the figure of that day away.")
    source: str = strawberry.field(default="", description="Who says so, such as `census 2020`, at most 200 characters.")


def _population(id: str, given: Given, input: Any) -> OfficialPopulation:
    if input.number is strawberry.UNSET:
        raise RefusedError(refusal("REQUIRED", "number"))
    return OfficialPopulation(grid_id=key_of(id, "Grid", "id"), as_of=given["as_of"], number=input.number, source=input.source)


MUTATIONS = [
    Mutation(
        name="officialPopulationSet",
        description="Set how many live in a grid of the base layer by an official figure. For MANAGE_GRIDS over it. "
        "`grid { officialPopulation }` tells the newest, and the indicator `community.register_share` divides by it.",
        thing="grid",
        type=Grid,
        input=OfficialPopulationSetInput,
        operation=set_official_populations,
        request=_population,
        codes=(*TEXT, *IN_GRID, "REQUIRED", "OUT_OF_RANGE", "IN_THE_FUTURE"),
        on="Grid",
    ),
]
