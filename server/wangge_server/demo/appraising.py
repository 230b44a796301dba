"""The schemes by which the town is appraised, and what settled reports are worth as thanks."""

from wangge_core.appraisals.point_rules import NewPointsRule, set_point_rules
from wangge_core.appraisals.schemes import (
    AppraisalPeriod,
    Appraised,
    Component,
    ComponentKind,
    Deduction,
    Linear,
    SchemeContent,
    Step,
)
from wangge_core.appraisals.setting import NewScheme, create_schemes
from wangge_core.grids.codes import GridLevel
from wangge_server.demo.town import Town

WHOLE_AT_98 = Linear(none_at=60, all_at=98)
GRIDS_OF_THE_MONTH = SchemeContent(
    components=(
        Component(name="按期结案", kind=ComponentKind.INDICATOR, weight=30, indicator="community.on_time_rate", linear=WHOLE_AT_98),
        Component(
            name="走访完成",
            kind=ComponentKind.INDICATOR,
            weight=20,
            indicator="community.visit_completion",
            steps=(
                Step(at_least=0, share=0),
                Step(at_least=60, share=50),
                Step(at_least=80, share=80),
                Step(at_least=95, share=100),
            ),
        ),
        Component(name="群众评价", kind=ComponentKind.RATED_BY_RESIDENTS, weight=20),
        Component(name="抽查", kind=ComponentKind.SPOT_CHECK, weight=10),
        Component(name="视频抽查", kind=ComponentKind.VIDEO_CHECK, weight=5),
        Component(name="上级评议", kind=ComponentKind.RATED_FROM_ABOVE, weight=10),
        Component(name="自评", kind=ComponentKind.SELF_ASSESSMENT, weight=5),
    ),
    deductions=(
        Deduction(name="返工", indicator="community.rework_rate", points_each=0.5, at_most=5),
        Deduction(name="超期", indicator="community.events_overdue", points_each=0.5, at_most=10),
        Deduction(name="督办", indicator="community.chase_ups", points_each=1, at_most=5),
    ),
    stars=(60, 70, 80, 90, 95),
)
OFFICES_OF_THE_QUARTER = SchemeContent(
    components=(
        Component(name="按期结案", kind=ComponentKind.INDICATOR, weight=60, indicator="community.on_time_rate", linear=WHOLE_AT_98),
        Component(name="群众评价", kind=ComponentKind.RATED_BY_RESIDENTS, weight=20),
        Component(name="网格评议", kind=ComponentKind.RATED_FROM_BELOW, weight=20),
    )
)
POINTS = 5


async def make_schemes(town: Town) -> None:
    """A scheme for the grids and one for the offices of each district, and points for reports there."""
    grounds = [ground for ground in town.divisions if ground.level is GridLevel.DISTRICT]
    schemes: list[NewScheme] = []
    for ground in grounds:
        schemes += [
            NewScheme(
                grid_id=ground.id,
                name="网格月度考核",
                appraises=Appraised.GRIDS,
                level=GridLevel.GRID,
                period=AppraisalPeriod.MONTH,
                content=GRIDS_OF_THE_MONTH,
            ),
            NewScheme(
                grid_id=ground.id,
                name="处置部门季度考核",
                appraises=Appraised.OFFICES,
                period=AppraisalPeriod.QUARTER,
                content=OFFICES_OF_THE_QUARTER,
            ),
        ]
    await town.write("schemes of appraisal", create_schemes, schemes)
    await town.write("rules of points", set_point_rules, [NewPointsRule(grid_id=one.id, points=POINTS) for one in grounds])
