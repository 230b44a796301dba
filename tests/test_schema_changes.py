"""The policy of the schema: each rule is broken once, with small schemas, and the page tells what has changed."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from graphql import build_schema

from wangge_schema.deprecations import deprecated, read_deprecation

ROOT = Path(__file__).parents[1]
RELEASED_ON, TODAY = date(2027, 1, 1), date(2028, 6, 1)
NODE = "interface N { a: Int }"
DUE = "Use new. Since 2027-01-01. Removed after 2028-05-31."
NOT_YET = "Use new. Since 2027-06-02. Removed after 2028-06-02."


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    import check_schema_changes  # noqa: PLC0415 - a script beside the packages

    return check_schema_changes


@pytest.fixture
def faults(scripts: ModuleType) -> Callable[..., list[str]]:
    """What the policy finds between two schemas."""

    def find(released: str, present: str, *, accepted: dict[str, str] | None = None, may_accept: bool = True) -> list[str]:
        policy = scripts.Policy(
            released=build_schema(released),
            present=build_schema(present),
            released_on=RELEASED_ON,
            today=TODAY,
            accepted={said: scripts.Accepted(TODAY, because) for said, because in (accepted or {}).items()},
            may_accept=may_accept,
        )
        return list(policy.faults())

    return find


Faults = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("released", "present", "said"),
    [
        ("type Query { a: Int b: Int }", "type Query { b: Int }", "Field Query.a was removed."),
        ("type Query { a: Int! }", "type Query { a: Int }", "Field Query.a changed type"),
        ("type Query { a(x: Int): Int }", "type Query { a: Int }", "Argument Query.a(x:) was removed."),
        ("type Query { a(x: Int): Int }", "type Query { a(x: Int!): Int }", "Argument Query.a(x:) has changed type"),
        ("type Query { a: Int }", "type Query { a(x: Int!): Int }", "A required argument Query.a(x:) was added."),
        ("enum E { A B } type Query { a: E }", "enum E { A } type Query { a: E }", "Enum value E.B was removed."),
        ("input I { a: Int } type Query { a(i: I): Int }", "input I { a: Int b: Int! } type Query { a(i: I): Int }", "required field I.b"),
        ("input I { a: Int b: Int } type Query { a(i: I): Int }", "input I @oneOf { a: Int b: Int } type Query { a(i: I): Int }", "@oneOf"),
        ("type T { a: Int } type Query { t: T }", "type Query { t: Int }", "T was removed."),
        (f"{NODE} type T implements N {{ a: Int }} type Query {{ t: T }}", f"{NODE} type T {{ a: Int }} type Query {{ t: T }}", "longer"),
    ],
)  # fmt: skip
def test_what_breaks_clients_fails(faults: Faults, released: str, present: str, said: str) -> None:
    found = faults(released, present)
    assert any(said in fault and "twelve months" in fault for fault in found), found


def test_what_breaks_nobody_passes(faults: Faults) -> None:
    before = "enum E { A } input I { a: Int! } type Query { a(i: I): E }"
    after = '"said" enum E { A B } input I { a: Int b: Int } type T { a: Int } type Query { a(i: I, x: Int): E! t: T }'
    assert faults(before, after) == []


def test_a_field_goes_after_its_last_day_and_not_before(faults: Faults) -> None:
    before, after = 'type Query {{ a: Int @deprecated(reason: "{}") new: Int }}', "type Query { new: Int }"
    assert faults(before.format(DUE), after) == []
    assert faults(before.format(NOT_YET), after) == [f"Field Query.a was removed. It may go later: {NOT_YET}"]
    assert "It may go later: old" in faults(before.format("old"), after)[0]


def test_arguments_values_and_input_fields_go_in_the_same_way(faults: Faults) -> None:
    before = """
        enum E {{ A B @deprecated(reason: "{0}") }}
        input I {{ a: Int b: Int @deprecated(reason: "{0}") }}
        type Query {{ a(i: I, x: Int @deprecated(reason: "{0}")): E }}
    """
    after = "enum E { A } input I { a: Int } type Query { a(i: I): E }"
    assert faults(before.format(DUE), after) == []
    assert len(faults(before.format(NOT_YET), after)) == 3


def test_a_deprecation_of_less_than_a_year_lets_nothing_go(faults: Faults) -> None:
    short = "Use new. Since 2027-06-01. Removed after 2028-05-30."
    assert faults(f'type Query {{ a: Int @deprecated(reason: "{short}") new: Int }}', "type Query { new: Int }") != []


def test_a_type_goes_with_all_that_led_to_it(faults: Faults) -> None:
    inside = "type T { u: U } type U { t: T e: E } enum E { A }"
    before = f'{inside} type Query {{ t: T @deprecated(reason: "{DUE}") new: Int }}'
    assert faults(before, "type Query { new: Int }") == []


def test_a_type_does_not_go_while_another_way_leads_to_it(faults: Faults) -> None:
    before = f'type T {{ a: Int }} type Query {{ t: T @deprecated(reason: "{DUE}") other: T new: Int }}'
    found = faults(before, "type Query { other: Int new: Int }")
    assert sorted(fault.partition(".")[0] for fault in found) == ["Field Query", "T was removed"]


def test_types_that_lead_to_each_other_alone_do_not_go_unannounced(faults: Faults) -> None:
    before = "interface N { id: Int } type A implements N { id: Int b: B } type B { a: A } type Query { n: N }"
    found = faults(before, "interface N { id: Int } type Query { n: N }")
    assert {fault.partition(" ")[0] for fault in found} == {"A", "B"}


def test_a_type_of_an_interface_goes_when_its_own_fields_were_due(faults: Faults) -> None:
    kept = "interface N { id: Int } type Query { n: N }"
    before = f'{kept} type A implements N {{ id: Int a: Int @deprecated(reason: "{DUE}") }}'
    assert faults(before, kept) == []
    assert faults(before.replace(DUE, NOT_YET), kept) != []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Use new.", "does not say what to use, since when, and until when"),
        ("Use new. Since 2028-02-30. Removed after 2029-03-01.", "does not say"),
        ("Use new. Since 2028-06-01. Removed after 2029-05-31.", "let it stay until 2029-06-01"),
        ("Use new. Since 2026-12-31. Removed after 2028-01-01.", "nobody was told on 2026-12-31"),
    ],
)
def test_a_deprecation_has_its_dates(faults: Faults, reason: str, said: str) -> None:
    found = faults("type Query { a: Int new: Int }", f'type Query {{ a: Int @deprecated(reason: "{reason}") new: Int }}')
    assert len(found) == 1
    assert said in found[0]


def test_a_last_day_that_was_told_may_be_put_off_and_not_brought_forward(faults: Faults) -> None:
    query = 'type Query {{ a: Int @deprecated(reason: "Use new. Since 2027-03-01. Removed after {}.") new: Int }}'
    assert faults(query.format("2028-09-01"), query.format("2029-01-01")) == []
    assert "keep that day" in faults(query.format("2028-09-01"), query.format("2028-08-01"))[0]


def test_before_the_first_release_a_break_may_be_accepted_with_a_reason(faults: Faults) -> None:
    before, after, said = "type Query { a: Int b: Int }", "type Query { b: Int }", "Field Query.a was removed."
    assert faults(before, after, accepted={said: "It always failed."}) == []
    assert "lacks a reason" in faults(before, after, accepted={said: " "})[0]
    assert "take the entry out" in faults(before, before, accepted={said: "It always failed."})[0]
    assert "not accepted any more" in faults(before, after, accepted={said: "It always failed."}, may_accept=False)[0]
    assert "schema/breaking.toml" not in faults(before, after, may_accept=False)[0]


def test_a_reason_is_made_in_the_form_that_is_read() -> None:
    reason = deprecated(since=date(2028, 2, 29), remove_after=date(2029, 3, 1), use="Use `reportedAt`")
    assert reason == "Use `reportedAt`. Since 2028-02-29. Removed after 2029-03-01."
    found = read_deprecation(reason)
    assert found is not None
    assert (found.use, found.remove_after) == ("Use `reportedAt`.", date(2029, 3, 1))
    for wrong in ({"remove_after": date(2029, 2, 28), "use": "Use new."}, {"remove_after": date(2030, 1, 1), "use": " "}):
        with pytest.raises(ValueError, match="2029-03-01"):
            deprecated(since=date(2028, 2, 29), **wrong)  # type: ignore[arg-type]


@pytest.fixture
def project(scripts: ModuleType, tmp_path: Path) -> Callable[..., Any]:
    """A copy of the files of the policy, with other schemas in it."""

    def make(released: str, present: str, *, today: date = TODAY, **texts: str) -> Any:
        for folder in ("schema", "docs"):
            (tmp_path / folder).mkdir(exist_ok=True)
        head = scripts.HEAD.format(version="0.1.0", day=RELEASED_ON)
        written = {
            "released.graphql": head + released,
            "schema.graphql": present,
            "pyproject.toml": '[project]\nversion = "0.2.0"\n',
        }
        for name, text in (written | texts).items():
            (tmp_path / "schema" / name).write_text(text, encoding="utf-8")
        return scripts.Contract(tmp_path, today)

    return make


BEFORE = f'type Query {{ a: Int @deprecated(reason: "{DUE}") old: Int e: E }} enum E {{ A }}'
AFTER = """
type Query {
    old: Int! @deprecated(reason: "Use b. Since 2028-01-01. Removed after 2029-01-01.")
    e: E
    "The second. Not the third."
    b: Int
    t: T
}
"A thing."
type T { a: Int }
"What can be followed."
type Subscription {
    "Something happened."
    happened: Int
}
enum E { A B }
"""
PAGE = f"""## Since 0.1.0 (2027-01-01)

