"""How large the town is: a district of 68 grids ashore and six at sea, or a fraction of it. How it looks is told elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wangge_core.errors import SettingError
from wangge_core.plugin.registry import Registry

DAYS = 92
"""Three months of events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeSize:
    """What stands on all grids of one type together. Things are counted per grid, because a grid of any town needs one of each."""

    grids: int
    per_community: int
    communities_per_subdistrict: int = 0
    buildings: int = 0
    units: int = 0
    shops: int = 0
    persons: int = 0
    organizations: int = 0
    things_per_grid: int = 0
    events: int = 0


DISTRICT: Mapping[str, TypeSize] = {
    "urban": TypeSize(
        grids=15,
        per_community=3,
        communities_per_subdistrict=3,
        buildings=900,
        units=5_400,
        shops=450,
        persons=15_900,
        organizations=600,
        things_per_grid=20,
        events=400,
    ),
    "scenic": TypeSize(
        grids=8,
        per_community=8,  # an administration takes the place of community and subdistrict
        buildings=520,
        units=680,
        shops=240,
        persons=1_100,
        organizations=260,
        things_per_grid=20,
        events=130,
    ),
    "rural": TypeSize(
        grids=45,
        per_community=3,
        communities_per_subdistrict=5,
        buildings=8_663,
        units=8_863,
        shops=200,
        persons=29_002,
        organizations=300,
        things_per_grid=11,
        events=300,
    ),
    "maritime": TypeSize(
        grids=6,
        per_community=3,
        communities_per_subdistrict=2,
        persons=240,
        organizations=16,
        things_per_grid=24,
        events=90,
    ),
}
"""The district by grid type: together 10,083 buildings, 14,943 units, 46,242 people and 1,176 organisations."""

COUNTED = ("grids", "buildings", "units", "persons", "organizations", "events")


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of a town, by grid type."""

    by_type: Mapping[str, TypeSize]

    def total(self, name: str) -> int:
        """A count over all grid types: `total("persons")`."""
        return sum(int(getattr(size, name)) for size in self.by_type.values())

    def totals(self) -> dict[str, int]:
        return {name: self.total(name) for name in COUNTED}


def sizes_for(registry: Registry, scale: float = 1.0, *, days: int = DAYS) -> Sizes:
    """The size of a town with the grid types that are on; `scale` 0.02 makes a fiftieth, and the events are those of so many days.

    Raises SettingError where none is on.
    """
    present = {id: size for id, size in DISTRICT.items() if id in registry.grid_types}
    if not present:
        raise SettingError(
            "no plugin with a grid type of the demo town is on.", hint=f"Switch on one or more of {', '.join(DISTRICT)}."
        )
    return Sizes({id: _scaled(registry, id, size, scale, days) for id, size in present.items()})


def _scaled(registry: Registry, type_id: str, size: TypeSize, scale: float, days: int) -> TypeSize:
    """A fraction, with at least a grid for each staffing template and an event of each kind."""
    kinds = sum(1 for kind in registry.event_kinds.values() if kind.plugin in ("community", type_id))
    buildings = _part(size.buildings, scale)
    units = max(_part(size.units, scale), buildings)
    return TypeSize(
        grids=max(_part(size.grids, scale), len(registry.grid_types[type_id].staffing)),
        per_community=size.per_community,
        communities_per_subdistrict=size.communities_per_subdistrict,
        buildings=buildings,
        units=units,
        shops=min(_part(size.shops, scale), buildings),
        persons=_part(size.persons, scale),
        organizations=_part(size.organizations, scale),
        things_per_grid=size.things_per_grid,
        events=max(_part(size.events, scale * days / DAYS), kinds),
    )


def _part(number: int, scale: float) -> int:
    return max(2, round(number * scale)) if number else 0


def share(total: int, weights: Sequence[float]) -> list[int]:
    """`total` cut into whole parts in proportion to the weights; the parts add up to it."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda index: exact[index] - parts[index], reverse=True)
    for index in by_rest[: total - sum(parts)]:
        parts[index] += 1
    return parts


def evenly(total: int, count: int) -> list[int]:
    """`total` cut into `count` parts that differ by one at most."""
    return share(total, [1.0] * count)
