"""The mutation that splits an event into parts, whose inputs hold the details of every enabled plugin."""

from collections.abc import Sequence
from typing import Any

import strawberry

from wangge_core.errors import refusal
from wangge_core.plugin.registry import Registry
from wangge_core.steering.splitting import NewPart, Split, split_events
from wangge_schema.details import DetailsTypes, definitions
from wangge_schema.writing.fields import Given, Mutation, with_details
from wangge_schema.writing.inputs import DETAILS, TEXT, details_for, optional, required
from wangge_schema.writing.payloads import RefusedError, key_of
from wangge_schema.writing.steering import GIVEN_TO, STOPPED, assignees, steering_mutation
from wangge_schema.writing.steering_inputs import NOTE, SEEN


@strawberry.input
class EventPartFields:
    """A part of an event, which becomes an event of its own in the same place."""

    description: str = required("What it is about, at most 4,000 characters.")
    kind_id: strawberry.ID | None = optional("What sort of matter it is; the kind of the whole unless given.")
    assignees: list[strawberry.ID] | None = optional(
        "To whom its first stage is given: global ids of posts and offices, the lead first; to whoever does that stage unless given."
    )


def _part(index: int, given: Given, input: Any, kinds: Sequence[str]) -> NewPart:
    details = getattr(input, "details", None)
    if details is not None and details is not strawberry.UNSET and "kind_id" not in given:
        raise RefusedError(refusal("REQUIRED", f"parts.{index}.kindId"))
    return NewPart(
        description=given["description"],
        kind_id=given.get("kind_id"),
        details=details_for(input, given["kind_id"], kinds) if "kind_id" in given else None,
        assignees=assignees(given, f"parts.{index}.assignees"),
    )


def _split(kinds: Sequence[str], id: str, given: Given, input: Any) -> Split:
    parts = zip(given["parts"], input.parts, strict=True)
    return Split(
        event_id=key_of(id, "Event", "id"),
        expected_version=given.get("expected_version"),
        parts=tuple(_part(index, one, face, kinds) for index, (one, face) in enumerate(parts)),
        note=given.get("note"),
    )


def mutations(registry: Registry, details: DetailsTypes) -> list[Mutation]:
    """The mutations of this module."""
    kinds = tuple(definitions(registry, "event"))
    part = with_details(EventPartFields, details.inputs.get("event"), "event")
    fields = {"parts": list[part], "note": str | None, "expected_version": int | None}
    split: Any = type("EventSplitInput", (), {"__annotations__": fields})
    split.parts = required("The parts, at least one and at most 20.")
    split.note, split.expected_version = optional(NOTE), optional(SEEN)
    split = strawberry.input(split, description="The parts that an event is split into.")
    one = steering_mutation(
        "eventSplit",
        "Split an event into parts, each an event of its own with its own workflow; the whole goes on beside them, and its workflow says "
        "what becomes of them when it ends. For the desk of its level, or of a level above; not in an emergency.",
        split,
        split_events,
        lambda id, given, input: _split(kinds, id, given, input),
        *(*STOPPED, *TEXT, *DETAILS, *GIVEN_TO, "DESK_ONLY", "EMERGENCY", "EVENT_DEFERRED", "SPLIT_OF_PART", "SPLIT_HIDDEN"),
        *("KIND_UNKNOWN", "KIND_RETIRED", "NOBODY_ON_DUTY"),
    )
    return [one]
