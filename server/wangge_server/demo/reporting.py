"""How events come in: who reports what in the three months, from where, and in which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from wangge_core.events.involvements import INVOLVABLE, Involved
from wangge_core.events.reports import EventReport, EventSource
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.plugin.declarations.kinds import Involvable
from wangge_core.plugin.definitions import EventKindDefinition, InvolvesDefinition
from wangge_server.demo.details import make_details
from wangge_server.demo.ground import around
from wangge_server.demo.plans import Plan
from wangge_server.demo.town import Ground, Holder, Spot, Town

ALERT = "community.alert"
INTAKE_OFFICER = "community.intake_officer"
PLATFORM = "demo-platform"


@dataclass(frozen=True, slots=True)
class Way:
    """A way in: how often it is taken, and whose posts take it."""

    source: EventSource
    weight: float
    roles: tuple[str, ...]


WAYS = (
    Way(EventSource.WORKER, 40, ("community.grid_worker", "community.grid_chief", "urban.grid_lead")),
    Way(
        EventSource.PATROL,
        15,
        (
            "community.public_order_officer",
            "urban.city_management_officer",
            "scenic.route_patrol_member",
            "rural.forest_ranger",
            "maritime.fleet_leader",
        ),
    ),
    Way(EventSource.VISIT, 6, ("community.grid_worker", "urban.grid_lead", "maritime.family_liaison")),
    Way(
        EventSource.RESIDENT,
        16,
        (
            "community.building_head",
            "community.volunteer",
            "urban.liaison",
            "urban.resident_manager",
            "rural.ten_household_head",
            "maritime.skipper",
            "maritime.raft_keeper",
        ),
    ),
    Way(EventSource.VISITOR, 45, ("scenic.desk_attendant", "scenic.spot_information_officer", "scenic.site_guard")),
    Way(EventSource.HOTLINE, 8, ("community.duty_officer", INTAKE_OFFICER)),
    Way(EventSource.VIDEO_PATROL, 4, ("community.video_patroller",)),
    Way(EventSource.SUPERIOR, 2, ("community.subdistrict_administrator", "scenic.area_administrator")),
    Way(EventSource.CAMPAIGN, 3, ("community.committee_staff", "community.community_officer")),
)
ORDERED = Way(EventSource.SUPERIOR, 1, ("community.district_administrator",))
"""Who sees all brings in what nobody else may."""
MACHINES = Way(EventSource.SENSOR, 1, (INTAKE_OFFICER,))
"""Alerts come from other systems; the intake desk brings them in."""


def choose_way(town: Town, dice: Random, plan: Plan, holders: Sequence[Holder]) -> tuple[EventSource, Holder]:
    """How a matter comes in and who brings it, of those who stand over its grid and may see whom it must involve."""
    roles = {holder.role_id for holder in holders if _may_tie(town, plan, holder)}
    open_ways = [MACHINES] if plan.kind.id == ALERT else [way for way in WAYS if roles & set(way.roles)] or [ORDERED]
    way = dice.choices(open_ways, [way.weight for way in open_ways])[0]
    holder = dice.choice(
        [holder for holder in holders if holder.role_id in way.roles and holder.role_id in {*roles, *ORDERED.roles}]
    )
    source = dice.choice((EventSource.SENSOR, EventSource.OTHER_SYSTEM)) if way is MACHINES else way.source
    return source, holder


def make_report(town: Town, dice: Random, plan: Plan, source: EventSource, holder: Holder, number: int) -> EventReport:
    """The report of a matter."""
    details = make_details(dice, plan.kind.id, plan.kind.details, plan.at)
    where, building, place = _where(town, dice, plan.grid)
    return EventReport(
        kind_id=plan.kind.id,
        description=describe(plan.kind, details, where.name),
        grid_id=plan.grid.id,
        building_id=where.id if building and _sees_buildings(town, holder) else None,
        place_id=where.id if place else None,
        longitude=where.longitude,
        latitude=where.latitude,
        source=source,
        details=details,
        involved=tuple(tie for definition in plan.kind.involves for tie in _ties(town, dice, plan.grid, definition, holder)),
        source_name=PLATFORM if plan.kind.id == ALERT else None,
        source_key=f"{number:06d}" if plan.kind.id == ALERT else None,
    )


def describe(kind: EventKindDefinition, details: Any, where: str) -> str:
    """`云锦苑3号楼：路灯故障（不亮）。`"""
    said: list[str] = []
    for field in kind.details.fields if kind.details else ():
        value = details.get(field.name)
        chosen: list[Any] = list(value) if field.many and value else [value]
        said += [label.zh for name, label in field.options if name in chosen]
    options = f"（{'、'.join(said)}）" if said else ""
    return f"{where}：{kind.label.zh}{options}。"


def _sees_buildings(town: Town, holder: Holder) -> bool:
    """Whether a reporter can name a building; others tell the position alone."""
    return Capability.READ_PLACES in town.registry.roles[holder.role_id].may


def _where(town: Town, dice: Random, grid: Ground) -> tuple[Spot, bool, bool]:
    """A building or a place of the grid, or somewhere in it."""
    buildings, places = town.buildings.get(grid.id, []), town.places.get(grid.id, [])
    if buildings and dice.random() < 0.5:
        return dice.choice(buildings), True, False
    if places and dice.random() < 0.4:
        return dice.choice(places), False, True
    longitude, latitude = around(dice, grid.longitude, grid.latitude)
    return Spot(id=0, name=grid.name, longitude=longitude, latitude=latitude), False, False


def _may_tie(town: Town, plan: Plan, holder: Holder) -> bool:
    """Whether the holder sees something for every tie that the kind asks for."""
    required = (definition for definition in plan.kind.involves if not definition.optional)
    return all(_visible(town, plan.grid, definition, holder) for definition in required)


def _ties(town: Town, dice: Random, grid: Ground, definition: InvolvesDefinition, holder: Holder) -> list[Involved]:
    """Who or what is involved, of what the holder may see."""
    seen = _visible(town, grid, definition, holder)
    if not seen or (definition.optional and dice.random() < 0.4):
        return []
    sort = dice.choice(list(seen))
    number = min(len(seen[sort]), 2 if definition.many else 1)
    return [Involved(role=definition.role, sort=sort, id=id) for id in dice.sample(seen[sort], number)]


def _visible(town: Town, grid: Ground, definition: InvolvesDefinition, holder: Holder) -> dict[Involvable, list[int]]:
    """What could be tied: of the same grid, and of any other for who stands over the whole town."""
    may = town.registry.roles[holder.role_id].may
    everywhere = holder.role_id in ORDERED.roles
    sorts = [sort for sort in definition.sorts if INVOLVABLE[sort][1] in may]
    found = {sort: _ids(town, grid, sort, definition.role, everywhere=everywhere) for sort in sorts}
    return {sort: ids for sort, ids in found.items() if ids}


def _ids(town: Town, grid: Ground, sort: Involvable, role: str, *, everywhere: bool) -> list[int]:
    match sort:
        case Involvable.PERSON:
            return town.persons.get(grid.id, []) or (first_of(town.persons) if everywhere else [])
        case Involvable.ORGANIZATION:
            return town.organizations.get(grid.id, []) or (first_of(town.organizations) if everywhere else [])
        case Involvable.ASSET:
            here = town.assets.get(grid.id, [])
            fitting = [asset for asset in here if role in asset.kind_id.partition(".")[2].split("_")]
            return [asset.id for asset in fitting or here]


def first_of(by_grid: Mapping[int, list[int]]) -> list[int]:
    """What the first grid has that has any."""
    return next(iter(by_grid.values())) if by_grid else []
