"""A run of an appraisal: collected, frozen, never changed by what comes later, and replaced with a reason."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from appraised import INDICATOR, MARCH, OF_GRIDS, a_run, a_scheme, appraiser, content_of_run, frozen, results
from clockwork import set_time
from operating import announced, done, row_of, tried
from towns import COMMUNITY, GRIDS, SUBDISTRICT, Town
from wangge_core.appraisals.checks import CheckEntry, enter_checks
from wangge_core.appraisals.drawing import Drawing, draw_checks
from wangge_core.appraisals.freezing import freeze_runs
from wangge_core.appraisals.ranking import ranks
from wangge_core.appraisals.rating import AppraisalRating, SelfAssessment, assess_oneself, rate
from wangge_core.appraisals.schemes import Appraised, Component, ComponentKind, SchemeContent, read_scheme
from wangge_core.appraisals.scoring import read_inputs, score
from wangge_core.appraisals.setting import NewScheme, SchemeEdit, create_schemes, update_schemes
from wangge_core.appraisals.standing import Appraisee
from wangge_core.appraisals.starting import NewRun, start_runs
from wangge_core.changing import Change
from wangge_core.db import tables as t
from wangge_core.indicators.counting import count_changes
from wangge_core.places.assets import NewAsset, register_assets

pytestmark = pytest.mark.anyio
URBAN, SCENIC, RURAL, MARITIME = GRIDS.values()


async def test_a_run_comes_out_again_from_what_it_froze(town: Town) -> None:
    run = await a_run(town)
    head = await town.viewer("community.community_head", COMMUNITY)
    worker = await town.viewer("community.grid_worker", URBAN)
    urban, scenic = Appraisee(grid_id=town.grids[URBAN]), Appraisee(grid_id=town.grids[SCENIC])
    await done(town, rate, AppraisalRating(id=run, who=urban, points=90), AppraisalRating(id=run, who=scenic, points=60), by=head)
    await done(town, assess_oneself, SelfAssessment(id=run, who=urban, points=70), by=worker)
    assert await tried(town, rate, AppraisalRating(id=run, who=urban, points=10), by=head) == ["id: RATED_ALREADY"]
    assert await tried(town, rate, AppraisalRating(id=run, who=urban, points=99), by=worker) == ["id: RATER_ELSEWHERE"]
    assert await tried(town, assess_oneself, SelfAssessment(id=run, who=scenic, points=99), by=worker) == ["id: NOT_ALLOWED"]
    assert await tried(town, assess_oneself, SelfAssessment(id=run, who=urban, points=101), by=worker) == ["points: OUT_OF_RANGE"]
    assert await tried(town, freeze_runs, Change(id=run), by=await appraiser(town)) == ["id: PERIOD_NOT_OVER"]

    values = {town.grids[URBAN]: 96.0, town.grids[SCENIC]: 75.0, town.grids[RURAL]: 75.0, town.grids[MARITIME]: None}
    await frozen(town, run, values)
    came = await results(town, run)
    # urban (50 × 96 + 10 × 70 + 20 × 90) ÷ 80; scenic (50 × 75 + 20 × 60) ÷ 70; rural 75 alone; maritime has nothing that counts
    assert {type: (row.score, row.rank, row.stars) for type, row in came.items()} == {
        "urban": (91.25, 1, 2),
        "scenic": (70.71, 3, 1),
        "rural": (75.0, 2, 1),
        "maritime": (None, 0, None),
    }
    content = read_scheme(await content_of_run(town, run))
    again = {row.id: score(content, read_inputs(row.inputs)) for row in came.values()}
    assert {id: one.score for id, one in again.items()} == {row.id: row.score for row in came.values()}
    assert ranks({id: one.score for id, one in again.items()}) == {row.id: row.rank for row in came.values()}
    assert came["urban"].inputs["figures"] == {INDICATOR: {"numerator": 96, "denominator": 100, "value": 96}}
    told = [one.content for one in await announced(town, "appraisal.changed")]
    assert told == [{"state": "DRAFT"}]


async def test_what_comes_later_changes_nothing_and_a_new_run_says_why(town: Town) -> None:
    run = await a_run(town)
    head, chief = await town.viewer("community.community_head", COMMUNITY), await appraiser(town)
    urban = Appraisee(grid_id=town.grids[URBAN])
    await done(town, rate, AppraisalRating(id=run, who=urban, points=90), by=head)
    await frozen(town, run, {town.grids[URBAN]: 80.0})
    before = await results(town, run)
    late = AppraisalRating(id=run, who=Appraisee(grid_id=town.grids[SCENIC]), points=1)
    assert await tried(town, rate, late, by=head) == ["id: APPRAISAL_STATE"]
    assert await tried(town, freeze_runs, Change(id=run), by=chief) == ["id: APPRAISAL_STATE"]

    scheme = (await row_of(town, t.appraisal_run, run)).scheme_id
    wrong = [
        NewRun(scheme_id=scheme, day=MARCH),
        NewRun(scheme_id=scheme, day=MARCH, supersedes=run),
        NewRun(scheme_id=scheme, day=date(2026, 2, 3), supersedes=run, reason="Late reports"),
        NewRun(scheme_id=scheme, day=date(2026, 5, 1)),
    ]
    assert await tried(town, start_runs, *wrong, by=chief) == [
        "day: APPRAISAL_EXISTS",
        "reason: BLANK",
        "supersedes: APPRAISAL_OTHER_PERIOD",
        "day: IN_THE_FUTURE",
    ]
    second = await a_run(town, scheme, supersedes=run, reason="Late reports")
    await frozen(town, second, {town.grids[URBAN]: 60.0})
    assert await results(town, run) == before
    after = await results(town, second)
    assert (before["urban"].score, after["urban"].score) == (82.86, 68.57)  # (50 × 80 or 60 + 20 × 90) ÷ 70
    assert (await row_of(town, t.appraisal_run, second)).supersedes_because == "Late reports"
    once_more = NewRun(scheme_id=scheme, day=MARCH, supersedes=run, reason="Again")
    assert await tried(town, start_runs, once_more, by=chief) == ["supersedes: APPRAISAL_SUPERSEDED"]


async def test_ratings_from_below_are_never_kept_by_name(town: Town) -> None:
    await set_time(town, "2026-03-20 10:00")
    below = Component(name="From below", kind=ComponentKind.RATED_FROM_BELOW, weight=100)
    content = SchemeContent(components=(below,))
    role = {"appraises": Appraised.POSTS, "level": None, "role_id": "community.community_head"}
    scheme = await a_scheme(town, content, **role)
    run = await a_run(town, scheme)
    who = Appraisee(post_id=town.posts[f"community.community_head@{COMMUNITY}"])
    raters = [(role, URBAN) for role in ("grid_worker", "grid_chief", "information_officer", "public_order_officer")]
    for role_name, code in raters:
        viewer = await town.viewer(f"community.{role_name}", code)
        await done(town, rate, AppraisalRating(id=run, who=who, points=80), by=viewer)
    await frozen(town, run, {})
    (four,) = (await results(town, run)).values()
    assert (four.score, four.inputs["from_below"]) == (None, None)

    second = await a_run(town, scheme, supersedes=run, reason="One was on leave")
    fifth = await town.viewer("community.grid_worker", SCENIC)
    await done(town, rate, AppraisalRating(id=second, who=who, points=30), by=fifth)
    await frozen(town, second, {})
    (five,) = (await results(town, second)).values()
    assert (five.score, five.inputs["from_below"]) == (70.0, {"count": 5, "sum": 350})
    async with town.deployment.read() as work:
        assert {row.points for row in await work.rows(sa.select(t.appraisal_rating.c.points))} == {None}

    third = await a_run(town, scheme, supersedes=second, reason="Once more")
    sixth = await town.viewer("community.grid_worker", RURAL)
    one_more = AppraisalRating(id=third, who=who, points=0)
    assert await tried(town, rate, one_more, by=sixth) == ["id: RATINGS_CLOSED"]  # it would tell what the sixth gave


async def test_checks_are_drawn_alike_and_entered_by_others_than_the_appraised(town: Town) -> None:
    await set_time(town, "2026-03-20 10:00")
    kind = next(id for id, one in town.deployment.rules.registry.asset_kinds.items() if one.details is None)
    bins = [NewAsset(grid_id=town.grids[URBAN], kind_id=kind, name=f"Bin {number}") for number in range(6)]
    await done(town, register_assets, *bins)
    video = Component(name="By video", kind=ComponentKind.VIDEO_CHECK, weight=100)
    scheme = await a_scheme(town, SchemeContent(components=(video,)))
    run, chief = await a_run(town, scheme), await appraiser(town)
    wrong = [Drawing(id=run, kind=ComponentKind.SPOT_CHECK, each=1), Drawing(id=run, kind=ComponentKind.VIDEO_CHECK, each=0)]
    assert await tried(town, draw_checks, *wrong, by=chief) == ["kind: COMPONENT_MISSING", "each: OUT_OF_RANGE"]
    await done(town, draw_checks, Drawing(id=run, kind=ComponentKind.VIDEO_CHECK, each=2), by=chief)
    drawn = await checks(town)
    await done(town, draw_checks, Drawing(id=run, kind=ComponentKind.VIDEO_CHECK, each=2), by=chief)
    assert len(drawn) == 2
    assert await checks(town) == drawn
    entered = CheckEntry(check_id=drawn[0].id, finding="The bin is clean", points=75)
    assert await tried(town, enter_checks, entered, by=await town.viewer("community.grid_worker", URBAN)) == ["id: NOT_FOUND"]
    assert await tried(town, enter_checks, CheckEntry(check_id=drawn[0].id, finding=" ", points=175), by=chief) == [
        "finding: BLANK, points: OUT_OF_RANGE"
    ]
    await done(town, enter_checks, entered, by=chief)
    await frozen(town, run, {})
    came = await results(town, run)
    assert (came["urban"].score, came["rural"].score) == (75, None)
    assert came["urban"].inputs["video_checks"] == [{"check": drawn[0].id, "points": 75}]


async def checks(town: Town) -> list[Any]:
    async with town.deployment.read() as work:
        return list(await work.rows(sa.select(t.appraisal_check).order_by(t.appraisal_check.c.id)))


async def test_a_scheme_is_for_who_appraises_there_and_keeps_its_versions(town: Town) -> None:
    await set_time(town, "2026-03-20 10:00")
    scheme, chief = await a_scheme(town), await appraiser(town)
    run = await a_run(town, scheme)
    lighter = SchemeContent(components=(Component(name="Spot checks", kind=ComponentKind.SPOT_CHECK, weight=100),))
    worker = await town.viewer("community.grid_worker", URBAN)
    given: dict[str, Any] = {"name": "Mine", "appraises": Appraised.POSTS, "period": "MONTH", "content": lighter}
    wrong = NewScheme(grid_id=town.grids[URBAN], **given | {"role_id": "community.grid_worker"})
    assert await tried(town, create_schemes, wrong, by=worker) == ["gridId: NOT_ALLOWED"]
    of_nobody = NewScheme(grid_id=town.grids[SUBDISTRICT], **given)
    assert await tried(town, create_schemes, of_nobody, by=chief) == ["appraises: SCHEME_TARGET"]
    assert await tried(town, update_schemes, SchemeEdit(id=scheme, content=lighter, expected_version=2), by=chief) == [
        "expectedVersion: VERSION_OUTDATED"
    ]
    await done(town, update_schemes, SchemeEdit(id=scheme, content=lighter, expected_version=1), by=chief)
    assert read_scheme(await content_of_run(town, run)) == OF_GRIDS
    later = await a_run(town, scheme, supersedes=run, reason="A lighter scheme")
    assert read_scheme(await content_of_run(town, later)) == lighter


async def test_figures_are_those_of_the_indicators(town: Town) -> None:
    await set_time(town, "2026-03-20 10:00")
    rule = {"indicator": "community.events_reported", "linear": {"none_at": 0, "all_at": 4}}
    content = read_scheme({"components": [{"name": "Reports", "kind": "INDICATOR", "weight": 100} | rule]})
    worker = await town.viewer("community.grid_worker", URBAN)
    for number in range(3):
        await reported(town, worker, f"A lamp is out {number}")
    run = await a_run(town, await a_scheme(town, content))
    await set_time(town, "2026-04-02 10:00")
    async with town.deployment.write() as work:
        while await count_changes(work):
            pass
    await done(town, freeze_runs, Change(id=run), by=await appraiser(town))
    came = await results(town, run)
    assert (came["urban"].score, came["scenic"].score) == (75.0, 0.0)
    assert came["urban"].inputs["figures"]["community.events_reported"] == {"numerator": 3, "denominator": None, "value": 3}


async def reported(town: Town, viewer: Any, description: str) -> None:
    text = "mutation($input: EventReportInput!) { eventReport(input: $input) { userErrors { code field } } }"
    input = {"kindId": "community.sanitation", "gridId": f"Grid:{town.grids[URBAN]}", "description": description}
    input |= {"details": {"communitySanitation": {"what": "LITTER"}}}
    assert (await town.ask(text, viewer, input=input))["eventReport"]["userErrors"] == []
