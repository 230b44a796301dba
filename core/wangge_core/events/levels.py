"""Levels: who answers above the stage in which an event stands. One rule for chasing up, decisions, appeals and escalation.

A stage that names a level has the next one above it. One that names none was sent its work by the level of the stage before it, which
goes on answering: so that level is above it, the community at least. Above the district stand the district's own heads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.events.situations import Situation
from wangge_core.plugin.declarations.roles import Level
from wangge_core.plugin.definitions import RoleDefinition, WorkflowDefinition
from wangge_core.rights.viewers import HeldPost, Viewer

UPWARD = (Level.GRID, Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT)
ANSWERING: Mapping[Level, tuple[str, ...]] = {
    Level.GRID: ("community.grid_chief",),
    Level.COMMUNITY: ("community.community_head",),
    Level.SUBDISTRICT: ("community.subdistrict_administrator",),
    Level.DISTRICT: ("community.district_administrator",),
}
"""The roles that answer at each level. Other plugins' roles take their part by `acts_as`."""
HEADS = ("community.district_administrator", "community.shift_lead")
"""Who answers for what stands at the district itself."""
DESKS: Mapping[Level, tuple[str, ...]] = {
    Level.GRID: ("community.grid_chief", "community.information_officer"),
    Level.COMMUNITY: ("community.community_head", "community.information_officer"),
    Level.SUBDISTRICT: ("community.subdistrict_administrator", "community.duty_officer"),
    Level.DISTRICT: (*HEADS, "community.intake_officer", "community.dispatcher"),
}
"""The roles that keep the desk of each level: they sort what comes in, and join and split it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Superiors:
    """Who answers above a stage: the level, and roles over the event's grid, of which somebody there holds one wherever anybody does."""

    level: Level
    role_ids: tuple[str, ...]


def level_of_stage(
    definition: WorkflowDefinition, stage: str, came_through: Sequence[str], roles: Mapping[str, RoleDefinition]
) -> Level:
    """The level that answers for a stage: its own, or that of the stage before it that had one, or that of its lowest role.

    `came_through` are the names of the stages that the event has been in, in order.
    """
    own = definition.stage(stage).level
    if own is not None:
        return own
    inherited = _inherited(definition, came_through)
    return inherited or _lowest(roles[role].level for role in definition.stage(stage).by if role in roles)


def level_above(
    definition: WorkflowDefinition, stage: str, came_through: Sequence[str], roles: Mapping[str, RoleDefinition]
) -> Level | None:
    """The level above a stage; None where that stands at the district already."""
    if definition.stage(stage).level is None and (inherited := _inherited(definition, came_through)):
        return max(inherited, Level.COMMUNITY, key=UPWARD.index)
    return next_above(level_of_stage(definition, stage, came_through, roles))


def next_above(level: Level) -> Level | None:
    """The level above another; None above the district."""
    return next(iter(UPWARD[UPWARD.index(level) + 1 :]), None)


def _inherited(definition: WorkflowDefinition, came_through: Sequence[str]) -> Level | None:
    known = {stage.name: stage.level for stage in definition.stages}
    return next((level for name in reversed(came_through) if (level := known.get(name))), None)


def _lowest(levels: Iterable[Level]) -> Level:
    return min(levels, key=UPWARD.index, default=Level.GRID)


async def superiors(work: Work, path: str, above: Level | None) -> Superiors:
    """Who answers at a level over the grid with this path, or at the first level above it where somebody does; None: above the district."""
    if above is not None:
        held = await _roles_over(work, path)
        for level in UPWARD[UPWARD.index(above) :]:
            if held & set(ANSWERING[level]):
                return Superiors(level=level, role_ids=ANSWERING[level])
    return Superiors(level=Level.DISTRICT, role_ids=HEADS)


async def next_level(work: Work, situation: Situation) -> Superiors:
    """Who answers above the stage in which an event stands."""
    return await superiors(work, situation.path, above_situation(situation))


def above_situation(situation: Situation) -> Level | None:
    """The level above the stage in which an event stands; None where that is the district already."""
    return level_above(situation.definition, situation.stage, _came_through(situation), situation.roles)


def present_level(situation: Situation) -> Level:
    """The level that answers for the stage in which an event stands."""
    return level_of_stage(situation.definition, situation.stage, _came_through(situation), situation.roles)


async def _roles_over(work: Work, path: str) -> set[str]:
    """All roles as which somebody who holds a post over the grid with this path may act."""
    post, part = t.post, t.grid_part
    ids = [int(id) for id in path.split(".") if id]
    overlays = sa.select(part.c.overlay_grid_id).where(part.c.base_grid_id.in_(ids))
    in_term = sa.and_(post.c.starts_at <= work.now, sa.or_(post.c.ends_at.is_(None), post.c.ends_at > work.now))
    over = sa.or_(post.c.grid_id.in_(ids), post.c.grid_id.in_(overlays))
    held = post.join(t.account, sa.and_(t.account.c.id == post.c.account_id, t.account.c.active))
    rows = await work.rows(sa.select(post.c.role_id).select_from(held).where(in_term, over).distinct())
    known = work.rules.registry.roles
    return {role for row in rows if row.role_id in known for role in known[row.role_id].acts_as}


def superior_post(situation: Situation, viewer: Viewer, *more: str) -> HeldPost | None:
    """The post under which the viewer answers above the stage, at any level of those, or by one of the roles named besides."""
    above = above_situation(situation)
    roles = {role for level in UPWARD[UPWARD.index(above) :] for role in ANSWERING[level]} if above else set(HEADS)
    return _standing(situation, viewer, roles | set(more))


def desk_post(situation: Situation, viewer: Viewer) -> HeldPost | None:
    """The post under which the viewer keeps the desk of the level at which the event stands, or of one above it."""
    level = present_level(situation)
    return _standing(situation, viewer, {role for one in UPWARD[UPWARD.index(level) :] for role in DESKS[one]})


def _standing(situation: Situation, viewer: Viewer, roles: set[str]) -> HeldPost | None:
    return next((post for post in viewer.posts if post.acts_as & roles and post.stands_over(situation.path)), None)


def _came_through(situation: Situation) -> list[str]:
    return [step.to_stage for step in situation.steps]
