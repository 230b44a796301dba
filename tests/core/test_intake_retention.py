"""Who reported something is forgotten some days after it has ended; the report stays, and is followed as before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from identities import sealer_of
from reports import event_of, follow, submitted
from towns import GRIDS, Town
from wangge_core.data_care.periods import Periods
from wangge_core.data_care.retention import retain
from wangge_core.db import tables as t

pytestmark = pytest.mark.anyio


async def kept(town: Town, **periods: int) -> int:
    """How many reports a run of retention took the contact of."""
    deployment = town.deployment
    progress = lambda *_: None  # noqa: E731
    found = await retain(deployment.read, deployment.write, Periods(**periods), dry=False, progress=progress)
    return next(one.done for one in found if one.name == "reporter_contacts")


async def test_a_contact_goes_thirty_days_after_the_matter_has_ended(town: Town) -> None:
    town.deployment.sealer = sealer_of("a")
    volunteer = await town.login(f"community.volunteer@{GRIDS['urban']}")
    held = await submitted(town, volunteer, name="Zhou Reed", phone="13800138000")
    still_open = await submitted(town, name="Wu Fern", description="Open still")
    ended = (await event_of(town, held)).id
    async with town.deployment.write() as work:
        closed = {"closed": True, "closed_at": work.now}
        await work.run(sa.update(t.event).where(t.event.c.id == ended).values(closed))
    assert await kept(town) == 0
    clock = town.deployment.clock
    town.deployment.clock = lambda: clock() + timedelta(days=31)
    assert await kept(town, reporter_contacts_days=0) == 0
    assert await kept(town) == 1
    async with town.deployment.read() as work:
        rows = {row.event_id: row for row in await work.rows(sa.select(t.public_report))}
    gone = rows.pop(ended)
    assert (gone.name, gone.phone, gone.phone_index, gone.phone_mask, gone.account_id) == (None,) * 5
    assert [row.name for row in rows.values()] == ["Wu Fern"]
    for one in (held, still_open):
        assert (await follow(town, one))["number"] == one["number"]


async def test_the_counts_of_tries_are_gone_after_an_hour(town: Town) -> None:
    await submitted(town)
    clock = town.deployment.clock
    town.deployment.clock = lambda: clock() + timedelta(hours=2)
    await submitted(town, description="Later")
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.intake_count))
    assert rows
    assert {row.value for row in rows} == {1}
