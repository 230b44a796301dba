"""Due lists in figures: how duties stand, and the load of the coming weeks. Operations of the core count them, by one statement each."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, cast

import strawberry
from strawberry.types.info import Info

from wangge_core.duties.due import DueRequest, DutyFigures, due_summary
from wangge_core.duties.forecasting import MOST_WEEKS, Forecast, forecast_load
from wangge_schema.errors import PageError
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.select import Chosen
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import Date
from wangge_schema.session import Session
from wangge_schema.types.due import DUE_COSTS, UNKNOWN, WHO, Where, Which, Whose, by_keys, of_whom
from wangge_schema.types.duties import Duty
from wangge_schema.types.intake import session_of

FIGURES = ("targets", "done", "due", "overdue", "declined")


@strawberry.type(description="How a duty stands on a ground.")
class DueFigures:
    duty: Duty = strawberry.field(description="The duty.")
    targets: int = strawberry.field(
        description="How many households, people or things it concerns in the present period; of a duty that names a "
        "sensitive kind of needs those whose need the viewer may see."
    )
    done: int = strawberry.field(description="Of how many it was done; `declined` are among them.")
    due: int = strawberry.field(description="Of how many it is still to be done in time.")
    overdue: int = strawberry.field(description="Of how many it should have been done by now.")
    declined: int = strawberry.field(description="How many were done because they were declined; that has no other consequence.")


@strawberry.type(description="How the duties of a worker or a ground stand.")
class DueSummary:
    duties: list[DueFigures] = strawberry.field(description="The figures of each duty that asks for something now, in order.")
    targets: int = strawberry.field(description="All together: how many.")
    done: int = strawberry.field(description="All together: done.")
    due: int = strawberry.field(description="All together: still to be done in time.")
    overdue: int = strawberry.field(description="All together: overdue.")
    declined: int = strawberry.field(description="All together: done because declined.")
    unknown_duty_ids: list[strawberry.ID] = strawberry.field(description=UNKNOWN)


@strawberry.type(description="What a week will ask for.")
class DueWeek:
    starts_on: Date = strawberry.field(description="Its first day: today, then Mondays.")
    items: float = strawberry.field(description="How many things are to be done.")
    minutes: float = strawberry.field(description="How many minutes they take, by what each duty says of one.")


@strawberry.type(
    description="The load of the coming weeks: what is missing of the present periods spread over the days left of them, later periods "
    "over theirs, and all that is overdue or asked for by an event or occasion in the first week. Quotas of different households are left "
    "out, because their visits are those of other duties; events and occasions that are still to come are not guessed."
)
class DueForecast:
    weeks: list[DueWeek] = strawberry.field(description="The weeks.")
    unknown_duty_ids: list[strawberry.ID] = strawberry.field(description=UNKNOWN)


async def _due_summary(info: Info, post_id: Whose = None, grid_id: Where = None, duty_ids: Which = None) -> DueSummary | None:
    session, raw = session_of(info)
    async with session.deployment.read() as work:
        found = await due_summary(work, session.viewer, DueRequest(**of_whom(post_id, grid_id), duty_ids=tuple(duty_ids or ())))
    if found is None:
        return cast("Any", Completed(None))
    chosen, totals = session.chosen(raw), {name: sum(getattr(one, name) for one in found.duties) for name in FIGURES}
    members = totals | {"unknownDutyIds": list(found.unknown)}
    told: dict[str, Any] = {}
    for one in chosen.children():
        if one.name == "duties":
            told[one.key] = await _figures(session, (chosen.key,), one, found.duties)
        else:
            told[one.key] = "DueSummary" if one.name == "__typename" else project(members[one.name], one)
    return cast("Any", Completed(told))


async def _due_forecast(
    info: Info,
    post_id: Whose = None,
    grid_id: Where = None,
    weeks: Annotated[int, strawberry.argument(description=f"How many weeks, at most {MOST_WEEKS}.")] = 4,
) -> DueForecast | None:
    session, raw = session_of(info)
    if not 1 <= weeks <= MOST_WEEKS:
        raise PageError(f"A forecast is of 1 to {MOST_WEEKS} weeks; {weeks} were asked for.")
    async with session.deployment.read() as work:
        found = await forecast_load(work, session.viewer, DueRequest(**of_whom(post_id, grid_id)), weeks)
    return cast("Any", Completed(None if found is None else project(_weeks(found), session.chosen(raw))))


async def _figures(
    session: Session, where: tuple[str, ...], chosen: Chosen, figures: Sequence[DutyFigures]
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = [{} for _ in figures]
    for one in chosen.children():
        found: Mapping[Any, Any] = {}
        if one.name == "duty":
            found = await by_keys(session, (*where, chosen.key, one.key), one, [each.duty_id for each in figures])
        for item, each in zip(told, figures, strict=True):
            if one.name == "duty":
                item[one.key] = found.get(each.duty_id)
            else:
                item[one.key] = "DueFigures" if one.name == "__typename" else project(getattr(each, one.name), one)
    return told


def _weeks(found: Forecast) -> Typed:
    weeks = [Typed("DueWeek", {"startsOn": one.starts_on, "items": one.items, "minutes": one.minutes}) for one in found.weeks]
    return Typed("DueForecast", {"weeks": weeks, "unknownDutyIds": list(found.unknown)})


due_summary_field: Any = strawberry.field(
    resolver=_due_summary,
    metadata={WEIGHT: DUE_COSTS},
    description=f"How duties stand, in figures. {WHO} Error: ID_INVALID.",
)
due_forecast_field: Any = strawberry.field(
    resolver=_due_forecast,
    metadata={WEIGHT: DUE_COSTS},
    description=f"How much duties will ask for in the coming weeks. {WHO} Errors: ID_INVALID, PAGE_INVALID.",
)
