"""Handlers: what each job does, by its name, and what a room does for those below it. They are named here and nowhere else."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from wangge_core.appraisals.crediting import CREDIT, credit_points
from wangge_core.campaigns.ending import FORGET as FORGET_CAMPAIGN
from wangge_core.campaigns.ending import end_by_itself, forget_results
from wangge_core.campaigns.freezing import count_again
from wangge_core.campaigns.starting import END as END_CAMPAIGN
from wangge_core.db.work import Work
from wangge_core.deadlines.turns import RESUME, TURN
from wangge_core.divisions.proposing import APPLY as APPLY_DIVISION
from wangge_core.divisions.rehoming import TARGETS_MOVED
from wangge_core.divisions.waiting import apply_handler
from wangge_core.events.newcomers import open_newcomers
from wangge_core.evidence.recurring import PRUNE as PRUNE_FILES
from wangge_core.evidence.recurring import prune_handler
from wangge_core.indicators.counting import COUNT as COUNT_INDICATORS
from wangge_core.indicators.counting import count_handler
from wangge_core.jobs.running import Handlers, every
from wangge_core.moves.timers import resume, take_turns
from wangge_core.staffing.handing_over import DUE as HAND_OVER
from wangge_core.staffing.handing_over import hand_over_due
from wangge_core.tasks.acknowledging import escalate_task
from wangge_core.tasks.giving import ESCALATE
from wangge_core.tasks.passing import FREE, free_ended_posts
from wangge_core.tasks.shifts import PRUNE, prune_position
from wangge_core.vacancies import FOUND_LIVED_IN

HANDLERS: Handlers = {
    TURN: take_turns,
    RESUME: resume,
    PRUNE_FILES: prune_handler,
    ESCALATE: escalate_task,
    FREE: every(timedelta(minutes=1), free_ended_posts),
    PRUNE: prune_position,
    APPLY_DIVISION: apply_handler,
    CREDIT: every(timedelta(hours=1), credit_points),
    COUNT_INDICATORS: count_handler,
    HAND_OVER: hand_over_due,
    END_CAMPAIGN: end_by_itself,
    FORGET_CAMPAIGN: forget_results,
}
RECURRING = (FREE, PRUNE_FILES, COUNT_INDICATORS, CREDIT)
"""Jobs that there are always; each sets itself for its next time."""
FOLLOWING: Mapping[str, Callable[[Work, Sequence[Any]], Awaitable[None]]] = {
    FOUND_LIVED_IN: open_newcomers,
    TARGETS_MOVED: count_again,
}
"""What follows in the same transaction of what a room below has left, by its topic."""


async def follow(work: Work) -> None:
    """Do what was left in a unit of work, and what that leaves in turn."""
    while left := work.take_left():
        for topic in dict.fromkeys(topic for topic, _ in left):
            await FOLLOWING[topic](work, [content for found, content in left if found == topic])
