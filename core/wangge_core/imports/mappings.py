"""Mappings: what the columns of a file mean, written as TOML. A new city is a new mapping and no code.

A *column* is named plainly (`reported_at = "create_date"`); a *template* is text with columns in braces
(`key = "{rec_id}"`). Where a row may lack values, several templates can be given; the first that has all of them is used.
"""

from typing import Generic, Literal, TypeVar

import msgspec

from wangge_core.db.mirroring import BASE_LAYER
from wangge_core.errors import WanggeError
from wangge_core.events.reports import EventSource, Timeliness
from wangge_core.geometry.systems import CoordinateSystem
from wangge_core.grids.codes import GridLevel
from wangge_core.imports.templates import Template

_T = TypeVar("_T")
Templates = str | tuple[str, ...]


class MappingError(WanggeError):
    """A mapping cannot be read, contradicts itself, or names what the file or the town does not have."""

    code = "MAPPING_INVALID"


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any part of a mapping."""


class FileFormat(Section, frozen=True, kw_only=True):
    """How the file is written. An empty `encoding` tries UTF-8 and then GB 18030; without `sheet` the first is read."""

    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""
    missing: tuple[str, ...] = ()
    """Values that mean nothing, such as `-`; an empty one always does."""
    html_entities: bool = False
    """Whether `&amp;` stands for `&`."""
    header_row: int = 1
    """Which row names the columns; those above it are titles."""
    fill_merged: bool = False
    """Whether every cell of a merged range of a workbook has the range's value. A row that has no value of its own is none."""


class Times(Section, frozen=True, kw_only=True):
    """How moments are written. ISO 8601 is always understood; `formats` are those of strptime. A value that fits two of them with
    different meanings is refused, and so is one that the change of clocks skipped or repeated unless the mapping decides."""

    zone: str
    formats: tuple[str, ...] = ()
    skipped_hour: Literal["refuse", "later"] = "refuse"
    repeated_hour: Literal["refuse", "earlier", "later"] = "refuse"


class Values(Section, Generic[_T], frozen=True, kw_only=True):
    """What the values of a column mean; any other value is refused unless `otherwise` says what to make of it."""

    column: str
    values: dict[str, _T]
    otherwise: _T | None = None


class KindLevel(Section, frozen=True, kw_only=True):
    """A level of a local catalogue: the columns of its key and its name. Without a key one is made from the name."""

    name: str
    key: str = ""


class KindMapping(Section, frozen=True, kw_only=True):
    """Either `id`, a template of the id of a kind that is there, or `catalogue`, the name of a local one, with its levels from the
    widest.

    Kinds of the catalogue that cross a red line come in retired. Their rows are refused, or filed under the nearest wider kind
    without the words that cross it.
    """

    id: str = ""
    catalogue: str = ""
    levels: tuple[KindLevel, ...] = ()
    red_line_rows: Literal["refuse", "file_wider"] = "refuse"


class GridMapping(Section, frozen=True, kw_only=True):
    """How the grid of a row is found: by a template of its `code`, of its `name`, or of the names on the `path` to it; or, where these
    are not given or the row lacks them, `by_position`: the deepest grid within whose boundary it lies.

    Only grids at and below `under` and of `level` are looked at, where these are given. A name that several grids have is refused.
    Rows without a place, or whose position lies in no grid, are refused, or bound to `placeless_grid`; with that alone, all rows are.
    """

    code: str = ""
    name: str = ""
    path: tuple[str, ...] = ()
    under: str = ""
    level: GridLevel | None = None
    by_position: bool = False
    placeless_grid: str = ""


class PositionMapping(Section, frozen=True, kw_only=True):
    """The columns of longitude and latitude and what system they are in. `unknown` are made-up points that mean no position."""

    longitude: str
    latitude: str
    system: CoordinateSystem
    unknown: tuple[tuple[float, float], ...] = ()


