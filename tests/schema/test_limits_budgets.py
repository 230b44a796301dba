"""Budgets: a leaky bucket for each payer, on a clock that the test sets."""

import pytest

from wangge_core.rights.viewers import Viewer, anonymous
from wangge_schema.errors import RateLimitedError
from wangge_schema.limits import Budgets, payer_of


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_takes_until_it_is_full_and_says_when_to_come_again(clock: Clock) -> None:
    budgets = Budgets(100, 2, clock=clock)
    assert budgets.take("a", 60) == 40
    assert budgets.take("a", 40) == 0
    with pytest.raises(RateLimitedError) as caught:
        budgets.take("a", 10)
    assert caught.value.retry_after == 5
    assert caught.value.extensions == {"code": "RATE_LIMITED", "found": 10, "limit": 100, "retryAfter": 5}


def test_a_bucket_leaks_and_coming_again_when_told_is_served(clock: Clock) -> None:
    budgets = Budgets(100, 2, clock=clock)
    budgets.take("a", 100)
    clock.now += 4.9
    with pytest.raises(RateLimitedError):
        budgets.take("a", 10)
    clock.now += 0.1
    assert budgets.take("a", 10) == 0
    clock.now += 1_000
    assert budgets.remaining("a") == 100


def test_what_is_refused_is_not_charged(clock: Clock) -> None:
    budgets = Budgets(100, 1, clock=clock)
    budgets.take("a", 50)
    with pytest.raises(RateLimitedError):
        budgets.take("a", 60)
    assert budgets.take("a", 50) == 0


def test_payers_do_not_pay_for_each_other(clock: Clock) -> None:
    budgets = Budgets(100, 1, clock=clock)
    budgets.take("a", 100)
    assert budgets.take("b", 100) == 0


def test_what_is_dearer_than_a_bucket_fills_an_empty_one(clock: Clock) -> None:
    budgets = Budgets(100, 1, clock=clock)
    assert budgets.take("a", 5_000) == 0
    with pytest.raises(RateLimitedError) as caught:
        budgets.take("a", 5_000)
    assert caught.value.retry_after == 100


def test_the_number_of_buckets_is_bounded_and_the_oldest_is_forgotten(clock: Clock) -> None:
    budgets = Budgets(100, 1, most=3, clock=clock)
    for payer in ("a", "b", "c", "a", "d"):
        budgets.take(payer, 30)
    assert len(budgets) == 3
    assert [budgets.remaining(payer) for payer in "abcd"] == [40, 100, 70, 70]


def test_a_clock_that_goes_back_gives_nothing_away(clock: Clock) -> None:
    budgets = Budgets(100, 1, clock=clock)
    budgets.take("a", 50)
    clock.now -= 500
    assert budgets.remaining("a") <= 50


@pytest.mark.parametrize("figures", [(0, 1), (100, 0), (100, -1)])
def test_a_budget_without_room_or_leak_is_no_budget(figures: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Budgets(*figures)


@pytest.mark.parametrize(
    ("viewer", "address", "payer"),
    [
        (Viewer(account_id=7), "192.0.2.1", "account:7"),
        (anonymous(), "192.0.2.1", "address:192.0.2.1"),
        (anonymous(), "2001:db8::1:2", "address:2001:0db8:0000:0000"),
        (anonymous(), "2001:db8:0:0:ffff::", "address:2001:0db8:0000:0000"),
        (anonymous(), "::ffff:192.0.2.1", "address:192.0.2.1"),
        (anonymous(), "fe80::1%eth0", "address:fe80:0000:0000:0000"),
        (anonymous(), "testclient", "address:testclient"),
        (anonymous(), "", "address:"),
    ],
)
def test_who_pays(viewer: Viewer, address: str, payer: str) -> None:
    assert payer_of(viewer, address) == payer
