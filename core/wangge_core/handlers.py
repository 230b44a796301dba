"""Handlers: what each job does, by its name. Every room's jobs are named here and nowhere else."""

from datetime import timedelta

from wangge_core.deadlines.turns import RESUME, TURN
from wangge_core.evidence.recurring import PRUNE as PRUNE_FILES
from wangge_core.evidence.recurring import prune_handler
from wangge_core.jobs.running import Handlers, every
from wangge_core.moves.timers import resume, take_turns
from wangge_core.tasks.acknowledging import escalate_task
from wangge_core.tasks.giving import ESCALATE
from wangge_core.tasks.passing import FREE, free_ended_posts
from wangge_core.tasks.shifts import PRUNE, prune_position

HANDLERS: Handlers = {
    TURN: take_turns,
    RESUME: resume,
    PRUNE_FILES: prune_handler,
    ESCALATE: escalate_task,
    FREE: every(timedelta(minutes=1), free_ended_posts),
    PRUNE: prune_position,
}
RECURRING = (FREE, PRUNE_FILES)
"""Jobs that there are always; each sets itself for its next time."""
