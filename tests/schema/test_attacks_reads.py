"""Attacks on reads: whoever tries, by whatever way, gets what the oracle says that they may see, byte for byte, and no server error."""

from collections.abc import Callable, Iterator

import attacks_on_reads as attacks
import pytest
from generated_runs import Bench, Run
from graphql import parse, validate

pytestmark = pytest.mark.anyio

SETS = (
    (attacks.ids_of_others, 400),
    (attacks.cursors_of_others, 200),
    (attacks.forged_cursors, 100),
    (attacks.guesses, 120),
    (attacks.searches, 40),
    (attacks.ways_round, 120),
)


@pytest.mark.parametrize(("attack", "least"), SETS, ids=[one.__name__ for one, _ in SETS])
async def test_nothing_leaks(bench: Bench, attack: Callable[[Bench], Iterator[Run]], least: int) -> None:
    api = await bench.api(wide=False)
    runs = list(attack(bench))
    print(f"{attack.__name__}: {len(runs)} attacks; on PostgreSQL every third")
    assert len(runs) >= least
    every = 1 if bench.deployment.url.drivername.startswith("sqlite") else 3
    for run in runs[::every]:
        assert not validate(bench.graphql, parse(run.text)), run.text
        found = await bench.tried(api, run)
        assert found is None, f"{found}\n{run.text}\n{run.variables}\nas {run.viewer}"
    assert not bench.told["refused"]
