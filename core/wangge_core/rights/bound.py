"""Bound viewers: what a statement takes from the viewer when it runs, so that one statement serves all viewers of the same shape.

The shape says which conditions there are; paths, posts and offices are parameters under fixed names, and never part of a statement's text.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.columns import Id, Instant, binary_text
from wangge_core.db.lists import ListOf, among, listed, looked_up, part_of
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.scopes import END, Subtrees
from wangge_core.rights.viewers import Language, Viewer

ACCOUNT, POSTS, OFFICES, PERSONS = "viewer_account_id", "viewer_post_ids", "viewer_office_ids", "viewer_person_ids"
PERSON, GRANTS = "viewer_person_id", "viewer_grant_ids"
DEVICE = "viewer_device_id"
ACTING = "viewer_acting"
WITHHELD, ABOVE, COMMUNITIES = "viewer_withheld_kinds", "from_above", "communities"
NOW = "viewer_now"
"""The moment of a read: what has ended by then is gone."""
RANGES_IN_A_GROUP = 8
"""How many ranges stand in one OR; SQLite limits how deep an expression may be."""


class Way(StrEnum):
    """How rows are come by, on which the best form of a condition depends. All forms mean the same."""

    WALKED = "walked"
    """In their order until a page is full: the few grids of a narrow ground are looked up first, those of a wide one checked row by row."""
    COUNTED = "counted"
    """All of them, and nothing else is asked of them."""
    SIFTED = "sifted"
    """All of them, with other conditions."""
    REFERRED = "referred"
    """One by one, through a row that refers to them."""


Ids = sa.Select[Any] | sa.CompoundSelect[Any]


def bound_to(
    grid_id: sa.ColumnElement[Any],
    holds: Callable[[sa.ColumnElement[Any]], sa.ColumnElement[bool]],
    way: Way,
    *,
    wide: bool,
    ids: Ids | None = None,
) -> sa.ColumnElement[bool]:
    """True for rows that are bound to one of the grids whose paths `holds` finds; `wide` where there are many of them.

    `ids` finds the keys of the same grids, where it is quicker than asking `holds` of each.
    """
    grid = t.grid.alias()
    if way is Way.REFERRED or (wide and way is Way.WALKED):
        return sa.select(holds(grid.c.path)).where(grid.c.id == grid_id).correlate_except(grid).scalar_subquery()
    if ids is None:
        ids = sa.select(grid.c.id).where(holds(grid.c.path)).correlate_except(grid)
    if wide and way is Way.SIFTED:
        return grid_id.in_(ids).is_(sa.true())  # PostgreSQL hashes the ids once; it would join badly without IS TRUE
    return looked_up(grid_id, ids)


@dataclass(frozen=True, slots=True)
class BoundScope:
    """Where the viewer has a capability."""

    name: str
    """The first capability that the viewer has in just these subtrees, or another name; parameters are called after it."""
    scope: Subtrees
    way: Way
    wide: bool
    whole_ground: bool

    @property
    def everywhere(self) -> bool:
        return self.scope.everywhere

    @property
    def has_whole_ground(self) -> bool:
        """Whether every row that is bound to the base layer is covered."""
        return self.everywhere or self.whole_ground

    @property
    def nowhere(self) -> bool:
        return not self.scope.paths

    @property
    def is_narrow(self) -> bool:
        """Whether its grids are so few that they can lead to the rows."""
        return not (self.wide or self.has_whole_ground)

    def covers(self, grid_id: sa.ColumnElement[Any], *, of_base: bool = True) -> sa.ColumnElement[bool]:
        """True for rows whose grid is covered; `of_base` where rows are bound to the base layer only."""
        if self.everywhere or (of_base and self.whole_ground):
            return sa.true()
        if self.nowhere:
            return sa.false()
        return bound_to(grid_id, self.holds, self.way, wide=self.wide)

    def holds(self, path: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True for paths of covered grids."""
        ranges = [sa.and_(path >= self._end(at, "from"), path < self._end(at, "to")) for at in range(bucket(self.scope))]
        while len(ranges) > RANGES_IN_A_GROUP:
            starts = range(0, len(ranges), RANGES_IN_A_GROUP)
            ranges = [sa.or_(*ranges[start : start + RANGES_IN_A_GROUP]).self_group() for start in starts]
        return sa.or_(sa.false(), *ranges)

    def _end(self, at: int, end: str) -> sa.BindParameter[str]:
        name = f"viewer_{self.name.lower()}_{at}_{end}"
        return sa.bindparam(name, _end_of(self.scope, at, end), type_=binary_text())


