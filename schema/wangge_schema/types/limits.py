"""Clocks and limits as they are shown: how long a stage may take, and events of a kind by filing condition."""

import strawberry

from wangge_core.deadlines.limits import read_limits


@strawberry.type(description="How the time of a stage is counted.")
class Clock:
    kind: str = strawberry.field(
        description="CONTINUOUS, WORKING_HOURS, WORKING_DAYS, CALENDAR_DAYS, BY_KIND (the limit of the event's kind), BY_PLAN or BY_DETAIL."
    )
    amount: int | None = strawberry.field(description="Seconds for CONTINUOUS, else hours or days; null where the clock has none.")


@strawberry.type(
    description="How long events of a kind may take under a filing condition. What its workflow's clock by kind follows."
)
class KindLimit:
    name: str = strawberry.field(description="Its name within the kind; answer it where a move asks for a LIMIT.")
    label: str = strawberry.field(description="The filing condition, in the viewer's language where there is a translation.")
    clock: Clock = strawberry.field(description="How long.")
    closed_when: str = strawberry.field(
        description="What must be so before such an event is closed, in Chinese; empty where nothing is said."
    )


def shown_limits(stored: object, language: str) -> list[KindLimit]:
    """The limits that a kind keeps, as they are shown."""
    return [
        KindLimit(
            name=limit.name,
            label=limit.label.in_language(language),
            clock=Clock(kind=limit.clock.kind, amount=limit.clock.amount or None),
            closed_when=limit.closed_when,
        )
        for limit in read_limits(stored)
    ]
