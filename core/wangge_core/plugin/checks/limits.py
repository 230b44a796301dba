"""Limits and openness of kinds: what a clock by kind or by detail follows is there, and what is open or shown to the public can be."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, get_type_hints

from wangge_core.plugin.checks.clocks import counted, counts_nothing, follows_kind
from wangge_core.plugin.checks.names import SNAKE_CASE
from wangge_core.plugin.collecting import Collection
from wangge_core.plugin.declarations.clocks import ByDetail
from wangge_core.plugin.declarations.kinds import EventKind, Limit
from wangge_core.plugin.faults import Fault

Found = tuple[str, str, str, str]


def check_limits(collection: Collection) -> Iterator[Fault]:
    for item, kind in collection.of("event_kinds", EventKind):
        for code, part, message, hint in (*_limits(kind), *_clocks(kind), *_openness(kind)):
            thing = f"{item.id}/{part}" if part else item.id
            yield Fault(plugin=item.plugin, thing=thing, code=code, message=message, hint=hint)


def _limits(kind: EventKind) -> Iterator[Found]:
    for name, times in Counter(limit.name for limit in kind.limits).items():
        if times > 1:
            yield "NAME_TAKEN", name, f"stands {times} times among the limits.", "Give each limit a name of its own."
    for limit in kind.limits:
        yield from _limit(limit)


def _limit(limit: Limit) -> Iterator[Found]:
    if not SNAKE_CASE.fullmatch(limit.name):
        hint = "Use lower-case letters, digits and single underscores, a letter first."
        yield "NAME_NOT_SNAKE_CASE", limit.name, "is not a name in snake_case.", hint
    if not limit.zh.strip():
        yield "LABEL_MISSING", limit.name, "has no Chinese label.", 'Give it zh="…".'
    if counted(limit.clock) is None or limit.clock.until or limit.clock.since or limit.clock.restarted_by:
        hint = "A limit says how long: Continuous, WorkingHours, WorkingDays or CalendarDays, without stages."
        yield "LIMIT_NOT_COUNTED", limit.name, f"is a {type(limit.clock).__name__} that follows something else.", hint
    yield from counts_nothing(limit.clock, limit.name)


def _clocks(kind: EventKind) -> Iterator[Found]:
    follows = follows_kind(kind.workflow)
    if follows and not kind.limits and not kind.limits_by_deployment:
        hint = "Give it limits=(Limit(…),), or say limits_by_deployment=True."
        yield "KIND_WITHOUT_LIMITS", "", f"goes through {kind.workflow.name!r}, whose clock follows limits, and has none.", hint
    if not follows and (kind.limits or kind.limits_by_deployment):
        hint = "Put ByKind() on a stage of its workflow, or leave the limits out."
        yield "LIMITS_UNUSED", "", f"has limits that no clock of {kind.workflow.name!r} follows.", hint
    fields = _fields(kind)
    for clock in (kind.workflow.whole, *(stage.clock for stage in kind.workflow.stages)):
        if isinstance(clock, ByDetail) and not _is_moment(fields.get(clock.field)):
            hint = "Give every kind of the workflow this field in its details, as a datetime or datetime | None."
            yield (
                "CLOCK_DETAIL_UNKNOWN",
                clock.field,
                "is what a clock of its workflow follows, and is no datetime of its details.",
                hint,
            )


def _fields(kind: EventKind) -> Mapping[str, Any]:
    try:
        return get_type_hints(kind.details) if kind.details is not None else {}
    except (NameError, TypeError):
        return {}  # told by the check of details


def _is_moment(hint: Any) -> bool:
    return hint is datetime or hint == datetime | None


def _openness(kind: EventKind) -> Iterator[Found]:
    required = [one.role for one in kind.involves if not one.optional]
    if kind.open_to_public and required:
        hint = "Make them optional, or leave open_to_public out: somebody without an account sees no register to choose from."
        yield "KIND_OPEN_NEEDS_REGISTER", "", f"is open to the public and requires {', '.join(required)}.", hint
    if kind.shown_to_public and _is_hidden(kind):
        yield "KIND_SHOWN_AND_HIDDEN", "", "is hidden from the grid and shown to everybody.", "Leave one of the two out."


def _is_hidden(kind: EventKind) -> bool:
    return kind.hidden_from_grid or (kind.parent is not None and _is_hidden(kind.parent))
