"""Attackers on casework, what they try, and what a try could change."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from operating import NOBODY
from reports import VISITOR, codes
from steered import COMMUNITY, DISTRICT, GRIDS, ahead, head, specialist, worker
from towns import PHOTOGRAPH, Town, ids
from wangge_core.db import tables as t
from wangge_core.events.reporting import report_events
from wangge_core.events.reports import EventReport
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.delegations import NewDelegation, delegate_posts
from wangge_core.rights.viewers import Viewer, narrowed, operator

URBAN, RURAL = GRIDS["urban"], GRIDS["rural"]
SOON = ahead(3).isoformat()
STEERING: Mapping[str, Mapping[str, Any]] = {
    "eventAddEvidence": {"attachments": [f"Attachment:{PHOTOGRAPH}"]},
    "eventReassign": {"assignees": ["Post:1"]},
    "eventFinishPart": {},
    "eventGiveUpPart": {"reason": "no"},
    "eventChaseUp": {"note": "well?", "answerDueAt": SOON},
    "eventAnswerChase": {"answer": "soon"},
    "eventAskExtension": {"reason": "rain", "until": SOON},
    "eventDecideExtension": {"granted": True},
    "eventDefer": {"reason": "rain", "until": SOON},
    "eventDecideDeferral": {"granted": True},
    "eventResume": {},
    "eventJoin": {"events": ["Event:1"]},
    "eventSeparate": {},
    "eventSplit": {"parts": [{"description": "a part"}]},
    "eventAppeal": {"reason": "not us"},
    "eventDecideAppeal": {"granted": True},
    "eventFinishStep": {"step": 1},
    "eventAskReporter": {"text": "who are you?"},
    "eventReporterAdd": {"name": "Zhou Reed"},
    "eventReporterReveal": {"number": "23456-789AB", "purpose": "SERVICE"},
}
"""Everything that is done with a running event beside moves and remarks, with what an honest client gives."""
OTHERS = {"eventReport", "eventMove", "eventComment"}
WITHOUT_RIGHT = {
    "STAGE_WORKER_ONLY", "STAGE_LEAD_ONLY", "PARTNER_ONLY", "NEXT_LEVEL_ONLY", "DESK_ONLY", "NOT_ALLOWED", "NOT_SIGNED_IN", "NOT_FOUND",
}  # fmt: skip
READS = frozenset({Capability.READ_EVENTS, Capability.READ_PLACES, Capability.READ_PEOPLE})


async def called(town: Town, by: Viewer, name: str, id: str, /, **input: Any) -> Any:
    """The payload of a mutation; a refusal is one of those that it declares."""
    mutation = town.api.schema._schema.mutation_type.fields[name]  # type: ignore[attr-defined]
    declared = mutation.args["input"].type
    text = f"mutation($id: ID!, $input: {declared}) {{ done: {name}(id: $id, input: $input) {{ userErrors {{ code field message }} }} }}"
    return (await town.ask(text, by, id=id, input=input))["done"]


async def refused(town: Town, by: Viewer, name: str, id: str, /, **input: Any) -> list[str]:
    return codes(await called(town, by, name, id, **input))


async def state(town: Town, id: int) -> tuple[Any, ...]:
    """All of an event that an attack could change."""
    tables = (t.event_history, t.event_assignment, t.task, t.event_chase, t.event_request, t.public_report)
    async with town.deployment.read() as work:
        event = await work.first(sa.select(t.event).where(t.event.c.id == id))
        counts = [await work.value(sa.select(sa.func.count()).where(one.c.event_id == id)) for one in tables]
        all_events = await work.value(sa.select(sa.func.count()).select_from(t.event))
    return (event, tuple(counts), all_events)


async def complaint(town: Town) -> int:
    """A complaint about who serves the urban grid, which is kept from it."""
    report = EventReport(
        kind_id="community.service_complaint", description="shouted at me", grid_id=town.grids[URBAN], details={"what": "RUDE"}
    )
    async with town.deployment.write() as work:
        return ids(await report_events(work, operator(), [report]))[0]


async def _ended(town: Town) -> Viewer:
    login = f"community.grid_chief@{URBAN}"
    yesterday = datetime.now(UTC) - timedelta(days=1)
    async with town.deployment.write() as work:
        await work.run(sa.update(t.post).where(t.post.c.id == town.posts[login]).values(ends_at=yesterday))
    return await town.login(login)


async def _substitute(town: Town) -> Viewer:
    """Who stood in for the head until yesterday."""
    login = f"community.volunteer@{URBAN}"
    post = town.posts[f"community.community_head@{COMMUNITY}"]
    async with town.deployment.write() as work:
        account = await work.value(sa.select(t.account.c.id).where(t.account.c.login == login))
        ends = datetime.now(UTC) + timedelta(days=1)
        new = NewDelegation(post_id=post, account_id=account, ends_at=ends, reason="leave")
        ids(await delegate_posts(work, operator(), [new]))
        past = {"starts_at": work.now - timedelta(days=3), "ends_at": work.now - timedelta(hours=1)}
        await work.run(sa.update(t.delegation).values(past))
    viewer = await town.login(login)
    assert not viewer.stands_in
    return replace(viewer, posts=(), scopes={})


async def _reporter(town: Town) -> Viewer:
    """The account that reported the event, with no post."""
    return replace(await worker(town), posts=(), scopes={}, whole_ground=frozenset())


async def _party(town: Town) -> Viewer:
    return replace(
        await town.login(f"community.volunteer@{URBAN}"), posts=(), scopes={}, whole_ground=frozenset(), person_id=town.person
    )


async def narrow_key(town: Town) -> Viewer:
    return replace(narrowed(await head(town), READS), key_id=1)


ATTACKERS: Mapping[str, Any] = {
    "visitor": lambda _: _now(VISITOR),
    "resident": lambda town: _now(Viewer(account_id=NOBODY, login="resident", language="en", person_id=town.person)),
    "reporter without a post": _reporter,
    "party": _party,
    "another grid": lambda town: town.viewer("community.grid_worker", RURAL),
    "head's key to read with": narrow_key,
    "post that ended yesterday": _ended,
    "substitute out of term": _substitute,
    "auditor": lambda town: town.viewer("community.auditor", DISTRICT),
    "another office": lambda town: specialist(town, "housing"),
}
MAY: Mapping[str, set[str]] = {
    "reporter without a post": {"eventReporterAdd"},
    "another office": {"eventAskReporter", "eventReporterAdd"},
}
"""What an attacker has a right to after all: who reported an event keeps who had told them of it, and who remarks on all of a district's
events talks with their reporters."""


async def _now(viewer: Viewer) -> Viewer:
    return viewer
