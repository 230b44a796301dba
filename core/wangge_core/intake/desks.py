"""Reports at a desk: the hotline, the counter, whoever writes down for somebody what that one says, with how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass

from wangge_core.checking import check_optional_text
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.events.history import locked_event
from wangge_core.events.reports import MOST_DESCRIPTION
from wangge_core.intake.contacts import NOBODY, Contact, check_contact
from wangge_core.intake.joining import Again, count_again
from wangge_core.intake.reporting import write_report
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReporter:
    """Somebody who reported an event to a desk. `again`: the matter was reported before, and is counted; then say what was said."""

    event_id: int
    contact: Contact = NOBODY
    description: str | None = None
    again: bool = False


async def add_reporters(work: Work, viewer: Viewer, requests: Sequence[NewReporter]) -> list[Outcome]:
    """Keep who reported events, and make a number and a secret for them to follow by.

    For REPORT_EVENTS over the event's grid, and for who reported it for them. The outcome's id is that of the report.
    """
    return [await _add(work, viewer, request) for request in requests]


async def _add(work: Work, viewer: Viewer, request: NewReporter) -> Outcome:
    row = await locked_event(work, viewer, request.event_id)
    if row is None:
        return refused("NOT_FOUND", "id", what="Event", id=request.event_id)
    found: list[Refusal] = []
    own = viewer.account_id is not None and viewer.account_id == row.reporter_id
    if not own and not viewer.may(Capability.REPORT_EVENTS, row.path):
        return refused("NOT_ALLOWED")
    found.extend(check_optional_text(request.description, "description", most=MOST_DESCRIPTION))
    found.extend(check_contact(work, request.contact))
    if request.again and request.description is None:
        found.append(refusal("REQUIRED", "description"))
    if request.again and row.closed:
        found.append(refusal("REPORT_STEP_NOT_NOW"))
    if found:
        return Outcome(refusals=tuple(found))
    said = request.description or row.description
    if not request.again:
        return await write_report(work, row.id, viewer, said, request.contact, own=False)
    post = next((post for post in viewer.posts if post.stands_over(row.path)), None)
    again = Again(said, request.contact, None)
    joined = await count_again(work, row, again, by=viewer, post_id=post.id if post else None)
    return await write_report(work, row.id, viewer, said, request.contact, own=False, joined=True, counted=joined.counted)
