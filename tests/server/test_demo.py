"""The demo town: filled small, once for the module, and looked at from several sides."""

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from wangge_core.coverage.checking import check_coverage
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.errors import SettingError
from wangge_core.events.history import HistoryEntryKind
from wangge_core.events.replay import check_replay
from wangge_core.plugin.declarations.tasks import TaskKind
from wangge_core.plugin.loading import load_plugins
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import load_viewer, operator
from wangge_core.rights.visibility import event_rule
from wangge_core.rules import Rules
from wangge_server.commands.context import Context
from wangge_server.commands.demo import demo, prepare
from wangge_server.demo.filling import Filled, fill
from wangge_server.demo.sizes import DAYS, sizes_for
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings, read_settings
from wangge_server.sign_in import read_key, verify

pytestmark = pytest.mark.anyio

SCALE = 0.02
UNTIL = datetime(2026, 11, 1, tzinfo=UTC)


class SmallTown:
    """A filled town in a file of SQLite, and what the filling said of it."""

    def __init__(self, path: Path, rules: Rules) -> None:
        self.path, self.rules = path, rules
        self.filled = asyncio.run(self._fill())

    def open(self) -> Deployment:
        return Deployment(database_url(f"sqlite:///{self.path}"), self.rules)

    async def _fill(self) -> Filled:
        deployment = self.open()
        try:
            return await fill(deployment, seed=7, scale=SCALE, until=UNTIL)
        finally:
            await deployment.close()

    async def rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        deployment = self.open()
        try:
            async with deployment.read() as work:
                return await work.rows(statement)
        finally:
            await deployment.close()

    async def values(self, column: sa.ColumnElement[Any]) -> set[Any]:
        return {row[0] for row in await self.rows(sa.select(column).distinct())}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, sqlite_templates: tuple[Path, Any], rules: Rules) -> SmallTown:
    path = tmp_path_factory.mktemp("demo") / "town.db"
    shutil.copy(sqlite_templates[0] / "empty.db", path)
    return SmallTown(path, rules)


def test_a_whole_town_is_a_district_of_the_known_size(rules: Rules) -> None:
    ashore = sizes_for(load_plugins(("urban", "scenic", "rural")))
    whole = sizes_for(rules.registry)
    assert ashore.total("grids") == 68
    assert whole.by_type["maritime"].grids == 6
    counted = [whole.total(name) for name in ("buildings", "units", "persons", "organizations")]
    assert counted == [10_083, 14_943, 46_242, 1_176]
    assert 9 < whole.total("events") / DAYS < 11


async def test_the_counts_are_exactly_those_of_the_size(small: SmallTown) -> None:
    counts, sizes = small.filled.counts, sizes_for(small.rules.registry, SCALE)
    assert counts["buildings"] == sizes.total("buildings")
    assert counts["units"] == sizes.total("units")
    assert counts["people"] == sizes.total("persons")
    assert counts["organisations"] == sizes.total("organizations")
    released = sa.select(t.event_history.c.event_id).where(t.event_history.c.entry == HistoryEntryKind.RELEASED.value)
    came = sa.or_(t.event.c.opened_by_event_id.is_not(None), t.event.c.part_of_id.is_not(None), t.event.c.id.in_(released))
    (others,) = await small.rows(sa.select(sa.func.count()).where(came))
    assert counts["events"] - others[0] == sizes.total("events")
    smallest = sa.and_(t.grid.c.level == "GRID", t.grid.c.layer_id == "base")
    (base,) = await small.rows(sa.select(sa.func.count()).where(smallest))
    assert base[0] == sizes.total("grids")


async def test_the_grids_cover_the_ground_once_and_whole(small: SmallTown) -> None:
    deployment = small.open()
    try:
        async with deployment.read() as work:
            report = await check_coverage(work, operator())
    finally:
        await deployment.close()
    assert report is not None
    assert (report.undrawn, report.faults) == ((), ())


async def test_the_police_has_grids_of_its_own_and_people_in_them(small: SmallTown) -> None:
    part, overlay = t.grid_part, t.grid.alias()
    rows = await small.rows(sa.select(overlay.c.id).where(overlay.c.layer_id == "police"))
    made = await small.rows(sa.select(part.c.overlay_grid_id).join(overlay, overlay.c.id == part.c.overlay_grid_id))
    held = await small.rows(
        sa.select(t.post.c.grid_id, t.post.c.role_id)
        .join(overlay, overlay.c.id == t.post.c.grid_id)
        .where(overlay.c.layer_id == "police")
    )
    police = {row.id for row in rows}
    assert police == {row.overlay_grid_id for row in made} == {row.grid_id for row in held} != set()
    assert {row.role_id for row in held} == {"community.community_police_officer"}


async def test_every_kind_happens(small: SmallTown) -> None:
    assert await small.values(t.event.c.kind_id) == set(small.rules.registry.event_kinds)


