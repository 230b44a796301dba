"""Loading plugins by name: what is not enabled is not imported, and whatever is wrong with a distribution is a fault of it alone."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from wangge_core.plugin import loading
from wangge_core.plugin.faults import PluginError
from wangge_core.plugin.loading import GROUP, installed_plugins, load_plugins

SOUND = "from wangge_core.plugin import Plugin\nclass Sound(Plugin): ...\nplugin = Sound()\n"


class Shelf:
    """Distributions on a folder of the import path, as an installer would leave them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, code: str, *, requires: str = "") -> None:
        module = f"shelved_{name}"
        (self.folder / f"{module}.py").write_text(code)
        info = self.folder / f"{module}-1.2.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {module}", "Version: 1.2", *([f"Requires-Dist: {requires}"] if requires else [])]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:plugin\n")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Shelf(tmp_path)


def codes(*enabled: str) -> list[tuple[str, str]]:
    with pytest.raises(PluginError) as told:
        load_plugins(enabled)
    assert all(fault.hint for fault in told.value.faults)
    return [(fault.plugin, fault.code) for fault in told.value.faults]


def test_an_enabled_plugin_is_loaded_with_its_version_and_what_it_asks(shelf: Shelf) -> None:
    shelf.put("sound", SOUND, requires="wangge-core>=0.0.1")
    (_, loaded) = load_plugins(["sound", "community", "sound"]).plugins
    assert (loaded.name, loaded.version, loaded.requires_core) == ("sound", "1.2", ">=0.0.1")


def test_what_is_merely_installed_is_not_imported(shelf: Shelf) -> None:
    shelf.put("idle", "raise SystemExit('imported')\n")
    assert "idle" in installed_plugins()
    load_plugins([])
    assert "shelved_idle" not in sys.modules


def test_a_name_that_is_not_installed_is_told_with_those_that_are(shelf: Shelf) -> None:
    shelf.put("sound", SOUND)
    with pytest.raises(PluginError) as told:
        load_plugins(["sond"])
    (fault,) = told.value.faults
    assert (fault.plugin, fault.code) == ("sond", "PLUGIN_NOT_INSTALLED")
    assert "sound" in fault.hint


@pytest.mark.parametrize("requirement", ["wangge-core>=99", "wangge_core>=99", "Wangge.Core ==99.*"])
def test_a_plugin_for_another_core_is_not_even_imported(shelf: Shelf, requirement: str) -> None:
    shelf.put("newer", "raise SystemExit('imported')\n", requires=requirement)
    assert codes("newer") == [("newer", "PLUGIN_INCOMPATIBLE")]


@pytest.mark.parametrize(
    "code",
    ["import nothing_of_this_name\n", "1 / 0\n", "def (\n", "other = 1\n"],
    ids=["missing", "raising", "syntax", "no object"],
)
def test_an_import_that_fails_is_a_fault_of_the_plugin(shelf: Shelf, code: str, request: pytest.FixtureRequest) -> None:
    name = f"broken_{request.node.callspec.id.replace(' ', '_')}"
    shelf.put(name, code)
    assert codes(name) == [(name, "PLUGIN_NOT_IMPORTABLE")]


@pytest.mark.parametrize(("name", "code"), [("a_class", SOUND + "plugin = Sound\n"), ("a_text", "plugin = 'plugin'\n")])
def test_an_entry_point_names_an_instance_of_plugin(shelf: Shelf, name: str, code: str) -> None:
    shelf.put(name, code)
    assert codes(name) == [(name, "PLUGIN_NOT_A_PLUGIN")]


def test_all_that_is_wrong_with_all_distributions_is_told_together(shelf: Shelf) -> None:
    shelf.put("bursting", "1 / 0\n")
    shelf.put("older", SOUND, requires="wangge-core<0.0.1")
    shelf.put("spelling", SOUND.replace("...", "\n  def rolls(self): return ()"))
    assert codes("bursting", "absent", "older", "spelling", "urban") == [
        ("bursting", "PLUGIN_NOT_IMPORTABLE"),
        ("absent", "PLUGIN_NOT_INSTALLED"),
        ("older", "PLUGIN_INCOMPATIBLE"),
        ("spelling", "HOOK_UNKNOWN"),
    ]


def test_an_entry_point_without_a_distribution_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="urban", value="wangge_urban.plugin:plugin", group=GROUP)
    monkeypatch.setattr(loading, "entry_points", lambda group: [point])
    (_, loaded) = load_plugins(["urban"]).plugins
    assert (loaded.version, loaded.requires_core) == ("", "")
