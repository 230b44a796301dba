"""Divisions of a town that has everything that a town can have: all goes with its ground, and undoing puts every row back."""

import pytest
import sqlalchemy as sa
from filled_towns import now
from generated_town import enrich

from divided import applied, everything, undone
from grounds import bound, square
from towns import COMMUNITY, GRIDS, Town, ids
from wangge_core.db import tables as t
from wangge_core.divisions.changes import ChangeKind, DivisionChange, Part
from wangge_core.divisions.moving import STAYS
from wangge_core.divisions.proposing import NewDivision, propose_divisions
from wangge_core.divisions.rehoming import REHOMED
from wangge_core.rights.viewers import operator

pytestmark = pytest.mark.anyio


def parts(*columns: tuple[float, float]) -> tuple[Part, ...]:
    return tuple(
        Part(
            code=f"{COMMUNITY}60{number}", name=f"New {number}", type_id="urban", geometry=square(at, 0, wide=wide), system="wgs84"
        )
        for number, (at, wide) in enumerate(columns)
    )


CUTS = {
    ChangeKind.SPLIT: (("urban",), parts((0, 0.3), (0.3, 0.3), (0.6, 0.4))),
    ChangeKind.MERGE: (("urban", "scenic"), parts((0, 2))),
    ChangeKind.REDIVIDE: (("urban", "scenic"), parts((0, 0.7), (0.7, 0.7), (1.4, 0.6))),
}


@pytest.mark.parametrize("kind", CUTS)
async def test_everything_goes_with_its_ground_and_comes_back(town: Town, kind: ChangeKind) -> None:
    await filled(town)
    await bound(town, **{type: square(column, 0) for column, type in enumerate(GRIDS)})
    await bound(town, **{f"c{COMMUNITY}": square(0, 0, wide=4)})
    types, made = CUTS[kind]
    grids = tuple(town.grids[GRIDS[type]] for type in types)
    change = DivisionChange(kind=kind, grid_ids=grids, parts=made, rest=made[0].code)
    before = await everything(town.deployment, "division")
    async with town.deployment.write() as work:
        request = NewDivision(grid_id=town.grids[COMMUNITY], name="All", changes=[change])
        (division,) = ids(await propose_divisions(work, operator(), [request]))
    assert await applied(town, division) == []
    assert await left(town, grids) == {}
    assert await undone(town, division) == []
    after = await everything(town.deployment, "division")
    assert {name for name in before if before[name] != after[name]} == set()


async def filled(town: Town) -> None:
    """What is written into the town by hand gets the numbers that operations would have given it."""
    await enrich(town.deployment)
    town.deployment.clock = now
    history, chain = t.event_history, t.log_chain
    last = sa.select(sa.func.max(history.c.sequence)).where(history.c.event_id == t.event.c.id).scalar_subquery()
    async with town.deployment.write() as work:
        work.changes = None
        await work.run(sa.delete(t.grid_part))
        await work.run(sa.update(t.event).values(version=sa.func.coalesce(last, 0)))
        entries = await work.value(sa.select(sa.func.max(t.change_log.c.id)))
        await work.run(sa.update(chain).where(chain.c.id == t.CHANGES).values(entries=entries))
        for table in () if work.on_sqlite else (t.grid, t.boundary, t.event_history, t.outbox):
            sequence, most = sa.func.pg_get_serial_sequence(table.name, "id"), sa.select(sa.func.max(table.c.id)).scalar_subquery()
            await work.value(sa.select(sa.func.setval(sequence, sa.func.coalesce(most, 1))))


async def left(town: Town, grids: tuple[int, ...]) -> dict[str, int]:
    """What still lies in grids that have ended, but for what stays: posts that had ended, reviews that were decided, and ties."""
    found: dict[str, int] = {}
    async with town.deployment.read() as work:
        for table in REHOMED:
            if table is t.grid_binding:
                continue
            query = sa.select(sa.func.count()).select_from(table).where(table.c.grid_id.in_(grids))
            if table is t.post:
                query = query.where(sa.or_(table.c.ends_at.is_(None), table.c.ends_at > work.now))
            elif table is t.import_review:
                query = query.where(sa.not_(table.c.decided))
            if count := await work.value(query):
                found[table.name] = count
    assert not found.keys() & {table for table, _ in STAYS}
    return found
