"""What is done with the events of the richer town beside their moves. It draws from dice of its own, so that the rest stays as it is."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from generated_filling import NOW, SEED, mark

from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.steering.requests import RequestKind, RequestState


class Steerings:
    """Chases, requests, projects, parts and joins of some events."""

    def __init__(self, work: Work, events: Sequence[dict[str, Any]], accounts: Sequence[int], posts: Sequence[int]) -> None:
        self.work, self.events, self.accounts, self.posts = work, events, accounts, posts
        self.random = Random(SEED)

    def maybe(self, value: Any, share: float = 0.6) -> Any:
        return value if self.random.random() < share else None

    async def write(self) -> None:
        ids = [event["id"] for event in self.events]
        for event in self.events[1::3]:
            others = {
                "part_of_id": self.maybe(self.random.choice(ids), 0.5),
                "joined_to_id": self.maybe(self.random.choice(ids), 0.4),
            }
            counts = {name: self.random.randrange(1, 4) for name in ("times_reported", "times_chased", "times_extended")}
            resting = self.maybe(NOW + timedelta(days=self.random.randrange(-9, 9)), 0.5)
            values = others | counts | {"deferred_until": resting}
            await self.work.run(sa.update(t.event).where(t.event.c.id == event["id"]).values(values))
        await self.work.insert(t.event_chase, [self.chase(event) for event in self.events[::4]])
        await self.work.insert(t.event_request, [self.request(event) for event in self.events[::2]])
        await self.work.insert(t.project, [self.project(event) for event in self.events[::5]])
        await self.work.insert(t.project_step, [one for event in self.events[::5] for one in self.steps(event)])

    def chase(self, event: dict[str, Any]) -> dict[str, Any]:
        answered = self.random.random() < 0.5
        return {
            "event_id": event["id"], "sequence": 1, "account_id": self.maybe(self.random.choice(self.accounts)),
            "post_id": self.maybe(self.random.choice(self.posts)), "note": f"Well? {mark('Event', event['id'])}",
            "at": NOW - timedelta(days=3), "answer_due_at": NOW, "answer": "soon" if answered else None,
            "answered_at": NOW if answered else None, "answered_by_id": self.random.choice(self.posts) if answered else None,
        }  # fmt: skip

    def request(self, event: dict[str, Any]) -> dict[str, Any]:
        state = self.random.choice(list(RequestState))
        decided = state is not RequestState.WAITING
        return {
            "event_id": event["id"], "sequence": 1, "kind": self.random.choice(list(RequestKind)).value, "stage": event["stage"],
            "account_id": self.maybe(self.random.choice(self.accounts)), "post_id": self.maybe(self.random.choice(self.posts)),
            "reason": f"rain {mark('Event', event['id'])}", "until": self.maybe(NOW + timedelta(days=5)), "at": NOW - timedelta(days=1),
            "state": state.value, "decided_by_account_id": None, "decided_by_id": self.random.choice(self.posts) if decided else None,
            "note": "so be it" if decided else None, "decided_at": NOW if decided else None,
        }  # fmt: skip

    def project(self, event: dict[str, Any]) -> dict[str, Any]:
        return {
            "event_id": event["id"], "budget_fen": self.maybe(10**12 + 1), "cost_fen": self.maybe(7),
            "households": self.maybe(12), "contractor": self.maybe(f"Heron Works {mark('Event', event['id'])}"),
        }  # fmt: skip

    def steps(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {
                "event_id": event["id"], "ordinal": ordinal, "name": f"step {ordinal} {mark('Event', event['id'])}",
                "planned_on": self.maybe(NOW.date() + timedelta(days=ordinal)), "done_at": self.maybe(NOW, 0.4),
            }
            for ordinal in range(1, self.random.randrange(2, 5))
        ]  # fmt: skip
