"""`wangge user`, as an operator types it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from wangge_core.accounts.credentials import API_KEY, read_credential
from wangge_core.errors import SettingError
from wangge_server.commands.main import wangge
from wangge_server.commands.users import UserError


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    invoke(run, "db", "upgrade")
    Path("divisions.csv").write_text("code,name,level,parent\n990101,明湖区,3,9901\n990101001,东街道,4,990101\n", encoding="utf-8")
    return run


def invoke(run: CliRunner, *arguments: str) -> Result:
    result = run.invoke(wangge, [*arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_an_account_is_made_closed_and_opened(run: CliRunner) -> None:
    invoke(run, "user", "add", "li", "--name", "Li Heron")
    assert invoke(run, "user", "list").output == "li  Li Heron: no post\n"
    invoke(run, "user", "disable", "li")
    assert invoke(run, "user", "list").output == "li  Li Heron  (closed): no post\n"
    invoke(run, "user", "enable", "li")
    assert invoke(run, "user", "sign-out", "li").output == "li is signed out everywhere.\n"
    assert invoke(run, "user", "list").output == "li  Li Heron: no post\n"


def test_a_key_for_a_machine_is_shown_on_standard_output_alone(run: CliRunner) -> None:
    invoke(run, "user", "add", "sensors", "--name", "Sensors", "--machine")
    made = invoke(run, "user", "key", "sensors", "--scope", "read_events", "--scope", "REPORT_EVENTS", "--days", "30")
    assert read_credential(made.stdout.strip(), API_KEY) is not None
    assert "cannot be shown again" in made.stderr
    assert invoke(run, "user", "list").output == "sensors  Sensors  (machine): no post\n"


def test_an_issuer_of_the_settings_can_be_named(run: CliRunner) -> None:
    Path("wangge.toml").write_text('[[issuers]]\nissuer = "https://login.example"\naudience = "wangge"\n')
    invoke(run, "user", "add", "li", "--name", "Li Heron", "--issuer", "https://login.example")
    assert invoke(run, "user", "list").output == "li  Li Heron  (https://login.example): no post\n"
    with pytest.raises(SettingError, match="no issuer") as caught:
        invoke(run, "user", "add", "wu", "--name", "Wu Heron", "--issuer", "https://elsewhere.example")
    assert "https://login.example" in caught.value.hint


@pytest.mark.parametrize(
    ("words", "said", "mended"),
    [
        (("disable", "nobody"), "no account nobody", "wangge user list"),
        (("post", "li", "--role", "community.grid_worker", "--grid", "999"), "no grid 999", "grids"),
        (("key", "li", "--scope", "READ_EVENTS"), "keys are for machines", "--machine"),
        (("add", "li", "--name", "Another Li"), "is taken", ""),
        (("add", "no login", "--name", "Li"), "A login has", ""),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_cannot_be_done_is_told_with_a_way_to_mend_it(run: CliRunner, words: tuple[str, ...], said: str, mended: str) -> None:
    invoke(run, "user", "add", "li", "--name", "Li Heron")
    with pytest.raises(UserError) as caught:
        invoke(run, "user", *words)
    assert said in caught.value.message
    assert mended in caught.value.hint


def test_a_post_is_given(run: CliRunner) -> None:
    invoke(run, "import", "divisions", "divisions.csv", "--root", "990101")
    invoke(run, "user", "add", "li", "--name", "Li Heron")
    given = invoke(run, "user", "post", "li", "--role", "community.duty_officer", "--grid", "990101001", "--days", "30")
    assert given.output == "li is community.duty_officer in 990101001.\n"
    assert invoke(run, "user", "list").output == "li  Li Heron: community.duty_officer in 990101001\n"
    with pytest.raises(UserError) as caught:
        invoke(run, "user", "post", "li", "--role", "moon.keeper", "--grid", "990101001")
    assert "plugins list" in caught.value.hint
