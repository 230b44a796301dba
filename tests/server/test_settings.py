"""Settings: file, environment and command line, and what is wrong with them."""

from pathlib import Path

import pytest

from wangge_core.errors import DatabaseError, SettingError
from wangge_core.plugin.faults import PluginError
from wangge_server.opening import open_deployment
from wangge_server.settings import Settings, read_settings


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "wangge.toml"
    file.write_text('port = 1\nhost = "0.0.0.0"\nplugins = ["urban"]\n')
    environment = {"WANGGE_PORT": "2", "WANGGE_PLUGINS": "rural, maritime", "WANGGE_DATA": "real data of tests", "PATH": "/bin"}
    settings = read_settings(str(file), environment, port=3)
    assert (settings.port, settings.host, settings.plugins) == (3, "0.0.0.0", ("rural", "maritime"))
    assert read_settings(str(file), environment).port == 2


def test_without_anything_there_are_defaults() -> None:
    settings = read_settings(environment={})
    assert settings == Settings()
    assert settings.database_url == "sqlite:///data/town.db"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("prot = 1", "port"),
        ('port = "many"', "port"),
        ('codes = "secret"', "codes"),
        ('time_zone = "Moon/Sea"', "Asia/Shanghai"),
        ("port = ", "TOML"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, text: str, hint: str) -> None:
    file = tmp_path / "wangge.toml"
    file.write_text(text)
    with pytest.raises(SettingError) as error:
        read_settings(str(file), {})
    assert hint in error.value.message + error.value.hint


def test_a_named_file_must_be_there() -> None:
    with pytest.raises(SettingError, match=r"no settings file"):
        read_settings("nowhere.toml", {})


@pytest.mark.parametrize("url", ["mysql://host/town", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(DatabaseError):
        open_deployment(Settings(database=url))


def test_a_plugin_that_is_not_there_is_told() -> None:
    with pytest.raises(PluginError, match="PLUGIN_NOT_INSTALLED"):
        open_deployment(Settings(plugins=("moon",)))