async def test_events_stand_at_every_stage_of_the_general_workflow(small: SmallTown) -> None:
    general = small.rules.registry.workflows["community.three_loops"]
    version = sa.select(t.workflow_version.c.id).where(t.workflow_version.c.workflow_id == general.id)
    rows = await small.rows(sa.select(t.event.c.stage).where(t.event.c.workflow_version_id.in_(version)).distinct())
    assert {row.stage for row in rows} == {stage.name for stage in general.stages}


async def test_most_matters_are_closed(small: SmallTown) -> None:
    assert small.filled.counts["events closed"] > small.filled.counts["events"] / 2


async def test_everything_happened_in_the_three_months_and_in_order(small: SmallTown) -> None:
    history = t.event_history
    rows = await small.rows(sa.select(history.c.event_id, history.c.at).order_by(history.c.event_id, history.c.sequence))
    assert all(UNTIL - timedelta(days=DAYS) <= row.at < UNTIL for row in rows)
    assert all(one.at <= two.at for one, two in pairwise(rows) if one.event_id == two.event_id)


async def test_every_workflow_was_lived_through(small: SmallTown) -> None:
    version, history = t.workflow_version, t.event_history
    made = sa.select(version.c.workflow_id, history.c.move).join(t.event, t.event.c.workflow_version_id == version.c.id)
    rows = await small.rows(made.join(history, history.c.event_id == t.event.c.id).where(history.c.entry == "MOVED"))
    assert {row.workflow_id for row in rows} == set(small.rules.registry.workflows)


async def test_much_is_done_beside_moves(small: SmallTown) -> None:
    done = await small.values(t.event_history.c.entry)
    assert {"WARNED", "OVERDUE", "ESCALATED", "CHASED", "CHASE_ANSWERED", "DEFERRAL_ASKED", "DEFERRAL_DECIDED"} <= done
    assert {"EXTENSION_ASKED", "EXTENSION_DECIDED", "RESUMED", "SPLIT", "JOINED", "PART_DONE"} <= done


async def test_the_present_state_is_what_the_history_tells(small: SmallTown) -> None:
    deployment = small.open()
    try:
        async with deployment.read() as work:
            checked, different = await check_replay(work)
    finally:
        await deployment.close()
    assert (checked, different) == (small.filled.counts["events"], [])


async def test_no_task_is_open_of_what_has_ended(small: SmallTown) -> None:
    query = sa.select(t.task.c.kind).join(t.event, t.event.c.id == t.task.c.event_id)
    left = await small.rows(query.where(t.task.c.open, t.event.c.closed, t.task.c.kind != TaskKind.DECIDE_APPEAL.value))
    assert left == []


async def test_no_timer_is_late_when_the_town_is_filled(small: SmallTown) -> None:
    assert await small.rows(sa.select(t.job.c.id).where(t.job.c.run_at < UNTIL)) == []


async def test_somebody_is_on_duty_at_the_end(small: SmallTown) -> None:
    shift = t.shift
    assert await small.rows(sa.select(shift.c.id).where(shift.c.starts_at <= UNTIL, shift.c.ends_at > UNTIL))


async def test_every_entry_is_of_a_post_of_the_reporter_or_of_the_service(small: SmallTown) -> None:
    history, event = t.event_history, t.event
    columns = (history.c.account_id, history.c.post_id, event.c.reporter_id, history.c.entry)
    query = sa.select(*columns).join(event, event.c.id == history.c.event_id)
    for row in await small.rows(query.where(history.c.entry != "COMMENTED")):
        nobody = row.account_id is None and row.post_id is None
        assert nobody or row.post_id is not None or row.account_id == row.reporter_id or row.entry == "REPORTED"


async def test_whatever_a_kind_must_involve_is_involved(small: SmallTown) -> None:
    tie = t.involvement
    rows = await small.rows(sa.select(t.event.c.id, t.event.c.kind_id, tie.c.role).outerjoin(tie, tie.c.event_id == t.event.c.id))
    involved: dict[int, set[str]] = {}
    for row in rows:
        involved.setdefault(row.id, set()).add(row.role)
    for row in rows:
        needed = {one.role for one in small.rules.registry.event_kinds[row.kind_id].involves if not one.optional}
        assert needed <= involved[row.id]


async def test_every_role_is_held_and_has_a_representative(small: SmallTown) -> None:
    roles = set(small.rules.registry.roles)
    assert await small.values(t.post.c.role_id) == roles
    assert set(small.filled.logins) == roles | {"district"}
    assert set(small.filled.logins.values()) <= await small.values(t.account.c.login)


async def test_every_grid_is_staffed_as_its_template_asks(small: SmallTown) -> None:
    rows = await small.rows(
        sa.select(t.grid.c.id, t.grid.c.staffing_id, t.post.c.role_id).join(t.post, t.post.c.grid_id == t.grid.c.id)
    )
    held: dict[int, set[str]] = {}
    for row in rows:
        held.setdefault(row.id, set()).add(row.role_id)
    for row in (row for row in rows if row.staffing_id):
        positions = small.rules.registry.staffings[row.staffing_id].positions
        assert {one.role for one in positions if one.per == "grid" and one.least > 0} <= held[row.id]


