"""What a campaign's targets are chosen by, as an input, and how long the list would be, which an operation of the core counts."""

from collections.abc import Mapping
from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.campaigns.choosing import Assets, Chosen, Homes, Organizations, Persons, Places
from wangge_core.campaigns.starting import GRID_WORKER, Counted, count_candidates
from wangge_core.errors import Refusal
from wangge_core.people.homes import ResidenceKind
from wangge_core.places.units import UnitOccupancy
from wangge_core.refusals import message
from wangge_core.rights.viewers import Language
from wangge_schema.details import plain
from wangge_schema.ids import given_key
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.types.intake import session_of

COUNT_COSTS = 1_000
"""Whole registers are read through."""


def _optional(description: str) -> Any:
    return strawberry.field(default=strawberry.UNSET, description=description)


@strawberry.input(description="Persons who live there. For READ_PEOPLE over the ground.")
class CampaignPersonsInput:
    least_age: int | None = _optional("At least so many whole years old on the day of the start. For READ_PRIVATE over the ground.")
    most_age: int | None = _optional("At most so many whole years old then. Nobody without a day of birth is of any age.")
    residence: list[ResidenceKind] | None = _optional("How they live there; any way unless given.")
    need_kind_ids: list[strawberry.ID] | None = _optional(
        "With a need of one of these kinds, none of which is sensitive. For READ_NEEDS over the ground."
    )


@strawberry.input(description="Units that are homes. For READ_PLACES over the ground.")
class CampaignHomesInput:
    occupancy: list[UnitOccupancy] | None = _optional("Who occupies them; anybody and nobody unless given.")


@strawberry.input(description="Assets that were not removed, such as boats. For READ_PLACES over the ground.")
class CampaignAssetsInput:
    kind_ids: list[strawberry.ID] = strawberry.field(description="Of which kinds, as `assetKinds` and `placeKinds` name them.")


@strawberry.input(description="Places.")
class CampaignPlacesInput:
    kind_ids: list[strawberry.ID] = strawberry.field(description="Of which kinds.")


@strawberry.input(description="Organisations that are open. For READ_PLACES over the ground.")
class CampaignOrganizationsInput:
    trades: list[str] | None = _optional("Of which trades; of any unless given.")


@strawberry.input(one_of=True, description="What stands on the list: exactly one of these.")
class CampaignTargetsInput:
    persons: strawberry.Maybe[CampaignPersonsInput] = strawberry.field(description="Persons.")
    homes: strawberry.Maybe[CampaignHomesInput] = strawberry.field(description="Homes.")
    assets: strawberry.Maybe[CampaignAssetsInput] = strawberry.field(description="Assets.")
    places: strawberry.Maybe[CampaignPlacesInput] = strawberry.field(description="Places.")
    organizations: strawberry.Maybe[CampaignOrganizationsInput] = strawberry.field(description="Organisations.")


def chosen_of(given: Mapping[str, Any]) -> Chosen:
    """The core's choice of an input as plain data."""
    ((name, one),) = ((name, _inner(value)) for name, value in given.items())
    match name:
        case "persons":
            kinds, residence = one.get("need_kind_ids", ()), (ResidenceKind(kind) for kind in one.get("residence", ()))
            ages = {name: one.get(name) for name in ("least_age", "most_age")}
            return Persons(residence=tuple(residence), need_kinds=tuple(kinds), **ages)
        case "homes":
            return Homes(occupancy=tuple(UnitOccupancy(kind) for kind in one.get("occupancy", ())))
        case "assets":
            return Assets(kind_ids=tuple(one["kind_ids"]))
        case "places":
            return Places(kind_ids=tuple(one["kind_ids"]))
        case _:
            return Organizations(trades=tuple(one.get("trades", ())))


def _inner(value: Any) -> Mapping[str, Any]:
    """Strawberry wraps what may be left out."""
    wrapped = cast("strawberry.Some[Any]", value)
    return cast("Mapping[str, Any]", plain(wrapped.value if isinstance(value, strawberry.Some) else value))


@strawberry.type(description="Why a list cannot be counted, and could not be frozen.")
class CampaignProblem:
    field: str | None = strawberry.field(description="The path of the input at fault.")
    code: str = strawberry.field(description="A stable code.")
    message: str = strawberry.field(description="What to show, in the viewer's language.")


def problem(one: Refusal, language: Language) -> Typed:
    """A refusal of the core as it is shown."""
    return Typed("CampaignProblem", {"field": one.field or None, "code": one.code, "message": message(one, language)})


@strawberry.type(description="How long a campaign's list would be if it were frozen now. Nothing is written.")
class CampaignCount:
    problems: list[CampaignProblem] = strawberry.field(description="Why it cannot be counted; empty where it was.")
    targets: int = strawberry.field(description="How many targets there would be.")
    grids: int = strawberry.field(description="In how many grids.")
    unmanned_grid_ids: list[strawberry.ID] = strawberry.field(
        description="Those of them over which nobody holds one of the roles now: their targets would be nobody's."
    )
    age_unknown: int = strawberry.field(description="How many persons are left out only because their day of birth is not known.")


async def _count(
    info: Info,
    grid_id: Annotated[strawberry.ID, strawberry.argument(description="The global id of the grid whose ground it is.")],
    targets: Annotated[CampaignTargetsInput, strawberry.argument(description="What would stand on the list.")],
    role_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(description="Whose posts would have the targets; grid workers unless given."),
    ] = strawberry.UNSET,
) -> CampaignCount:
    session, raw = session_of(info)
    key = given_key(grid_id, "Grid")
    async with session.deployment.read() as work:
        roles = role_ids or [GRID_WORKER]
        found = await count_candidates(work, session.viewer, key, chosen_of(plain(targets)), roles)
    return cast("Any", Completed(project(_told(found, session.viewer.language), session.chosen(raw))))


def _told(found: Counted, language: Language) -> Typed:
    members = {
        "problems": [problem(one, language) for one in found.refusals],
        "targets": found.targets,
        "grids": found.grids,
        "unmannedGridIds": [f"Grid:{id}" for id in found.unmanned],
        "ageUnknown": found.age_unknown,
    }
    return Typed("CampaignCount", members)


campaign_count: Any = strawberry.field(
    resolver=_count,
    metadata={WEIGHT: COUNT_COSTS},
    description="How long a campaign's list would be, and who would have none to do it. For MANAGE_WORK over the ground and the rights "
    "that `campaignStart` asks for. Error: ID_INVALID.",
)
