"""Sources: what planned types and their fields read, as data. `declare.py` has the calls that make them."""

import inspect
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import sqlalchemy as sa
import strawberry

from wangge_core.events.workflows import Definitions
from wangge_core.evidence.links import Links
from wangge_core.plugin.registry import Registry
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.data_classes import DataClass
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Rule, everybody
from wangge_schema.reading.grounds import Ground

if TYPE_CHECKING:
    from wangge_schema.reading.select import Chosen

READS = "wangge.reads"
WEIGHT = "wangge.weight"
"""Where a field that an operation of the core answers keeps what it costs beside its rows."""
SOURCE = "__wangge_source__"
"""Where the declarations of a field and of a type are kept."""
Row = sa.FromClause
"""Rows of a table, or of a sub-select with its columns."""
SHORT_LIST = 100
"""How many rows a list without pages can have, where its declaration does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, when (in the time of the place), with what variables, and by which rules: all that finishing may look at."""

    viewer: Viewer
    registry: Registry
    now: datetime
    definitions: Definitions
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    thing: Any = None
    """The key of the thing that is read, where Python has found it."""
    links: Links | None = None
    """What makes links to files; None where the deployment keeps none."""
    kept: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the process has read before; see `Work.kept`."""


@dataclass(frozen=True, slots=True)
class Asking:
    """All that a declaration may look at while a statement is made: the viewer's shape, whose values are bound when it runs."""

    viewer: BoundViewer
    registry: Registry
    wide_rows: set[Row] = field(default_factory=set[Row])
    """Rows that are known to be grids with many below them."""
    base_rows: set[Row] = field(default_factory=set[Row])
    """Rows that are known to be grids of the base layer."""

    def follow(self, join: Any, row: Row | None, found: Row) -> None:
        """Note that rows found by a join are grids of the base layer, where that is known of the row that it starts from."""
        if isinstance(join, SameLayer) and row in self.base_rows:
            self.base_rows.add(found)


Expression = Callable[[Row, Asking], sa.ColumnElement[Any]]
Join = Callable[[Row, Row, Asking], sa.ColumnElement[bool]]
"""How a row of another type belongs to this one: (this row, the other, who reads)."""


@dataclass(frozen=True, slots=True)
class SameLayer:
    """A join of a grid with grids of its own layer."""

    join: Join

    def __call__(self, row: Row, target: Row, asking: Asking) -> sa.ColumnElement[bool]:
        return self.join(row, target, asking)


@runtime_checkable
class GroundJoin(Protocol):
    """A join of a grid with all rows that are bound to, or below, it."""

    def __call__(self, row: Row, target: Row, asking: Asking, /) -> sa.ColumnElement[bool]: ...

    def ground(self, row: Row, asking: Asking, /) -> Ground:
        """The ground that the grid is."""
        ...


@dataclass(frozen=True, slots=True)
class Mask:
    """Who sees a value; `otherwise` is what all others see in its place, NULL where nothing is given.

    A masked column takes no part in filters and orders, which would tell it.
    """

    unmasked: Rule
    otherwise: Expression | None = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """A value from an expression over the row. `form` is how it becomes JSON: text, number, boolean, moment, json, or ready (JSON text
    that is never NULL).

    Of class PRIVATE it is for whom the type's `private` rule lets see it; `masked` is what all others see, NULL where nothing is given.
    """

    expression: Expression
    form: str
    mask: Mask | None = None
    data_class: DataClass | None = None
    masked: Expression | None = None


Bind = Callable[[Any, Any], sa.ColumnElement[Any]]
"""Makes a parameter of an argument's value and its SQL type; NULL for text that no row can hold."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A value that depends on the field's arguments. Enums stand in the expression, all else is bound."""

    expression: Callable[[Row, Asking, Mapping[str, Any], Bind], sa.ColumnElement[Any]]
    form: str


@dataclass(frozen=True, slots=True)
class ToOne:
    """A row of another planned type, or null. At most one row may match the join. Of class PRIVATE it is null for all others."""

    join: Join
    data_class: DataClass | None = None


@dataclass(frozen=True, slots=True)
class ToMany:
    """Rows of another planned type as a plain list, for what is short by nature; `order` names its column.

    `most` is how many there can be: a limit of the statement, and what the list costs. Where it is `private` that they belong
    together, only rows are listed whose private values are shown.
    """

    join: Join
    order: str
    most: int = SHORT_LIST
    private: bool = False


