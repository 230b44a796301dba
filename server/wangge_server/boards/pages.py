"""Pages: a board as HTML without a script, to be read on a telephone and printed on A4, in one language with the other below it.

Whatever stands in the data is escaped by the templates. The pages are well-formed XML too.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wangge_core.plugin.declarations.labels import Label
from wangge_core.plugin.registry import Registry
from wangge_core.rights.viewers import Language
from wangge_server.boards import hours
from wangge_server.boards.qr import qr_inline
from wangge_server.boards.words import WORDS

HERE = Path(__file__).parent
STYLE = (HERE / "board.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content policy of the pages: nothing is loaded, and nothing runs."""
OTHER: Mapping[Language, Language] = {"zh": "en", "en": "zh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a board is shown. `address` is that of its page, for the QR code; `report_at` the page where residents report, or empty.

    On a `printed` page nothing stands that is true for the moment only.
    """

    language: Language
    today: date
    address: str = ""
    report_at: str = ""
    printed: bool = False


def board_page(board: Mapping[str, Any], shown: Shown, registry: Registry) -> str:
    """The page of a board, as the schema tells it."""
    return _render(
        "board.html",
        shown.language,
        grid=board["grid"],
        board=_named(board, registry),
        shown=shown,
        qr=Markup(qr_inline(shown.address)) if shown.address else "",
        weekly=hours.weekly,
        exceptions=partial(hours.exceptions, today=shown.today.isoformat()),
        times=hours.times,
    )


def notice_page(what: str, language: Language, links: Sequence[tuple[str, str]] = ()) -> str:
    """A page that says why there is no board: `missing`, `divided` or `unavailable`. `links` are pages to go on to, with their names."""
    return _render("notice.html", language, what=what, links=links)


def _render(template: str, language: Language, **values: Any) -> str:
    def both(label: Label) -> Sequence[tuple[str, str]]:
        first, second = label.in_language(language), label.in_language(OTHER[language])
        return [(language, first)] if first == second else [(language, first), (OTHER[language], second)]

    return TEMPLATES.get_template(template).render(language=language, style=Markup(STYLE), words=WORDS, both=both, **values)


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


TEMPLATES = _environment()


def _named(board: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The board with the labels of roles and kinds in both languages. Roles and kinds that no plugin declares any more are left out."""
    roles, kinds = registry.roles, registry.place_kinds

    def posts(of: Mapping[str, Any]) -> list[dict[str, Any]]:
        return [{**post, "label": roles[post["role"]["id"]].label} for post in of["posts"] if post["role"]["id"] in roles]

    def stations(found: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        return ({**one, "label": kinds[one["kind"]["id"]].label} for one in found if one["kind"]["id"] in kinds)

    answering = board["answering"]
    return {
        "posts": posts(board),
        "vacant": [roles[one["id"]].label for one in board["vacantRoles"] if one["id"] in roles],
        "answering": answering and {"grid": answering["grid"], "posts": posts(answering)},
        "overlays": [{"grid": one["grid"], "posts": posts(one)} for one in board["overlays"] if one["posts"]],
        "levels": [
            {"grid": one["grid"], "posts": posts(one), "stations": list(stations(one["ownStations"]))}
            for one in reversed(board["levels"])
            if one["posts"] or one["ownStations"]
        ],
        "stations": list(stations(board["stations"])),
    }
