"""What one test's database compiled serves those of the others: statements, documents and plans are the same for all towns."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from wangge_core.deployment import Deployment
from wangge_core.search.samples import LEAST
from wangge_schema.api import Api
from wangge_schema.documents import Documents
from wangge_schema.limits import Limits
from wangge_schema.reading.plan import Planner
from wangge_schema.reading.plans import Kept, Make, Plan, Plans
from wangge_schema.reading.sources import Reader

MOST_STATEMENTS = 2_000


class Statements(LRUCache[Any, Any]):
    """Compiled statements of one kind of database, whichever engine they were compiled for."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


class Compiling:
    """Makes engines that share their compiled statements."""

    def __init__(self, make: Callable[..., AsyncEngine]) -> None:
        self._make = make
        self._statements: dict[str, Statements] = {}

    def __call__(self, *arguments: Any, **options: Any) -> AsyncEngine:
        engine = self._make(*arguments, **options)
        shared = self._statements.setdefault(engine.dialect.name, Statements(MOST_STATEMENTS))
        engine.sync_engine._compiled_cache = shared
        return engine


class PlansOfTowns(Plans):
    """The plans of a town: those of all towns, until it has so many grids or rows that its own plans might be others."""

    def __init__(self, asked: Api, of_all: OrderedDict[Hashable, Kept]) -> None:
        super().__init__(asked.deployment.dialect)
        self._shared, self._of_all, self._own = asked.shared, of_all, self._kept

    def get(self, key: Hashable, reader: Reader, planner: Callable[[], Planner], make: Make) -> Plan:
        self._kept = self._own if self._is_large else self._of_all
        return super().get(key, reader, planner, make)

    @property
    def _is_large(self) -> bool:
        samples = self._shared.samples.texts.values()
        return bool(self._shared.extents.codes) or any(size >= LEAST for size, _ in samples)


class Asking:
    """Makes the API of a town."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self.schema = schema
        self._documents = Documents(schema._schema, Limits())
        self._plans: dict[str, OrderedDict[Hashable, Kept]] = {}

    def api(self, deployment: Deployment) -> Api:
        """An API with the documents and plans of all."""
        made = Api(deployment, self.schema)
        made.documents = self._documents
        made.shared.plans = PlansOfTowns(made, self._plans.setdefault(deployment.dialect.name, OrderedDict()))
        return made