@dataclass(frozen=True, slots=True)
class Of:
    """The argument of a root list with the global id of the thing whose rows it has, of one of these types.

    `join` is given the row, the type and the key of the thing.
    """

    argument: str
    types: frozenset[str]
    join: Callable[[Row, str, sa.ColumnElement[Any], Asking], sa.ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Connected:
    """Rows of another planned type as a connection with filter, order and cursors. At a root field there is no join, or an argument."""

    join: Join | None
    of: Of | None = None
    among: Callable[[Row], sa.ColumnElement[bool]] | None = None
    """At a root field: which rows are listed at all."""


@dataclass(frozen=True, slots=True)
class Gather:
    """As a need: rows of a table as a list of objects."""

    table: sa.Table
    join: Join
    order: str
    columns: Mapping[str, Scalar]


Write = Callable[["Chosen", Row, Asking], sa.ColumnElement[str] | None]
"""How the statement itself writes what is selected of a computed value as JSON text; None where it cannot."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A value that Python finishes. `needs` become a JSON object that `finish` gets with the reader; plain values come back.

    `write` is asked first: what the statement can write needs no finishing. `subjects` are the keys of the persons whom private values in
    it are about, as text with commas, empty where none are shown; None where nothing private is selected.
    """

    needs: Mapping[str, Scalar | Gather]
    finish: Callable[[dict[str, Any], Reader], Any]
    write: Write | None = None
    data_class: DataClass | None = None
    subjects: Write | None = None
    arguments: tuple[str, ...] = ()
    """The GraphQL names of the field's arguments, which `finish` gets among what it needs; absent ones are not there."""


@dataclass(frozen=True, slots=True)
class RootOne:
    """A root field that finds one row by the column that its argument gives; `among` narrows the rows that count."""

    column: str
    argument: str
    among: Callable[[Row], sa.ColumnElement[bool]]
    of_base: bool = False
    """Whether these rows are grids of the base layer alone."""
    former: Callable[[sa.ColumnElement[Any]], sa.Select[Any]] | None = None
    """The key of the row that had this value once, where no row has it."""


@dataclass(frozen=True, slots=True)
class ById:
    """The root field `node(id)`."""


@dataclass(frozen=True, slots=True)
class ByIds:
    """The root field `nodes(ids)`."""


@dataclass(frozen=True, slots=True)
class Itself:
    """A root field that is a single object of no table: the viewer."""


Reads = Scalar | Answer | ToOne | ToMany | Connected | Computed | RootOne | ById | ByIds | Itself


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field; `type` may be the text of an annotation."""

    name: str
    type: Any
    description: str
    optional: bool = False

    @property
    def parameter(self) -> inspect.Parameter:
        default = strawberry.UNSET if self.optional else inspect.Parameter.empty
        return inspect.Parameter(self.name, inspect.Parameter.KEYWORD_ONLY, annotation=self.type, default=default)


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a type. `kind` is the comparison input; `expression` what is compared. For `subtree`, the grid that is looked below.

    `through` is for what leads to few rows: they are looked up, by the key in this column, among the rows of `of`, or among the
    type's own. What is `private` lets only rows through whose value the viewer may see.
    """

    kind: str
    expression: Callable[[Row], sa.ColumnElement[Any]]
    description: str
    enum: type[Any] | None = None
    through: str | None = None
    of: sa.Table | None = None
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a planned type reads: its table, who may see which rows, how its id is written, and the filters and orders of its lists.

    `orders` map the enum's value to a column that is NOT NULL; the first is the default. `prefix` is the type's name before the
    key in a global id; declared things have none.
    """

    name: str
    table: sa.Table | sa.Subquery
    rule: Rule = everybody
    prefix: str | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict[str, Filter])
    orders: Sequence[str] = ("id",)
    forward: str | None = None
    """The column in which a row that is gone names the one that took its place; its id leads there."""
    data_class: DataClass | None = None
    """The class of fields that declare none; where this is missing too, each must."""
    private: Rule | None = None
    """Who sees the private values of a row that is seen; None: whoever sees the row."""
    private_orders: Set[str] = frozenset()
    """Orders that would tell private values: only for whom private values are shown of every row that is seen."""
    subject: str | Callable[[Row], sa.ColumnElement[Any]] | None = None
    """The person whom private values are about, for the log of reads: the column with the key, or an expression; NULL for nobody."""
