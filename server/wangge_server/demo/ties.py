"""What the staff of the town have beside their posts: leaders and offices that are tied to grids, a course that grid workers took, and one
post that is handed over on the last day."""

from datetime import timedelta

import sqlalchemy as sa

from wangge_core.accounts.accounts import NewAccount, create_accounts
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.staff import BindingKind, PostEndGround, StaffSource
from wangge_core.staffing.bindings import NewBinding, bind_grids
from wangge_core.staffing.handing_over import PostHandOver, hand_over_posts
from wangge_core.staffing.training import CourseSetting, NewTraining, record_training, set_courses
from wangge_server.demo.names import person_name
from wangge_server.demo.town import Town

LEADER, WORKER, LEAVES = "community.district_administrator", "community.grid_worker", "community.community_officer"
COURSE = CourseSetting(code="grid_work", name="网格员岗前培训", months=24, roles=(WORKER,))


async def make_ties(town: Town) -> None:
    """Tie leaders and offices to grids, record who was trained, and hand a post over."""
    await tie_grids(town)
    await _hand_over(town)


async def tie_grids(town: Town) -> int:
    """Tie leaders and offices to grids, and record who was trained; the course that grid workers take."""
    async with town.deployment.read() as work:
        accounts = {row.login: row.id for row in await work.rows(sa.select(t.account.c.login, t.account.c.id))}
    dice = town.dice("ties")
    leaders = sorted({accounts[holder.login] for holder in town.holders if holder.role_id == LEADER})
    offices = sorted(town.offices.values())
    bindings: list[NewBinding] = []
    for number, grid in enumerate(town.grids):
        if leaders:
            leader = leaders[number % len(leaders)]
            bindings.append(NewBinding(grid_id=grid.id, kind=BindingKind.SPONSOR_LEADER, account_id=leader))
        if offices:
            bindings.append(NewBinding(grid_id=grid.id, kind=BindingKind.PARTNER_OFFICE, office_id=dice.choice(offices)))
    await town.write("ties to grids", bind_grids, bindings)
    (course,) = await town.write("courses", set_courses, [COURSE])
    workers = sorted({accounts[holder.login] for holder in town.holders if holder.role_id == WORKER})
    day = (town.founded - timedelta(days=7)).astimezone(town.deployment.rules.zone).date()
    taken = [NewTraining(account_id=id, course_id=course, taken_on=day) for id in workers]
    await town.write("training", record_training, taken)
    return course


async def _hand_over(town: Town) -> None:
    """Somebody who is not the first of their role leaves, and says what is open."""
    officers = [holder for holder in town.holders if holder.role_id == LEAVES]
    if len(officers) < 2:
        return
    new = NewAccount(login=f"{LEAVES.rpartition('.')[2]}.new", name=person_name(town.dice("successor")))
    (account,) = await town.write("accounts", create_accounts, [new])
    request = PostHandOver(
        from_post_id=officers[-1].post_id,
        to_account_id=account,
        reason="调往街道工作",
        ground=PostEndGround.MOVED,
        source=StaffSource.RECRUITED_GRADUATE,
        open_points="楼道照明改造的报价尚未收齐；周五与物业对接。",
    )
    await town.write("hand-over", hand_over_posts, [request])
