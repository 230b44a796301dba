"""Which sign-in the service refuses to serve, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest

from wangge_core.errors import SettingError
from wangge_server.app import create_app
from wangge_server.demo.markers import Marker, place_of, write_marker
from wangge_server.settings import Settings, read_settings
from wangge_server.sign_in.checks import check_demo_database, check_sign_in
from wangge_server.sign_in.issuers import ALGORITHMS, Issuer

TOWN = Issuer(issuer="https://login.example", audience="wangge")


def demo(folder: Path, **more: Any) -> Settings:
    return Settings(**({"data_folder": str(folder), "development_sign_in": True} | more))


def test_development_sign_in_is_refused_beside_a_real_issuer(tmp_path: Path) -> None:
    for refused in (check_sign_in, create_app):
        with pytest.raises(SettingError, match="beside real issuers"):
            refused(demo(tmp_path, issuers=(TOWN,)))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "town.example.com"])
def test_development_sign_in_is_refused_where_others_reach_the_service(tmp_path: Path, host: str) -> None:
    for refused in (check_sign_in, create_app):
        with pytest.raises(SettingError, match="other machines"):
            refused(demo(tmp_path, host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "::1", "localhost"])
def test_development_sign_in_is_served_to_this_machine(tmp_path: Path, host: str) -> None:
    check_sign_in(demo(tmp_path, host=host))


def test_development_sign_in_is_refused_for_a_database_that_is_not_the_demos(tmp_path: Path) -> None:
    settings = demo(tmp_path)
    with pytest.raises(SettingError, match="not the demo's"):
        check_demo_database(settings)
    write_marker(tmp_path, Marker(database="sqlite:///other.db", plugins=(), seed=1))
    with pytest.raises(SettingError, match="not the demo's"):
        check_demo_database(settings)
    write_marker(tmp_path, Marker(database=place_of(settings), plugins=(), seed=1))
    check_demo_database(settings)


def test_without_development_sign_in_all_of_that_may_be(tmp_path: Path) -> None:
    settings = demo(tmp_path, development_sign_in=False, host="0.0.0.0", issuers=(TOWN,))
    check_sign_in(settings)
    check_demo_database(settings)


def test_issuers_come_from_the_file_and_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "wangge.toml"
    file.write_text('[[issuers]]\nissuer = "https://login.example"\naudience = "wangge"\nalgorithms = ["ES256"]\n')
    (found,) = read_settings(str(file), {}).issuers
    assert (found.issuer, found.algorithms, found.create_accounts) == ("https://login.example", ("ES256",), False)
    text = '[{"issuer": "https://login.example", "audience": "wangge"}]'
    assert read_settings(environment={"WANGGE_ISSUERS": text}).issuers == (TOWN,)
    with pytest.raises(SettingError, match="not JSON"):
        read_settings(environment={"WANGGE_ISSUERS": "https://login.example"})


@pytest.mark.parametrize(
    "line",
    [
        'algorithms = ["HS256"]',
        'algorithms = ["none"]',
        "algorithms = []",
        'audience = ""',
        'issuer = "http://login.example"',
        'issuer = "ftp://login.example"',
        'jwks_uri = "http://login.example/keys"',
        "leeway_seconds = 3600",
        "audiences = 7",
    ],
)
def test_an_issuer_that_cannot_be_trusted_is_refused(tmp_path: Path, line: str) -> None:
    file, given = tmp_path / "wangge.toml", {"issuer": '"https://login.example"', "audience": '"wangge"'}
    name, _, value = line.partition(" = ")
    lines = [f"{key} = {one}" for key, one in (given | {name: value}).items()]
    file.write_text("\n".join(("[[issuers]]", *lines)))
    with pytest.raises(SettingError):
        read_settings(str(file), {})


def test_an_issuer_stands_there_once(tmp_path: Path) -> None:
    file = tmp_path / "wangge.toml"
    file.write_text('[[issuers]]\nissuer = "https://login.example"\naudience = "wangge"\n' * 2)
    with pytest.raises(SettingError, match="twice"):
        read_settings(str(file), {})


def test_no_algorithm_has_a_secret_that_is_shared() -> None:
    assert not [one for one in ALGORITHMS if one.startswith("HS") or one == "none"]
