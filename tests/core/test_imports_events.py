"""Events of other people's files: kinds, places and times by a mapping; what is refused is reported; nothing comes in twice."""

import csv
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.deployment import Deployment
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.imports.divisions import import_divisions
from wangge_core.imports.events import check_events, import_events
from wangge_core.imports.mapping_files import read_mapping
from wangge_core.imports.mappings import EventMapping, MappingError
from wangge_core.imports.reporting import ImportResult
from wangge_core.rights.viewers import Viewer, operator

pytestmark = pytest.mark.anyio

HEADER = "no,at,closed,state,street,community,type_id,type,sub_id,sub,channel,x,y"
PLAIN = "1,2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,,"
MAPPING: dict[str, Any] = {
    "name": "town",
    "times": {"zone": "Asia/Shanghai", "formats": ["%Y-%m-%d"]},
    "file": {"missing": ["-"]},
    "event": {
        "key": "{no}",
        "description": ["{type}：{sub}", "{type}"],
        "reported_at": "at",
        "closed_at": "closed",
        "closed": {"column": "state", "values": {"done": True, "late": True, "open": False}},
        "timeliness": {"column": "state", "values": {"done": "ON_TIME", "late": "OVERDUE"}, "otherwise": None},
        "source": {"column": "channel", "values": {"hotline": "HOTLINE"}, "otherwise": "OTHER_SYSTEM"},
    },
    "kind": {"catalogue": "town", "levels": [{"key": "type_id", "name": "type"}, {"key": "sub_id", "name": "sub"}]},
    "grid": {"path": ["{street}", "{community}居委会"]},
    "position": {"longitude": "x", "latitude": "y", "system": "wgs84"},
}


@pytest.fixture
async def town(deployment: Deployment) -> Deployment:
    """A district with two subdistricts, in each of which there is a community of the same name."""
    grids = [
        ("990101", "明湖区", None),
        ("990101001", "东街道", "990101"),
        ("990101002", "西街道", "990101"),
        ("990101001001", "安乐社区居委会", "990101001"),
        ("990101002001", "安乐社区居委会", "990101002"),
        ("990101002002", "幸福社区居委会", "990101002"),
    ]
    new = [NewGrid(code=code, name=name, type_id="community.division", parent_code=parent) for code, name, parent in grids]
    async with deployment.write() as work:
        assert all(outcome.accepted for outcome in await create_grids(work, operator(), new))
    return deployment


