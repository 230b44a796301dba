"""Beside the way: what is done with matters other than moving them on — chasing up, more time, rest, appeals, joining and splitting."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from wangge_core.db.work import Work
from wangge_core.errors import Outcome
from wangge_core.events.situations import acting_post
from wangge_core.rights.viewers import Viewer
from wangge_core.steering.appeals import Appeal, appeal_events, decide_appeals
from wangge_core.steering.chasing import Chase, ChaseAnswer, answer_chases, chase_events
from wangge_core.steering.deferring import DeferralRequest, ask_deferrals, decide_deferrals
from wangge_core.steering.extending import ExtensionRequest, ask_extensions, decide_extensions
from wangge_core.steering.joining import Join, Separation, join_events, separate_events
from wangge_core.steering.requests import Decision
from wangge_core.steering.splitting import NewPart, Split, split_events
from wangge_server.demo.cast import Cast
from wangge_server.demo.matters import Asked, Matter
from wangge_server.demo.town import accepted

CHASE, EXTENSION, DEFERRAL, APPEAL = "chase", "extension", "deferral", "appeal"
CHASING = ("群众再次来电询问，请尽快说明进展。", "临近时限，请报办理情况。")
PROGRESS = ("已联系施工队，明日进场。", "正在现场处理，今日可办结。", "等待材料到货，已告知上报人。")
MORE_TIME = ("需等待配件到货。", "涉及多方协商，请求顺延。", "连续降雨，无法施工。")
RESTING = ("待汛期过后处理。", "涉及产权纠纷，待司法结果。", "已列入下一批改造，待资金到位。")
NOT_OURS = ("超期因现场封路，非本单位原因。", "材料由上级统一配送，到货延迟。")
REFUSED = ("理由不充分，请按期办理。", "可先行采取临时措施。")
SAME = "经核实为同一事项。"
PARTS = ("先行排除危险", "恢复原状")
GRANTED = 0.8
SEPARATED = 0.25
DAY = timedelta(days=1)


@dataclass(slots=True)
class Beside:
    """Does what is done beside the way; `matters` are all that are known, by their events."""

    cast: Cast
    dice: Random
    matters: dict[int, Matter]

    async def happens(self, work: Work, matter: Matter) -> bool:
        """Let something happen to a matter now and then; True where it did, and it is not moved now."""
        if matter.asked is not None:
            asked, matter.asked = matter.asked, None
            return matter.runs and asked.stage == matter.stage and await self._settle(work, matter, asked)
        if not matter.runs or matter.plan.pinned:
            return False
        for chance, act in CHANCES:
            if self.dice.random() < chance:
                return await act(self, work, matter)
        return False

    async def _settle(self, work: Work, matter: Matter, asked: Asked) -> bool:
        """Decide what was asked, or answer it."""
        if asked.what == CHASE:
            if worker := await self.cast.worker(work, matter):
                answer = ChaseAnswer(event_id=matter.id, answer=self.dice.choice(PROGRESS))
                accepted((await answer_chases(work, worker, [answer]))[0])
            return worker is not None
        superior = await self.cast.superior(work, matter, but=asked.login)
        if superior is None:
            return False
        granted = asked.until > work.now and self.dice.random() < GRANTED
        decision = Decision(event_id=matter.id, granted=granted, note=None if granted else self.dice.choice(REFUSED))
        accepted((await DECIDE[asked.what](work, superior, [decision]))[0])
        return True

    async def chase(self, work: Work, matter: Matter) -> bool:
        superior = await self.cast.superior(work, matter)
        if superior is None:
            return False
        until = work.now + self.dice.randint(1, 3) * DAY
        chase = Chase(event_id=matter.id, note=self.dice.choice(CHASING), answer_due_at=until)
        accepted((await chase_events(work, superior, [chase]))[0])
        matter.asked = Asked(CHASE, superior.login, matter.stage, until)
        return True

    async def extend(self, work: Work, matter: Matter) -> bool:
        worker = await self.cast.worker(work, matter)
        if worker is None or matter.definition.emergency or matter.due_at is None or EXTENSION + matter.stage in matter.tried:
            return False
        matter.tried.add(EXTENSION + matter.stage)
        until = max(matter.due_at, work.now) + self.dice.randint(2, 6) * DAY
        request = ExtensionRequest(event_id=matter.id, reason=self.dice.choice(MORE_TIME), until=until)
        accepted((await ask_extensions(work, worker, [request]))[0])
        matter.asked = Asked(EXTENSION, worker.login, matter.stage, until)
        return True

    async def defer(self, work: Work, matter: Matter) -> bool:
        worker = await self.cast.worker(work, matter)
        if worker is None or matter.definition.emergency or DEFERRAL + matter.stage in matter.tried:
            return False
        matter.tried.add(DEFERRAL + matter.stage)
        until = work.now + self.dice.randint(5, 25) * DAY
        request = DeferralRequest(event_id=matter.id, reason=self.dice.choice(RESTING), until=until)
        accepted((await ask_deferrals(work, worker, [request]))[0])
        matter.asked = Asked(DEFERRAL, worker.login, matter.stage, until)
        return True

    async def appeal(self, work: Work, matter: Matter) -> bool:
        late = matter.due_at is not None and matter.due_at < work.now and not matter.definition.emergency
        worker = await self.cast.worker(work, matter) if late and APPEAL + matter.stage not in matter.tried else None
        if worker is None or not _had(matter, worker):
            return False
        matter.tried.add(APPEAL + matter.stage)
        accepted((await appeal_events(work, worker, [Appeal(event_id=matter.id, reason=self.dice.choice(NOT_OURS))]))[0])
        matter.asked = Asked(APPEAL, worker.login, matter.stage, work.now + 30 * DAY)
        return True

    async def join(self, work: Work, matter: Matter) -> bool:
        """Join another matter of the same grid to this one; now and then that was a mistake."""
        other = next((one for one in self.matters.values() if one is not matter and _joinable(one, matter)), None)
        if other is None or matter.definition.emergency or matter.plan.kind.hidden_from_grid:
            return False
        await other.look(work)
        desk = await self.cast.desk(work, matter, other) if other.runs else None
        if desk is None:
            return False
        accepted((await join_events(work, desk, [Join(event_id=matter.id, events=(other.id,), note=SAME)]))[0])
        if self.dice.random() < SEPARATED:
            accepted((await separate_events(work, desk, [Separation(event_id=other.id)]))[0])
        other.has_others = matter.has_others = True
        return True

    async def split(self, work: Work, matter: Matter) -> bool:
        desk = await self.cast.desk(work, matter)
        if desk is None or matter.definition.emergency or matter.part or matter.has_others:
            return False
        parts = tuple(NewPart(description=f"{matter.definition.label.zh}：{what}。") for what in PARTS)
        accepted((await split_events(work, desk, [Split(event_id=matter.id, parts=parts)]))[0])
        matter.has_others = True
        return True


def _had(matter: Matter, worker: Viewer) -> bool:
    """Whether a worker may say that they had the matter: members of an office only where it was given to it."""
    post = acting_post(matter.situation, set(matter.definition.stage(matter.stage).by), worker)
    return post is not None and (post.office_id is None or post.id in matter.post_ids or post.office_id in matter.office_ids)


def _joinable(one: Matter, other: Matter) -> bool:
    """Whether a matter may tell of the same as another."""
    same = one.plan.grid.id == other.plan.grid.id and one.plan.kind.plugin == other.plan.kind.plugin
    free = one.runs and not (one.plan.pinned or one.has_others or one.asked or one.part)
    return same and free and not (one.definition.emergency or one.plan.kind.hidden_from_grid)


DECIDE: Mapping[str, Callable[[Work, Viewer, Sequence[Decision]], Awaitable[list[Outcome]]]] = {
    EXTENSION: decide_extensions,
    DEFERRAL: decide_deferrals,
    APPEAL: decide_appeals,
}
CHANCES: tuple[tuple[float, Callable[[Beside, Work, Matter], Awaitable[bool]]], ...] = (
    (0.03, Beside.chase),
    (0.02, Beside.extend),
    (0.015, Beside.defer),
    (0.05, Beside.appeal),
    (0.01, Beside.join),
    (0.01, Beside.split),
)
"""How often each happens when somebody takes a matter up."""
