"""How long a need may hold, and whether its kind may be set here at all and by whom."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from wangge_core.errors import Refusal, refusal
from wangge_core.months import after_months
from wangge_core.plugin.definitions import NeedKindDefinition
from wangge_core.rights.viewers import Viewer

if TYPE_CHECKING:
    from wangge_core.rules import Rules

MOST_MONTHS = 120
"""How long a need may rest on a paper that names its own end, such as a certificate."""
MOST_MONTHS_OF_A_CHILD = 12


def check_opened(rules: "Rules", viewer: Viewer, kind: NeedKindDefinition, path: str) -> Iterator[Refusal]:
    """A sensitive kind must be switched on, for a role of the viewer's that stands over the ground."""
    if not kind.sensitive:
        return
    opened = rules.opened_needs.get(kind.id)
    if opened is None:
        yield refusal("NEED_KIND_OFF", "kindId", id=kind.id)
    elif not any(post.role in opened.roles and post.stands_over(path) for post in viewer.posts):
        yield refusal("NOT_ALLOWED", "kindId")


def check_term(kind: NeedKindDefinition, begins: date, until_on: date | None, today: date, *, child: bool) -> Iterator[Refusal]:
    """A need has begun, ends, and ends soon enough."""
    if begins > today:
        yield refusal("IN_THE_FUTURE", "fromOn")
    if until_on is None:
        yield refusal("NEED_WITHOUT_END", "untilOn")
        return
    if until_on < max(begins, today):
        yield refusal("TERM_INVALID", "untilOn")
    months = min(kind.months or MOST_MONTHS, MOST_MONTHS_OF_A_CHILD if child else MOST_MONTHS)
    if until_on > after_months(begins, months):
        yield refusal("NEED_TOO_LONG", "untilOn", months=months)
