"""How files are kept and how they go: once, never half, and not for ever when nobody needs them."""

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from operating import announced
from photographs import files_in_memory, photograph, picture
from towns import GRIDS, PHOTOGRAPH, Town
from wangge_core.db import tables as t
from wangge_core.errors import SettingError
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.evidence.attachments import REPORT, attach, check_attachments
from wangge_core.evidence.cleaning import Cleaned
from wangge_core.evidence.forgetting import forget_uploads
from wangge_core.evidence.link_keys import link_keys_of, read_link_key
from wangge_core.evidence.links import THUMBNAIL, Links
from wangge_core.evidence.pruning import prune_files, sweep_store
from wangge_core.evidence.receiving import place, take_in
from wangge_core.evidence.recurring import PRUNE, prune_handler, prune_now
from wangge_core.evidence.stores import FileGoneError, FileStore, in_memory, open_store
from wangge_core.jobs.claiming import claim
from wangge_core.jobs.running import run_outside
from wangge_core.rights.viewers import Viewer, anonymous
from wangge_core.sealing.sealer import Keys, make_key

pytestmark = pytest.mark.anyio
DAY = timedelta(hours=25)
TOKEN = "a" * 32


@pytest.fixture
async def worker(town: Town) -> Viewer:
    return await town.viewer("community.grid_worker", GRIDS["urban"])


def store_of(town: Town) -> FileStore:
    assert town.deployment.files is not None
    return town.deployment.files.store


async def names_in(store: FileStore, town: Town) -> set[str]:
    return {name async for names in store.older_than(town.deployment.clock() + DAY) for name in names}


async def count(town: Town, table: sa.Table) -> int:
    async with town.deployment.read() as work:
        return await work.value(sa.select(sa.func.count()).select_from(table))


async def later(town: Town, by: timedelta = DAY) -> None:
    """The town's clock goes ahead."""
    clock = town.deployment.clock
    town.deployment.clock = lambda: clock() + by


async def prune(town: Town) -> int:
    return await prune_files(town.deployment.read, town.deployment.write, store_of(town))


async def reported(town: Town, by: Viewer, *photos: int) -> int:
    details = {"hazard": "FIRE", "immediate_danger": False}
    new = EventReport(
        kind_id="community.hazard", description="x", grid_id=town.grids[GRIDS["urban"]], details=details, photos=photos
    )
    async with town.deployment.write() as work:
        (outcome,) = await report_events(work, by, [new])
    assert outcome.id is not None, outcome.refusals
    return outcome.id


async def test_what_is_on_no_event_goes_after_a_day_bytes_and_all(town: Town, worker: Viewer) -> None:
    loose, kept = await photograph(town, worker, 1), await photograph(town, worker, 2)
    await reported(town, worker, kept)
    before = await names_in(store_of(town), town)
    assert await prune(town) == 0
    await later(town)
    assert await prune(town) == 2  # and that of the town itself, which is on no event
    async with town.deployment.read() as work:
        left = {row.id for row in await work.rows(sa.select(t.attachment.c.id))}
    assert (loose in left, kept in left) == (False, True)
    assert len(before) == 4
    assert len(await names_in(store_of(town), town)) == 2
    assert await count(town, t.stored_file) == 1


async def test_equal_bytes_stay_while_anybody_has_them(town: Town, worker: Viewer) -> None:
    other = await town.viewer("community.grid_worker", GRIDS["rural"])
    mine, theirs = await photograph(town, worker, 1), await photograph(town, other, 1)
    await reported(town, worker, mine)
    await later(town)
    await prune(town)
    async with town.deployment.read() as work:
        assert await work.value(sa.select(t.attachment.c.id).where(t.attachment.c.id == theirs)) is None
    assert len(await names_in(store_of(town), town)) == 2
    again = await photograph(town, other, 1)
    await reported(town, other, again)
    assert await count(town, t.stored_file) == 1


async def test_bytes_come_anew_after_they_went(town: Town, worker: Viewer) -> None:
    await photograph(town, worker, 1)
    await later(town)
    await prune(town)
    assert await names_in(store_of(town), town) == set()
    await photograph(town, worker, 1)
    assert len(await names_in(store_of(town), town)) == 2


