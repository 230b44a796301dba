"""Kinds of events, needs, assets and places."""

from dataclasses import KW_ONLY, dataclass
from enum import auto
from typing import Any

from wangge_core.plugin.declarations.clocks import Clock
from wangge_core.plugin.declarations.labels import Choice, Declared, Label, english
from wangge_core.plugin.declarations.workflows import Workflow


class Priority(Choice):
    """How soon an event must be looked at."""

    LOW = auto(), "低"
    NORMAL = auto(), "一般"
    HIGH = auto(), "较高"
    URGENT = auto(), "紧急"


class Involvable(Choice):
    """What can be involved in an event."""

    PERSON = auto(), "人员"
    ORGANIZATION = auto(), "单位"
    ASSET = auto(), "部件"


PERSON = Involvable.PERSON
ORGANIZATION = Involvable.ORGANIZATION
ASSET = Involvable.ASSET


@dataclass(frozen=True, slots=True, eq=False)
class Involves:
    """A role in which people, organisations or assets are tied to an event: `Involves("vessel", ASSET, zh="遇险船")`.

    `of` may name several sorts as a tuple. Required unless `optional`; one unless `many`.
    """

    role: str
    of: Involvable | tuple[Involvable, ...]
    _: KW_ONLY
    zh: str
    en: str = ""
    optional: bool = False
    many: bool = False

    @property
    def label(self) -> Label:
        return Label(self.zh, self.en or english(self.role))

    @property
    def sorts(self) -> tuple[Involvable, ...]:
        return (self.of,) if isinstance(self.of, Involvable) else self.of


@dataclass(frozen=True, slots=True, eq=False)
class Limit(Declared):
    """How long a kind may take under a filing condition: `Limit("broken", WorkingDays(1), zh="破损", closed_when="更换")`.

    The name is unique in the kind; `closed_when` says in Chinese what must be so before it is closed.
    """

    clock: Clock
    _: KW_ONLY
    closed_when: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class EventKind(Declared):
    """A sort of matter to settle, with the workflow that settles it and a `@details` dataclass for what must be known.

    `limits` are what `ByKind` clocks follow; a kind of such a workflow that leaves them to the deployment says so with
    `limits_by_deployment`. With `open_to_public` residents and visitors may report it without an account;
    with `shown_to_public` everybody sees that it is open: its kind, stage and place to the building, never people or free text.

    `hidden_from_grid` is for complaints about those who serve a grid: posts in the event's own grid and community see nothing of it,
    not even when it is given to them, and cannot be given it. It is seen from the subdistrict up, and by its reporter; the kinds below
    it are hidden with it. Its workflow must begin above the community.
    """

    _: KW_ONLY
    workflow: Workflow
    priority: Priority = Priority.NORMAL
    details: type[Any] | None = None
    involves: tuple[Involves, ...] = ()
    parent: "EventKind | None" = None
    hidden_from_grid: bool = False
    limits: tuple[Limit, ...] = ()
    limits_by_deployment: bool = False
    open_to_public: bool = False
    shown_to_public: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class AssetKind(Declared):
    """A sort of thing on the ground: a lamp, a railing, a vessel."""

    _: KW_ONLY
    details: type[Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlaceKind(Declared):
    """A sort of station or point: a grid station, a first-aid point, an anchorage.

    At a `station` people find somebody who does something for them; it stands on the notice board of its ground.
    """

    _: KW_ONLY
    details: type[Any] | None = None
    station: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class NeedKind(Declared):
    """Why a person may need attention, for how long at most, and the rule of visits that follows.

    `months` is the longest span before the need must be set again (None: to the end of the paper that it rests on). `sensitive`
    kinds (health, children under 14) are off until the deployment switches them on with a legal basis; those that are of `children` ask
    for a guardian's agreement besides.
    """

    _: KW_ONLY
    basis: str
    visits: str = ""
    months: int | None = None
    sensitive: bool = False
    children: bool = False
