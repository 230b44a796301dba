"""Photographs and files of the richer town: on one event, on two, on none; with and without claims; by accounts and by visitors."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from generated_filling import NOW, SEED

from wangge_core.db import tables as t
from wangge_core.db.work import Work

ROLES = ("report", "photo", "photo_before", "photo_after")
TYPES = ("image/jpeg", "image/png", "application/pdf")


async def fill_attachments(work: Work, events: Sequence[Mapping[str, Any]], accounts: Sequence[int]) -> None:
    """Write files, attachments of them, and the events that those are on. Its own randomness leaves that of the others as it is."""
    random = Random(f"{SEED}/attachments")
    files = list(await work.reserve_ids(t.stored_file, 12))
    await work.insert(t.stored_file, [_file(id, number) for number, id in enumerate(files)])
    ids = list(await work.reserve_ids(t.attachment, 60))
    rows = [_attachment(random, id, files, accounts) for id in ids]
    await work.insert(t.attachment, rows)
    on = {
        (event["id"], random.randint(1, event["version"]), random.choice(ROLES), row["id"])
        for row in rows
        if row["attached"]
        for event in random.sample(list(events), random.choice((1, 1, 2)))
    }
    names = ("event_id", "sequence", "role", "attachment_id")
    await work.insert(t.event_attachment, [dict(zip(names, one, strict=True)) for one in sorted(on)])


def _file(id: int, number: int) -> dict[str, Any]:
    media_type = TYPES[number % len(TYPES)]
    picture = media_type.startswith("image/")
    return {
        "id": id, "digest": f"{number:064x}", "object": f"generated/{number}",
        "thumbnail": f"generated/{number}.small" if picture else None,
        "media_type": media_type, "bytes": 1000 + number, "width": 640 if picture else None, "height": 480 if picture else None,
        "created_at": NOW, "removed_at": None,
    }  # fmt: skip


def _attachment(random: Random, id: int, files: Sequence[int], accounts: Sequence[int]) -> dict[str, Any]:
    visitor, placed = random.random() < 0.2, random.random() < 0.6
    public = random.random() < 0.2
    return {
        "id": id, "stored_file_id": random.choice(files), "uploader_id": None if visitor else random.choice(accounts),
        "intake_token": f"{id:064x}" if visitor else None, "attached": random.random() < 0.85,
        "taken_in_at": NOW - timedelta(hours=random.randrange(1, 900)),
        "taken_at_claimed": NOW - timedelta(days=random.randrange(1, 90)) if random.random() < 0.5 else None,
        "longitude_claimed": round(random.uniform(100, 120), 7) if placed else None,
        "latitude_claimed": round(random.uniform(20, 40), 7) if placed else None,
        "public": public, "published_at": NOW if public else None, "published_by_id": None,
    }  # fmt: skip
