"""Indicators: what is declared of them, figures of grids with the counts that they are made of, and the events behind a count."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

import strawberry
from graphql import GraphQLError
from strawberry.types.info import Info

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.grids.codes import GridLevel
from wangge_core.indicators.asking import Named, ask_events, ask_figures
from wangge_core.indicators.drilling import Side
from wangge_core.indicators.periods import Compared, Days, Every
from wangge_core.indicators.requests import By, Counts, Figure, FiguresRequest, GroundAsOf, IndicatorsError
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.measuring import IndicatorDefinition
from wangge_core.rights.data_classes import DataClass
from wangge_schema.errors import PageError
from wangge_schema.ids import given_key
from wangge_schema.reading.declare import column, planned
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.executor import Completed
from wangge_schema.reading.project import Typed, project
from wangge_schema.reading.sources import WEIGHT
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.declared import DECLARED_FILTERS, ORDERS, available_field, declared_id, plugin_field
from wangge_schema.types.intake import session_of
from wangge_schema.types.nodes import label_field

MOST_INDICATORS = 50
MOST_EVENTS = 100
enum_type(Unit, name="IndicatorUnit")
enum_type(By, name="IndicatorGrouping")
enum_type(Every, name="IndicatorPeriod")
enum_type(Compared, name="IndicatorComparison")
enum_type(GroundAsOf)
enum_type(Side, name="IndicatorSide")
PREFIXES = {By.OFFICE: "Office", By.POST: "Post"}
"""What stands before the key in a global id; kinds, sources and roles go by their names."""


def _error(found: IndicatorsError) -> GraphQLError:
    """An error of what was asked, under its own code."""
    return GraphQLError(f"{found.message} {found.hint}".strip(), extensions={"code": found.code})


@planned(table=t.indicator, orders=ORDERS, filters=DECLARED_FILTERS, data_class=DataClass.PUBLIC)
class Indicator:
    """An indicator that a plugin declares: how its figures are made. Public."""

    id: strawberry.ID = declared_id("Its name, such as `community.closing_rate`.")
    label: str = label_field()
    plugin: str = plugin_field()
    available: bool = available_field()
    unit: Unit = column("unit", "What its value is.")
    formula: str = column("formula", "How it is made, in words.")
    source: str = column("source", "Who says so; empty where it is the project's own.")
    higher_is_better: bool | None = column(
        "higher_is_better", "Whether a higher value is the better one; null where neither is.", form="boolean"
    )


@strawberry.type(description="The counts of a period that a figure is compared with.")
class IndicatorCounts:
    since: Date = strawberry.field(name="from", description="Its first day.")
    until: Date = strawberry.field(description="Its last day.")
    numerator: int = strawberry.field(description="The numerator; of minutes how many values there are.")
    denominator: int | None = strawberry.field(description="The denominator; null for counts and minutes.")
    value: float | None = strawberry.field(description="The value; null where it divides by nothing.")


@strawberry.type(description="A figure of a grid and all below it in a period.")
class IndicatorFigure:
    indicator_id: strawberry.ID = strawberry.field(description="Its indicator.")
    label: str = strawberry.field(description="What it is called.")
    unit: Unit = strawberry.field(description="What its value is.")
    formula: str = strawberry.field(description="How it is made, in words.")
    grid_id: strawberry.ID = strawberry.field(description="The global id of the grid.")
    grid_code: str = strawberry.field(description="The code of the grid.")
    grid_name: str = strawberry.field(description="The name of the grid.")
    since: Date = strawberry.field(name="from", description="The first day of the period.")
    until: Date = strawberry.field(description="Its last day.")
    of: strawberry.ID | None = strawberry.field(
        description="The kind, source or role, or the global id of the office or post, that it is of; null where all are together."
    )
    of_label: str | None = strawberry.field(description="What that is called; a post by its role.")
    numerator: int = strawberry.field(description="The numerator; of minutes how many values there are.")
    denominator: int | None = strawberry.field(description="The denominator; null for counts and minutes.")
    value: float | None = strawberry.field(
        description="Percent, a ratio, minutes (the median) or a count, as the unit says; null where it divides by nothing."
    )
    before: IndicatorCounts | None = strawberry.field(description="What it is compared with; null where nothing was asked for.")
    change: float | None = strawberry.field(
        description="By how many percent the value changed since: from 656 to 496 it is -24.39. Null where one is missing, or was 0."
    )


@strawberry.type(description="Figures of indicators.")
class IndicatorFigures:
    counted_at: DateTime | None = strawberry.field(
        description="When everything was counted that had happened until then; null while all is counted for the first time."
    )
    figures: list[IndicatorFigure] = strawberry.field(
        description="By indicator, then grid, then period, then what they are told apart by."
    )


@strawberry.type(description="Events behind a count.")
class IndicatorEvents:
    ids: list[strawberry.ID] = strawberry.field(
        description="Their global ids, in order; `nodes` reads what the viewer may see of them."
    )
    end_cursor: strawberry.ID | None = strawberry.field(
        description="Give it as `after` for the next ones; null where there are no more."
    )


def _counts(days: Days, counts: Counts) -> dict[str, Any]:
    return {
        "from": days.first,
        "until": days.last,
        "numerator": counts.numerator,
        "denominator": counts.denominator,
        "value": counts.value,
    }


def _told(indicator: IndicatorDefinition, figure: Figure, named: Named, by: By | None, language: Any) -> Typed:
    prefix = PREFIXES.get(by) if by is not None else None
    before = None
    if figure.days_before is not None and figure.before is not None:
        before = Typed("IndicatorCounts", _counts(figure.days_before, figure.before))
    members = {
        "indicatorId": indicator.id,
        "label": indicator.label.in_language(language),
        "unit": indicator.unit.value,
        "formula": indicator.formula,
        "gridId": f"Grid:{figure.grid_id}",
        "gridCode": named.grid_code,
        "gridName": named.grid_name,
        "of": figure.of if prefix is None or figure.of is None else f"{prefix}:{figure.of}",
        "ofLabel": named.of_name,
        "before": before,
        "change": figure.change,
    }
    return Typed("IndicatorFigure", _counts(figure.days, figure.now) | members)


async def _indicators(
    info: Info,
    ids: Annotated[list[strawberry.ID], strawberry.argument(description="Which indicators, at most 50.")],
    grid_id: Annotated[
        strawberry.ID, strawberry.argument(description="The grid, of the base layer or an overlay, with all below it.")
    ],
    since: Annotated[Date, strawberry.argument(name="from", description="The first day.")],
    until: Annotated[Date, strawberry.argument(description="The last day.")],
    by: Annotated[
        By | None,
        strawberry.argument(
            description="What figures are told apart by: of each grid below, of each kind and so on. Those of posts are for APPRAISE or "
            "MANAGE_POSTS over the grid; others get those of their own posts."
        ),
    ] = None,
    level: Annotated[
        GridLevel | None, strawberry.argument(description="By grid: those of this level; without it those right below.")
    ] = None,
    layer: Annotated[strawberry.ID, strawberry.argument(description="By grid: of which layer.")] = strawberry.ID(BASE_LAYER),  # noqa: B008
    every: Annotated[
        Every | None,
        strawberry.argument(description="Into which periods of the calendar the days are cut; without it they are one."),
    ] = None,
    compare: Annotated[Compared | None, strawberry.argument(description="With what each period is compared.")] = None,
    as_of: Annotated[
        GroundAsOf,
        strawberry.argument(
            description="Where what a division of the ground moved counts: where it lies now, or where it lay then."
        ),
    ] = GroundAsOf.NOW,
) -> IndicatorFigures | None:
    session, raw = session_of(info)
    if len(ids) > MOST_INDICATORS:
        raise PageError(f"At most {MOST_INDICATORS} indicators at once; {len(ids)} were given.")
    request = FiguresRequest(
        indicators=tuple(ids), grid_ids=(), days=Days(since, until), every=every, by=by, compared=compare, as_of=as_of
    )
    async with session.deployment.read() as work:
        try:
            found = await ask_figures(work, session.viewer, given_key(grid_id, "Grid"), request, level=level, layer=layer)
        except IndicatorsError as error:
            raise _error(error) from None
    if found is None:
        return cast("Any", Completed(None))
    known, language = session.deployment.rules.registry.indicators, session.viewer.language
    told = [_told(known[figure.indicator], figure, named, by, language) for figure, named in found.figures]
    members = {"countedAt": found.counted_at, "figures": told}
    return cast("Any", Completed(project(Typed("IndicatorFigures", members), session.chosen(raw))))


async def _indicator_events(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The indicator.")],
    side: Annotated[Side, strawberry.argument(description="Whose events: those of the numerator or of the denominator.")],
    grid_id: Annotated[strawberry.ID, strawberry.argument(description="The grid of the figure.")],
    since: Annotated[Date, strawberry.argument(name="from", description="The first day of the figure.")],
    until: Annotated[Date, strawberry.argument(description="Its last day.")],
    by: Annotated[By | None, strawberry.argument(description="What figures were told apart by.")] = None,
    of: Annotated[strawberry.ID | None, strawberry.argument(description="The `of` of the figure.")] = None,
    as_of: Annotated[
        GroundAsOf,
        strawberry.argument(
            description="Where what a division of the ground moved counts: where it lies now, or where it lay then."
        ),
    ] = GroundAsOf.NOW,
    first: Annotated[int, strawberry.argument(description="How many, at most 100.")] = 50,
    after: Annotated[strawberry.ID | None, strawberry.argument(description="The `endCursor` of the page before.")] = None,
) -> IndicatorEvents | None:
    session, raw = session_of(info)
    if not 1 <= first <= MOST_EVENTS:
        raise PageError(f"`first` lies between 1 and {MOST_EVENTS}.")
    key, of_key = given_key(grid_id, "Grid"), None if of is None else of.rpartition(":")[2] if by in PREFIXES else of
    request = FiguresRequest(indicators=(id,), grid_ids=(key,), days=Days(since, until), by=by, as_of=as_of)
    start = 0 if after is None else given_key(after, "Event")
    async with session.deployment.read() as work:
        try:
            found = await ask_events(work, session.viewer, request, side, of_key, first=first, after=start)
        except IndicatorsError as error:
            raise _error(error) from None
    if found is None:
        return cast("Any", Completed(None))
    told: Sequence[str] = [f"Event:{one}" for one in found.ids]
    members = {"ids": told, "endCursor": told[-1] if found.more else None}
    return cast("Any", Completed(project(Typed("IndicatorEvents", members), session.chosen(raw))))


INDICATORS_COST = 500
"""As much as some pages: tallies of a year, or the facts of a narrow ground."""
indicators: Any = strawberry.field(
    resolver=_indicators,
    metadata={WEIGHT: INDICATORS_COST},
    description="Figures of indicators, for READ_INDICATORS over the grid; null without it, and where there is no such grid. Each stands "
    "beside its counts; what divides by nothing has no value. Staffing, duties, facts and people are counted at the moment, and by grid "
    "alone; figures that count people are for READ_PEOPLE over their grid too, and left out for others. "
    "Errors: ID_INVALID, PAGE_INVALID, INDICATOR_UNKNOWN, INDICATORS_INVALID, INDICATORS_TOO_MANY.",
)
indicator_events: Any = strawberry.field(
    resolver=_indicator_events,
    metadata={WEIGHT: INDICATORS_COST},
    description="The events behind a count of a figure, also those that are taken away from it; for READ_INDICATORS over the grid, and of "
    "another's post for APPRAISE or MANAGE_POSTS there; null without. Counts that are not of events have none. Errors: ID_INVALID, "
    "PAGE_INVALID, INDICATOR_UNKNOWN.",
)
