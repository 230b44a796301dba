"""Workflow versions as stored: an event keeps the one that it started under, whatever its plugin says today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.plugin.definitions import WorkflowDefinition


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """A stored version and its definition."""

    id: int
    definition: WorkflowDefinition


class UnknownVersionError(KeyError):
    """A stored workflow version that this process has not read yet."""


class Definitions(dict[int, WorkflowDefinition]):
    """Stored definitions by version id, as far as they were read. Versions are only ever added, when a deployment starts."""

    def __missing__(self, id: int) -> WorkflowDefinition:
        raise UnknownVersionError(id)

    async def load(self, work: Work) -> None:
        """Read those that are not here yet."""
        version = t.workflow_version
        rows = await work.rows(sa.select(version.c.id, version.c.hash).where(version.c.id.not_in(list(self))))
        unread = {row.id: row.hash for row in rows if row.hash not in _BY_HASH}
        _BY_HASH.update({unread[id]: one.definition for id, one in (await versions(work, unread)).items()})
        self.update({row.id: _BY_HASH[row.hash] for row in rows})


_BY_HASH: dict[str, WorkflowDefinition] = {}
"""Definitions by the hash of their content, as far as this process has read them: equal hashes are equal definitions."""


async def definition_of(work: Work, version_id: int, hash: str) -> WorkflowDefinition:
    """The definition of a stored version, whose hash is known."""
    if hash not in _BY_HASH:
        _BY_HASH[hash] = (await versions(work, [version_id]))[version_id].definition
    return _BY_HASH[hash]


async def current_versions(work: Work, workflow_ids: Iterable[str]) -> Mapping[str, WorkflowVersion]:
    """The version that new events of each workflow start under."""
    version = t.workflow_version
    rows = await work.rows(
        sa.select(version.c.workflow_id, version.c.id, version.c.hash).where(
            version.c.workflow_id.in_(set(workflow_ids)), version.c.current
        )
    )
    return {row.workflow_id: WorkflowVersion(row.id, await definition_of(work, row.id, row.hash)) for row in rows}


async def versions(work: Work, ids: Iterable[int]) -> Mapping[int, WorkflowVersion]:
    """Stored versions by id."""
    rows = await work.by_ids((t.workflow_version.c.definition,), t.workflow_version.c.id, ids)
    return {id: WorkflowVersion(id, read_definition(row.definition)) for id, row in rows.items()}


def read_definition(stored: object) -> WorkflowDefinition:
    """A definition from the JSON in which it is stored."""
    return msgspec.convert(stored, WorkflowDefinition)