async def test_a_crash_after_the_bytes_leaves_no_row_and_the_bytes_are_found(town: Town) -> None:
    file = Cleaned(content=picture(), media_type="image/jpeg", width=64, height=48)
    await place(store_of(town), file)  # and here the process ends
    assert await count(town, t.attachment) == 1
    assert await sweep_store(town.deployment.read, store_of(town)) == 0
    await later(town)
    assert await sweep_store(town.deployment.read, store_of(town)) == 1
    assert await names_in(store_of(town), town) == set()


async def test_a_crash_before_the_bytes_are_removed_leaves_them_to_the_next_run(town: Town, worker: Viewer) -> None:
    await photograph(town, worker, 1)
    await later(town)
    store, remove = store_of(town), FileStore.remove

    class BrokenError(Exception): ...

    async def broken(self: FileStore, names: Sequence[str]) -> None:
        raise BrokenError

    FileStore.remove = broken  # type: ignore[method-assign]
    try:
        with pytest.raises(BrokenError):
            await prune(town)
    finally:
        FileStore.remove = remove  # type: ignore[method-assign]
    assert len(await names_in(store, town)) == 2
    assert await prune(town) == 0
    assert await names_in(store, town) == set()
    assert await count(town, t.stored_file) == 0


async def test_files_that_come_while_others_go_keep_their_bytes(town: Town, worker: Viewer) -> None:
    """Whoever takes equal bytes in while they are being removed has bytes in the end."""
    for _ in range(5):
        await photograph(town, worker, 7)
        await later(town)
        taken, _ = await asyncio.gather(photograph(town, worker, 7), prune(town))
        stored = t.stored_file.join(t.attachment, t.attachment.c.stored_file_id == t.stored_file.c.id)
        async with town.deployment.read() as work:
            query = sa.select(t.stored_file).select_from(stored).where(t.attachment.c.id == taken)
            row = await work.first(query)
        assert row is not None
        assert row.removed_at is None
        assert await store_of(town).size(row.object) > 0


async def test_the_job_prunes_and_waits_for_the_next_time(town: Town, worker: Viewer) -> None:
    async with town.deployment.write() as work:
        await prune_now(work)
    await photograph(town, worker, 1)
    await later(town)
    async with town.deployment.write() as work:
        (job,) = await claim(work, [PRUNE], most=5, lease=timedelta(minutes=1))
    await run_outside(town.deployment, job, prune_handler)
    assert await names_in(store_of(town), town) == set()
    async with town.deployment.read() as work:
        (waiting,) = await work.rows(sa.select(t.job).where(t.job.c.name == PRUNE))
    assert timedelta(0) < waiting.run_at - town.deployment.clock() <= timedelta(hours=1)
    assert "swept_at" in waiting.content


async def test_one_puts_on_an_event_what_one_sent_or_sees(town: Town, worker: Viewer) -> None:
    other = await town.viewer("community.grid_worker", GRIDS["rural"])
    mine, theirs = await photograph(town, worker), await photograph(town, other)

    async def refused(viewer: Viewer, *ids: int, token: str | None = None) -> list[str]:
        async with town.deployment.read() as work:
            found = await check_attachments(work, viewer, ids, "photos", intake_token=token)
        return [f"{one.field}: {one.code} {one.values.get('id', '')}".strip() for one in found]

    assert await refused(worker, mine, PHOTOGRAPH) == []
    assert await refused(worker, theirs, 10**6, theirs) == [f"photos: NOT_FOUND {theirs}", "photos: NOT_FOUND 1000000"]
    assert await refused(worker, *range(1, 22)) == ["photos: TOO_MANY"]
    chief = await town.viewer("community.grid_chief", GRIDS["urban"])
    assert await refused(chief, mine) != []
    await reported(town, worker, mine)
    assert await refused(chief, mine) == []
    assert await refused(other, mine) != []
    assert await refused(anonymous(), mine) != []


async def test_a_visitor_shows_the_token_that_came_with_the_file(town: Town) -> None:
    file = Cleaned(content=picture(), media_type="image/jpeg", width=64, height=48)
    id = await take_in(store_of(town), town.deployment.write, anonymous(), file, intake_token=TOKEN)
    async with town.deployment.read() as work:
        for token, wrong in ((TOKEN, False), ("b" * 32, True), (None, True), ("", True)):
            assert bool(await check_attachments(work, anonymous(), [id], "photos", intake_token=token)) == wrong