class EventColumns(Section, frozen=True, kw_only=True):
    """What an event takes from a row. `key` is a template of the row's own number; times are columns. An event with a time of
    closing, or whose `closed` says so, comes in closed."""

    key: str
    description: Templates
    reported_at: str = ""
    occurred_at: str = ""
    closed_at: str = ""
    closed: bool | Values[bool] = False
    due_at: str = ""
    """The column of the deadline of the whole, as it was recorded."""
    closed_before_reported: Literal["refuse", "keep"] = "refuse"
    """What becomes of a row whose times contradict each other so."""
    timeliness: Values[Timeliness] | None = None
    source: EventSource | Values[EventSource] = EventSource.OTHER_SYSTEM
    office: str = ""
    """A template of the code of the office that handled it, and of its name; an office that is not known is added."""
    office_name: str = ""


class BuildingColumns(Section, frozen=True, kw_only=True):
    """What a building takes from a row: templates, and the column of the number of floors."""

    key: str
    name: Templates
    address: Templates = ()
    floors: str = ""


class DivisionColumns(Section, frozen=True, kw_only=True):
    """What a division takes from a row: columns. `top` are the values of `parent` that mean none."""

    code: str
    name: str
    parent: str
    level: Values[GridLevel] | None = None
    top: tuple[str, ...] = ()


class FileMapping(Section, frozen=True, kw_only=True):
    """What all mappings have. `name` is the source that imported rows remember; `translate` mends values, column by column."""

    name: str
    about: str = ""
    file: FileFormat = FileFormat()
    translate: dict[str, dict[str, str]] = {}


class EventMapping(FileMapping, frozen=True, kw_only=True):
    """A file of events."""

    event: EventColumns
    kind: KindMapping
    grid: GridMapping
    times: Times | None = None
    position: PositionMapping | None = None


class BuildingMapping(FileMapping, frozen=True, kw_only=True):
    """A file of buildings."""

    building: BuildingColumns
    grid: GridMapping
    position: PositionMapping | None = None


class BoundaryColumns(Section, frozen=True, kw_only=True):
    """What the shapes of a map of boundaries mean: their coordinate system, any that `geometry/systems.py` knows, whether invalid ones
    are mended, and of which layer the grids are."""

    system: str
    repair: bool = False
    layer: str = BASE_LAYER


class BoundaryMapping(FileMapping, frozen=True, kw_only=True):
    """A map of boundaries: which grid each feature is."""

    boundary: BoundaryColumns
    grid: GridMapping


class DivisionMapping(FileMapping, frozen=True, kw_only=True):
    """A file of divisions."""

    division: DivisionColumns


class OverlayColumns(Section, frozen=True, kw_only=True):
    """What a grid of an overlay takes from a row: columns. The layer, the grid type and the level are the same for all; `grids` holds the
    codes of base grids with the separator between them, `parent` the code of the grid above in the same layer."""

    layer: str
    type: str
    code: str
    name: str
    grids: str
    parent: str = ""
    separator: str = ";"
    level: GridLevel = GridLevel.GRID


class OverlayMapping(FileMapping, frozen=True, kw_only=True):
    """A table of grids of an overlay."""

    overlay: OverlayColumns


LEVELS = (GridLevel.PROVINCE, GridLevel.CITY, GridLevel.DISTRICT, GridLevel.SUBDISTRICT, GridLevel.COMMUNITY)

OFFICIAL_DIVISIONS = DivisionMapping(
    name="divisions",
    about="The statistical divisions: code, name, level 1 to 5, the parent's code; 0 above the provinces.",
    division=DivisionColumns(
        code="code",
        name="name",
        parent="parent",
        level=Values(column="level", values={str(number): level for number, level in enumerate(LEVELS, 1)}),
        top=("0",),
    ),
)


def templates(given: Templates) -> tuple[Template, ...]:
    """One template or several, as templates."""
    return tuple(map(Template, (given,) if isinstance(given, str) else given))
