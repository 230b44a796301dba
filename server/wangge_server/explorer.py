"""The explorer: the page with GraphiQL that a browser gets at the endpoint, with `explorer_page.js` and `explorer_page.css`.

It uses the bundle that `make web` leaves in `web/`; without one it takes GraphiQL from a CDN. Nothing is served here.
"""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CDN = "https://cdn.jsdelivr.net/npm"
CDN_SCRIPTS = (
    ("react@18.3.1/umd/react.production.min.js", "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z"),
    (
        "react-dom@18.3.1/umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    ("graphiql@4.1.2/graphiql.min.js", "sha384-9XdHu7ajgGJziD4J1zNBKQ842Q/+zZfDv+ib1eMhZWBH6hPAs806x+Jbcf0yNO6B"),
)
CDN_STYLES = ("graphiql@4.1.2/graphiql.min.css", "sha384-1el1QShFBnnXTx9x/Cprg82hZWKt0ry29OAYIXt05swbi0KcZDFoj0CWguMpopJr")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorerOperation:
    """An operation that the explorer offers ready to run."""

    title: str
    for_whom: str
    """The kind of user it is for; the menu is grouped by it and each group's first operation opens as a tab."""
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])


def bundle_folder() -> Path | None:
    """The folder with `explorer.js` and `explorer.css`, to be served at `<endpoint>/assets`; None if `make web` was not run."""
    folder = HERE / "web"
    return folder if all((folder / name).is_file() for name in ("explorer.js", "explorer.css")) else None


def explorer_page(*, bundled: bool, operations: Sequence[ExplorerOperation], endpoint: str = "/graphql") -> str:
    """The HTML of the explorer. With the bundle it reaches no other host, and its content policy forbids it to.

    `bundled`: whether `bundle_folder()` is served at `<endpoint>/assets`. `endpoint`: the path that the page sends its requests to.
    """
    policy, head, scripts = _from_bundle(endpoint) if bundled else _from_cdn()
    data = {"endpoint": endpoint, "operations": [_shown(operation) for operation in operations]}
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<title>Wangge explorer</title>
<link rel="icon" href="data:,">
{head}
</head>
<body>
<div id="explorer"><p>The explorer needs JavaScript and is loading …</p></div>
<script type="application/json" id="explorer-data">{_json(data)}</script>
{scripts}
</body>
</html>
"""


def _from_bundle(endpoint: str) -> tuple[str, str, str]:
    assets = escape(f"{endpoint}/assets")
    return (
        _policy(scripts="'self'", styles="'self'"),
        f'<link rel="stylesheet" href="{assets}/explorer.css">',
        f'<script src="{assets}/explorer.js"></script>',
    )


def _from_cdn() -> tuple[str, str, str]:
    start = _start_from_cdn()
    digest = b64encode(sha256(start.encode()).digest()).decode()
    path, integrity = CDN_STYLES
    styles = f'<link rel="stylesheet" href="{CDN}/{path}" integrity="{integrity}" crossorigin>'
    scripts = [f'<script src="{CDN}/{path}" integrity="{integrity}" crossorigin></script>' for path, integrity in CDN_SCRIPTS]
    return (
        _policy(scripts=f"{CDN}/ 'sha256-{digest}'", styles=f"{CDN}/"),
        f"{styles}\n<style>{_read('explorer_page.css')}</style>",
        "\n".join((*scripts, f'<script type="module">{start}</script>')),
    )


def _start_from_cdn() -> str:
    return f"""{_read("explorer_page.js")}
if (window.GraphiQL) showExplorer({{ React, createRoot: ReactDOM.createRoot, GraphiQL }});
else document.querySelector("#explorer p").textContent =
  "GraphiQL could not be loaded from {CDN}. Run `make web` to bundle it into the server.";
"""


def _policy(*, scripts: str, styles: str) -> str:
    """The editor sets styles of its own, hence 'unsafe-inline'; its fonts stand in the style sheet as data."""
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles} 'unsafe-inline'; "
        "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )


def _shown(operation: ExplorerOperation) -> dict[str, str]:
    variables = json.dumps(dict(operation.variables), ensure_ascii=False, indent=2) if operation.variables else ""
    return {"title": operation.title, "forWhom": operation.for_whom, "query": operation.query, "variables": variables}


def _json(data: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
