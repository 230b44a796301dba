"""Reading a mapping file: its TOML, what contradicts itself in it, and the columns that it needs."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from wangge_core.geometry.systems import SystemUnavailableError, SystemUnknownError, contradicts, system_name
from wangge_core.imports.mappings import (
    BoundaryMapping,
    BuildingMapping,
    DivisionMapping,
    EventMapping,
    FileMapping,
    KindMapping,
    MappingError,
    OverlayMapping,
    Times,
    Values,
    templates,
)
from wangge_core.imports.registers.mappings import RegisterMapping, register_faults
from wangge_core.imports.registers.red_lines import check_red_lines
from wangge_core.imports.standards.mappings import StandardsMapping, standards_faults
from wangge_core.imports.templates import Template

HINT = "docs/operators.md lists every key; examples/imports has mappings to start from."
MOST_NAME = 80
_M = TypeVar("_M", bound=FileMapping)


def read_mapping(path: Path, sort: type[_M]) -> _M:
    """The mapping in a file, checked. Raises MappingError with all that is wrong."""
    try:
        mapping = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), sort)
    except OSError as error:
        raise MappingError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path} is not TOML: {error}.", hint=HINT) from None
    except msgspec.ValidationError as error:
        raise MappingError(f"{path}: {error}.", hint=HINT) from None
    if faults := list(faults_of(mapping)):
        raise MappingError(f"{path}: {' '.join(faults)}", hint=HINT)
    if isinstance(mapping, RegisterMapping):
        check_red_lines(columns_of(mapping))
    return mapping


def check_columns(mapping: FileMapping, header: list[str]) -> None:
    """Raises MappingError where the mapping names columns that the file does not have, or has twice."""
    wanted = set(columns_of(mapping))
    absent = sorted(wanted - set(header))
    if absent:
        raise MappingError(
            f"the file has no column {', '.join(absent)}.", hint=f"Its columns are {', '.join(header)}. Is the delimiter right?"
        )
    twice = sorted(name for name in wanted if header.count(name) > 1)
    if twice:
        raise MappingError(f"the file has more than one column {', '.join(twice)}.", hint="Rename one of them in the file.")


def check_system(mapping: FileMapping, said: str) -> None:
    """Raises MappingError where a file of GeoJSON says that it is in another coordinate system than the mapping does."""
    section = mapping.boundary if isinstance(mapping, BoundaryMapping) else getattr(mapping, "position", None)
    if section is not None and contradicts(said, system_name(section.system)):
        raise MappingError(
            f"the file says that it is in {said}, and the mapping that it is in {section.system}.",
            hint="Correct the mapping; where the file is wrong, take its member `crs` out.",
        )


def columns_of(mapping: FileMapping) -> Iterator[str]:
    """Every column that a mapping names."""
    yield from mapping.translate
    match mapping:
        case EventMapping():
            yield from _event_columns(mapping)
        case BuildingMapping():
            yield from _building_columns(mapping)
        case BoundaryMapping():
            yield from _of_templates(mapping.grid.code, mapping.grid.name, *mapping.grid.path)
        case DivisionMapping():
            division = mapping.division
            yield from _named(division.code, division.name, division.parent, division.level)
        case OverlayMapping():
            overlay = mapping.overlay
            yield from _named(overlay.code, overlay.name, overlay.grids, overlay.parent)
        case StandardsMapping():
            yield from mapping.own_columns()
        case RegisterMapping():
            yield from mapping.own_columns()
            yield from _of_templates(mapping.grid.code, mapping.grid.name, *mapping.grid.path)
        case _:
            pass


def _event_columns(mapping: EventMapping) -> Iterator[str]:
    event = mapping.event
    yield from _of_templates(event.key, *templates(event.description), mapping.kind.id, event.office, event.office_name)
    yield from _named(*_times(mapping), event.closed, event.timeliness, event.source)
    for level in mapping.kind.levels:
        yield from _named(level.name, level.key)
    yield from _place_columns(mapping)


def _building_columns(mapping: BuildingMapping) -> Iterator[str]:
    building = mapping.building
    yield from _of_templates(building.key, *templates(building.name), *templates(building.address))
    yield from _named(building.floors)
    yield from _place_columns(mapping)


def _place_columns(mapping: EventMapping | BuildingMapping) -> Iterator[str]:
    yield from _of_templates(mapping.grid.code, mapping.grid.name, *mapping.grid.path)
    if mapping.position:
        yield from (mapping.position.longitude, mapping.position.latitude)


def _times(mapping: EventMapping) -> tuple[str, ...]:
    event = mapping.event
    return event.reported_at, event.occurred_at, event.closed_at, event.due_at


def _of_templates(*given: str | Template) -> Iterator[str]:
    for one in given:
        yield from (one if isinstance(one, Template) else Template(one)).columns


def _named(*given: object) -> Iterator[str]:
    for one in given:
        if isinstance(one, Values):
            yield one.column
        elif isinstance(one, str) and type(one) is str and one:
            yield one


def faults_of(mapping: FileMapping) -> Iterator[str]:
    """What contradicts itself in a mapping, a sentence each."""
    if not 0 < len(mapping.name.strip()) <= MOST_NAME:
        yield f"name must have 1 to {MOST_NAME} characters."
    if mapping.file.header_row < 1:
        yield "file.header_row counts from 1."
    if len(mapping.file.delimiter) != 1:
        yield "file.delimiter must be one character."
    match mapping:
        case EventMapping():
            yield from _event_faults(mapping)
        case BuildingMapping():
            yield from _key_faults(mapping.building.key, "building.key")
            yield from _grid_faults(mapping)
        case BoundaryMapping():
            yield from _grid_faults(mapping)
            yield from _system_faults(mapping.boundary.system)
            if mapping.grid.placeless_grid:
                yield "grid.placeless_grid would give several features to one grid; leave it out."
        case OverlayMapping():
            if not mapping.overlay.separator:
                yield "overlay.separator is what stands between the codes of base grids."
        case StandardsMapping():
            yield from standards_faults(mapping)
        case RegisterMapping():
            yield from _key_faults(mapping.key, "key")
            yield from _grid_faults(mapping)
            yield from register_faults(mapping)
        case _:
            pass


def _event_faults(mapping: EventMapping) -> Iterator[str]:
    yield from _key_faults(mapping.event.key, "event.key")
    if bool(mapping.event.office) != bool(mapping.event.office_name):
        yield "event.office and event.office_name go together."
    yield from _kind_faults(mapping.kind)
    yield from _grid_faults(mapping)
    yield from _time_faults(mapping.times, mapped=any(_times(mapping)))


def _key_faults(key: str, where: str) -> Iterator[str]:
    if not Template(key).columns:
        yield f"{where} names no column, so that all rows would be one; write {{{key or 'id'}}}."


def _kind_faults(kind: KindMapping) -> Iterator[str]:
    if bool(kind.id) == bool(kind.catalogue):
        yield "kind needs either id or catalogue."
    if bool(kind.catalogue) != bool(kind.levels):
        yield "kind.catalogue and kind.levels go together."
    if kind.catalogue and not (
        kind.catalogue.isascii() and kind.catalogue.isidentifier() and len(kind.catalogue) <= MOST_NAME // 2
    ):
        yield "kind.catalogue is a short name of letters, digits and underscores."


def _grid_faults(mapping: EventMapping | BuildingMapping | BoundaryMapping | RegisterMapping) -> Iterator[str]:
    grid = mapping.grid
    given = [way for way in ("code", "name", "path") if getattr(grid, way)]
    if len(given) > 1:
        yield f"grid has {' and '.join(given)}; give one of them."
    if not given and not grid.by_position and not grid.placeless_grid:
        yield "grid needs code, name, path, by_position or placeless_grid."
    if grid.by_position and getattr(mapping, "position", None) is None:
        yield "grid.by_position needs [position]."


def _system_faults(system: str) -> Iterator[str]:
    try:
        system_name(system)
    except SystemUnknownError:
        yield f"boundary.system: there is no {system!r}; write wgs84, cgcs2000, gcj02, bd09 or an EPSG code."
    except SystemUnavailableError:
        yield f"boundary.system: {system} needs the extra: pip install 'wangge-core[crs]'."


def _time_faults(times: Times | None, *, mapped: bool) -> Iterator[str]:
    if times is None:
        if mapped:
            yield "columns of times need [times] with their zone."
        return
    try:
        ZoneInfo(times.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"times.zone: there is no time zone {times.zone!r}."
    for form in times.formats:
        if "%" not in form:
            yield f"times.formats: {form!r} is no format; write one such as %Y-%m-%d %H:%M:%S."
