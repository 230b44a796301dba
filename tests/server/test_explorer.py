"""The page of the explorer: what it loads, what it may load, and what it keeps."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from policies import policy_of

from wangge_server import explorer
from wangge_server.explorer import ExplorerOperation, bundle_folder, explorer_page

ROOT = Path(__file__).parents[2]
HOST = re.compile(r"https?://[^\s\"'/<]+")
QUERY = 'query Hello { hello(to: "</script>") }'
HELLO = ExplorerOperation(title="Hello", for_whom="Everybody", query=QUERY, variables={"name": "张三"})


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="explorer-data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_the_bundled_page_names_no_other_host_and_may_reach_none():
    page = explorer_page(bundled=True, operations=[HELLO])
    assert HOST.findall(page) == []
    assert "//" not in policy_of(page)
    assert "default-src 'none'" in policy_of(page)
    assert "connect-src 'self'" in policy_of(page)


def test_the_bundled_page_has_no_inline_script():
    page = explorer_page(bundled=True, operations=[HELLO])
    assert re.findall(r"<script(?! src=)(?! type=\"application/json\")", page) == []
    assert "script-src 'self';" in policy_of(page)


def test_the_page_loads_its_assets_below_the_endpoint():
    page = explorer_page(bundled=True, operations=[], endpoint="/town/graphql")
    assert '"/town/graphql/assets/explorer.js"' in page
    assert '"/town/graphql/assets/explorer.css"' in page
    assert data_of(page)["endpoint"] == "/town/graphql"


def test_an_operation_cannot_end_the_script_that_it_stands_in():
    page = explorer_page(bundled=True, operations=[HELLO])
    assert data_of(page)["operations"] == [
        {"title": "Hello", "forWhom": "Everybody", "query": QUERY, "variables": '{\n  "name": "张三"\n}'}
    ]


def test_without_the_bundle_everything_from_the_cdn_is_pinned_by_its_digest():
    page = explorer_page(bundled=False, operations=[HELLO])
    assert set(HOST.findall(page)) == {"https://cdn.jsdelivr.net"}
    loaded = re.findall(r"<(?:script src|link rel=\"stylesheet\" href)=\"https://[^>]*>", page)
    assert len(loaded) == 4
    assert all(re.search(r'integrity="sha384-[\w+/]{64}" crossorigin>', one) for one in loaded)


def test_without_the_bundle_the_policy_allows_the_one_inline_script():
    page = explorer_page(bundled=False, operations=[HELLO])
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    assert script
    assert f"'sha256-{b64encode(sha256(script[1].encode()).digest()).decode()}'" in policy_of(page)


def test_the_cdn_serves_the_versions_that_are_bundled():
    versions = json.loads((ROOT / "server/web/package.json").read_text())["dependencies"]
    paths = [explorer.CDN_STYLES[0], *(path for path, _ in explorer.CDN_SCRIPTS)]
    assert {path.split("/")[0] for path in paths} == {f"{name}@{versions[name]}" for name in ("graphiql", "react", "react-dom")}


def test_nothing_is_kept_in_local_storage():
    script = (ROOT / "server/wangge_server/explorer_page.js").read_text(encoding="utf-8")
    assert "localStorage" not in script
    assert "document.cookie" not in script
    assert "storage: session" in script
    assert "shouldPersistHeaders: false" in script


def test_no_registry_is_named_in_what_npm_reads():
    files = [ROOT / "server/web" / name for name in (".npmrc", "package.json", "package-lock.json")]
    assert not any('"resolved"' in file.read_text() or "registry=" in file.read_text() for file in files)


def test_a_bundle_is_its_script_and_its_styles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(explorer, "HERE", tmp_path)
    assert bundle_folder() is None
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "explorer.js").touch()
    assert bundle_folder() is None
    (tmp_path / "web" / "explorer.css").touch()
    assert bundle_folder() == tmp_path / "web"
