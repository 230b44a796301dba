"""Paging: a list read to its end by its own cursor, each page a request of the viewer's like any other.

So each page has its limits, its price, its statement and its line in the log of reads, and is asked for with the rights of its moment. Who
has spent the budget of a minute waits for the next one.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from wangge_core.rights.viewers import Viewer
from wangge_schema.answers import Answer, GraphQLRequest
from wangge_schema.api import Api
from wangge_schema.documents import InvalidDocumentError
from wangge_schema.limits import Cost
from wangge_schema.reading.connections import LARGEST_PAGE
from wangge_server.exports.columns import Cell, cells_of
from wangge_server.exports.documents import AFTER, FIRST, PAGE, Listed, listed
from wangge_server.exports.errors import BrokenOffError

MOST_WAITS = 60
"""How often one page waits for the budget before the export is broken off."""
See = Callable[[], Awaitable[Viewer]]
"""Finds the viewer as it is now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far an export goes."""

    rows: int
    """How many rows a file has at most."""
    seconds: float
    """How long a page may take."""


class Pages:
    """The pages of the list that a request asks for."""

    def __init__(self, api: Api, request: GraphQLRequest, see: See, bounds: Bounds) -> None:
        """Raises InvalidDocumentError and NoListError."""
        prepared = api.prepare(request)
        self.list: Listed = listed(prepared, prepared.coerced(request.variables))
        self.rows = 0
        """How many rows have been given."""
        self._api = Api(
            api.deployment, api.schema, limits=api.limits, budgets=api.budgets
        )  # its own document, though none is trusted
        self._request = replace(request, query=self.list.document, document_id=None, operation_name=None)
        self._see, self._bounds = see, bounds
        self._size = self._fitting(self._api.prepare(self._request).cost, request.variables or {})

    def _fitting(self, cost: Cost, variables: Mapping[str, Any]) -> int:
        """The largest page, up to one row, that is not too dear."""
        most = min(self._api.limits.cost, self._api.budgets.capacity if self._api.budgets else self._api.limits.cost)
        size = LARGEST_PAGE
        while size > 1 and cost.of({**variables, FIRST: size}) > most:
            size //= 2
        return size

    async def read(self) -> AsyncIterator[list[list[Cell]]]:
        """Page after page, its rows as cells. Raises BrokenOffError, SignInError."""
        after: str | None = None
        zone, columns = self._api.deployment.rules.zone, self.list.columns
        while True:
            page = await self._page(after)
            rows: list[Mapping[str, Any]] = page[self.list.nodes]
            self.rows += len(rows)
            yield [cells_of(row, columns, zone) for row in rows]
            if not page[PAGE]["hasNextPage"]:
                return
            if self.rows >= self._bounds.rows:
                raise BrokenOffError("EXPORT_TOO_LONG", f"A file has at most {self._bounds.rows:,} rows. Narrow the filter.")
            after = page[PAGE]["endCursor"]

    async def _page(self, after: str | None) -> Mapping[str, Any]:
        size = min(self._size, self._bounds.rows - self.rows)
        request = replace(self._request, variables={**(self._request.variables or {}), FIRST: size, AFTER: after})
        answer = await self._answer(request)
        for _ in range(MOST_WAITS):
            if not (answer.retry_after_seconds and self.rows):
                break
            await asyncio.sleep(answer.retry_after_seconds)
            answer = await self._answer(request)
        given = orjson.loads(answer.body)
        if answer.codes:
            raise BrokenOffError(answer.codes[0], given["errors"][0]["message"], retry_after_seconds=answer.retry_after_seconds)
        found: Any = given["data"]
        for key in self.list.path:
            found = found and found.get(key)
        if found is None:
            raise BrokenOffError("NOT_FOUND", "There is no such thing, or none for you, whose list this would be.")
        return found

    async def _answer(self, request: GraphQLRequest) -> Answer:
        try:
            async with asyncio.timeout(self._bounds.seconds):
                return await self._api.answer(request, await self._see())
        except TimeoutError:
            raise BrokenOffError("TIMED_OUT", f"A page took longer than {self._bounds.seconds:g} seconds.") from None


def shown(error: InvalidDocumentError) -> BrokenOffError:
    """What is wrong with a document, as other faults of exports are told."""
    extensions: Mapping[str, Any] = error.errors[0].extensions or {}
    return BrokenOffError(str(extensions.get("code", "GRAPHQL_VALIDATION_FAILED")), error.errors[0].message)