async def test_the_district_sees_every_event_and_a_grid_worker_only_some(small: SmallTown) -> None:
    deployment = small.open()
    try:
        async with deployment.read() as work:
            seen: dict[str, int] = {}
            for name in ("district", "community.grid_worker"):
                viewer = await load_viewer(work, small.rules.registry, small.filled.logins[name])
                assert viewer is not None
                seen[name] = await work.value(
                    sa.select(sa.func.count()).select_from(t.event).where(event_rule(t.event, BoundViewer(viewer)))
                )
    finally:
        await deployment.close()
    assert 0 < seen["community.grid_worker"] < seen["district"] == small.filled.counts["events"]


ON_POSTGRESQL_LONG = pytest.mark.parametrize(
    "copies", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)


@ON_POSTGRESQL_LONG
async def test_the_same_seed_makes_the_same_town_in_another_database(small: SmallTown, deployment: Deployment) -> None:
    filled = await fill(deployment, seed=7, scale=SCALE, until=UNTIL)
    assert filled == small.filled
    for table in (t.grid, t.unit, t.person, t.asset, t.post, t.event, t.involvement, t.event_history):
        query = sa.select(table).order_by(table.c.id)
        async with deployment.read() as work:
            assert await work.rows(query) == await small.rows(query), table.name


async def person_names(settings: Settings) -> list[str]:
    deployment = open_deployment(settings)
    try:
        async with deployment.read() as work:
            return [row.name for row in await work.rows(sa.select(t.person.c.name).order_by(t.person.c.id))]
    finally:
        await deployment.close()


def sea_settings(folder: Path, **more: Any) -> Settings:
    return read_settings(environment={}, data_folder=str(folder), plugins=["maritime"], **more)


def test_a_town_has_only_the_grids_of_the_plugins_that_are_on() -> None:
    sizes = sizes_for(load_plugins(("urban", "rural")))
    assert set(sizes.by_type) == {"urban", "rural"}
    assert sizes.total("persons") == 44_902


def test_a_town_without_any_of_its_grid_types_is_refused() -> None:
    with pytest.raises(SettingError):
        sizes_for(load_plugins(()))


async def test_a_town_that_is_there_is_used_again(tmp_path: Path) -> None:
    settings = sea_settings(tmp_path)
    first = await prepare(settings, seed=1, fresh=False, scale=SCALE)
    written = (tmp_path / "town.db").stat().st_mtime_ns
    assert await prepare(settings, seed=1, fresh=False, scale=SCALE) == first
    assert (tmp_path / "town.db").stat().st_mtime_ns == written


async def test_another_town_in_the_folder_is_only_thrown_away_when_asked(tmp_path: Path) -> None:
    settings = sea_settings(tmp_path)
    await prepare(settings, seed=1, fresh=False, scale=SCALE)
    first = await person_names(settings)
    with pytest.raises(SettingError):
        await prepare(settings, seed=2, fresh=False, scale=SCALE)
    assert await person_names(settings) == first
    await prepare(settings, seed=2, fresh=True, scale=SCALE)
    assert await person_names(settings) != first


async def test_a_database_with_other_data_is_never_touched(small: SmallTown, tmp_path: Path) -> None:
    settings = sea_settings(tmp_path, database=f"sqlite:///{small.path}")
    for fresh in (False, True):
        with pytest.raises(SettingError):
            await prepare(settings, seed=1, fresh=fresh, scale=SCALE)
    assert len(await small.values(t.event.c.id)) == small.filled.counts["events"]


@ON_POSTGRESQL_LONG
async def test_a_town_in_a_database_of_its_own_can_be_thrown_away(url: str, tmp_path: Path) -> None:
    settings = sea_settings(tmp_path, database=url)
    first = await prepare(settings, seed=1, fresh=False, scale=SCALE)
    again = await prepare(settings, seed=1, fresh=True, scale=SCALE)
    assert again == first


def test_the_command_hands_out_a_token_for_each_role(tmp_path: Path) -> None:
    marker = asyncio.run(prepare(sea_settings(tmp_path), seed=1, fresh=False, scale=SCALE))
    context = Context(None, data=str(tmp_path), database=None, plugins="maritime")
    result = CliRunner().invoke(demo, ["--no-serve", "--port", "9000", "--scale", str(SCALE)], obj=context)
    assert result.exit_code == 0, result.output
    assert "curl http://127.0.0.1:9000/graphql" in result.output
    key = read_key(tmp_path)
    tokens = [line.strip() for line in result.output.splitlines() if line.startswith("  ey")]
    assert [verify(token, key).login for token in tokens] == list(marker.logins.values())
