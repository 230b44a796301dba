"""Timing due lists: what a client asks, in one process from the document to the bytes of the answer; the median of many."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

import orjson
from profiles.town import Town
from sqlalchemy.engine import URL

from due.working import NOW
from wangge_core.deployment import Deployment
from wangge_core.rights.viewers import load_viewer
from wangge_schema import api
from wangge_server.opening import rules_of
from wangge_server.settings import read_settings

LIST = """query ($post: ID, $grid: ID, $near: PositionInput) { dueItems(postId: $post, gridId: $grid, near: $near, first: 50) {
  nodes { duty { label } state dueBy distance targetId person { name } household { name } } pageInfo { endCursor } } }"""
SUMMARY = "query ($grid: ID) { dueSummary(gridId: $grid) { targets done due overdue duties { duty { id } targets done overdue } } }"
LOAD = "query ($post: ID) { dueForecast(postId: $post) { weeks { startsOn items minutes } } }"


@dataclass(frozen=True, slots=True)
class Question:
    """A document that is asked with each of several variables, and as whom."""

    title: str
    document: str
    variables: Sequence[Mapping[str, Any]]
    logins: Sequence[str]


def questions(town: Town, many: int) -> list[Question]:
    """Of as many workers, grids and subdistricts as there are, up to so many."""
    dice, leaves = Random(7), town.leaves
    some = [leaves[dice.randrange(len(leaves))] for _ in range(many)]
    workers = [{"post": f"Post:{one.posts['community.grid_worker']}"} for one in some]
    near = {"longitude": 124.5, "latitude": 28.01}
    subdistricts = [one for one in town.grids if one.level == "SUBDISTRICT"]
    own = [town.accounts[one.posts["community.grid_worker"] - 1][1] for one in some]
    city = [town.viewers()["city"]] * many
    return [
        Question("a worker's list", LIST, workers, own),
        Question("a worker's list, by distance", LIST, [one | {"near": near} for one in workers], own),
        Question("a worker's four weeks", LOAD, workers, own),
        Question("a grid's list", LIST, [{"grid": f"Grid:{one.id}"} for one in some], city),
        Question("a subdistrict's figures", SUMMARY, [{"grid": f"Grid:{one.id}"} for one in subdistricts][:many], city),
    ]


async def measure(place: URL, town: Town, *, requests: int) -> dict[str, tuple[float, int]]:
    """Milliseconds and bytes of an answer, by question."""
    deployment = Deployment(place, rules_of(read_settings(environment={})), clock=lambda: NOW, read_log=False)
    asked = api.Api(deployment, api.build_schema(deployment.rules.registry))
    await asked.shared.refresh()
    try:
        return {one.title: await _median(asked, one, requests) for one in questions(town, requests)}
    finally:
        await deployment.close()


async def _median(asked: api.Api, question: Question, requests: int) -> tuple[float, int]:
    spent: list[float] = []
    size = 0
    for turn in range(requests + 3):
        at = turn % len(question.variables)
        async with asked.shared.deployment.read() as work:
            viewer = await load_viewer(work, work.rules.registry, question.logins[at % len(question.logins)], "zh")
        assert viewer is not None
        started = time.perf_counter()
        answer = await asked.execute(question.document, dict(question.variables[at]), viewer)
        spent.append((time.perf_counter() - started) * 1000)
        assert "errors" not in answer, answer["errors"]
        size = max(size, len(orjson.dumps(answer)))
    return median(spent[3:]), size