class Import:
    """Imports rows into the town, and remembers the report."""

    def __init__(self, town: Deployment, folder: Path) -> None:
        self.town = town
        self.folder = folder

    async def __call__(self, *rows: str, viewer: Viewer | None = None, dry_run: bool = False, **sections: Any) -> ImportResult:
        path = self.folder / "town.csv"
        path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
        mapping = msgspec.convert(MAPPING | sections, EventMapping)
        return await import_events(
            self.town, viewer or operator("en"), path, mapping, dry_run=dry_run, report_path=self.folder / "report.csv"
        )

    def report(self) -> list[dict[str, str]]:
        with (self.folder / "report.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def codes(self) -> list[str]:
        return [row["code"] for row in self.report()]

    async def events(self) -> list[Any]:
        grid = sa.select(t.grid.c.code).where(t.grid.c.id == t.event.c.grid_id).scalar_subquery().label("code")
        async with self.town.read() as work:
            return list(await work.rows(sa.select(t.event, grid).order_by(t.event.c.id)))


@pytest.fixture
def run(town: Deployment, tmp_path: Path) -> Import:
    return Import(town, tmp_path)


async def test_a_row_becomes_an_event_with_its_past(run: Import) -> None:
    result = await run("1,2026-01-02,2026-01-05,late,东街道,安乐社区,5,市容,51,占道,hotline,114.1,22.7")
    assert (result.rows, result.imported, result.refused) == (1, 1, 0)
    (event,) = await run.events()
    assert (event.code, event.kind_id, event.description) == ("990101001001", "local.town.5.51", "市容：占道")
    assert (event.closed, event.recorded_timeliness, event.source) == (True, "OVERDUE", "HOTLINE")
    assert (event.reported_at.isoformat(), event.closed_at.isoformat()) == (
        "2026-01-01T16:00:00+00:00",
        "2026-01-04T16:00:00+00:00",
    )
    assert (event.longitude, event.latitude, event.number) == (114.1, 22.7, "20260102-00001")
    assert (event.source_name, event.source_key) == ("town", "1")


async def test_a_row_may_be_closed_without_saying_when(run: Import) -> None:
    await run(PLAIN)
    (event,) = await run.events()
    assert event.closed
    assert event.closed_at is None


async def test_an_open_row_without_timeliness_waits_at_the_first_stage(run: Import) -> None:
    await run("1,2026-01-02,,open,东街道,安乐社区,5,市容,,,web,,", event=MAPPING["event"] | {"timeliness": None})
    (event,) = await run.events()
    assert (event.closed, event.recorded_timeliness, event.source) == (False, None, "OTHER_SYSTEM")
    assert (event.kind_id, event.description) == ("local.town.5", "市容")


async def test_running_again_imports_nothing_twice(run: Import) -> None:
    rows = PLAIN, PLAIN.replace("1,", "2,", 1), PLAIN.replace("1,", "3,", 1).replace("东街道", "南街道")
    assert await run(*rows[:1])
    result = await run(*rows)
    assert (result.imported, result.already_there, result.refused) == (1, 1, 1)
    result = await run(*rows)
    assert (result.imported, result.already_there, result.refused) == (0, 2, 1)
    assert len(await run.events()) == 2


async def test_a_dry_run_counts_the_same_and_writes_nothing(run: Import) -> None:
    rows = [PLAIN.replace("1,", f"{number % 1500},", 1) for number in range(2500)]
    dry = await run(*rows, dry_run=True)
    assert await run.events() == []
    async with run.town.read() as work:
        assert await work.value(sa.select(sa.func.count()).where(t.event_kind.c.catalogue == "town")) == 0
    real = await run(*rows)
    assert (dry.imported, dry.already_there) == (real.imported, real.already_there) == (1500, 1000)


async def test_a_row_without_a_place_is_refused_and_reported(run: Import) -> None:
    result = await run(PLAIN, "2,2026-01-02,,done,-,-,5,市容,51,占道,hotline,,")
    assert (result.imported, result.refused) == (1, 1)
    (row,) = run.report()
    assert (row["line"], row["code"], row["reason"]) == ("3", "PLACE_REQUIRED", "The row has no place.")
    assert json.loads(row["row"])["no"] == "2"


async def test_a_row_without_a_place_is_bound_to_the_grid_for_it(run: Import) -> None:
    await run("2,2026-01-02,,done,-,-,5,市容,51,占道,hotline,,", grid=MAPPING["grid"] | {"placeless_grid": "990101"})
    assert [event.code for event in await run.events()] == ["990101"]


async def test_a_mapping_without_places_binds_every_row(run: Import) -> None:
    await run(PLAIN, grid={"placeless_grid": "990101002"})
    assert [event.code for event in await run.events()] == ["990101002"]


@pytest.mark.parametrize(
    ("grid", "street", "community", "expected"),
    [
        ({"name": "{community}居委会"}, "", "安乐社区", "GRID_AMBIGUOUS"),
        ({"name": "{community}居委会"}, "", "幸福社区", "990101002002"),
        ({"name": "{community}居委会", "under": "990101001"}, "", "安乐社区", "990101001001"),
        ({"name": "{community}居委会", "under": "990101001"}, "", "幸福社区", "GRID_NOT_FOUND"),
        ({"name": "{community}", "level": "SUBDISTRICT"}, "", "东街道", "990101001"),
        ({"name": "{community}", "level": "COMMUNITY"}, "", "东街道", "GRID_NOT_FOUND"),
        ({"code": "9901010020{community}"}, "", "02", "990101002002"),
        ({"code": "{community}"}, "", "77", "GRID_NOT_FOUND"),
        ({"path": ["{street}", "{community}居委会"]}, "西街道", "安乐社区", "990101002001"),
        ({"path": ["明湖区", "{community}居委会"]}, "", "幸福社区", "990101002002"),
        ({"path": ["{street}", "{community}居委会"]}, "", "安乐社区", "GRID_AMBIGUOUS"),
        ({"path": ["{street}", "{community}居委会"]}, "南街道", "安乐社区", "GRID_NOT_FOUND"),
    ],
)
async def test_a_grid_is_found_or_refused_but_never_guessed(
    run: Import, grid: dict[str, Any], street: str, community: str, expected: str
) -> None:
    result = await run(f"1,2026-01-02,,done,{street},{community},5,市容,51,占道,hotline,,", grid=grid)
    found = run.codes() if result.refused else [event.code for event in await run.events()]
    assert found == [expected]


async def test_a_misspelt_name_is_translated(run: Import) -> None:
    await run(PLAIN.replace("安乐社区", "安了社区"), translate={"community": {"安了社区": "安乐社区"}})
    assert [event.code for event in await run.events()] == ["990101001001"]


async def test_entities_are_resolved_where_the_mapping_says_so(run: Import) -> None:
    await run(PLAIN.replace("占道", "占道&#40;车&#41;"), file={"html_entities": True})
    assert [event.description for event in await run.events()] == ["市容：占道(车)"]


async def test_a_mapping_that_names_a_grid_that_is_not_there_is_an_error(run: Import) -> None:
    for grid in ({"placeless_grid": "77"}, {"code": "{no}", "under": "77"}):
        with pytest.raises(MappingError, match="no grid 77"):
            await run(PLAIN, grid=grid)


async def test_kinds_across_a_red_line_come_in_retired_and_their_rows_are_refused(run: Import) -> None:
    result = await run(PLAIN, "2,2026-01-02,,done,东街道,安乐社区,2,治安,21,居住人员隐患,hotline,,")
    assert result.retired == {"local.town.2.21": "居住人员隐患"}
    assert (result.imported, run.codes()) == (1, ["KIND_RETIRED"])
    again = await run(PLAIN, "2,2026-01-02,,done,东街道,安乐社区,2,治安,21,居住人员隐患,hotline,,")
    assert again.retired == {"local.town.2.21": "居住人员隐患"}
    assert (again.already_there, run.codes()) == (1, ["KIND_RETIRED"])


async def test_rows_across_a_red_line_can_be_filed_under_the_wider_kind_without_its_words(run: Import) -> None:
    result = await run(
        "2,2026-01-02,,done,东街道,安乐社区,2,治安,21,居住人员隐患,hotline,,",
        kind=MAPPING["kind"] | {"red_line_rows": "file_wider"},
    )
    assert result.retired == {"local.town.2.21": "居住人员隐患"}
    (event,) = await run.events()
    assert (event.kind_id, event.description) == ("local.town.2", "治安")


async def test_one_key_under_two_parents_is_two_kinds(run: Import) -> None:
    await run(PLAIN, "2,2026-01-02,,done,东街道,安乐社区,6,市政,51,井盖,hotline,,")
    assert [event.kind_id for event in await run.events()] == ["local.town.5.51", "local.town.6.51"]


async def test_one_key_with_two_names_keeps_the_first_and_tells(run: Import) -> None:
    result = await run(PLAIN, PLAIN.replace("1,", "2,", 1).replace("占道", "占道经营"))
    assert result.other_names == {"local.town.5.51": "占道经营"}
    assert result.imported == 2


async def test_a_kind_of_a_plugin_can_be_named_for_all_rows(run: Import) -> None:
    await run(PLAIN, kind={"id": "urban.{channel}"}, translate={"channel": {"hotline": "nonsense"}})
    assert run.codes() == ["KIND_UNKNOWN"]
    await run(PLAIN, kind={"id": "community.dispute"})
    assert [event.kind_id for event in await run.events()] == ["community.dispute"]


async def test_a_column_that_names_no_kinds_is_told(run: Import) -> None:
    rows = [f"{number},2026-01-02,,done,东街道,安乐社区,5,市容,{number},n{number},hotline,," for number in range(5001)]
    with pytest.raises(MappingError, match="more than 5000 kinds"):
        await run(*rows)


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (",2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "KEY_REQUIRED"),
        (f"{'9' * 201},2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "TOO_LONG"),
        ("1,,,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "TIME_REQUIRED"),
        ("1,soon,,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "TIME_INVALID"),
        ("1,2999-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "IN_THE_FUTURE"),
        ("1,2026-01-02,2026-01-01,done,东街道,安乐社区,5,市容,51,占道,hotline,,", "CLOSED_BEFORE_REPORTED"),
        ("1,2026-01-02,,what,东街道,安乐社区,5,市容,51,占道,hotline,,", "VALUE_UNKNOWN"),
        ("1,2026-01-02,,done,东街道,安乐社区,,,,,hotline,,", "KIND_REQUIRED"),
        ("1,2026-01-02,,done,东街道,安乐社区,,,51,占道,hotline,,", "KIND_INCOMPLETE KIND_REQUIRED"),
        ("1,2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,114,", "POSITION_INVALID"),
        ("1,2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline,114,99", "POSITION_INVALID"),
        ("1,2026-01-02,,done,东街道,安乐社区,5,市容,51,占道,hotline", "ROW_RAGGED"),
        ("1,2026-01-02,,done,东街道,安乐社区,5,市\0容,51,占道,hotline,,", "NUL_BYTE"),
        (",soon,,done,,,5,市容,51,占道,hotline,,", "KEY_REQUIRED TIME_INVALID PLACE_REQUIRED"),
    ],
)
async def test_a_faulty_row_is_refused_with_its_reasons_and_the_next_one_comes_in(run: Import, row: str, codes: str) -> None:
    result = await run(row, PLAIN.replace("1,", "7,", 1))
    assert (result.rows, result.imported, result.refused) == (2, 1, 1)
    assert run.codes() == [codes]
    assert all(row["reason"] for row in run.report())


async def test_who_may_not_import_is_refused_before_anything_is_written(run: Import) -> None:
    with pytest.raises(Exception, match="only who may import data"):
        await run(PLAIN, viewer=Viewer())
    assert await run.events() == []


async def test_progress_is_told_batch_by_batch(town: Deployment, tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text("\n".join((HEADER, *(PLAIN.replace("1,", f"{number},", 1) for number in range(1200)))), encoding="utf-8")
    told: list[tuple[int, int]] = []
    mapping = msgspec.convert(MAPPING, EventMapping)
    await import_events(town, operator(), path, mapping, progress=lambda result: told.append((result.rows, result.refused)))
    assert told == [(1000, 0), (1200, 0)]


def test_the_check_before_an_import_needs_no_database(tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text("\n".join((HEADER, PLAIN, PLAIN.replace("东街道,安乐社区", "-,-"))), encoding="utf-8")
    result = check_events(path, msgspec.convert(MAPPING, EventMapping))
    assert (result.rows, result.refused, result.codes) == (2, 1, {"PLACE_REQUIRED": 1})


async def test_a_year_of_a_real_district_comes_in(deployment: Deployment, real_data: Path, tmp_path: Path) -> None:
    """6,952 matters on the official communities: seven have no place."""
    divisions = real_data / "china_divisions" / "divisions_2021_5level.csv"
    events = real_data / "pingshan_events" / "events_dev_to_2018-10.csv.gz"
    mapping = read_mapping(Path(__file__).parents[2] / "examples" / "imports" / "pingshan.toml", EventMapping)
    await import_divisions(deployment, operator(), divisions, root="440310")
    result = await import_events(deployment, operator(), events, mapping, report_path=tmp_path / "report.csv")
    assert (result.rows, result.imported, result.refused) == (6952, 6945, 7)
    assert result.codes == {"PLACE_REQUIRED": 7}
    assert len(result.retired) == 6
    result = await import_events(deployment, operator(), events, mapping)
    assert (result.imported, result.already_there, result.refused) == (0, 6945, 7)


async def test_a_recorded_deadline_is_kept_as_it_was(run: Import) -> None:
    await run(
        "1,2026-01-02,2026-01-05,,东街道,安乐社区,5,市容,,,2026-01-04,,",
        event=MAPPING["event"] | {"due_at": "channel", "timeliness": None, "closed": False, "source": "HOTLINE"},
    )
    (event,) = await run.events()
    assert event.whole_due_at.isoformat() == "2026-01-03T16:00:00+00:00"


async def test_a_row_closed_before_it_was_reported_is_refused_unless_it_shall_be_kept(run: Import) -> None:
    row = "1,2026-01-05,2026-01-02,late,东街道,安乐社区,5,市容,,,web,,"
    assert (await run(row)).codes == {"CLOSED_BEFORE_REPORTED": 1}
    assert (await run(row, event=MAPPING["event"] | {"closed_before_reported": "keep"})).imported == 1
    (event,) = await run.events()
    assert event.closed_at < event.reported_at
