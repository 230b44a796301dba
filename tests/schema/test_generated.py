"""Generated operations: whatever is asked, by whomever, in one statement each, the planner answers what the oracle says.

`WANGGE_GENERATED_SEED=123` runs the documents of one seed; `WANGGE_GENERATED=5000` says how many operations the long run has.
"""

import dataclasses
import os
from typing import Any

import pytest
import sqlalchemy as sa
import strawberry
from generated_runs import RUNS, Bench, DisagreementError, Run
from graphql import GraphQLObjectType
from oracle.hides import MASKS
from oracle.sees import RULES
from oracle.values import reads, source_of

from wangge_core.rights import bound
from wangge_core.rights.visibility import everybody
from wangge_schema import details
from wangge_schema.reading import connections, filters, given, listing, plan
from wangge_schema.reading.plans import Plan
from wangge_schema.reading.sources import SOURCE, Scalar, Source

pytestmark = pytest.mark.anyio

OPERATIONS = 500
LONG = int(os.environ.get("WANGGE_GENERATED", "50000"))
LONG_PARTS = 50
ONE = os.environ.get("WANGGE_GENERATED_SEED")


async def agree(bench: Bench, part: int, parts: int, operations: int) -> None:
    """Try the seeds of one part. The seeds of the long run are others."""
    each = operations // RUNS // parts
    first = part * each + (1_000_000 if parts > 1 else 0)
    for seed in [int(ONE)] if ONE else range(first, first + each):
        await bench.seed(seed)
    told = bench.told
    print(f"part {part}: {dict(told)}")
    if told["operations"] >= OPERATIONS:  # of fewer, shares say little
        assert told["refused"] < 0.05 * told["operations"], told
        assert told["empty"] < 0.6 * told["operations"], told
        assert told["objects"] > told["operations"], told


async def test_planner_and_oracle_agree(bench: Bench) -> None:
    await agree(bench, 0, 1, OPERATIONS)


@pytest.mark.long
@pytest.mark.parametrize("part", range(LONG_PARTS))
async def test_planner_and_oracle_agree_for_long(bench: Bench, part: int) -> None:
    await agree(bench, part, LONG_PARTS, LONG)


def test_every_planned_type_has_a_rule_of_the_oracle(schema: strawberry.Schema) -> None:
    types = [one for one in schema._schema.type_map.values() if isinstance(one, GraphQLObjectType)]
    definitions = {one: one.extensions.get("strawberry-definition") for one in types}
    planned = {one.name for one, found in definitions.items() if found and hasattr(found.origin, SOURCE)}
    assert planned == set(RULES)


EVERY_DETAIL = "{ events(first: 1000) { nodes { details { kind values { name text } } } } }"


def test_every_masked_field_is_said_to_be_by_the_oracle(schema: strawberry.Schema) -> None:
    types = [one for one in schema._schema.type_map.values() if isinstance(one, GraphQLObjectType) and one.name in RULES]
    fields = [(type.name, name, reads(field)) for type in types for name, field in type.fields.items()]
    assert {(type, name) for type, name, found in fields if isinstance(found, Scalar) and found.mask} == set(MASKS)


async def finds(bench: Bench, seeds: int = 150) -> str:
    """The first disagreement."""
    for seed in range(seeds):
        try:
            await bench.seed(seed, shrinking=False)
        except DisagreementError as error:
            return str(error)
    raise AssertionError(f"{seeds} documents have not shown the fault")


@pytest.mark.parametrize("rich_town", ["sqlite"], indirect=True, scope="module")
class TestThePlantedFaultIsFound:
    """The oracle is worth what it finds: each of these breaks the planner in one place, for any database."""

    @pytest.mark.parametrize("type", ["Event", "Person", "Building", "Unit", "Post", "Account"])
    async def test_a_type_that_everybody_sees(self, bench: Bench, monkeypatch: pytest.MonkeyPatch, type: str) -> None:
        source: Source = source_of(bench.graphql.type_map[type])
        rule = source.rule
        object.__setattr__(source, "rule", everybody)
        try:
            await finds(bench)
        finally:
            object.__setattr__(source, "rule", rule)

    async def test_a_filter_that_is_left_out(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(listing, "condition", lambda *_: sa.true())
        await finds(bench)

    async def test_an_operator_that_compares_wrongly(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(filters.OPERATORS, "lt", lambda column, value: column <= value)  # type: ignore[attr-defined]
        monkeypatch.setitem(filters.OPERATORS, "eq", lambda column, value: column != value)  # type: ignore[attr-defined]
        await finds(bench)

    async def test_keys_in_another_order(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        json_object = plan.json_object
        monkeypatch.setattr(plan, "json_object", lambda members: json_object(reversed(list(members))))
        assert "keys" in await finds(bench)

    async def test_a_cursor_that_is_ignored(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        read_page = connections.read_page
        monkeypatch.setattr(connections, "read_page", lambda *given: dataclasses.replace(read_page(*given), cursor=None))
        await finds(bench)

    async def test_an_order_the_other_way_round(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        read_page = connections.read_page
        monkeypatch.setattr(connections, "read_page", lambda *given: dataclasses.replace(read_page(*given), descending=True))
        await finds(bench)

    async def test_values_that_stay_in_a_kept_plan(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        kept: dict[str, Any] = {}
        parameters = Plan.parameters
        monkeypatch.setattr(Plan, "parameters", lambda self, reader: kept.setdefault(self.statement, parameters(self, reader)))
        await finds(bench)

    async def test_plans_that_are_kept_for_other_rights(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bound, "shape", lambda *_: None)
        await finds(bench)

    async def test_plans_that_are_kept_for_variables_of_another_shape(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(given, "shape", lambda *_: None)
        await finds(bench)

    async def test_a_statement_too_many(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        value = bench.deployment.reads.value

        async def twice(statement: str, parameters: Any) -> Any:
            await value(statement, parameters)
            return await value(statement, parameters)

        monkeypatch.setattr(bench.deployment.reads, "value", twice)
        assert "statements for" in await finds(bench)

    async def test_private_details_that_are_shown(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        shown, api = details._shown, await bench.fresh(wide=False)
        monkeypatch.setattr(details, "_shown", lambda fields, _: shown(fields, set()))
        found = [await bench.tried(api, Run(EVERY_DETAIL, {}, viewer, None)) for viewer in bench.viewers]
        assert any("mark private" in one for one in found if one)
