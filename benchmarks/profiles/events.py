"""Rows of events and of all that hangs on them: assignments, history and the parties of disputes.

Every event walks some moves of its kind's real workflow; a walk that the workflow does not have is an error.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson

from profiles.sizes import SINCE, UNTIL, YEARS
from profiles.town import Grid, Row, Town, near
from wangge_core.events.workflows import WorkflowVersion
from wangge_core.plugin.definitions import ClockDefinition, EventKindDefinition, StageDefinition
from wangge_core.plugin.registry import Registry
from wangge_server.demo.details import make_details

ZONE = ZoneInfo("Asia/Shanghai")
WORKER, CHIEF, HEAD = "community.grid_worker", "community.grid_chief", "community.community_head"
SPECIALIST, DISPATCHER = "community.department_specialist", "community.dispatcher"
INTAKE, LEAD = "community.intake_officer", "community.shift_lead"
WALKS: Mapping[str, tuple[tuple[tuple[str, str], ...], ...]] = {
    "urban.closed_loop": (
        (),
        (("forward", INTAKE), ("file", LEAD), ("dispatch", DISPATCHER)),
        (("forward", INTAKE), ("file", LEAD), ("dispatch", DISPATCHER), ("done", SPECIALIST)),
        (("settle_on_the_spot", WORKER), ("close", LEAD)),
        (
            ("ask_check", INTAKE),
            ("exists", WORKER),
            ("file", LEAD),
            ("dispatch", DISPATCHER),
            ("force_close", LEAD),
            ("close", LEAD),
        ),
    ),
    "community.three_loops": (
        (("accept", WORKER), ("send_direct", CHIEF)),
        (("accept", WORKER), ("raise_to_community", CHIEF)),
        (("settle_on_the_spot", WORKER), ("close_unrated", HEAD)),
        (
            ("accept", WORKER),
            ("send_direct", CHIEF),
            ("done", SPECIALIST),
            ("verified", WORKER),
            ("close_unrated", HEAD),
        ),
    ),
    "community.mediation": (
        (),
        (("take_up", CHIEF),),
        (("take_up", CHIEF), ("raise", CHIEF)),
        (("settle_on_the_spot", CHIEF),),
    ),
    "community.newcomer": (
        (),
        (("visit", WORKER),),
        (("visit", WORKER), ("register_only", WORKER)),
        (("nobody", WORKER),),
    ),
}
"""By workflow: moves, each with the role under which it is made."""
GIVEN_TO = {"dispatch": SPECIALIST, "send_direct": SPECIALIST, "ask_check": WORKER}
"""Moves that give the event to somebody, and to whom."""
KINDS = (
    "urban.road_damage",
    "urban.street_lamp",
    "urban.manhole_cover",
    "urban.exposed_garbage",
    "urban.parking",
    "urban.noise",
    "urban.street_vending",
    "urban.pipe_burst",
    "community.dispute",
    "community.hazard",
    "community.request",
    "community.newcomer",
)
PLACES = ("小区北门", "菜市场旁", "学校对面", "公交站台", "三号楼下", "停车场入口", "河边步道", "电梯间", "幼儿园门口", "广场东侧")
MATTERS = (
    "井盖松动，车辆经过有响声",
    "路灯不亮，夜间行人不便",
    "路面坑洼，雨后积水",
    "楼道堆放杂物，占用消防通道",
    "垃圾未及时清运，有异味",
    "夜间施工噪声影响休息",
    "车辆乱停放，堵住出入口",
    "水管破裂，路面冒水",
    "邻里因漏水争执，请求调解",
    "树枝压到电线，存在隐患",
    "流动摊贩占道经营",
    "新搬来的住户咨询居住登记",
)
NOTES = ("已到现场处置，情况稳定。", "已联系当事人，双方同意。", "已清理完毕，恢复原状。")
SOURCES = ("WORKER", "WORKER", "PATROL", "HOTLINE", "RESIDENT", "VISIT")
VARIANTS = 60
DETAILS_AT = UNTIL - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind's events have in common, with some details to choose from."""

    definition: EventKindDefinition
    version: WorkflowVersion
    details: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A move that was made."""

    move: str
    source: str
    target: StageDefinition
    role: str
    given_to: str | None


class Events:
    """Makes the events of a town in the order in which they were reported."""

    def __init__(self, town: Town, registry: Registry, versions: Mapping[str, WorkflowVersion]) -> None:
        self.town = town
        self._dice = town.dice("events")
        self._kinds = [self._kind(registry.event_kinds[id], versions) for id in KINDS]
        self._walks = {id: tuple(self._walk(versions[id], walk) for walk in walks) for id, walks in WALKS.items()}
        self._days = Counter[str]()
        self._entries = self._assignments = 0

    def _kind(self, definition: EventKindDefinition, versions: Mapping[str, WorkflowVersion]) -> Kind:
        made = [make_details(self._dice, definition.id, definition.details, DETAILS_AT) for _ in range(VARIANTS)]
        texts = tuple(None if one is None else orjson.dumps(one).decode() for one in made)
        return Kind(definition, versions[definition.workflow], texts)

    def _walk(self, version: WorkflowVersion, walk: tuple[tuple[str, str], ...]) -> tuple[Step, ...]:
        steps, stage = list[Step](), version.definition.start.name
        for name, role in walk:
            move = version.definition.move(name)
            if move is None or move.to is None or stage not in move.sources:
                raise ValueError(f"{version.definition.id} has no move {name} from {stage} to a stage")
            steps.append(Step(name, stage, version.definition.stage(move.to), role, GIVEN_TO.get(name)))
            stage = move.to
        return tuple(steps)

    def batches(self, size: int) -> Iterator[dict[str, list[Row]]]:
        """Rows by table, `size` events at a time."""
        for start in range(1, self.town.profile.events + 1, size):
            batch: dict[str, list[Row]] = {"event": [], "event_assignment": [], "event_history": [], "involvement": []}
            for id in range(start, min(start + size, self.town.profile.events + 1)):
                self._one(id, batch)
            yield batch

    def counters(self) -> Iterator[Row]:
        """The running numbers of the days, so that the next event gets the next one."""
        yield from ((f"event.{day}", value) for day, value in self._days.items())

    def _number(self, at: datetime) -> str:
        day = at.astimezone(ZONE).strftime("%Y%m%d")
        self._days[day] += 1
        return f"{day}-{self._days[day]:05d}"

    def _one(self, id: int, batch: dict[str, list[Row]]) -> None:
        dice, town = self._dice, self.town
        leaf = int(dice.random() * len(town.leaves))
        grid, kind = town.leaves[leaf], self._kinds[int(dice.random() * len(self._kinds))]
        walks = self._walks[kind.definition.workflow]
        steps = walks[int(dice.random() * len(walks))]
        reported_at = to_second(SINCE + YEARS * ((id - 1 + dice.random()) / town.profile.events))
        moved_at = [reported_at + timedelta(minutes=20 * (n + 1) + int(dice.random() * 19)) for n in range(len(steps))]
        start = kind.version.definition.start
        stage, entered_at = (steps[-1].target, moved_at[-1]) if steps else (start, reported_at)
        self._history(id, grid, start, reported_at, steps, moved_at, batch["event_history"])
        assignee = self._assign(id, grid, steps, batch["event_assignment"])
        buildings = town.buildings_of(leaf)
        building = buildings[int(dice.random() * len(buildings))] if buildings and dice.random() < 0.6 else None
        matter = MATTERS[int(dice.random() * len(MATTERS))]
        text = f"{grid.name}{PLACES[int(dice.random() * len(PLACES))]}{matter}，编号{id % 9973}。"
        batch["event"].append(
            (
                id,
                self._number(reported_at),
                kind.definition.id,
                grid.id,
                kind.version.id,
                stage.name,
                stage.final,
                kind.definition.priority.value,
                SOURCES[int(dice.random() * len(SOURCES))],
                text,
                kind.details[int(dice.random() * VARIANTS)],
                grid.posts[WORKER],
                building,
                *near(dice, grid),
                assignee,
                reported_at,
                entered_at,
                None if stage.final else due_at(stage.clock, entered_at),
                due_at(kind.version.definition.whole, reported_at),
                moved_at[-1] if stage.final else None,
                1 + len(steps),
            )
        )
        if kind.definition.id == "community.dispute":
            people = town.persons_of(leaf)
            parties = sorted({people[int(dice.random() * len(people))] for _ in range(2)})
            batch["involvement"].extend((id * 2 + n, id, "party", person) for n, person in enumerate(parties))

    def _history(
        self,
        id: int,
        grid: Grid,
        start: StageDefinition,
        at: datetime,
        steps: tuple[Step, ...],
        moved_at: list[datetime],
        rows: list[Row],
    ) -> None:
        """The report and the moves; the account that holds a post has the post's number."""
        post = grid.posts[WORKER]
        self._entries += 1
        rows.append((self._entries, id, 1, "REPORTED", None, None, start.name, at, post, post, "{}"))
        for number, (step, moment) in enumerate(zip(steps, moved_at, strict=True), 2):
            self._entries += 1
            post = grid.posts[step.role]
            answers = orjson.dumps({"note": NOTES[(id + number) % len(NOTES)]}).decode()
            rows.append((self._entries, id, number, "MOVED", step.move, step.source, step.target.name, moment, post, post, answers))

    def _assign(self, id: int, grid: Grid, steps: tuple[Step, ...], rows: list[Row]) -> int | None:
        """The post that was last given the event; the assignments before it are over."""
        given = [(number, step.given_to) for number, step in enumerate(steps, 2) if step.given_to]
        for number, role in given:
            self._assignments += 1
            rows.append((self._assignments, id, number, grid.posts[role], None, True, number == given[-1][0]))
            if number == given[-1][0] and id % 4 == 0:
                self._assignments += 1
                rows.append((self._assignments, id, number, None, 1 + id % 8, False, True))
        return grid.posts[given[-1][1]] if given else None


def due_at(clock: ClockDefinition | None, start: datetime) -> datetime | None:
    """When a clock that counts day and night runs out; rows of clocks, which the others need, are not made here."""
    seconds = clock.seconds if clock else None
    return None if seconds is None else start + timedelta(seconds=seconds)


def to_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
