"""Mutations of points as thanks."""

from typing import Any

import strawberry

from wangge_core.appraisals.point_rules import NewPointsRule, PointsRuleEnd, end_point_rules, set_point_rules
from wangge_core.appraisals.points import PointsJoining, Reward, give_rewards, join_points
from wangge_schema.scalars import DateTime
from wangge_schema.types.points import PointsAccount, PointsRule
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import IN_GRID, TEXT, optional, required
from wangge_schema.writing.payloads import key_of, optional_key


@strawberry.input(description="Whether one wants points, and where one wants to be thanked.")
class PointsJoinInput:
    joins: bool = required("Whether reports count from now on. Who leaves keeps what there is and gets no more.")
    grid_id: strawberry.ID | None = optional("Who joins: the community or grid where one wants to be thanked.")


@strawberry.input(description="Something that is given for points.")
class PointsRewardInput:
    points: int = required("For how many; there must be as many.")
    reward: str = required("What, at most 200 characters.")


@strawberry.input(description="How many points settled reports are worth from now on.")
class PointsRuleSetInput:
    grid_id: strawberry.ID = required("On which ground.")
    points: int = required("How many, 1 to 1,000.")
    kind_id: strawberry.ID | None = optional("For reports of this kind and those below it; of all kinds unless given.")


@strawberry.input(description="A rule that is to hold no longer.")
class PointsRuleEndInput:
    at: DateTime | None = optional("When; now unless given.")


def _rule(_: str, given: Given, __: Any) -> NewPointsRule:
    return NewPointsRule(grid_id=key_of(given["grid_id"], "Grid", "gridId"), points=given["points"], kind_id=given.get("kind_id"))


MUTATIONS = [
    Mutation(
        name="pointsJoin",
        description="Join those who get points for reports that are settled, name another place to be thanked, or leave. For residents and "
        "volunteers.",
        thing="pointsAccount",
        type=PointsAccount,
        input=PointsJoinInput,
        operation=join_points,
        request=lambda _, given, __: PointsJoining(
            joins=given["joins"], grid_id=optional_key(given.get("grid_id"), "Grid", "gridId")
        ),
        codes=("REQUIRED", "GRID_ENDED", "POINTS_FOR_HELPERS", "POINTS_NOT_JOINED"),
    ),
    Mutation(
        name="pointsReward",
        description="Give something for points. For GIVE_REWARDS where their holder wants to be thanked; the holder shows the id.",
        thing="pointsAccount",
        type=PointsAccount,
        input=PointsRewardInput,
        operation=give_rewards,
        request=lambda id, given, _: Reward(points_account_id=key_of(id, "PointsAccount", "id"), **given),
        codes=(*TEXT, "OUT_OF_RANGE", "POINTS_TOO_FEW", "RIGHTS_FOR_ONESELF"),
        on="PointsAccount",
    ),
    Mutation(
        name="pointsRuleSet",
        description="Say how many points settled reports are worth. For GIVE_REWARDS over the ground.",
        thing="pointsRule",
        type=PointsRule,
        input=PointsRuleSetInput,
        operation=set_point_rules,
        request=_rule,
        codes=(*IN_GRID, "OUT_OF_RANGE", "GRID_ENDED", "KIND_UNKNOWN"),
    ),
    Mutation(
        name="pointsRuleEnd",
        description="End a rule; what it gave stays. For GIVE_REWARDS over its ground.",
        thing="pointsRule",
        type=PointsRule,
        input=PointsRuleEndInput,
        operation=end_point_rules,
        request=lambda id, given, _: PointsRuleEnd(rule_id=key_of(id, "PointsRule", "id"), at=given.get("at")),
        codes=("MOMENT_NOT_LATER",),
        on="PointsRule",
    ),
]
