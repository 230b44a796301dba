"""The documents are held against the code, and what they show is run."""

import csv
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from graphql import OperationDefinitionNode, parse

from towns import COMMUNITY, DISTRICT, GRIDS, PHOTOGRAPH, SUBDISTRICT, Town, ids
from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db.engines import database_url
from wangge_core.deployment import Deployment
from wangge_core.grids.codes import DivisionCodes
from wangge_core.grids.grids import NewGrid, create_grids
from wangge_core.indicators.counting import count_changes
from wangge_core.plugin import Plugin
from wangge_core.plugin.community.plugin import Community
from wangge_core.plugin.loading import build_registry
from wangge_core.plugin.registry import Registry
from wangge_core.rights.posts import NewPost, assign_posts
from wangge_core.rights.viewers import anonymous, load_viewer, operator
from wangge_core.rules import Rules
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.build import build_schema
from wangge_server.commands.main import wangge

ROOT = Path(__file__).parents[1]
CAMPUS = ROOT / "examples" / "plugins" / "campus"
REPORT_EVENT = "mutation($input: EventReportInput!) { eventReport(input: $input) { event { id } userErrors { code } } }"
MOVE_EVENT = "mutation($id: ID!, $input: EventMoveInput!) { eventMove(id: $id, input: $input) { userErrors { code } } }"
NAMED = re.compile(r"^```\w+ (\S+\.\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def checks() -> ModuleType:
    """The script of `make check`."""
    spec = importlib.util.spec_from_file_location("check_documents", ROOT / "scripts" / "check_documents.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def examples(name: str) -> list[str]:
    """The blocks of GraphQL in a document."""
    return re.findall(r"^```graphql\n(.*?)^```$", text_of(name), re.DOTALL | re.MULTILINE)


def test_the_documents_say_what_the_code_does(checks: ModuleType) -> None:
    assert list(checks.findings()) == []


def test_an_unknown_verb_target_and_link_are_found(checks: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "README.md").write_text("`make nonsense`, `wangge import stars x.csv`, [gone](gone.md)\n", encoding="utf-8")
    (tmp_path / "Makefile").write_text("demo: setup ## fill\n", encoding="utf-8")
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    found = "\n".join([*checks.check_commands(), *checks.check_links()])
    for wanted in ("no `make nonsense`", "there is no stars", "`make demo` is missing", "`wangge serve` is missing", "gone.md"):
        assert wanted in found


@pytest.mark.anyio
async def test_the_first_query_of_the_readme_answers_a_visitor(town: Town) -> None:
    answer = await town.ask(examples("README.md")[0], anonymous("en"))
    assert answer["grids"]["totalCount"] == len(GRIDS)
    assert answer["events"]["totalCount"] == 0


@pytest.mark.anyio
async def test_the_second_query_of_the_readme_answers_a_grid_worker(town: Town) -> None:
    answer = await town.ask(examples("README.md")[1], await town.viewer("community.grid_worker", GRIDS["urban"]))
    assert answer["viewer"]["posts"][0]["role"]["label"] == "Grid worker"


@pytest.mark.anyio
async def test_the_documents_for_front_ends_run_from_report_to_form(town: Town) -> None:
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    by_name = {operation(block): block for block in examples("docs/front-end.md")}
    inputs = [
        json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", text_of("docs/front-end.md"), re.DOTALL | re.MULTILINE)
    ]
    report, move = (one for one in inputs if "input" in one)
    report["input"]["gridId"] = f"Grid:{town.grids[GRIDS['urban']]}"
    reported = (await town.ask(by_name.pop("ReportEvent"), worker, **report))["eventReport"]
    assert reported["userErrors"] == []
    move["id"] = reported["event"]["id"]
    moved = (await town.ask(by_name.pop("MoveEvent"), worker, **move))["eventMove"]
    assert moved["userErrors"] == []
    by_name.pop("Form")  # two operations in one block; they are validated
    town.api.prepare(GraphQLRequest(query=by_name.pop("Follow")))  # it would never end
    by_name.pop("Settle")  # it needs an event in hand: below
    for block in by_name.values():
        await town.ask(block, worker, id=move["id"])


@pytest.mark.anyio
async def test_the_front_ends_document_settles_an_event_with_a_photograph(town: Town) -> None:
    """The closed loop up to the office that settles it, then the mutation as the document has it."""
    (settle,) = (block for block in examples("docs/front-end.md") if operation(block) == "Settle")
    report = {
        "kindId": "urban.pipe_burst",
        "gridId": f"Grid:{town.grids[GRIDS['urban']]}",
        "description": "Water on the pavement",
        "details": {"urbanPipeBurst": {"pipe": "WATER", "roadSunk": False, "supplyCut": True}},
    }
    reported = await town.ask(REPORT_EVENT, await town.viewer("community.grid_worker", GRIDS["urban"]), input=report)
    event = reported["eventReport"]["event"]["id"]
    for role, move, *answers in (
        ("intake_officer", "forward", {"name": "kind", "text": "urban.pipe_burst"}),
        ("shift_lead", "file", {"name": "kind", "text": "urban.pipe_burst"}, {"name": "filing_condition", "limit": "water_leak"}),
        ("dispatcher", "dispatch", {"name": "assignees", "assignees": [f"Office:{town.offices['water_works']}"]}),
    ):
        desk = await town.viewer(f"community.{role}", DISTRICT)
        moved = await town.ask(MOVE_EVENT, desk, id=event, input={"move": move, "answers": answers})
        assert moved["eventMove"]["userErrors"] == []
    specialist = await town.login("community.department_specialist@water_works")
    settled = (await town.ask(settle, specialist, event=event, photo=f"Attachment:{PHOTOGRAPH}"))["eventMove"]
    assert settled["userErrors"] == []
    assert [one["role"] for one in settled["event"]["attachments"]] == ["photo_after"]


def operation(block: str) -> str:
    """The name of a block's first operation."""
    first = next(node for node in parse(block).definitions if isinstance(node, OperationDefinitionNode))
    return first.name.value if first.name else ""


def test_the_small_import_of_the_operators_document_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = text_of("docs/operators.md")
    for name, body in NAMED.findall(text):
        (tmp_path / name).write_text(body, encoding="utf-8")
    lines = re.findall(r"^wangge (import .*events\.toml|import divisions divisions\.csv.*)$", text, re.MULTILINE)
    said = "".join(CliRunner().invoke(wangge, line.split(), catch_exceptions=False).stdout for line in lines)
    shown = next(block for block in re.findall(r"^```text\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if "Checked" in block)
    assert said == shown
    with (tmp_path / "data" / "reports" / "events.csv").open(encoding="utf-8-sig", newline="") as report:
        assert [row["line"] for row in csv.DictReader(report)] == ["4", "5"]


@pytest.fixture
def campus(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The registry of the example plugin, which is not installed."""
    monkeypatch.syspath_prepend(str(CAMPUS))
    plugin: Plugin = importlib.import_module("wangge_campus.plugin").plugin
    yield build_registry({"community": Community(), "campus": plugin})


def test_the_campus_plugin_has_no_faults_and_makes_a_schema(campus: Registry) -> None:
    assert campus.warnings == ()
    sdl = build_schema(campus).as_str()
    assert "type CampusDormitoryRepairDetails implements EventDetails" in sdl
    assert "campusCanteen: CampusCanteenPlaceDetailsInput" in sdl


def test_the_integrators_document_shows_the_campus_plugin_as_it_is() -> None:
    text = text_of("docs/integrators.md")
    assert (CAMPUS / "pyproject.toml").read_text(encoding="utf-8") in text
    assert (CAMPUS / "wangge_campus" / "plugin.py").read_text(encoding="utf-8") in text


REPORT = """mutation($input: EventReportInput!) {
  eventReport(input: $input) { event { id details { ... on CampusDormitoryRepairDetails { matter roomsAffected } } } userErrors { code } }
}"""
MOVE = """mutation($id: ID!, $input: EventMoveInput!) {
  eventMove(id: $id, input: $input) { event { closed stage { name } } userErrors { field code } }
}"""


@pytest.mark.anyio
async def test_a_repair_on_the_campus_is_reported_repaired_and_checked(campus: Registry, tmp_path: Path) -> None:
    rules = Rules(registry=campus, codes=DivisionCodes(), zone=ZoneInfo("Asia/Shanghai"))
    deployment = Deployment(database_url(f"sqlite:///{tmp_path / 'campus.db'}"), rules)
    await deployment.start(migrate=True)
    try:
        grid, repairer = await fill_campus(deployment)
        details = {"campusDormitoryRepair": {"matter": "WATER", "room": "302", "roomsAffected": 2}}
        report = {"kindId": "campus.dormitory_repair", "gridId": f"Grid:{grid}", "description": "No hot water", "details": details}
        answer = (await asked(deployment, "campus.keeper", REPORT, input=report))["eventReport"]
        assert answer["event"]["details"] == {"matter": "WATER", "roomsAffected": 2}
        handed: dict[str, Any] = {"name": "assignees", "assignees": [f"Post:{repairer}"]}
        note = {"name": "note", "text": "New valve."}
        for login, move, answers, stage in (
            ("campus.keeper", "hand_out", [handed], "in_repair"),
            ("campus.repairer", "done", [note], "check"),
            ("campus.keeper", "verified", [], "closed"),
        ):
            given = {"move": move, "answers": answers}
            moved = (await asked(deployment, login, MOVE, id=answer["event"]["id"], input=given))["eventMove"]
            assert moved["userErrors"] == [], move
            assert moved["event"]["stage"]["name"] == stage
        assert moved["event"]["closed"]
        async with deployment.write() as work:
            while await count_changes(work):
                pass
        today = deployment.clock().astimezone(rules.zone).date().isoformat()
        given = {"ids": ["campus.repaired_share", "community.completion_rate"], "grid": f"Grid:{grid}", "day": today}
        figures = (await asked(deployment, "campus.keeper", FIGURES, **given))["indicators"]["figures"]
        assert [(one["numerator"], one["denominator"], one["value"]) for one in figures] == [(1, 1, 100.0)] * 2
    finally:
        await deployment.close()


FIGURES = """query ($ids: [ID!]!, $grid: ID!, $day: Date!) {
  indicators(ids: $ids, gridId: $grid, from: $day, until: $day) { figures { numerator denominator value } }
}"""


async def asked(deployment: Deployment, login: str, query: str, **variables: Any) -> dict[str, Any]:
    """The data of an answer to the holder of an account."""
    async with deployment.read() as work:
        viewer = await load_viewer(work, deployment.rules.registry, login, "en")
    answer = await Api(deployment).execute(query, variables, viewer)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def fill_campus(deployment: Deployment) -> tuple[int, int]:
    """A campus grid with a keeper and a repairer; the ids of the grid and of the repairer's post."""
    roles, division = ("campus.keeper", "campus.repairer"), "community.division"
    async with deployment.write() as work:
        tree = [
            NewGrid(code=DISTRICT, name="Lakeside", type_id=division),
            NewGrid(code=SUBDISTRICT, name="Old Port", type_id=division, parent_code=DISTRICT),
            NewGrid(code=COMMUNITY, name="University", type_id=division, parent_code=SUBDISTRICT),
            NewGrid(code=f"{COMMUNITY}001", name="East dormitories", type_id="campus", parent_code=COMMUNITY),
        ]
        grid = ids(await create_grids(work, operator(), tree))[-1]
        accounts = ids(await create_accounts(work, operator(), [NewAccount(login=role, name=role) for role in roles]))
        posts = [NewPost(account_id=account, role_id=role, grid_id=grid) for account, role in zip(accounts, roles, strict=True)]
        return grid, ids(await assign_posts(work, operator(), posts))[-1]
