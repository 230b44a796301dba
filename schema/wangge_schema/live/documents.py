"""Documents: what a subscription asks to follow, and which changes that are. Reading and limiting documents is `Api`'s work."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import orjson
import sqlalchemy as sa
from graphql import GraphQLError, VariableNode, get_argument_values
from graphql.execution.values import VariableValues

from wangge_core.db import tables as t
from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.db.work import Work
from wangge_core.rights.viewers import Viewer, base_paths
from wangge_core.storable import is_storable
from wangge_schema.answers import GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.errors import FilterError, IdError
from wangge_schema.ids import given_key, key_in
from wangge_schema.reading.select import Chosen
from wangge_schema.session import Session

MOST_KINDS = 200
THINGS = {"eventChanged": "event", "taskAssigned": "task", "campaignProgress": "campaign"}
"""By root field, the field of its messages that has the thing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A subscription: its one root field with the arguments, and `key`, which is equal for two that ask the same."""

    session: Session
    field: Chosen
    arguments: Mapping[str, Any]
    key: Hashable

    @property
    def thing(self) -> str:
        """The field of a message that has what it follows."""
        return THINGS[self.field.name]

    @property
    def campaign_id(self) -> int | None:
        """The one campaign that it follows; None for all. Raises IdError."""
        id: str | None = self.arguments.get("id")
        return None if id is None else given_key(id, "Campaign")

    def by(self, viewer: Viewer) -> "Asked":
        """The same, asked by somebody else."""
        old = self.session
        return Asked(Session(old.shared, viewer, old.prepared, old.variables, old.purpose), self.field, self.arguments, self.key)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes: in grids at or below one of `paths`, of these kinds (all where it is None)."""

    paths: tuple[str, ...]
    kinds: frozenset[str] | None

    @classmethod
    def everywhere(cls, arguments: Mapping[str, Any]) -> Self:
        """What the arguments name but for the grid. Raises FilterError."""
        kinds: list[str] | None = arguments.get("kinds")
        if kinds is not None and len(kinds) > MOST_KINDS:
            raise FilterError(f"At most {MOST_KINDS} kinds at once; {len(kinds)} were given.")
        return cls(("",), None if kinds is None else frozenset(kinds))

    def includes(self, path: str, kind: object) -> bool:
        return path.startswith(self.paths) and (self.kinds is None or kind in self.kinds)


def is_subscription(api: Api, request: GraphQLRequest) -> bool:
    """Whether a request asks to follow something. What is wrong with others, `Api.answer` says."""
    try:
        return api.prepare(request).operation.kind == "subscription"
    except InvalidDocumentError:
        return False


async def read_asked(api: Api, request: GraphQLRequest, viewer: Viewer) -> Asked:
    """What a subscription asks for. Raises InvalidDocumentError."""
    session, _ = await api.session(request, viewer)
    prepared = session.prepared
    if len(session.roots) != 1:
        raise InvalidDocumentError(
            [GraphQLError("A subscription follows exactly one root field.", prepared.node)], prepared.operation
        )
    (field,) = session.roots
    assert field.field is not None
    arguments = get_argument_values(field.field, field.nodes[0], VariableValues(sources={}, coerced=session.variables))
    return Asked(session, field, arguments, (prepared, _shared_variables(session, field)))


def _shared_variables(session: Session, field: Chosen) -> bytes:
    """The variables, but for the one that says where to resume, if it says nothing else."""
    variables = session.variables
    after = next((one.value for one in field.nodes[0].arguments or () if one.name.value == "after"), None)
    location = session.prepared.document.loc
    if isinstance(after, VariableNode) and location is not None:
        own = after.name.value
        if len(re.findall(rf"\${own}\b", location.source.body)) == 2:  # where it is declared, and here
            variables = {name: value for name, value in variables.items() if name != own}
    return orjson.dumps(variables, default=repr, option=orjson.OPT_SORT_KEYS)


async def read_wanted(work: Work, arguments: Mapping[str, Any]) -> Wanted:
    """Which changes the arguments name. Raises IdError and FilterError."""
    everywhere = Wanted.everywhere(arguments)
    grid: str | None = arguments.get("grid")
    return everywhere if grid is None else replace(everywhere, paths=await _paths(work, grid))


async def _paths(work: Work, grid: str) -> tuple[str, ...]:
    """The ground of a grid: its own path, or those of the base grids of an overlay."""
    key = key_in(grid, "Grid")
    if key is not None:
        named = t.grid.c.id == key
    else:
        named = sa.and_(t.grid.c.code == grid, t.grid.c.layer_id == BASE_LAYER) if is_storable(grid) else sa.false()
    found = await work.first(sa.select(t.grid.c.id, t.grid.c.path, t.grid.c.layer_id).where(named))
    if found is None:
        raise IdError(f"{grid[:80]!r} is neither the id of a grid nor the code of one.")
    if found.layer_id == BASE_LAYER:
        return (found.path,)
    return (await base_paths(work, [found.id])).get(found.id, ())
