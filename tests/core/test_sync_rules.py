"""The rules of work from offline that need no database: clocks of phones, and the order of changes."""

from datetime import UTC, datetime, timedelta

import pytest

from wangge_core.sync.changes import Change, SyncClock
from wangge_core.sync.clocks import PhoneClock
from wangge_core.sync.ordering import ordered
from wangge_core.sync.patience import Patience

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ahead", "captured", "taken", "clock"),
    [
        (timedelta(0), -HOUR, -HOUR, SyncClock.AS_SENT),
        (timedelta(seconds=-40), -HOUR, -HOUR, SyncClock.AS_SENT),
        (timedelta(seconds=40), timedelta(seconds=40), timedelta(0), SyncClock.AS_SENT),
        (8 * HOUR, 7 * HOUR, -HOUR, SyncClock.CORRECTED),
        (-3 * HOUR, -4 * HOUR, -HOUR, SyncClock.CORRECTED),
        (timedelta(days=-365), timedelta(days=-365) - HOUR, timedelta(0), SyncClock.NOT_BELIEVED),
        (timedelta(days=365), timedelta(days=365) - HOUR, timedelta(0), SyncClock.NOT_BELIEVED),
        (timedelta(0), HOUR, timedelta(0), SyncClock.NOT_BELIEVED),
    ],
    ids=["right", "slow-network", "a-little-ahead", "other-zone", "behind", "a-year-behind", "a-year-ahead", "set-back-since"],
)
def test_a_wrong_clock_is_corrected_and_an_absurd_one_not_believed(
    ahead: timedelta, captured: timedelta, taken: timedelta, clock: SyncClock
) -> None:
    found = PhoneClock(phone_now=NOON + ahead, received_at=NOON).taken(NOON + captured)
    assert (found.at, found.clock) == (NOON + taken, clock)
    assert NOON + captured + found.shift == found.at


def change(id: str, minute: int, about: str | None = None, *after: str) -> Change:
    return Change(client_id=id, kind="eventMove", captured_at=NOON + timedelta(minutes=minute), about=about, after=after)


@pytest.mark.parametrize(
    ("changes", "order"),
    [
        ([change("c", 3), change("a", 1), change("b", 2)], "abc"),
        ([change("m", 1, "r"), change("r", 2)], "rm"),
        ([change("x", 1, None, "y", "z"), change("z", 3), change("y", 2, None, "z")], "zyx"),
        ([change("a", 1, "b"), change("b", 2, "a"), change("c", 3)], "bac"),
        ([change("a", 1, "elsewhere"), change("b", 1)], "ab"),
        ([change("s", 1, "s")], "s"),
    ],
    ids=["by-time", "what-it-is-about-first", "what-comes-after", "a-circle", "of-another-call", "of-itself"],
)
def test_changes_are_done_as_they_were_captured_and_after_what_they_need(changes: list[Change], order: str) -> None:
    for sent in (changes, changes[::-1]):
        assert "".join(sent[place].client_id for place in ordered(sent)) == order


def test_a_long_chain_is_put_in_order_whatever_way_it_is_sent() -> None:
    chain = [change(f"{number:05}", -number, f"{number - 1:05}" if number else None) for number in range(5_000)]
    found = ordered(chain[::-1])
    assert [chain[::-1][place].client_id for place in found] == [one.client_id for one in chain]


def test_no_more_is_begun_than_is_over_in_time_as_the_last_went() -> None:
    now = 100.0
    patience = Patience(until=105, clock=lambda: now)
    assert patience.suffices(1_000), "nothing is known yet"
    with patience.over(10):
        now = 101.0
    assert [patience.suffices(count) for count in (10, 40, 41)] == [True, True, False]
    with patience.over(40):
        now = 102.0
    assert [patience.suffices(count) for count in (100, 121)] == [True, False]
    now = 105.5
    assert not patience.suffices(1)
