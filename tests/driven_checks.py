"""What must hold of every event after every step, judged from its rows: history, state, deadlines, tasks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from driven_events import Seen
from plain_clocks import Wait, due_of_row
from wangge_core.db.columns import instant_text
from wangge_core.events.replay import replay
from wangge_core.plugin.definitions import ClockDefinition

OF_STAGES = {"HANDLE", "VERIFY_EXISTS", "VERIFY_FIXED"}
TURNS = {"WARNED", "OVERDUE", "ESCALATED"}
BY_FACTS = {"BY_KIND", "BY_PLAN", "BY_DETAIL"}
"""Clocks whose amount stands elsewhere than in the workflow."""
Found = Iterator[str]


def wrong(event: Seen, now: datetime, *, jobs_ran: bool) -> Found:
    """What does not hold. `jobs_ran`: whether all that was due by now has been done."""
    yield from history(event)
    yield from state(event)
    yield from stage_clock(event)
    yield from due_times(event)
    yield from turns(event, now, jobs_ran=jobs_ran)
    yield from tasks(event)
    yield from replayed(event)
    yield from project(event)


def history(event: Seen) -> Found:
    """The entries have no gap, follow each other from stage to stage, and the last one is the present version."""
    numbers = [one["sequence"] for one in event.entries]
    if numbers != list(range(1, event.row["version"] + 1)):
        yield f"version {event.row['version']} with the entries {numbers}"
    stage, at = None, None
    for one in event.entries:
        if stage is not None and one["from_stage"] != stage:
            yield f"entry {one['sequence']} leaves {one['from_stage']} where the event stood at {stage}"
        if one["entry"] not in ("REPORTED", "MOVED") and one["from_stage"] != one["to_stage"]:
            yield f"entry {one['sequence']}, {one['entry']}, moves the event"
        if at is not None and one["at"] < at:
            yield f"entry {one['sequence']} is earlier than the one before it"
        stage, at = one["to_stage"], one["at"]
    if stage != event.row["stage"]:
        yield f"stands at {event.row['stage']}, and its history ends at {stage}"


def state(event: Seen) -> Found:
    """What its columns say fits together."""
    row = event.row
    if event.closed is not (event.stage.final or event.joined):
        yield f"closed is {event.closed} at {row['stage']}"
    if event.closed is not (row["closed_at"] is not None):
        yield f"closed is {event.closed}, closed_at {row['closed_at']}"
    if event.deferred and event.closed:
        yield "it has ended, and rests"
    came = [one for one in event.entries if one["entry"] == "REPORTED" or one["from_stage"] != one["to_stage"]][-1]
    if came["at"] != row["entered_stage_at"]:
        yield f"entered_stage_at is {row['entered_stage_at']}, and it came at {came['at']}"
    lead = event.given[0] if event.given else {"post_id": None, "office_id": None}
    if (lead["post_id"], lead["office_id"]) != (row["assignee_id"], row["assignee_office_id"]):
        yield f"the lead is {lead}, and the event says {row['assignee_id']}, {row['assignee_office_id']}"
    if sum(one["lead"] for one in event.given) != bool(event.given):
        yield "not one leads"
    chased = sum(one["entry"] in ("CHASED", "OVERDUE") for one in event.entries)
    if chased != row["times_chased"]:
        yield f"chased {row['times_chased']} times, and the history tells {chased}"


@dataclass(slots=True)
class Expected:
    """The clock of a stage as the history alone tells it."""

    stage: str
    started_at: datetime
    waits: list[Wait] = field(default_factory=list[Wait])
    fixed_due_at: str | None = None

    def wait(self, at: datetime) -> None:
        self.waits.append((at, None))

    def go_on(self, at: datetime) -> None:
        if self.waits and self.waits[-1][1] is None:
            self.waits[-1] = (self.waits[-1][0], at)


def expected_clock(event: Seen) -> Expected | None:
    """Walk through the history with nothing but the workflow: which stage clock must be there now, since when, with which waits."""
    now: Expected | None = None
    aside: dict[str, Expected] = {}
    for one in event.entries:
        at, answers = one["at"], one["answers"]
        if one["entry"] == "REPORTED":
            now = _entered(event, one["to_stage"], at)
        elif one["entry"] == "MOVED" and one["from_stage"] != one["to_stage"]:
            move = event.definition.move(one["move"] or "")
            if now is not None and move is not None and move.pauses_clock:
                now.wait(at)
                aside[now.stage] = now
            now = aside.pop(one["to_stage"], None) or _entered(event, one["to_stage"], at)
            if event.definition.stage(one["to_stage"]).final:
                now, aside = None, {}
            elif now is not None:
                now.go_on(at)
        elif now is not None:
            _happened(now, one["entry"], answers, at)
    return now


def _entered(event: Seen, stage: str, at: datetime) -> Expected | None:
    return Expected(stage, at) if event.definition.stage(stage).clock is not None else None


def _happened(now: Expected, entry: str, answers: Mapping[str, Any], at: datetime) -> None:
    if (entry == "DEFERRAL_DECIDED" and answers["granted"]) or (entry == "JOINED" and "to" in answers):
        now.go_on(at)
        now.wait(at)
    elif entry == "RESUMED" or (entry == "SEPARATED" and "from" in answers):
        now.go_on(at)
    elif entry == "EXTENSION_DECIDED" and answers["granted"]:
        now.fixed_due_at = answers["until"]


def pauses_of(event: Seen, clock: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in event.pauses if one["event_clock_id"] == clock["id"]]


def waits_by_move(event: Seen, clock: Mapping[str, Any]) -> bool:
    pauses = pauses_of(event, clock)
    return bool(pauses and pauses[-1]["ended_at"] is None and pauses[-1]["by_move"])


def present_clock(event: Seen) -> Mapping[str, Any] | None:
    """The stored clock of the present stage."""
    running = [
        one for one in event.clocks if one["scope"] == "STAGE" and one["state"] != "STOPPED" and not waits_by_move(event, one)
    ]
    return running[-1] if running else None


def stage_clock(event: Seen) -> Found:
    """The clock that is stored is the one of which the history tells."""
    stored, expected = present_clock(event), expected_clock(event)
    if not event.runs:
        if any(one["state"] != "STOPPED" for one in event.clocks):
            yield "a clock runs on after the end"
        return
    if (stored is None) is not (expected is None):
        yield f"the clock of the stage is {stored}, and should be {expected}"
    if stored is None or expected is None:
        return
    waits = _merged([(one["started_at"], one["ended_at"]) for one in pauses_of(event, stored)])
    if (stored["stage"], stored["started_at"]) != (expected.stage, expected.started_at) or stored["stage"] != event.row["stage"]:
        yield f"the clock is of {stored['stage']} since {stored['started_at']}, and should be {expected}"
    if waits != _merged(expected.waits):
        yield f"the clock waited {waits}, and should have {expected.waits}"
    if expected.fixed_due_at and stored["fixed_due_at"] != datetime.fromisoformat(expected.fixed_due_at):
        yield f"it was extended until {expected.fixed_due_at}, and the clock says {stored['fixed_due_at']}"
    declared = event.stage.clock
    if declared is not None and declared.kind not in BY_FACTS and (stored["kind"], stored["amount"]) != _amount(declared):
        yield f"the clock counts {stored['amount']} of {stored['kind']}, and the stage has {declared}"
    if (stored["state"] == "WAITING") is not event.deferred:
        yield f"the clock is {stored['state']}, and the event rests until {event.row['deferred_until']}"


def _merged(waits: Sequence[Wait]) -> list[Wait]:
    """Without waits of no length; those that touch are one."""
    found: list[Wait] = []
    for begin, end in waits:
        if begin == end:
            continue
        if found and found[-1][1] == begin:
            found[-1] = (found[-1][0], end)
        else:
            found.append((begin, end))
    return found


def _amount(clock: ClockDefinition) -> tuple[str, int]:
    return clock.kind, clock.amount * (3600 if clock.kind == "WORKING_HOURS" else 1)


def due_times(event: Seen) -> Found:
    """What the event says of its deadlines is what a plain count of its clocks comes to; nothing is due while it waits."""
    for clock in event.clocks:
        if clock["state"] == "STOPPED":
            continue
        plain = due_of_row(event.around.calendar, clock, pauses_of(event, clock))
        if plain != clock["due_at"]:
            yield f"a clock of {clock['stage']} ({clock['kind']} {clock['amount']}) is due {clock['due_at']}, counted {plain}"
        if clock["state"] == "WAITING" and clock["due_at"] is not None:
            waited = pauses_of(event, clock)[-1]["started_at"]
            if clock["due_at"] > waited:
                yield f"a clock that waits since {waited} is due {clock['due_at']}"
    stage = present_clock(event)
    wholes = [one for one in event.clocks if one["scope"] == "WHOLE"]
    if event.row["stage_due_at"] != (stage["due_at"] if stage else None):
        yield f"stage_due_at is {event.row['stage_due_at']}, the clock says {stage and stage['due_at']}"
    if not event.joined and event.row["whole_due_at"] != (wholes[-1]["due_at"] if wholes else None):
        yield f"whole_due_at is {event.row['whole_due_at']}, the clock says {wholes and wholes[-1]['due_at']}"


def turns(event: Seen, now: datetime, *, jobs_ran: bool) -> Found:
    """Nothing runs out while it rests or is joined; what has run out has been told once, and nothing before its time."""
    resting = joined = False
    for one in event.entries:
        if one["entry"] == "DEFERRAL_DECIDED" and one["answers"]["granted"]:
            resting = True
        elif one["entry"] == "RESUMED":
            resting = False
        elif one["entry"] in ("JOINED", "SEPARATED"):
            joined = one["entry"] == "JOINED" and "to" in one["answers"]
        elif one["entry"] in TURNS and (resting or joined):
            yield f"{one['entry']} while it {'rests' if resting else 'is joined'}"
        elif one["entry"] in TURNS and one["to_stage"] in {stage.name for stage in event.definition.stages if stage.final}:
            yield f"{one['entry']} after the end"
    for clock in event.clocks:
        due, late = clock["due_at"], clock["overdue_at"]
        if late is not None and due is not None and late < due:
            yield f"told at {late} of a deadline at {due}"
        if clock["state"] == "RUNNING" and jobs_ran and due is not None and (late is None) is not (due > now):
            yield f"a clock was due at {due}, it is {now}, and its overdue_at is {late}"


def tasks(event: Seen) -> Found:
    """Somebody is asked to do the stage while it runs; nobody is asked for anything when it has ended, but to decide on an appeal."""
    found = event.open_tasks
    if not event.runs:
        left = [one["kind"] for one in found if one["kind"] != "DECIDE_APPEAL"]
        if left:
            yield f"has ended, with open tasks {left}"
        return
    of_stage = [one for one in found if one["kind"] in OF_STAGES]
    if [one["kind"] for one in of_stage] != [event.stage.task.value]:
        yield f"asks for {[one['kind'] for one in of_stage]} at {event.row['stage']}, not for {event.stage.task.value}"
    for one in of_stage:
        if one["rule"] != f"{event.definition.id}.{event.row['stage']}":
            yield f"a task of {one['rule']} is open at {event.row['stage']}"
        if one["due_at"] != event.row["stage_due_at"]:
            yield f"the task is due {one['due_at']}, the stage {event.row['stage_due_at']}"
    known = event.around.registry.roles
    for one in found:
        by_roles = one["kind"] in OF_STAGES and not any(role in known for role in event.stage.by) and not event.given
        if one["id"] not in event.addressed and not by_roles:
            yield f"nobody has the open task {one['kind']}"
    deciding = {"DECIDE_" + one["kind"] for one in event.requests if one["state"] == "WAITING"}
    asked = {one["kind"] for one in found if one["kind"].startswith("DECIDE_")}
    if deciding != asked:
        yield f"requests wait for {deciding}, and tasks ask for {asked}"
    ends = [one["sequence"] for one in event.entries if one["from_stage"] and event.definition.stage(one["from_stage"]).final]
    owed = sum(one["answered_at"] is None and not (ends and one["sequence"] <= ends[-1]) for one in event.chases)
    if bool(owed) is not any(one["kind"] == "ANSWER_CHASE" for one in found):
        yield f"{owed} chases wait for an answer, and tasks ask for {[one['kind'] for one in found]}"
    yield from parts(event)


def parts(event: Seen) -> Found:
    """Whose part is open is asked for it, where the event was given for the present stage, or who leads goes on with it there."""
    partners = event.given[1:] or event.given
    asks = bool(event.given) and (lead_works(event) or given_here(event))
    wanted = sum(one["part_state"] == "OPEN" for one in partners) if asks else 0
    asked = sum(one["kind"] == "DO_PART" for one in event.open_tasks)
    taken_over = any(one["entry"] == "REASSIGNED" and "from" in one["answers"] for one in event.entries)
    most = wanted + (
        taken_over and bool(event.given) and event.given[0]["part_state"] == "OPEN"
    )  # a lead may take a partner's over
    if not wanted <= asked <= most:
        yield f"{wanted} partners have open parts at {event.row['stage']}, and {asked} tasks ask for them"


def project(event: Seen) -> Found:
    """What moves were last answered of costs and steps is what the project says."""
    answers = [one["answers"] for one in event.entries if one["entry"] == "MOVED"]
    cost = [one["cost_fen"] for one in answers if one.get("cost_fen") is not None]
    if cost and cost[-1] != event.projects[0]["cost_fen"]:
        yield f"the project cost {event.projects[0]['cost_fen']}, and {cost[-1]} was answered"
    steps = [one["steps"] for one in answers if one.get("steps")]
    if steps and [one["name"] for one in steps[-1]] != [one["name"] for one in event.steps]:
        yield f"the project has the steps {event.steps}, and {steps[-1]} was answered"


def given_here(event: Seen) -> bool:
    """Whether it was given to whoever has it when it came to its stage, or since; a hand-over gives it to nobody else."""
    at = [one["sequence"] for one in event.entries if one["entry"] == "REPORTED" or one["from_stage"] != one["to_stage"]][-1]
    given = [one for one in event.entries if "given" in (one["changes"] or {}) and "from" not in one["answers"]]
    return bool(given) and given[-1]["sequence"] >= at


def lead_works(event: Seen) -> bool:
    """Whether the post or office that leads can do the present stage."""
    lead, roles = event.given[0], event.around.registry.roles
    if lead["office_id"] is not None:
        return any(role in roles and roles[role].in_office for role in event.stage.by)
    return bool(roles[event.around.role_of[lead["post_id"]]].acts_as & {*event.stage.by})


def replayed(event: Seen) -> Found:
    """The history alone comes to what is stored."""
    comes_to = replay(event.definition, event.entries)
    stored = dict(event.row) | {"at_work": [[one["post_id"], one["office_id"], one["part_state"]] for one in event.given]}
    for name, value in comes_to.items():
        if _text(stored[name]) != _text(value):
            yield f"{name} is {stored[name]}, the history comes to {value}"


def _text(value: Any) -> Any:
    return instant_text(value) if isinstance(value, datetime) else value
