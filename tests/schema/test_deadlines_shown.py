"""Deadlines through the schema: explained stretch by stretch, and counted anew when a calendar is set, by whichever process."""

from typing import Any

import pytest

from clockwork import at, entries, event_row, run_timers, set_time
from towns import DISTRICT, GRIDS, SUBDISTRICT, Town, ids
from wangge_core.deadlines.calendars import CalendarSetting, SetDay
from wangge_core.deadlines.running import pause_clocks
from wangge_core.deployment import Deployment
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.rights.viewers import operator
from wangge_core.steering.recounting import set_and_recount, uncounted

pytestmark = pytest.mark.anyio
HAZARD = {"hazard": "FIRE", "immediate_danger": False}
SHOWN = """query($number: String!) { event(number: $number) {
    deadline { dueAt state overdue pausedBecause pausedUntil notDueBecause timesExtended
      clock { kind calendar limit { amount unit label } } remaining { amount unit label }
      segments { from to why note counted { amount unit } } }
    wholeDeadline { dueAt clock { kind calendar } remaining { amount unit } segments { why note counted { amount } } } } }"""
SET = """mutation($input: CalendarSetInput!) { calendarSet(input: $input) {
    calendar { name version years lastChange { counted moved events } days { day worked name hours { from to } }
      week { weekday spans { from to } } follows { name } office { code } startsOn endsOn }
    userErrors { code field } } }"""


async def report(town: Town) -> int:
    new = EventReport(kind_id="community.hazard", description="seen", grid_id=town.grids[GRIDS["urban"]], details=HAZARD)
    async with town.deployment.write() as work:
        (id,) = ids(await report_events(work, operator(), [new]))
    return id


async def shown(town: Town, id: int) -> Any:
    number = (await event_row(town, id)).number
    return (await town.ask(SHOWN, number=number))["event"]


async def set_calendar(town: Town, viewer: Any = None, **input: Any) -> Any:
    return (await town.ask(SET, viewer, input={"name": "default", **input}))["calendarSet"]