async def test_the_same_photograph_twice_is_on_the_event_once(town: Town, worker: Viewer) -> None:
    id = await photograph(town, worker)
    event = await reported(town, worker, id, id)
    async with town.deployment.write() as work:
        await attach(work, event, 2, [id], "photo_after")
    async with town.deployment.read() as work:
        rows = await work.rows(sa.select(t.event_attachment).order_by(t.event_attachment.c.id))
    assert [(one.event_id, one.attachment_id, one.sequence, one.role) for one in rows] == [
        (event, id, 1, REPORT), (event, id, 2, "photo_after"),
    ]  # fmt: skip


async def test_who_sent_a_photograph_is_forgotten_and_what_is_on_no_event_goes(town: Town, worker: Viewer) -> None:
    loose, kept = await photograph(town, worker, 1), await photograph(town, worker, 2)
    await reported(town, worker, kept)
    async with town.deployment.write() as work:
        claims = {"longitude_claimed": 120.1, "latitude_claimed": 30.2, "taken_at_claimed": work.now}
        await work.run(sa.update(t.attachment).values(claims))
        await forget_uploads(work, t.attachment.c.uploader_id == worker.account_id)
    async with town.deployment.read() as work:
        rows = {row.id: row for row in await work.rows(sa.select(t.attachment))}
        jobs = await work.rows(sa.select(t.job).where(t.job.c.name == PRUNE))
    assert loose not in rows
    left = rows[kept]
    assert (left.uploader_id, left.longitude_claimed, left.latitude_claimed, left.taken_at_claimed) == (None, None, None, None)
    assert len(jobs) == 1
    await prune(town)
    assert len(await names_in(store_of(town), town)) == 2
    assert await announced(town, "attachment") == []


async def test_a_folder_keeps_whole_files_for_its_owner_alone(tmp_path: Path) -> None:
    store = open_store("", tmp_path / "files")
    await store.put("ab/one.jpg", b"some bytes")
    assert (tmp_path / "files" / "ab" / "one.jpg").read_bytes() == b"some bytes"
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0
    assert b"".join([piece async for piece in await store.read("ab/one.jpg")]) == b"some bytes"
    await store.remove(["ab/one.jpg", "ab/one.jpg"])
    with pytest.raises(FileGoneError):
        await store.read("ab/one.jpg")
    with pytest.raises(FileGoneError):
        await store.size("ab/one.jpg")


@pytest.mark.parametrize("where", ["ftp://x", "s3://", "/somewhere", "s3:///prefix"])
def test_a_store_that_is_none_is_refused(where: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError):
        open_store(where, tmp_path)


def test_a_bucket_is_opened_by_its_name_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    open_store("s3://bucket/prefix", tmp_path / "files")
    assert not (tmp_path / "files").exists()


def test_a_key_of_links_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "links.key"
    first = read_link_key(path)
    assert read_link_key(path) == first
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o644)
    with pytest.raises(SettingError):
        read_link_key(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(SettingError):
        read_link_key(path)
    assert [one.name for one in tmp_path.iterdir()] == ["links.key"]


async def test_links_outlive_a_change_of_the_sealing_keys(town: Town) -> None:
    now, old, new = town.deployment.clock(), make_key("k1"), make_key("k2")
    before = Links(lambda: link_keys_of(Keys(by_name={"k1": old}, current="k1")), most_seconds=600)
    after = Links(lambda: link_keys_of(Keys(by_name={"k1": old, "k2": new}, current="k2")), most_seconds=600)
    gone = Links(lambda: link_keys_of(Keys(by_name={"k2": new}, current="k2")), most_seconds=600)
    given = dict(part.split("=") for part in before.path(7, now, size=THUMBNAIL).partition("?")[2].split("&"))
    asked: Any = (7, given["size"], int(given["expires"]), given["signature"])
    assert [links.is_signed(*asked) for links in (before, after, gone)] == [True, True, False]
    assert after.path(7, now) != before.path(7, now)


async def test_stores_of_tests_are_apart() -> None:
    first, second = in_memory(), files_in_memory().store
    await first.put("x", io.BytesIO(b"y").read())
    with pytest.raises(FileGoneError):
        await second.size("x")
