"""What is missing, too much or over on a ground: an operation of the core works it out in two statements, whatever the number of grids."""

from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.staffing.gaps import MOST_GAPS, Gap, Gaps, RoleFigures, find_gaps
from wangge_schema.errors import PageError
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import DateTime
from wangge_schema.types.intake import session_of

VACANCIES_COST = 2_000
"""A few look-ups for each line of each grid of the ground."""
SHOWN = 100


@strawberry.type(description="How the posts of a role are filled on a ground.")
class RoleVacancies:
    role_id: strawberry.ID = strawberry.field(description="The role.")
    label: str = strawberry.field(description="Its label, in the viewer's language.")
    required: int = strawberry.field(description="How many posts there should be at least.")
    filled: int = strawberry.field(description="How many are held, by whoever holds them or stands in.")
    missing: int = strawberry.field(description="How many are missing, each grid for itself.")
    doubled: int = strawberry.field(description="How many there are too many, each grid for itself.")
    expired: int = strawberry.field(description="In how many grids somebody is missing because the last post is over.")
    overextended: int = strawberry.field(description="How many belong to somebody who holds the role in too many grids.")


@strawberry.type(description="A position of a grid in which something is wrong.")
class Vacancy:
    cursor: str = strawberry.field(description="Give it as `after` for what follows.")
    grid_id: strawberry.ID = strawberry.field(description="The global id of the grid.")
    grid_code: str = strawberry.field(description="Its code.")
    grid_name: str = strawberry.field(description="Its name.")
    held_in_id: strawberry.ID = strawberry.field(
        description="Where the post is held: the same, or the ground above that several grids share; they stand here once."
    )
    template_id: strawberry.ID = strawberry.field(description="The template or desk that asks for it.")
    role_id: strawberry.ID = strawberry.field(description="The role.")
    role_label: str = strawberry.field(description="Its label, in the viewer's language.")
    required: int = strawberry.field(description="How many posts there should be at least.")
    filled: int = strawberry.field(description="How many are held.")
    missing: int = strawberry.field(description="How many are missing.")
    doubled: int = strawberry.field(description="How many there are too many.")
    expired: bool = strawberry.field(description="Whether somebody is missing because the last post is over and nobody came after.")
    overextended: int = strawberry.field(description="How many belong to somebody who holds the role in too many grids.")
    last_ended_at: DateTime | None = strawberry.field(description="When the last post ended that is over.")
    next_starts_at: DateTime | None = strawberry.field(description="When the next post begins that was given for later.")


@strawberry.type(description="What is missing, too much or over in a grid and all below it.")
class Vacancies:
    roles: list[RoleVacancies] = strawberry.field(description="By role, all positions of the ground together.")
    positions: list[Vacancy] = strawberry.field(description="The positions in which something is wrong, by grid.")
    has_next_page: bool = strawberry.field(description="Whether others follow.")


async def _vacancies(
    info: Info,
    code: Annotated[str, strawberry.argument(description="The code of the grid of the base layer.")],
    first: Annotated[int, strawberry.argument(description=f"How many positions, at most {MOST_GAPS:,}.")] = SHOWN,
    after: Annotated[str | None, strawberry.argument(description="Only positions after the one of this cursor.")] = None,
) -> Vacancies | None:
    session, raw = session_of(info)
    if not 0 <= first <= MOST_GAPS:
        raise PageError(f"first must lie between 0 and {MOST_GAPS}.")
    if after is not None and not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise PageError("after is no cursor of this list.")
    async with session.deployment.read() as work:
        found = await find_gaps(work, session.viewer, code, first=first, after=int(after or 0))
    if found is None:
        return cast("Any", Completed(None))
    labels = {id: role.label.in_language(session.viewer.language) for id, role in session.deployment.rules.registry.roles.items()}
    return cast("Any", Completed(project(_told(found, labels), session.chosen(raw))))


def _told(found: Gaps, labels: dict[str, str]) -> Typed:
    members = {
        "roles": [_role(one, labels) for one in found.roles],
        "positions": [_gap(one, labels) for one in found.gaps],
        "hasNextPage": found.more,
    }
    return Typed("Vacancies", members)


def _role(one: RoleFigures, labels: dict[str, str]) -> Typed:
    members = {
        "roleId": one.role_id,
        "label": labels.get(one.role_id, one.role_id),
        "required": one.required,
        "filled": one.filled,
        "missing": one.missing,
        "doubled": one.doubled,
        "expired": one.expired,
        "overextended": one.overextended,
    }
    return Typed("RoleVacancies", members)


def _gap(one: Gap, labels: dict[str, str]) -> Typed:
    members = {
        "cursor": str(one.number),
        "gridId": f"Grid:{one.grid_id}",
        "gridCode": one.code,
        "gridName": one.name,
        "heldInId": f"Grid:{one.held_in}",
        "templateId": one.staffing_id,
        "roleId": one.role_id,
        "roleLabel": labels.get(one.role_id, one.role_id),
        "required": one.required,
        "filled": one.filled,
        "missing": one.missing,
        "doubled": one.doubled,
        "expired": one.expired,
        "overextended": one.overextended,
        "lastEndedAt": one.last_ended_at,
        "nextStartsAt": one.next_starts_at,
    }
    return Typed("Vacancy", members)


vacancies: Any = strawberry.field(
    resolver=_vacancies,
    metadata={WEIGHT: VACANCIES_COST},
    description="What is missing, too much or over in a grid and all below it. For READ_EVENTS or MANAGE_POSTS over all of it; null "
    "without, and where there is no such grid. Error: PAGE_INVALID.",
)
