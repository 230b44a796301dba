"""Appraisals: schemes, runs and results. What a result is made of stands apart, in its papers, for fewer eyes."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
import strawberry

from wangge_core.appraisals.ranking import NAMED, InCircular
from wangge_core.appraisals.schemes import AppraisalPeriod, Appraised
from wangge_core.appraisals.seen import appraisal_rule, collected_rule, papers_rule, result_rule
from wangge_core.appraisals.standing import RunState
from wangge_core.db import tables as t
from wangge_core.grids.codes import GridLevel
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, computed, connection, need, planned, to_many, to_one
from wangge_schema.reading.enums import enum_type
from wangge_schema.reading.sources import Asking, Filter, Join, Row
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.appraisal_papers import (
    AppraisalComponent,
    AppraisalCorrection,
    AppraisalDeduction,
    AppraisalDeductionLine,
    AppraisalFigure,
    AppraisalLine,
    AppraisalTally,
    ComponentKind,
    components,
    corrections,
    deduction_lines,
    deductions,
    figures,
    lines,
    tally,
)
from wangge_schema.types.declared import Role
from wangge_schema.types.grids import Grid
from wangge_schema.types.nodes import Connection, Node, node_id
from wangge_schema.types.places import Asset, Office, Place
from wangge_schema.types.rights import Account, Post

if TYPE_CHECKING:
    from wangge_schema.types.events import Event

for choice in (RunState, InCircular, AppraisalPeriod):
    enum_type(choice)
enum_type(Appraised, name="AppraisedSort")
MOST_VERSIONS = 200
MOST_NAMED = 100
MOST_CHECKS = 400


def _present(row: Row, version: Row, _: Asking) -> sa.ColumnElement[bool]:
    return sa.and_(version.c.scheme_id == row.c.id, version.c.number == row.c.version)


@planned(table=t.appraisal_scheme_version, data_class=DataClass.STAFF)
class AppraisalSchemeVersion:
    """By what is appraised: the components of a score, whose weights sum to 100, and what is deducted from it."""

    number: int = column("number", "Its number, from 1.", form="number")
    components: list[AppraisalComponent] = computed("The components.", components, content=need("content", "json"))
    deductions: list[AppraisalDeduction] = computed("What comes off the sum.", deductions, content=need("content", "json"))
    stars: list[float] = computed(
        "Scores, the lowest first: a grid has as many stars as there are that it reaches.",
        lambda needs, _: needs["content"]["stars"],
        content=need("content", "json"),
    )
    set_by: Account | None = to_one("set_by_id", "Who wrote it; null where the viewer may not see the account.")
    set_at: DateTime = column("set_at", "When it was written.", form="moment")


@planned(
    table=t.appraisal_scheme,
    rule=appraisal_rule,
    prefix="AppraisalScheme",
    filters={"subtree": Filter("subtree", lambda row: row.c.grid_id, "Whose ground is the grid of this code or one below it.")},
    data_class=DataClass.STAFF,
)
class AppraisalScheme(Node):
    """How grids, offices or posts are appraised. Seen by who appraises there and by the staff of its ground. Residents never are."""

    id: strawberry.ID = node_id("AppraisalScheme")
    name: str = column("name", "Its name.")
    grid: Grid = to_one("grid_id", "The ground within which it appraises.")
    appraises: Appraised = column("appraises", "What it appraises.")
    level: GridLevel | None = column("level", "Of grids: which level.")
    role: Role | None = to_one("role_id", "Of posts: which role.")
    period: AppraisalPeriod = column("period", "How often.")
    version: int = column("version", "The number of its present content.", form="number")
    content: AppraisalSchemeVersion = to_one(_present, "By what it appraises now.")
    versions: list[AppraisalSchemeVersion] = to_many("scheme_id", "All it ever appraised by.", order="number", most=MOST_VERSIONS)
    runs: "Connection[AppraisalRun]" = connection("AppraisalRun", "scheme_id", "Its runs.")
    created_at: DateTime = column("created_at", "When it was written first.", form="moment")
    ended_at: DateTime | None = column("ended_at", "Since when nothing is appraised by it; null while it holds.", form="moment")


def _named(what: InCircular) -> Join:
    return lambda row, result, _: sa.and_(result.c.run_id == row.c.id, result.c.in_circular == what.value)


@planned(
    table=t.appraisal_run,
    rule=appraisal_rule,
    prefix="AppraisalRun",
    filters={
        "starts_on": Filter("date", lambda row: row.c.starts_on, "By the first day of the period."),
        "subtree": Filter("subtree", lambda row: row.c.grid_id, "Whose ground is the grid of this code or one below it."),
    },
    data_class=DataClass.STAFF,
)
class AppraisalRun(Node):
    """The appraisal of a period. It collects; then everything is frozen and scored, the appraised may appeal, and it is published.

    Seen by who appraises there and by the staff of its ground; its results by fewer. What is frozen stays: a new run takes its place.
    """

    id: strawberry.ID = node_id("AppraisalRun")
    scheme: AppraisalScheme = to_one("scheme_id", "The scheme.")
    content: AppraisalSchemeVersion = to_one("scheme_version_id", "By what is appraised, as it was when the run began.")
    grid: Grid = to_one("grid_id", "The ground.")
    starts_on: Date = column("starts_on", "The first day of the period.")
    ends_on: Date = column("ends_on", "The last day of the period.")
    state: RunState = column("state", "How far it is.")
    started_by: Account | None = to_one("started_by_id", "Who began it; null where the viewer may not see the account.")
    started_at: DateTime = column("started_at", "When it was begun.", form="moment")
    frozen_by: Account | None = to_one("frozen_by_id", "Who froze it; null where the viewer may not see the account.")
    frozen_at: DateTime | None = column("frozen_at", "Since when nothing that comes in changes it.", form="moment")
    appeals_until: DateTime | None = column("appeals_until", "Until when the appraised may appeal.", form="moment")
    published_by: Account | None = to_one("published_by_id", "Who published it; null where the viewer may not see the account.")
    published_at: DateTime | None = column("published_at", "When it was published.", form="moment")
    names_last: bool = column("names_last", "Whether its circular names the last; the deployment decides that.", form="boolean")
    supersedes: "AppraisalRun | None" = to_one("supersedes_id", "The run in whose place it is.")
    supersedes_because: str | None = column("supersedes_because", "Why.")
    superseded_by: "AppraisalRun | None" = to_one(
        lambda row, later, _: later.c.supersedes_id == row.c.id, "The run that is in its place."
    )
    version: int = column("version", "Counts its changes, from 1.", form="number")
    results: "Connection[AppraisalResult]" = connection(
        "AppraisalResult",
        "run_id",
        "What came out: all for who appraises, one's own from when one can appeal, and who is in the circular.",
    )
    best: "list[AppraisalResult]" = to_many(
        _named(InCircular.BEST), f"Who is praised in the circular: ranks 1 to {NAMED}.", order="rank", most=MOST_NAMED
    )
    last: "list[AppraisalResult]" = to_many(
        _named(InCircular.LAST),
        f"Who is named last in the circular: the {NAMED} last ranks; none unless the deployment names them.",
        order="rank",
        most=MOST_NAMED,
    )


@planned(
    table=t.appraisal_result,
    rule=result_rule,
    prefix="AppraisalResult",
    orders=("rank", "id"),
    data_class=DataClass.STAFF,
)
class AppraisalResult(Node):
    """What came out for one of the appraised. Seen by who appraises there, by the appraised from when they can appeal, and by the staff of
    the ground where a circular names it."""

    id: strawberry.ID = node_id("AppraisalResult")
    run: AppraisalRun | None = to_one("run_id", "The run.")
    grid: Grid | None = to_one("appraised_grid_id", "The grid that is appraised.")
    office: Office | None = to_one("office_id", "The office that is appraised.")
    post: Post | None = to_one("post_id", "The post that is appraised; null too where the viewer may not see it.")
    score: float | None = column(
        "score",
        "0 to 100, with two decimals; null before the run is frozen, and where nothing of the scheme could be counted.",
        form="number",
    )
    rank: int = column("rank", "Its rank, from 1; equal scores share one. 0 without a score.", form="number")
    stars: int | None = column("stars", "Stars of a grid; null where the scheme gives none.", form="number")
    in_circular: InCircular | None = column("in_circular", "As what the circular names it.")
    papers: "AppraisalPapers | None" = to_one(
        lambda row, papers, _: papers.c.id == row.c.id,
        "What the score is made of; null but for who appraises there and for the appraised, from when they can appeal.",
    )


def _ended(row: Row, post: Row, _: Asking) -> sa.ColumnElement[bool]:
    gone = t.appraisal_exit.alias()
    return post.c.id.in_(sa.select(gone.c.post_id).where(gone.c.result_id == row.c.id).correlate_except(gone))


@planned(table=t.appraisal_result, rule=papers_rule, data_class=DataClass.STAFF)
class AppraisalPapers:
    """What a score is made of, as it was frozen. Nothing in it tells who rated from below, nor what too few ratings came to."""

    lines: list[AppraisalLine] = computed(
        "The score by component; empty before the run is frozen.", lines, scored=need("scored", "json")
    )
    deductions: list[AppraisalDeductionLine] = computed("What came off.", deduction_lines, scored=need("scored", "json"))
    figures: list[AppraisalFigure] = computed("The indicators.", figures, inputs=need("inputs", "json"))
    corrections: list[AppraisalCorrection] = computed("What appeals changed.", corrections, inputs=need("inputs", "json"))
    self_assessment: int | None = column("self_assessment", "What the appraised gave themselves, 0 to 100.", form="number")
    from_above: AppraisalTally | None = computed(
        "Ratings from above, 0 to 100.", tally("from_above"), inputs=need("inputs", "json")
    )
    from_below: AppraisalTally | None = computed(
        "Ratings from below, 0 to 100; null where fewer than five have rated.", tally("from_below"), inputs=need("inputs", "json")
    )
    by_residents: AppraisalTally | None = computed(
        "What reporters of events gave, 1 to 5; null where there are fewer than five.",
        tally("by_residents"),
        inputs=need("inputs", "json"),
    )
    checks: "list[AppraisalCheck]" = to_many("result_id", "What was drawn and looked at.", most=MOST_CHECKS)
    appeals: "list[AppraisalAppeal]" = to_many("result_id", "The appeals against it.")
    ended_posts: list[Post] = to_many(_ended, "The posts that were ended because of it.")


@planned(table=t.appraisal_check, rule=collected_rule, prefix="AppraisalCheck", data_class=DataClass.STAFF)
class AppraisalCheck(Node):
    """Something that was drawn to be looked at: an event that was closed, or through cameras a place or an asset, never a person."""

    id: strawberry.ID = node_id("AppraisalCheck")
    kind: ComponentKind = column("kind", "SPOT_CHECK or VIDEO_CHECK.")
    event: "Event | None" = to_one("event_id", "The event; null where the viewer may not see it.")
    asset: Asset | None = to_one("asset_id", "The asset; null where the viewer may not see it.")
    place: Place | None = to_one("place_id", "The place.")
    drawn_at: DateTime = column("drawn_at", "When it was drawn.", form="moment")
    points: int | None = column("points", "0 to 100; null while nobody has looked.", form="number")
    finding: str | None = column("finding", "What was found.")
    entered_by: Account | None = to_one("entered_by_id", "Who looked; null where the viewer may not see the account.")
    entered_at: DateTime | None = column("entered_at", "When that was entered.", form="moment")


@planned(table=t.appraisal_appeal, rule=collected_rule, prefix="AppraisalAppeal", data_class=DataClass.STAFF)
class AppraisalAppeal(Node):
    """What somebody says against their result, and the answer."""

    id: strawberry.ID = node_id("AppraisalAppeal")
    account: Account | None = to_one("account_id", "Who appealed; null where the viewer may not see the account.")
    reason: str = column("reason", "What is wrong.")
    at: DateTime = column("at", "When.", form="moment")
    granted: bool | None = column("granted", "Whether it was granted; null while it waits.", form="boolean")
    points: float | None = column("points", "By how much the score was changed.", form="number")
    answer: str | None = column("answer", "What was answered.")
    answered_by: Account | None = to_one("answered_by_id", "Who answered; null where the viewer may not see the account.")
    answered_at: DateTime | None = column("answered_at", "When.", form="moment")
