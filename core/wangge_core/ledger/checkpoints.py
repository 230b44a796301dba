"""Checkpoints: places and assets that a patrol passes, and the public cameras that a video patrol looks through.

Of a camera nothing but that it was looked through is kept: no picture, and nobody in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.checking import check_position
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Refusal, refusal
from wangge_core.ledger.entries import CheckpointBy, PatrolKind
from wangge_core.ledger.patrol_requests import MOST_CHECKPOINTS, Checkpoint
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import within_grid
from wangge_core.tasks.duty import distance

NEAR_METRES = 150.0
"""How near a position must be to what it says was passed."""
CAMERA = "camera"


@dataclass(frozen=True, slots=True)
class Passable:
    """The named places and assets that the viewer sees."""

    places: dict[int, sa.Row[Any]]
    assets: dict[int, sa.Row[Any]]

    def check(self, checkpoints: Sequence[Checkpoint], what: str, started_at: datetime, until: datetime) -> Iterator[Refusal]:
        """Each is there, was passed in the time of the patrol, and not from far away."""
        if len(checkpoints) > MOST_CHECKPOINTS:
            yield refusal("TOO_MANY", "checkpoints", most=MOST_CHECKPOINTS)
        for index, one in enumerate(checkpoints):
            field = f"checkpoints.{index}"
            if (one.place_id is None) == (one.asset_id is None):
                yield refusal("ONE_OF", field, names="placeId, assetId")
                continue
            thing = self.places.get(one.place_id or 0) if one.asset_id is None else self.assets.get(one.asset_id)
            if thing is None:
                sort = "Place" if one.asset_id is None else "Asset"
                yield refusal("NOT_FOUND", field, what=sort, id=one.place_id or one.asset_id)
                continue
            if not started_at <= one.passed_at <= until:
                yield refusal("PATROL_MOMENT", f"{field}.passedAt")
            yield from check_position(one.longitude, one.latitude, f"{field}.position")
            yield from _check_how(one, thing, what, field)


def _check_how(one: Checkpoint, thing: sa.Row[Any], what: str, field: str) -> Iterator[Refusal]:
    on_video = what == PatrolKind.VIDEO_PATROL.value
    if on_video != (one.how is CheckpointBy.SEEN):
        yield refusal("CHECKPOINT_HOW", f"{field}.how")
    if on_video and (one.asset_id is None or thing.kind_id.rpartition(".")[2] != CAMERA):
        yield refusal("CHECKPOINT_NO_CAMERA", field)
    if one.how is CheckpointBy.POSITION and not _is_near(one, thing):
        yield refusal("CHECKPOINT_FAR", f"{field}.position", metres=int(NEAR_METRES))


def _is_near(one: Checkpoint, thing: sa.Row[Any]) -> bool:
    if one.longitude is None or one.latitude is None or thing.longitude is None:
        return False
    return distance(one.longitude, one.latitude, thing.longitude, thing.latitude) <= NEAR_METRES


async def passable(work: Work, viewer: Viewer, checkpoints: Iterable[Checkpoint]) -> Passable:
    """What of these can have been passed."""
    named = list(checkpoints)
    place, asset = t.place, t.asset
    rule = within_grid(Capability.READ_PLACES)(asset, BoundViewer(viewer))
    of_assets = (asset.c.kind_id, asset.c.longitude, asset.c.latitude)
    return Passable(
        await work.by_ids((place.c.longitude, place.c.latitude), place.c.id, [one.place_id for one in named if one.place_id]),
        await work.by_ids(of_assets, asset.c.id, [one.asset_id for one in named if one.asset_id], rule),
    )


def checkpoint_row(patrol_id: int, account_id: int, one: Checkpoint) -> dict[str, Any]:
    """The row of a checkpoint that was passed. Where from is not kept."""
    what = {"place_id": one.place_id, "asset_id": one.asset_id, "how": one.how.value}
    return {"patrol_id": patrol_id, "account_id": account_id, "passed_at": one.passed_at, **what}
