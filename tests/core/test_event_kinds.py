"""Kinds: every change is a version, retired ones break nothing, and catalogues live beside plugins."""

import pytest
import sqlalchemy as sa

from towns import GRIDS, Town
from wangge_core.db import tables as t
from wangge_core.db.mirroring import mirror
from wangge_core.events.kinds import CatalogueError, KindRetirement, LocalKind, import_catalogue, kinds_in_use, retire_kinds
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.definitions import ClockDefinition, LimitDefinition
from wangge_core.rights.viewers import anonymous, operator

pytestmark = pytest.mark.anyio
LAMP = (("1", "设施"), ("01", "路灯"))
ID = "local.town.1.01"


def limit(days: int, name: str = "dark") -> LimitDefinition:
    return LimitDefinition(name, Label("不亮", "dark"), ClockDefinition("WORKING_DAYS", days), "亮灯")


async def take_in(town: Town, *limits: LimitDefinition, name: str = "路灯") -> dict[str, str]:
    kind = LocalKind(path=(LAMP[0], ("01", name)), limits=limits, handled_by=("路灯所",))
    async with town.deployment.write() as work:
        return await import_catalogue(work, operator(), "town", [kind])


async def versions(town: Town, id: str = ID) -> list[tuple[int, int, str | None]]:
    """(version, days of its first limit, why retired) of each."""
    version = t.event_kind_version
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(version).where(version.c.kind_id == id).order_by(version.c.version))
    limits = [row.content["limits"] for row in rows]
    return [
        (row.version, found[0]["clock"]["amount"] if found else 0, row.content["retired_because"])
        for row, found in zip(rows, limits, strict=True)
    ]


async def retire(town: Town, reason: str | None, id: str = ID) -> list[str]:
    async with town.deployment.write() as work:
        (outcome,) = await retire_kinds(work, operator(), [KindRetirement(kind_id=id, reason=reason)])
    return [one.code for one in outcome.refusals]


async def report(town: Town, id: str = ID) -> list[str]:
    async with town.deployment.write() as work:
        one = EventReport(kind_id=id, description="dark", grid_id=town.grids[GRIDS["urban"]])
        (outcome,) = await report_events(work, operator(), [one])
    return [one.code for one in outcome.refusals]


async def test_a_catalogue_that_changes_makes_versions_and_the_same_again_makes_none(town: Town) -> None:
    for limits in ((limit(2),), (limit(2),), (limit(3),), (limit(3), limit(5, "leaning"))):
        await take_in(town, *limits)
    assert await versions(town) == [(1, 2, None), (2, 3, None), (3, 3, None)]


async def test_events_remember_the_version_of_their_kind(town: Town) -> None:
    await take_in(town, limit(2))
    assert await report(town) == []
    await take_in(town, limit(3))
    assert await report(town) == []
    async with town.deployment.read() as work:
        found = await work.rows(sa.select(t.event.c.kind_version).where(t.event.c.kind_id == ID).order_by(t.event.c.id))
    assert [row.kind_version for row in found] == [1, 2]


async def test_a_second_name_does_not_rename_a_kind(town: Town) -> None:
    await take_in(town, limit(2))
    await take_in(town, limit(2), name="灯")
    assert await versions(town) == [(1, 2, None)]


async def test_a_retired_kind_takes_no_new_events_and_its_old_ones_read_on(town: Town) -> None:
    await take_in(town, limit(2))
    assert await report(town) == []
    assert await retire(town, "merged with another") == []
    assert await report(town) == ["KIND_RETIRED"]
    answer = await town.ask('{ events(filter: {kind: {eq: "local.town.1.01"}}) { nodes { kind { label retiredBecause } } } }')
    assert answer["events"]["nodes"] == [{"kind": {"label": "路灯", "retiredBecause": "merged with another"}}]
    assert await retire(town, None) == []
    assert await report(town) == []
    assert [one[2] for one in await versions(town)] == [None, "merged with another", None]


async def test_a_plugins_kind_stays_retired_when_the_service_starts_again(town: Town) -> None:
    assert await retire(town, "not done here", "community.errand") == []
    async with town.deployment.write() as work:
        await mirror(work, town.deployment.rules.registry)
    async with town.deployment.read() as work:
        assert not (await kinds_in_use(work, ["community.errand"]))["community.errand"].available
    assert [one[2] for one in await versions(town, "community.errand")] == [None, "not done here"]


async def test_a_start_without_changes_writes_no_versions(town: Town) -> None:
    count = sa.select(sa.func.count()).select_from(t.event_kind_version)
    async with town.deployment.write() as work:
        before = await work.value(count)
        await mirror(work, town.deployment.rules.registry)
        assert await work.value(count) == before > 70


@pytest.mark.parametrize(("id", "reason", "code"), [("local.none", "x", "KIND_UNKNOWN"), (ID, " ", "BLANK")])
async def test_what_cannot_be_retired_is_refused(town: Town, id: str, reason: str, code: str) -> None:
    await take_in(town)
    assert await retire(town, reason, id) == [code]


async def test_only_who_may_import_brings_in_or_retires_kinds(town: Town) -> None:
    async with town.deployment.write() as work:
        with pytest.raises(CatalogueError):
            await import_catalogue(work, anonymous("en"), "town", [LocalKind(path=LAMP)])
        (outcome,) = await retire_kinds(work, anonymous("en"), [KindRetirement(kind_id="community.errand", reason="x")])
    assert [one.code for one in outcome.refusals] == ["NOT_ALLOWED"]


async def test_a_catalogue_needs_a_workflow_that_there_is(town: Town) -> None:
    async with town.deployment.write() as work:
        with pytest.raises(CatalogueError, match="no workflow"):
            await import_catalogue(work, operator(), "town", [LocalKind(path=LAMP)], "community.none")