def instant(text: str) -> str:
    return at(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def test_a_deadline_is_explained_stretch_by_stretch(town: Town) -> None:
    await set_time(town, "2026-02-14 16:30")
    id = await report(town)
    await set_time(town, "2026-02-14 17:00")
    found = (await shown(town, id))["deadline"]
    assert found | {"segments": None} == {
        "dueAt": instant("2026-02-24 09:30"),
        "state": "RUNNING",
        "overdue": False,
        "pausedBecause": None,
        "pausedUntil": None,
        "notDueBecause": None,
        "timesExtended": 0,
        "clock": {
            "kind": "WORKING_HOURS",
            "calendar": "default",
            "limit": {"amount": 7200, "unit": "SECONDS", "label": "2 h"},
        },
        "remaining": {"amount": 5400, "unit": "SECONDS", "label": "1 h 30 min"},
        "segments": None,
    }
    stretches = [(one["from"], one["why"], one["note"], one["counted"]["amount"]) for one in found["segments"]]
    assert stretches == [
        (instant("2026-02-14 16:30"), "WORKED_INSTEAD", "春节", 3600),
        (instant("2026-02-14 17:30"), "OFF_HOURS", "", 0),
        (instant("2026-02-15 00:00"), "HOLIDAY", "春节", 0),
        (instant("2026-02-24 00:00"), "OFF_HOURS", "", 0),
        (instant("2026-02-24 08:30"), "WORKING_TIME", "", 3600),
    ]


async def test_the_whole_counts_calendar_days_and_needs_no_calendar(town: Town) -> None:
    await set_time(town, "2026-02-14 16:30")
    whole = (await shown(town, await report(town)))["wholeDeadline"]
    assert whole == {
        "dueAt": instant("2026-03-02 00:00"),
        "clock": {"kind": "CALENDAR_DAYS", "calendar": None},
        "remaining": {"amount": 15, "unit": "DAYS"},
        "segments": [
            {"why": "FIRST_DAY", "note": "", "counted": {"amount": 0}},
            {"why": "CALENDAR_DAY", "note": "", "counted": {"amount": 15}},
        ],
    }


async def test_a_deadline_that_waits_says_why_and_until_when(town: Town) -> None:
    await set_time(town, "2026-03-02 09:00")
    id = await report(town)
    async with town.deployment.write() as work:
        await pause_clocks(work, id, "the ground is frozen", at("2026-04-01 09:00"))
    found = (await shown(town, id))["deadline"]
    assert (found["dueAt"], found["state"], found["pausedBecause"]) == (None, "WAITING", "the ground is frozen")
    assert (found["pausedUntil"], found["remaining"]["amount"]) == (instant("2026-04-01 09:00"), 7200)


async def test_a_deadline_that_has_passed_says_since_when(town: Town) -> None:
    await set_time(town, "2026-03-02 09:00")
    id = await report(town)
    await set_time(town, "2026-03-02 12:00")
    found = (await shown(town, id))["deadline"]
    assert (found["overdue"], found["remaining"]["amount"], found["segments"][-1]["why"]) == (True, 0, "OVERDUE")


async def test_a_new_holiday_moves_the_deadlines_that_run_and_says_which(town: Town) -> None:
    await set_time(town, "2026-03-02 16:30")
    moved = await report(town)
    await set_time(town, "2026-03-02 09:00")
    kept = await report(town)
    answer = await set_calendar(town, days=[{"day": "2026-03-03", "worked": False, "name": "storm"}])
    assert answer["userErrors"] == []
    change = answer["calendar"]["lastChange"]
    number = (await event_row(town, moved)).number
    said = {"scope": "STAGE", "before": instant("2026-03-03 09:30"), "after": instant("2026-03-04 09:30")}
    assert (change["counted"], change["moved"]) == (2, 1)
    assert change["events"] == [{"event": moved, "number": number, **said}]
    assert (await event_row(town, moved)).stage_due_at == at("2026-03-04 09:30")
    assert await entries(town, moved) == ["REPORTED", "RECALCULATED"]
    assert await entries(town, kept) == ["REPORTED"]
    await set_time(town, "2026-03-03 09:30")
    await run_timers(town)
    assert await entries(town, moved) == ["REPORTED", "RECALCULATED"]
    await set_time(town, "2026-03-04 09:30")
    await run_timers(town)
    assert (await entries(town, moved))[2:] == ["WARNED", "OVERDUE"]


async def test_a_year_that_is_set_gives_the_deadlines_that_waited_for_it_their_due_time(town: Town) -> None:
    await set_time(town, "2026-12-31 16:30")
    id = await report(town)
    found = (await shown(town, id))["deadline"]
    assert (found["dueAt"], found["remaining"]["amount"], found["segments"]) == (None, 7200, [])
    assert found["notDueBecause"] == "The calendar default does not cover 2027."
    async with town.deployment.read() as work:
        assert await uncounted(work) == {2027: 1}
    answer = await set_calendar(town, years=[2027], days=[{"day": "2027-01-01", "worked": False, "name": "元旦"}])
    assert answer["calendar"]["lastChange"]["moved"] == 1
    found = (await shown(town, id))["deadline"]
    assert (found["dueAt"], found["notDueBecause"]) == (instant("2027-01-04 09:30"), None)
    async with town.deployment.read() as work:
        assert await uncounted(work) == {}


async def test_a_calendar_that_another_process_sets_is_seen_at_once(town: Town) -> None:
    await set_time(town, "2026-03-02 16:30")
    id = await report(town)
    assert len((await shown(town, id))["deadline"]["segments"]) == 3
    other = Deployment(town.deployment.url, town.deployment.rules, clock=town.deployment.clock)
    storm = CalendarSetting(name="default", days=[SetDay(day=at("2026-03-03 12:00").date(), worked=False, name="storm")])
    async with other.write() as work:
        ids(await set_and_recount(work, operator(), [storm]))
    found = (await shown(town, id))["deadline"]
    assert found["dueAt"] == instant("2026-03-04 09:30")
    assert [one["note"] for one in found["segments"]] == ["", "", "storm", "", ""]
    await other.close()


async def test_a_calendar_that_was_not_committed_is_forgotten(town: Town) -> None:
    await set_time(town, "2026-03-02 16:30")
    storm = CalendarSetting(name="default", days=[SetDay(day=at("2026-03-03 12:00").date(), worked=False, name="storm")])
    with pytest.raises(RuntimeError):
        async with town.deployment.write() as work:
            ids(await set_and_recount(work, operator(), [storm]))
            raise RuntimeError
    id = await report(town)
    assert (await event_row(town, id)).stage_due_at == at("2026-03-03 09:30")


async def test_seasons_and_offices_have_calendars_of_their_own(town: Town) -> None:
    await set_time(town, "2026-06-01 08:00")
    office_id = f"Office:{town.offices['housing']}"
    week = [{"weekday": "MONDAY", "spans": [{"from": "08:30", "to": "12:00"}, {"from": "15:00", "to": "18:00"}]}]
    summer = await set_calendar(town, name="summer", follows="default", startsOn="2026-06-01", endsOn="2026-09-30", week=week)
    own = await set_calendar(town, name="housing", follows="default", officeId=office_id, days=[])
    assert (summer["calendar"]["startsOn"], summer["calendar"]["week"][1]["spans"]) == ("2026-06-01", [])
    assert (own["calendar"]["office"]["code"], own["calendar"]["follows"]["name"]) == ("housing", "default")
    id = await report(town)
    assert (await event_row(town, id)).stage_due_at == at("2026-06-01 10:30")


REFUSED = {
    "CALENDAR_UNKNOWN": {"name": "new", "follows": "nothing"},
    "CALENDAR_TIES": {"follows": "default"},
    "CALENDAR_SEASON": {"name": "summer", "startsOn": "2026-06-01", "endsOn": "2026-09-30"},
    "TERM_INVALID": {"name": "summer", "follows": "default", "startsOn": "2026-09-30", "endsOn": "2026-06-01"},
    "CALENDAR_HOURS": {"week": [{"weekday": "MONDAY", "spans": [{"from": "12:00", "to": "08:30"}]}]},
    "OUT_OF_RANGE": {"years": [20270]},
    "VERSION_OUTDATED": {"expectedVersion": 7, "years": [2027]},
    "BLANK": {"name": " "},
    "NOT_FOUND": {"name": "new", "officeId": "Office:4711"},
}


@pytest.mark.parametrize("code", REFUSED)
async def test_a_calendar_that_cannot_be_is_refused_and_nothing_is_written(town: Town, code: str) -> None:
    answer = await set_calendar(town, **REFUSED[code])
    assert ([one["code"] for one in answer["userErrors"]], answer["calendar"]) == ([code], None)
    found = (await town.ask("{ calendars { nodes { name version } } }"))["calendars"]["nodes"]
    assert found == [{"name": "default", "version": 1}]


async def test_calendars_are_set_by_who_has_the_whole_ground_and_read_by_everybody(town: Town) -> None:
    below = await town.viewer("community.subdistrict_administrator", SUBDISTRICT)
    worker = await town.viewer("community.grid_worker", GRIDS["urban"])
    for viewer in (worker, below):
        assert (await set_calendar(town, viewer, years=[2027]))["userErrors"][0]["code"] == "NOT_ALLOWED"
    top = await town.viewer("community.district_administrator", DISTRICT)
    assert (await set_calendar(town, top, years=[2027]))["calendar"]["lastChange"]["counted"] == 0
    seen = await town.ask("{ calendars { nodes { name years lastChange { counted } } } }", worker)
    assert seen["calendars"]["nodes"] == [{"name": "default", "years": [2025, 2026, 2027], "lastChange": None}]