@dataclass(frozen=True, slots=True)
class BoundViewer:
    """A viewer as statements see one. `wide` are the paths of grids that have many below them."""

    viewer: Viewer
    wide: Collection[str] = ()
    way: Way = Way.REFERRED
    moment: datetime | None = None
    """The present moment, where no plan binds it when it runs. Without either, whatever can end counts as ended."""

    @property
    def now(self) -> sa.BindParameter[Any]:
        """The moment of the read."""
        return sa.bindparam(NOW, self.moment, type_=Instant)

    @property
    def language(self) -> Language:
        return self.viewer.language

    @property
    def signed_in(self) -> bool:
        return self.viewer.account_id is not None

    @property
    def reads_own(self) -> bool:
        return self.viewer.reads_own

    @property
    def stands_in(self) -> bool:
        return self.viewer.stands_in

    @property
    def account_id(self) -> sa.BindParameter[Any]:
        """The account; NULL for an anonymous visitor."""
        return sa.bindparam(ACCOUNT, self.viewer.account_id, type_=Id)

    @property
    def device_id(self) -> sa.BindParameter[Any]:
        """The enrolled device; NULL where the request came from none."""
        return sa.bindparam(DEVICE, self.viewer.device_id, type_=Id)

    def holds_post(self, post_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True where the post is one of the viewer's."""
        if not self.viewer.posts:
            return sa.false()
        return among(post_id, sa.bindparam(POSTS, list(self.viewer.post_ids), type_=ListOf(Id)))

    def is_of_office(self, office_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True where the office is one of the viewer's."""
        if not self.viewer.office_ids:
            return sa.false()
        return among(office_id, sa.bindparam(OFFICES, list(self.viewer.office_ids), type_=ListOf(Id)))

    @property
    def acts(self) -> bool:
        """Whether the viewer may act in any role."""
        return any(post.acts_as for post in self.viewer.posts)

    def acting(self) -> sa.Subquery:
        """The roles in which the viewer may act over each grid: `grid_id` and `role_id`."""
        grid, held = t.grid.alias(), listed(sa.bindparam(ACTING, _acting(self.viewer), type_=sa.Text))
        role, start, end = (part_of(held, number) for number in range(3))
        over = sa.and_(grid.c.path >= start, grid.c.path < end)
        return sa.select(grid.c.id.label("grid_id"), role.label("role_id")).select_from(sa.join(held, grid, over)).subquery()

    def takes_part_in(self, role_id: sa.ColumnElement[Any], grid_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True where one of the viewer's posts may act in the role over the grid."""
        if not self.acts:
            return sa.false()
        acting = self.acting()
        return sa.exists(sa.select(1).where(acting.c.grid_id == grid_id, acting.c.role_id == role_id).correlate_except(acting))

    @property
    def person_id(self) -> sa.BindParameter[Any]:
        """The resident that the viewer is; NULL for staff."""
        return sa.bindparam(PERSON, self.viewer.person_id, type_=Id)

    def holds_grant(self, grant_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True where the grant of an emergency is one of the viewer's that run now."""
        if not self.viewer.grants:
            return sa.false()
        return among(grant_id, sa.bindparam(GRANTS, [grant.id for grant in self.viewer.grants], type_=ListOf(Id)))

    def is_own_person(self, person_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True where the resident is the viewer, or a child in the viewer's care."""
        if not self.viewer.own_person_ids:
            return sa.false()
        return among(person_id, sa.bindparam(PERSONS, list(self.viewer.own_person_ids), type_=ListOf(Id)))

    def scope(self, capability: Capability) -> BoundScope:
        found = self.viewer.scope(capability)
        whole = capability in self.viewer.whole_ground
        return self._scope((first_with(self.viewer, found) or capability).name, found, whole=whole)

    def is_withheld(self, kind_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """True for kinds of events that are kept from the viewer's grids and communities."""
        if self.viewer.withheld is None:
            return sa.false()
        return among(kind_id, sa.bindparam(WITHHELD, list(self.viewer.withheld.kinds), type_=ListOf(binary_text())))

    @property
    def from_above(self) -> BoundScope:
        """Where the viewer sees even what is kept from grids and communities."""
        return self._scope(ABOVE, self.viewer.withheld.from_above if self.viewer.withheld else Subtrees())

    @property
    def communities(self) -> BoundScope:
        """The communities in which the viewer serves."""
        return self._scope(COMMUNITIES, self.viewer.withheld.communities if self.viewer.withheld else Subtrees())

    def _scope(self, name: str, found: Subtrees, *, whole: bool = False) -> BoundScope:
        return BoundScope(name, found, self.way, any(path in self.wide for path in found.paths), whole)

    def coming(self, way: Way) -> "BoundViewer":
        """The same viewer for rows that are come by another way."""
        return replace(self, way=way)


def first_with(viewer: Viewer, scope: Subtrees) -> Capability | None:
    """The first capability that a viewer has in these subtrees; most viewers have all of theirs in the same."""
    return next((capability for capability in Capability if viewer.scopes.get(capability) == scope), None)


def shape(viewer: Viewer, wide: Collection[str]) -> Hashable:
    """What of a viewer decides the text of statements; all else is bound."""
    firsts: dict[Subtrees, Capability] = {}
    for capability in Capability:
        if (scope := viewer.scopes.get(capability)) is not None:
            firsts.setdefault(scope, capability)
    sizes = frozenset((first, bucket(scope), any(path in wide for path in scope.paths)) for scope, first in firsts.items())
    scopes = frozenset((capability, firsts[scope]) for capability, scope in viewer.scopes.items())
    held = (
        bool(viewer.posts),
        bool(viewer.office_ids),
        BoundViewer(viewer).acts,
        viewer.stands_in,
        bool(viewer.own_person_ids),
        viewer.reads_own,
        bool(viewer.grants),
    )
    withheld = viewer.withheld
    kept = withheld and tuple(
        (bucket(one), any(path in wide for path in one.paths)) for one in (withheld.from_above, withheld.communities)
    )
    return (viewer.language, viewer.account_id is not None, held, sizes, scopes, viewer.whole_ground, kept)


def bucket(scope: Subtrees) -> int:
    """How many ranges a statement has for a scope: the next power of two, -1 for everywhere. Spare ones repeat the last."""
    if scope.everywhere:
        return -1
    return 1 << (len(scope.paths) - 1).bit_length() if scope.paths else 0


def _acting(viewer: Viewer) -> str:
    """As JSON: the roles in which the viewer may act, each with the first path and the end of the paths where."""
    held = {(role, path, path[:-1] + END) for post in viewer.posts for role in post.acts_as for path in post.paths}
    return orjson.dumps(sorted(held)).decode()


OF_VIEWER: Mapping[str, Callable[[Viewer], Any]] = {
    ACCOUNT: lambda viewer: viewer.account_id,
    DEVICE: lambda viewer: viewer.device_id,
    POSTS: lambda viewer: list(viewer.post_ids),
    OFFICES: lambda viewer: list(viewer.office_ids),
    PERSON: lambda viewer: viewer.person_id,
    PERSONS: lambda viewer: list(viewer.own_person_ids),
    GRANTS: lambda viewer: [grant.id for grant in viewer.grants],
    WITHHELD: lambda viewer: list(viewer.withheld.kinds) if viewer.withheld else [],
    ACTING: _acting,
}
"""What parameters take from the viewer, but for the ends of subtrees."""


def value_of(name: str) -> Callable[[Viewer], Any] | None:
    """How a viewer's value for a parameter is found; None where the parameter is not the viewer's."""
    if name in OF_VIEWER:
        return OF_VIEWER[name]
    match name.split("_"):
        case ["viewer", "from", "above", at, end]:
            return lambda viewer: _end_of(viewer.withheld.from_above if viewer.withheld else Subtrees(), int(at), end)
        case ["viewer", "communities", at, end]:
            return lambda viewer: _end_of(viewer.withheld.communities if viewer.withheld else Subtrees(), int(at), end)
        case ["viewer", *words, at, end]:
            capability, number = Capability["_".join(words).upper()], int(at)
            return lambda viewer: _end_of(viewer.scope(capability), number, end)
        case _:
            return None


def _end_of(scope: Subtrees, at: int, end: str) -> str:
    path = scope.paths[min(at, len(scope.paths) - 1)]
    return path if end == "from" else path[:-1] + END
