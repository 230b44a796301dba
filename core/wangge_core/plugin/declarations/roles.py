"""Roles: what a post is for, at which level it is held, and which other roles it may act as."""

from dataclasses import KW_ONLY, dataclass
from enum import auto

from wangge_core.plugin.declarations.capabilities import HANDLING, Capability
from wangge_core.plugin.declarations.labels import Choice, Declared


class Level(Choice):
    """Who answers: grid and community share the first loop, the subdistrict or township is the second, the district or county the third."""

    GRID = auto(), "网格"
    COMMUNITY = auto(), "社区（村）"
    SUBDISTRICT = auto(), "街道（乡镇）"
    DISTRICT = auto(), "区（县）"


@dataclass(frozen=True, slots=True, eq=False)
class Role(Declared):
    """A template of posts.

    `duty` says in a sentence what the holder does; `may` is what a post of this role may do within its grid's subtree;
    `acts_as` names roles whose part in a workflow a holder may also take. A role `in_office` works for an office: once an event was
    given to offices, only their own members act on it in this role. Who holds a role that is `shown_to_public` stands on the notice board
    of the grid, by name at work and official telephone.
    """

    _: KW_ONLY
    level: Level
    duty: str
    may: frozenset[Capability] = HANDLING
    acts_as: tuple["Role", ...] = ()
    in_office: bool = False
    shown_to_public: bool = False


REPORTER = Role("reporter", zh="上报人", level=Level.GRID, duty="Whoever reported the event.", may=frozenset())
"""In a move's `by`: the event's own reporter. Not a role that a post can have."""

PARTY = Role("party", zh="当事人", level=Level.GRID, duty="A person involved in the event as a party.", may=frozenset())
"""In a move's `by`: a party of the event. Not a role that a post can have."""

SYSTEM = Role("system", zh="系统", level=Level.GRID, duty="The service itself, when a clock runs out.", may=frozenset())
"""In a move's `by`: the service itself. Not a role that a post can have."""

PERFORMERS = (REPORTER, PARTY, SYSTEM)
