"""The logs of the richer town: reads and changes that no request made."""

from typing import Any

import sqlalchemy as sa
from generated_events import Matters

from wangge_core.db import tables as t


class Logs(Matters):
    """Writes the logs."""

    async def logs(self) -> None:
        """Reads of some persons, and changes of some things, by accounts that are there and by nobody."""
        await self.work.run(sa.delete(t.change_log))
        post = t.post
        posts = await self.work.rows(sa.select(post.c.id, post.c.role_id).order_by(post.c.id))
        people, held = await self.ids(t.person), [[row.id, row.role_id, None] for row in posts]
        entries = [
            {
                "id": number, "at": self.moment(), "kind": self.random.choice(("READ", "READ", "REVEAL", "SEARCH")),
                "account_id": self.maybe(self.random.choice(self.accounts)), "key_id": None,
                "held": self.random.sample(held, self.random.randrange(3)), "office_id": self.maybe(self.random.choice(self.offices)),
                "operation": self.random.choice(("", "Names")), "document_hash": "0" * 16,
                "purpose": self.random.choice((None, "VISIT", "SERVICE")), "purpose_text": self.maybe(self.name()),
                "parts": [["Person", ["name", "bornOn"]], ["Need", ["reason"]]], "subjects": [], "hash": bytes(32),
            }
            for number in range(1, 31)
        ]  # fmt: skip
        subjects = [
            {"person_id": person, "entry_id": entry["id"], "part": self.random.randrange(2)}
            for entry in entries
            for person in self.random.sample(people, self.random.randrange(1, 6))
        ]
        await self.work.insert(t.read_log, entries)
        await self.work.insert(t.read_log_subject, subjects)
        await self.work.insert(t.change_log, [await self.change(number, held) for number in range(1, 120)])

    async def change(self, number: int, held: list[Any]) -> dict[str, Any]:
        """A row of the log of changes; the creations of a type do not overlap."""
        tables = {
            "Account": t.account,
            "Building": t.building,
            "Grid": t.grid,
            "Office": t.office,
            "Person": t.person,
            "Unit": t.unit,
        }
        types, created = list(tables), number <= 2 * len(tables)
        type = types[number % len(types)] if created else self.random.choice(types)
        ids = await self.ids(tables[type])
        half = len(ids) // 2
        part = ids[:half] if number <= len(types) else ids[half + 1 :] or ids[half:]
        first = last = self.random.choice(ids)
        if created:
            first, last = part[0], part[-1]
        fields = [["name"], ["grid_id", 1, 2], ["residence.moved_out_on"], ["starts_at", None, "2026-01-01T00:00:00Z"]]
        return {
            "id": number, "at": self.moment(), "account_id": self.maybe(self.random.choice(self.accounts)), "key_id": None,
            "held": self.random.sample(held, self.random.randrange(3)), "operation": "import",
            "action": "CREATED" if created else self.random.choice(("CHANGED", "CHANGED", "REMOVED")), "thing": type,
            "thing_id": first, "last_id": last, "fields": [] if created else self.random.sample(fields, 2), "hash": bytes(32),
        }  # fmt: skip