### Breaking

- Field Query.a was removed. (It was deprecated: {DUE})

### May surprise

- Enum value E.B was added.

### Deprecated

- `Query.old`: Use b. Since 2028-01-01. Removed after 2029-01-01.

### Added

- type `T`: A thing.
- type `Subscription`: What can be followed.
- `Query.b`: The second.
- `Query.t`:
- `Subscription.happened`: Something happened.

### Changed without harm

- Field Query.old changed type from Int to Int!.
"""


def test_the_page_tells_what_has_changed(project: Callable[..., Any], tmp_path: Path) -> None:
    contract = project(BEFORE, AFTER)
    assert [finding for finding in contract.findings() if "stale" in finding] == [
        "docs/schema-changes.md is stale. Run `make schema-changes`."
    ]
    contract.write()
    assert list(contract.findings()) == []
    text = (tmp_path / "docs" / "schema-changes.md").read_text()
    assert PAGE.strip() in "\n".join(line.rstrip() for line in text.splitlines())


def test_a_release_keeps_the_changes_and_starts_anew(project: Callable[..., Any], scripts: ModuleType, tmp_path: Path) -> None:
    project(BEFORE, AFTER).release()
    after = scripts.Contract(tmp_path, TODAY)
    assert (after.released_version, after.released_on, list(after.findings())) == ("0.2.0", TODAY, [])
    text = (tmp_path / "docs" / "schema-changes.md").read_text()
    assert text.index("## Since 0.2.0 (2028-06-01)") < text.index("Nothing has changed.") < text.index("## 0.2.0 (2028-06-01)")
    assert "Field Query.a was removed." in text
    with pytest.raises(SystemExit, match="released already"):
        after.release()


def test_nothing_is_released_against_the_policy(project: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Field Query\.old was removed"):
        project(BEFORE, "type Query { e: E } enum E { A }").release()
    assert BEFORE in (tmp_path / "schema" / "released.graphql").read_text()


def test_accepted_breaks_are_read_and_shown_with_their_reason(project: Callable[..., Any], tmp_path: Path) -> None:
    entry = '[[accepted]]\nchange = "Field Query.old was removed."\non = 2028-05-01\nbecause = "It always failed."\n'
    contract = project(BEFORE, "type Query { e: E } enum E { A }", **{"breaking.toml": entry})
    contract.write()
    assert list(contract.findings()) == []
    shown = (tmp_path / "docs" / "schema-changes.md").read_text()
    assert "- Field Query.old was removed. (It always failed; accepted on 2028-05-01)" in shown


def test_the_committed_schema_keeps_its_promises(scripts: ModuleType, tmp_path: Path) -> None:
    for name in (scripts.RELEASED, scripts.PRESENT, scripts.BREAKING, scripts.PROJECT, scripts.PAGE):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    assert list(scripts.Contract(tmp_path).findings()) == []


def test_the_schema_of_a_deployment_is_written_to_a_file(tmp_path: Path) -> None:
    from wangge_server.commands.main import wangge  # noqa: PLC0415 - the rules above need no server

    file, run = tmp_path / "town.graphql", CliRunner()
    written = run.invoke(wangge, ["schema", "--plugins", "urban", "--output", str(file)], catch_exceptions=False)
    assert (written.exit_code, written.output) == (0, "")
    assert run.invoke(wangge, ["schema", "--plugins", "urban"], catch_exceptions=False).output == file.read_text(encoding="utf-8")
    assert build_schema(file.read_text(encoding="utf-8")).get_type("ScenicRescueDetails") is None
    assert "--output" in run.invoke(wangge, ["schema", "--help"]).output
