"""The viewer: who is asking, under which posts, with what rights. Every read and every write has one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.registry import Registry
from wangge_core.rights.communities import community_of, is_low, levels_of
from wangge_core.rights.holdings import HeldGrant, HeldPost, Holding, base_paths, holdings
from wangge_core.rights.scopes import Subtrees

Language = Literal["zh", "en"]
NOWHERE = Subtrees()
EVERYWHERE = Subtrees(("",))
ON_EVENTS = {Capability.READ_EVENTS, Capability.REPORT_EVENTS, Capability.COMMENT_EVENTS}
__all__ = [
    "SYSTEM_VIEWER",
    "HeldGrant",
    "HeldPost",
    "Language",
    "Viewer",
    "Withheld",
    "anonymous",
    "base_paths",
    "load_viewer",
    "narrowed",
    "operator",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What is kept from who serves a grid or a community: events of kinds that are hidden from it, such as complaints about its workers.

    They are seen where READ_EVENTS comes `from_above`, from a post or grant at a subdistrict or higher. What was given to one of the
    viewer's posts is not seen in their `communities`.
    """

    kinds: tuple[str, ...]
    from_above: Subtrees
    communities: Subtrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Somebody who asks. `account_id` is None for an anonymous visitor and for the operator at the machine."""

    account_id: int | None = None
    login: str = ""
    language: Language = "zh"
    posts: tuple[HeldPost, ...] = ()
    scopes: Mapping[Capability, Subtrees] = field(default_factory=dict[Capability, Subtrees])
    whole_ground: frozenset[Capability] = frozenset()
    """Capabilities whose scope has every grid of the base layer, to which all but posts are bound: rows need no check then."""
    person_id: int | None = None
    """The resident that the account is; None for staff who are on no register here, and for machines."""
    ward_ids: tuple[int, ...] = ()
    """Children under 14 whose guardian that resident is."""
    key_id: int | None = None
    """The API key that a machine signed in with."""
    grants: tuple[HeldGrant, ...] = ()
    """Grants of an emergency that run now; their capabilities are in `scopes`."""
    withheld: Withheld | None = None
    """What is kept from the viewer although the scopes cover it."""
    reads_own: bool = True
    """Whether events are seen for being reported by the viewer or given to one of the posts; not by a machine without that right."""
    device_id: int | None = None
    """The enrolled device that the request came from."""
    is_system: bool = False
    """Whether it is the service itself, which acts where a workflow lets it, and reads nothing for anybody."""
    reporting_event_id: int | None = None
    """The event that somebody without an account reported, who has shown the number and secret of the report: the only one that this
    viewer sees, and moves as its reporter. Such a viewer stays inside an operation; nothing is read for it."""

    def scope(self, capability: Capability) -> Subtrees:
        """Where the viewer has a capability; nowhere by default."""
        return self.scopes.get(capability, NOWHERE)

    def may(self, capability: Capability, path: str) -> bool:
        return self.scope(capability).covers(path)

    @property
    def own_person_ids(self) -> tuple[int, ...]:
        """The residents whose records the viewer reads as one's own: oneself, and the children in one's care."""
        return () if self.person_id is None else (self.person_id, *self.ward_ids)

    @property
    def stands_in(self) -> bool:
        """Whether the viewer stands in for the holder of a post."""
        return any(post.delegation_id is not None for post in self.posts)

    @property
    def office_ids(self) -> tuple[int, ...]:
        return tuple(sorted({post.office_id for post in self.posts if post.office_id is not None}))

    @property
    def post_ids(self) -> tuple[int, ...]:
        return tuple(post.id for post in self.posts)


SYSTEM_VIEWER = Viewer(login="system", is_system=True)
"""The service itself, when a clock runs out: no capability and no account, but the moves that a workflow gives to the system."""


def anonymous(language: Language = "zh") -> Viewer:
    """A visitor who has not signed in: sees what is public."""
    return Viewer(language=language)


def operator(language: Language = "zh") -> Viewer:
    """The person at the machine, who runs `wangge import` and fills the demo town: every capability everywhere, but no post."""
    return Viewer(login="operator", language=language, scopes=dict.fromkeys(Capability, EVERYWHERE))


async def load_viewer(work: Work, registry: Registry, login: str, language: Language = "zh") -> Viewer | None:
    """The viewer of an active account with all that it holds now; None where there is no such account."""
    held = (await holdings(work, registry, [login])).get(login)
    if held is None:
        return None
    scopes = _scopes((*held.posts, *held.grants))
    return Viewer(
        account_id=held.account_id,
        login=login,
        language=language,
        posts=held.posts,
        scopes=scopes,
        whole_ground=await _with_whole_ground(work, scopes),
        person_id=held.person_id,
        ward_ids=held.ward_ids,
        grants=held.grants,
        withheld=await _withheld(work, held),
    )


def narrowed(viewer: Viewer, capabilities: Collection[Capability]) -> Viewer:
    """The viewer with these capabilities only, as a machine with a key of its account has them; never more than the account has.

    It is no resident any more. Moves are made with COMMENT_EVENTS only, by which a post works on events; what the account reported or
    was given is seen with any of the capabilities on events.
    """
    kept = frozenset(capabilities)
    works = Capability.COMMENT_EVENTS in kept
    posts = (replace(post, may=post.may & kept, acts_as=post.acts_as if works else frozenset[str]()) for post in viewer.posts)
    return replace(
        viewer,
        posts=tuple(posts) if kept & ON_EVENTS else (),
        scopes={capability: scope for capability, scope in viewer.scopes.items() if capability in kept},
        whole_ground=viewer.whole_ground & kept,
        person_id=None,
        ward_ids=(),
        grants=tuple(replace(grant, may=grant.may & kept) for grant in viewer.grants),
        withheld=viewer.withheld and _narrowed(viewer.withheld, kept),
        reads_own=bool(kept & ON_EVENTS),
    )


def _narrowed(withheld: Withheld, kept: frozenset[Capability]) -> Withheld:
    return withheld if Capability.READ_EVENTS in kept else replace(withheld, from_above=NOWHERE)


async def _with_whole_ground(work: Work, scopes: Mapping[Capability, Subtrees]) -> frozenset[Capability]:
    """The capabilities that hold at and below every root of the base layer."""
    of_base = t.grid.c.layer_id.in_(sa.select(t.grid_layer.c.id).where(t.grid_layer.c.base))
    roots = [row.path for row in await work.rows(sa.select(t.grid.c.path).where(t.grid.c.parent_id.is_(None), of_base))]
    return frozenset(capability for capability, scope in scopes.items() if roots and all(map(scope.covers, roots)))


async def _withheld(work: Work, held: Holding) -> Withheld | None:
    """None for who holds nothing at a grid or community, or where no kind is hidden: nothing more is asked of events then."""
    paths = {path for holds in (*held.posts, *held.grants) for path in holds.paths}
    levels = await levels_of(work, paths)
    low = {path for path in paths if is_low(path, levels)}
    if not low:
        return None
    kinds = [row.id for row in await work.rows(sa.select(t.event_kind.c.id).where(t.event_kind.c.hidden_from_grid))]
    if not kinds:
        return None
    above = (path for one in (*held.posts, *held.grants) if Capability.READ_EVENTS in one.may for path in one.paths)
    communities = (community_of(path, levels) for post in held.posts for path in post.paths if path in low)
    from_above = Subtrees.of(path for path in above if path not in low)
    return Withheld(kinds=tuple(sorted(kinds)), from_above=from_above, communities=Subtrees.of(communities))


def _scopes(held: Iterable[HeldPost | HeldGrant]) -> dict[Capability, Subtrees]:
    paths: dict[Capability, set[str]] = {}
    for one in held:
        for capability in one.may:
            paths.setdefault(capability, set()).update(one.paths)
    return {capability: Subtrees.of(found) for capability, found in paths.items()}
