"""Whoever changes the logs is found out: entries, their order, their ends, whole chains, the index, and all of it written anew."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from read_entries import entry
from towns import Town
from wangge_core.db import tables as t
from wangge_core.db.engines import database_url
from wangge_core.db.work import Work
from wangge_core.deployment import Deployment
from wangge_core.logs.chains import NO_HASH, entry_hash, id_in, read_content
from wangge_core.logs.checking import Anchor, check_logs, read_anchors
from wangge_core.rules import Rules

pytestmark = pytest.mark.anyio
CHAIN = 2
LOG, SUBJECT, CHANGE, CHAINS = t.read_log, t.read_log_subject, t.change_log, t.log_chain
START = sa.select(CHAINS.c.opened_at).where(CHAINS.c.id == 1).scalar_subquery()
Statement = Callable[[], sa.Executable]


async def found(deployment: Deployment, *anchors: Anchor) -> list[str]:
    async with deployment.read() as work:
        return [str(one) for one in (await check_logs(work, anchors)).breaks]


async def filled(town: Town) -> Deployment:
    """A town of which ten entries were written and indexed, and found whole."""
    for number in range(1, 11):
        await town.deployment.read_log.write(entry(number, number + 1))
    await town.deployment.read_log.index()
    assert await found(town.deployment) == []
    return town.deployment


async def tamper(deployment: Deployment, *statements: sa.Executable) -> None:
    """As somebody who can write to the database does it: past everything that takes note of changes."""
    async with deployment._writer.begin() as connection:
        for statement in statements:
            await connection.execute(statement)


def entry_of(number: int, table: sa.Table = LOG) -> Any:
    return table.c.id == id_in(CHAIN, number)


TAMPERED: dict[str, tuple[Statement, int]] = {
    "another subject": (lambda: sa.update(LOG).where(entry_of(4)).values(subjects=[[0, [4]]]), 4),
    "other fields": (lambda: sa.update(LOG).where(entry_of(5)).values(parts=[["Person", ["name"]]]), 5),
    "another reader": (lambda: sa.update(LOG).where(entry_of(1)).values(account_id=77), 1),
    "another time": (
        lambda: sa.update(LOG).where(entry_of(10)).values(at=START),
        10,
    ),
    "another purpose": (lambda: sa.update(LOG).where(entry_of(3)).values(purpose="EMERGENCY"), 3),
    "no purpose": (lambda: sa.update(LOG).where(entry_of(3)).values(purpose=None), 3),
    "another kind": (lambda: sa.update(LOG).where(entry_of(3)).values(kind="SEARCH"), 3),
    "other posts": (lambda: sa.update(LOG).where(entry_of(3)).values(held=[[1, "x", None]]), 3),
    "another hash": (lambda: sa.update(LOG).where(entry_of(6)).values(hash=NO_HASH), 6),
    "an entry less": (lambda: sa.delete(LOG).where(entry_of(7)), 7),
    "the first ones less": (lambda: sa.delete(LOG).where(LOG.c.id < id_in(CHAIN, 3)), 1),
    "the last ones less": (lambda: sa.delete(LOG).where(LOG.c.id > id_in(CHAIN, 8)), 9),
    "none left": (lambda: sa.delete(LOG), 1),
}


@pytest.mark.parametrize("how", TAMPERED)
async def test_the_first_entry_that_was_tampered_with_is_told(town: Town, how: str) -> None:
    deployment = await filled(town)
    statement, number = TAMPERED[how]
    await tamper(deployment, statement())
    (broken,) = await found(deployment)
    assert broken.startswith(f"chain {CHAIN} of the log of reads, entry {number}: ")


async def test_an_entry_that_is_moved_to_another_place_is_found(town: Town) -> None:
    deployment = await filled(town)
    away, back = sa.update(LOG).where(entry_of(2)), sa.update(LOG).where(LOG.c.id == id_in(9, 1))
    moved = sa.update(LOG).where(entry_of(3)).values(id=id_in(CHAIN, 2))
    await tamper(deployment, away.values(id=id_in(9, 1)), moved, back.values(id=id_in(CHAIN, 3)))
    assert "entry 2: " in (await found(deployment))[0]


async def test_a_whole_chain_that_is_gone_is_missed(town: Town) -> None:
    deployment = await filled(town)
    await tamper(deployment, sa.delete(LOG), sa.delete(SUBJECT), sa.delete(CHAINS).where(CHAINS.c.id == CHAIN))
    assert await found(deployment) == [f"chain {CHAIN} of the log of reads: the chain is gone."]


async def test_a_chain_that_is_made_up_is_found(town: Town) -> None:
    deployment = await filled(town)
    async with deployment.read() as work:
        chain = dict((await work.rows(sa.select(CHAINS).where(CHAINS.c.id == CHAIN)))[0]._mapping)
    empty = chain | {"id": 3, "entries": 0, "indexed_entries": 0, "hash": NO_HASH}
    await tamper(deployment, sa.insert(CHAINS).values(empty))
    assert await found(deployment) == ["chain 3 of the log of reads: nothing says that it was opened."]


async def test_entries_of_no_chain_are_found(town: Town) -> None:
    deployment = await filled(town)
    await tamper(deployment, sa.update(CHAINS).where(CHAINS.c.id == CHAIN).values(id=8))
    assert "chain 2 of the log of reads: there are entries of a chain that is not there." in await found(deployment)


async def test_a_tail_that_is_cut_off_together_with_the_end_is_found_by_an_anchor(town: Town) -> None:
    deployment = await filled(town)
    async with deployment.read() as work:
        checked = await check_logs(work)
        kept = await work.value(sa.select(LOG.c.hash).where(entry_of(8)))
    anchors = read_anchors("\n".join(map(str, checked.anchors)))
    after = LOG.c.id > id_in(CHAIN, 8)
    head = sa.update(CHAINS).where(CHAINS.c.id == CHAIN).values(entries=8, indexed_entries=8, hash=kept)
    await tamper(deployment, sa.delete(SUBJECT).where(SUBJECT.c.entry_id > id_in(CHAIN, 8)), sa.delete(LOG).where(after), head)
    assert await found(deployment) == []
    assert await found(deployment, *anchors) == [
        f"chain {CHAIN} of the log of reads, entry 9: the chain ends before it, and an anchor has 10 entries."
    ]


async def test_a_chain_that_is_written_anew_is_found_by_an_anchor(town: Town) -> None:
    deployment = await filled(town)
    async with deployment.read() as work:
        anchors = (await check_logs(work)).anchors
        rows = await work.rows(sa.select(LOG).order_by(LOG.c.id))
    last, statements = NO_HASH, list[sa.Executable]()
    for row in rows:
        content = read_content(row)
        if row.id == id_in(CHAIN, 4):
            content[3] = 77  # the account
        last = entry_hash(last, content)
        statements.append(sa.update(LOG).where(LOG.c.id == row.id).values(hash=last, account_id=content[3]))
    await tamper(deployment, *statements, sa.update(CHAINS).where(CHAINS.c.id == CHAIN).values(hash=last))
    assert await found(deployment) == []
    assert "entry 10: it is not the one of the anchor" in (await found(deployment, *anchors))[0]


async def test_an_anchor_holds_while_the_chain_grows(town: Town) -> None:
    deployment = await filled(town)
    async with deployment.read() as work:
        anchors = (await check_logs(work)).anchors
    await deployment.read_log.write(entry(11))
    assert await found(deployment, *anchors) == []


async def test_a_chain_that_ended_cannot_be_shortened(town: Town, rules: Rules) -> None:
    other = Deployment(town.deployment.url, rules)
    for number in (1, 2, 3):
        await other.read_log.write(entry(number))
    await other.close()
    async with town.deployment.read() as work:
        kept = await work.value(sa.select(LOG.c.hash).where(entry_of(2)))
    head = sa.update(CHAINS).where(CHAINS.c.id == CHAIN).values(entries=2, indexed_entries=2, hash=kept)
    await tamper(
        town.deployment, sa.delete(SUBJECT).where(SUBJECT.c.entry_id == id_in(CHAIN, 3)), sa.delete(LOG).where(entry_of(3)), head
    )
    assert await found(town.deployment) == [f"chain {CHAIN} of the log of reads: it was ended with 3 entries and another hash."]


async def test_entries_that_are_passed_off_as_pruned_are_missed(town: Town) -> None:
    deployment = await filled(town)
    async with deployment.read() as work:
        kept = await work.value(sa.select(LOG.c.hash).where(entry_of(5)))
    gone = sa.delete(LOG).where(LOG.c.id <= id_in(CHAIN, 5)), sa.delete(SUBJECT).where(SUBJECT.c.entry_id <= id_in(CHAIN, 5))
    await tamper(deployment, *gone, sa.update(CHAINS).where(CHAINS.c.id == CHAIN).values(pruned_entries=5, pruned_hash=kept))
    assert (await found(deployment))[0] == f"chain {CHAIN} of the log of reads: nothing says that its first entries were pruned."


INDEXED: dict[str, Statement] = {
    "a row less": lambda: sa.delete(SUBJECT).where(SUBJECT.c.id == 4),
    "another person": lambda: sa.update(SUBJECT).where(SUBJECT.c.id == 4).values(person_id=99),
    "another entry": lambda: sa.update(SUBJECT).where(SUBJECT.c.id == 4).values(entry_id=id_in(CHAIN, 9)),
    "an entry that is not there": lambda: sa.update(SUBJECT).where(SUBJECT.c.id == 4).values(entry_id=5),
    "a row more": lambda: sa.insert(SUBJECT).values(person_id=1, entry_id=id_in(CHAIN, 1), part=0),
}


@pytest.mark.parametrize("how", INDEXED)
async def test_an_index_that_hides_or_invents_a_read_is_found(town: Town, how: str) -> None:
    deployment = await filled(town)
    await tamper(deployment, INDEXED[how]())
    (broken,) = await found(deployment)
    assert broken.startswith("the log of reads: the index by person is not what the entries say")


CHANGED: dict[str, Statement] = {
    "another thing": lambda: sa.update(CHANGE).where(CHANGE.c.id == 2).values(thing_id=12345),
    "another time": lambda: sa.update(CHANGE).where(CHANGE.c.id == 2).values(at=START),
    "other fields": lambda: sa.update(CHANGE).where(CHANGE.c.id == 2).values(fields=[["name"]]),
    "an entry less": lambda: sa.delete(CHANGE).where(CHANGE.c.id == 2),
}


@pytest.mark.parametrize("how", CHANGED)
async def test_a_change_of_the_log_of_changes_is_found(town: Town, how: str) -> None:
    await tamper(town.deployment, CHANGED[how]())
    assert (await found(town.deployment))[0].startswith("the log of changes, entry 2: ")


async def test_the_last_change_cannot_be_taken_out(town: Town) -> None:
    last = sa.select(sa.func.max(CHANGE.c.id)).scalar_subquery()
    await tamper(town.deployment, sa.delete(CHANGE).where(CHANGE.c.id == last))
    assert "the chain ends before it" in (await found(town.deployment))[0]


async def test_the_log_of_changes_cannot_be_taken_away(town: Town) -> None:
    await tamper(town.deployment, sa.delete(CHANGE), sa.delete(CHAINS).where(CHAINS.c.id == 1))
    assert await found(town.deployment) == ["the log of changes: the chain is gone."]


async def test_what_is_written_while_it_is_checked_is_no_fault(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment, rows = await filled(town), Work.rows

    async def rows_and_one_more_entry(work: Work, statement: sa.Executable) -> Any:
        found = await rows(work, statement)
        monkeypatch.setattr(Work, "rows", rows)
        await deployment.read_log.write(entry(12))
        return found

    monkeypatch.setattr(Work, "rows", rows_and_one_more_entry)
    assert await found(deployment) == []


def test_a_text_that_holds_no_anchors_is_refused() -> None:
    assert read_anchors("# kept since spring\n\n2 10 00ff\n") == [Anchor(2, 10, b"\x00\xff")]
    with pytest.raises(ValueError, match="values to unpack"):
        read_anchors("2 10")


async def test_a_database_without_reads_is_whole(url: str, rules: Rules) -> None:
    deployment = Deployment(database_url(url), rules)
    assert await found(deployment) == []
    await deployment.close()
