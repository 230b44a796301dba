"""Events of the richer town: in all kinds and stages, with histories, assignments, involvements, and old versions of workflows."""

import copy
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import msgspec
import sqlalchemy as sa
from generated_attachments import fill_attachments
from generated_filling import GONE, NOW, Filling, mark
from generated_steering import Steerings

from wangge_core.db import tables as t
from wangge_core.events.reports import EventSource, Timeliness
from wangge_core.plugin.declarations.kinds import Involvable, Involves, Priority
from wangge_core.plugin.definitions import WorkflowDefinition


class Matters(Filling):
    """Writes the events; the ground and whom they are given to must stand."""

    async def versions(self) -> None:
        """Each workflow's current version, and of two of them an old one, whose labels differ."""
        await self.start_ids(t.workflow_version, t.workflow_stage)
        version = t.workflow_version
        rows = await self.work.rows(sa.select(version.c.workflow_id, version.c.id, version.c.definition).where(version.c.current))
        self.definitions = {row.id: msgspec.convert(row.definition, WorkflowDefinition) for row in rows}
        self.versions_of: dict[str, list[int]] = {row.workflow_id: [row.id] for row in rows}
        for row in list(rows)[:2]:
            id, old = self.id(version), copy.deepcopy(row.definition)
            for stage in old["stages"]:
                stage["label"]["en"] = f"Old {stage['label'].get('en', '')}"
            hashed = sha256(msgspec.json.encode(old)).hexdigest()  # of its content: a process keeps definitions by it
            values = {"workflow_id": row.workflow_id, "hash": hashed, "definition": old, "current": False}
            await self.work.insert(version, [{"id": id, "created_at": self.moment()} | values])
            definition = msgspec.convert(old, WorkflowDefinition)
            await self.work.insert(t.workflow_stage, [
                {"id": self.id(t.workflow_stage), "workflow_version_id": id, "name": one.name, "ordinal": ordinal, "final": one.final,
                 "label": {"zh": one.label.zh, "en": one.label.en}, "clock": msgspec.to_builtins(one.clock) if one.clock else None}
                for ordinal, one in enumerate(definition.stages)
            ])  # fmt: skip
            self.definitions[id] = definition
            self.versions_of[row.workflow_id].append(id)

    async def events(self) -> None:
        await self.start_ids(t.event, t.event_history, t.event_assignment, t.involvement)
        kinds = await self.work.rows(sa.select(t.event_kind.c.id, t.event_kind.c.workflow_id).order_by(t.event_kind.c.id))
        self.involvable = {
            Involvable.PERSON: await self.ids(t.person),
            Involvable.ORGANIZATION: await self.ids(t.organization),
            Involvable.ASSET: await self.ids(t.asset),
        }
        buildings, places = await self.ids(t.building), await self.ids(t.place)
        events, history, assignments, involvements = [], [], [], []
        for number in range(110):
            kind = self.random.choice(kinds)
            if number % 10 == 0:
                kind = next(one for one in kinds if one.id == f"{GONE}.matter")
            event = self.event(number, kind, buildings, places)
            entries = self.history(event)
            event["version"] = len(entries)
            events.append(event)
            history += entries
            assignments += self.assignments(event)
            involvements += self.involvements(event)
        await self.work.insert(t.event, events)
        await self.work.insert(t.event_history, history)
        await self.work.insert(t.event_assignment, assignments)
        await self.work.insert(t.involvement, involvements)
        await fill_attachments(self.work, events, self.accounts)
        await Steerings(self.work, events, self.accounts, self.posts).write()

    def event(self, number: int, kind: sa.Row[Any], buildings: Sequence[int], places: Sequence[int]) -> dict[str, Any]:
        id, grid = self.id(t.event), self.random.choice(self.ground.ids)
        declared = self.registry.event_kinds.get(kind.id)
        details = self.details(declared.details, self.ground.grids[grid]) if declared else None
        if kind.id.startswith(GONE):
            details = self.unlabelled(self.ground.grids[grid])
        to_office = self.random.random() < 0.4
        return {
            "id": id, "number": f"E{number * 7 % 110:04}{'x' if number % 3 else 'X'}", "kind_id": kind.id, "grid_id": grid,
            "workflow_version_id": self.random.choice(self.versions_of[kind.workflow_id]), "stage": "", "closed": False,
            "priority": self.random.choice(list(Priority)).value, "source": self.random.choice(list(EventSource)).value,
            "description": f"{self.name()} {mark('Event', id)}", "details": details,
            "reporter_id": self.maybe(self.random.choice(self.accounts)), "building_id": self.maybe(self.random.choice(buildings), 0.4),
            "unit_id": None, "place_id": self.maybe(self.random.choice(places), 0.3),
            "longitude": self.degrees(100, 120), "latitude": self.degrees(20, 40),
            "assignee_id": None if to_office else self.maybe(self.random.choice(self.posts)),
            "assignee_office_id": self.maybe(self.random.choice(self.offices)) if to_office else None,
            "occurred_at": self.maybe(self.moment()), "reported_at": self.moment(), "entered_stage_at": self.moment(90),
            "stage_due_at": self.maybe(NOW + timedelta(hours=self.random.randrange(-90, 90))), "whole_due_at": self.maybe(NOW, 0.2),
            "closed_at": None, "recorded_timeliness": self.random.choice((None, *(one.value for one in Timeliness))),
            "source_name": (source := self.maybe("hotline 12345", 0.3)), "source_key": source and f"K{id}", "version": 1,
        }  # fmt: skip

    def history(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """A walk along the moves of the event's workflow, with remarks between; sets where the event stands."""
        definition = self.definitions[event["workflow_version_id"]]
        stage, at, came_from = definition.start.name, event["reported_at"], definition.start.name
        entries = [self.entry(event, 1, "REPORTED", None, None, stage, at, event["reporter_id"])]
        for _ in range(self.random.randrange(5)):
            moves = [move for move in definition.moves if stage in move.sources]
            at += timedelta(minutes=self.random.randrange(0, 5000), milliseconds=self.random.randrange(1000))
            account = self.maybe(self.random.choice(self.accounts), 0.8)
            if not moves or self.random.random() < 0.25:
                entries.append(self.entry(event, len(entries) + 1, "COMMENTED", None, stage, stage, at, account))
                continue
            move = self.random.choice(moves)
            target = move.to or came_from
            answers = {ask.name: self.answer(ask.type.value) for ask in move.asks if self.random.random() < 0.8}
            entries.append(self.entry(event, len(entries) + 1, "MOVED", move.name, stage, target, at, account, answers))
            came_from, stage = stage, target
        event["stage"], event["closed"] = stage, definition.stage(stage).final
        event["closed_at"] = self.maybe(at, 0.8) if event["closed"] else None
        return entries

    def entry(self, event: dict[str, Any], sequence: int, kind: str, move: str | None, source: str | None, to: str, at: datetime,
              account: int | None, answers: dict[str, Any] | None = None) -> dict[str, Any]:  # fmt: skip
        said = {"note": f"{self.name()} {mark('Event', event['id'])}"} if kind == "COMMENTED" else answers
        return {
            "id": self.id(t.event_history), "event_id": event["id"], "sequence": sequence, "entry": kind, "move": move,
            "from_stage": source, "to_stage": to, "at": at, "account_id": account,
            "post_id": self.maybe(self.random.choice(self.posts)), "answers": said or {},
        }  # fmt: skip

    def answer(self, type: str) -> Any:
        made: dict[str, Any] = {
            "INTEGER": 3, "FLAG": True, "DATE": "2026-11-21", "POSITION": {"longitude": 114.3, "latitude": 30.6},
            "PHOTOS": [{"attachment": 1}, {"attachment": 2}], "POSTS": [{"post": self.random.choice(self.posts)}],
            "OFFICES": [{"office": self.random.choice(self.offices)}], "ASSIGNEES": [{"post": self.random.choice(self.posts)}],
        }  # fmt: skip
        return made.get(type, self.name())

    def assignments(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        made = []
        for number in range(self.random.choice((0, 1, 1, 2, 3))):
            to_office = self.random.random() < 0.4
            made.append({
                "id": self.id(t.event_assignment), "event_id": event["id"], "sequence": number + 1,
                "post_id": None if to_office else self.random.choice(self.posts),
                "office_id": self.random.choice(self.offices) if to_office else None,
                "lead": number == 0, "active": self.random.random() < 0.6,
            })  # fmt: skip
        return made

    def involvements(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        declared = self.registry.event_kinds.get(event["kind_id"])
        roles = declared.involves if declared and declared.involves else ()
        if event["kind_id"].startswith(GONE):
            roles = (Involves("somebody", Involvable.PERSON, zh="某人", many=True),)
        made = []
        for role in roles:
            for _ in range(self.random.choice((1, 2)) if role.many else 1):
                sort = self.random.choice(role.sorts)
                row: dict[str, Any] = {"person_id": None, "organization_id": None, "asset_id": None}
                row |= {"id": self.id(t.involvement), "event_id": event["id"], "role": role.role}
                made.append(row | {f"{sort.value.lower()}_id": self.random.choice(self.involvable[sort])})
        return made
