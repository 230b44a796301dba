"""Devices: telephones and terminals that are enrolled to a post. A report says which device it came from; a lost one is revoked at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from wangge_core.accounts.accounts import sign_out_accounts
from wangge_core.accounts.credentials import DEVICE, make_credential
from wangge_core.accounts.in_charge import manages_anywhere, posts_in_charge
from wangge_core.checking import check_optional_text, check_text, only_right
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Row, Rule, post_rule

MOST_OF_POST = 20
"""Devices of one post that are not revoked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDevice:
    """A device to enrol to a post."""

    post_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReplacement:
    """A device that takes the place of another, which is revoked."""

    device_id: int
    name: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRevocation:
    """A device to revoke. With `sign_out` the post's holder is signed out everywhere too, as one wants it of a stolen telephone."""

    device_id: int
    reason: str | None = None
    sign_out: bool = False


async def enroll_devices(work: Work, viewer: Viewer, requests: Sequence[NewDevice]) -> list[Outcome]:
    """Enrol devices; for who manages posts over the post's ground, and not for its holder, whose word would bind nothing.

    The outcome's `secret` is what the device sends from then on, and is not kept.
    """
    posts = await work.by_ids((t.post.c.grid_id, t.post.c.ends_at), t.post.c.id, [request.post_id for request in requests])
    allowed = await posts_in_charge(work, viewer, posts)
    posts = await _known(work, viewer, posts, {id: id for id in posts}, allowed)
    outcomes: list[Outcome] = []
    for request in requests:
        found = [*check_text(request.name, "name", most=80), *await _check_post(work, viewer, request.post_id, posts, allowed)]
        outcomes.append(
            Outcome(refusals=only_right(found))
            if found
            else await _enrol(work, viewer, request.post_id, posts[request.post_id].grid_id, request.name)
        )
    return outcomes


async def _known(
    work: Work, viewer: Viewer, rows: dict[Any, sa.Row[Any]], post_of: Mapping[Any, int], allowed: set[int]
) -> dict[Any, sa.Row[Any]]:
    """Those of a post that the viewer sees or is in charge of; the others are as good as not there."""
    seen = await work.by_ids((), t.post.c.id, set(post_of.values()), post_rule(t.post, BoundViewer(viewer)))
    return {id: row for id, row in rows.items() if post_of[id] in allowed or post_of[id] in seen}


async def _check_post(work: Work, viewer: Viewer, id: int, posts: dict[Any, sa.Row[Any]], allowed: set[int]) -> list[Refusal]:
    post = posts.get(id)
    if post is None and manages_anywhere(viewer):
        return [refusal("NOT_FOUND", "postId", what="Post", id=id)]
    if post is None or id not in allowed:
        return [refusal("NOT_ALLOWED", "postId")]
    if post.ends_at is not None and post.ends_at <= work.now:
        return [refusal("POST_ENDED", "postId")]
    kept = sa.select(sa.func.count()).where(t.device.c.post_id == id, t.device.c.revoked_at.is_(None))
    return [refusal("TOO_MANY", "postId", most=MOST_OF_POST)] if await work.value(kept) >= MOST_OF_POST else []


async def _enrol(work: Work, viewer: Viewer, post_id: int, grid_id: int, name: str) -> Outcome:
    (id,) = await work.reserve_ids(t.device, 1)
    credential = make_credential(DEVICE, id)
    row = {
        "id": id,
        "post_id": post_id,
        "name": name.strip(),
        "hash": credential.hash,
        "enrolled_at": work.now,
        "enrolled_by_id": viewer.account_id,
    }
    await work.insert(t.device, [row])
    work.announce("device.enrolled", id, grid_id, post=post_id)
    return Outcome(id=id, secret=credential.text)


async def replace_devices(work: Work, viewer: Viewer, requests: Sequence[DeviceReplacement]) -> list[Outcome]:
    """Put another device in the place of one, which is revoked; the outcome is the new one. For who may enrol devices to the post."""
    devices = await _devices(work, [request.device_id for request in requests])
    allowed = await posts_in_charge(work, viewer, [one.post_id for one in devices.values()])
    devices = await _known(work, viewer, devices, {id: one.post_id for id, one in devices.items()}, allowed)
    outcomes: list[Outcome] = []
    for request in requests:
        device = devices.get(request.device_id)
        found = [*check_text(request.name, "name", most=80), *_check_device(viewer, request, device, allowed)]
        if device is not None and device.ends_at is not None and device.ends_at <= work.now:
            found.append(refusal("POST_ENDED", "id"))
        if found or device is None:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        made = await _enrol(work, viewer, device.post_id, device.grid_id, request.name)
        await _revoke(work, device, end_reason=request.reason, replaced_by_id=made.id)
        outcomes.append(made)
    return outcomes


async def revoke_devices(work: Work, viewer: Viewer, requests: Sequence[DeviceRevocation]) -> list[Outcome]:
    """Revoke devices; they are refused everywhere within five seconds. For who may enrol devices to the post, and for its holder."""
    devices = await _devices(work, [request.device_id for request in requests])
    allowed = await posts_in_charge(work, viewer, [one.post_id for one in devices.values()])
    devices = await _known(work, viewer, devices, {id: one.post_id for id, one in devices.items()}, allowed)
    own = {one.post_id for one in devices.values() if one.account_id == viewer.account_id}
    outcomes: list[Outcome] = []
    for request in requests:
        device = devices.get(request.device_id)
        found = _check_device(viewer, request, device, allowed | own)
        if not found and device is not None and request.sign_out:
            (signed_out,) = await sign_out_accounts(work, viewer, [device.account_id])
            found = [refusal(one.code, "signOut", **one.values) for one in signed_out.refusals]
        if found or device is None:
            outcomes.append(Outcome(refusals=only_right(found)))
            continue
        await _revoke(work, device, end_reason=request.reason)
        outcomes.append(Outcome(id=device.id))
    return outcomes


async def _devices(work: Work, ids: Sequence[int]) -> dict[Any, sa.Row[Any]]:
    device, post = t.device, t.post
    columns = (device.c.post_id, device.c.revoked_at, post.c.account_id, post.c.grid_id, post.c.ends_at)
    return await work.by_ids(columns, device.c.id, ids, post.c.id == device.c.post_id)


def _check_device(
    viewer: Viewer, request: DeviceReplacement | DeviceRevocation, device: sa.Row[Any] | None, allowed: set[int]
) -> list[Refusal]:
    if device is None and manages_anywhere(viewer):
        return [refusal("NOT_FOUND", "id", what="Device", id=request.device_id)]
    if device is None or device.post_id not in allowed:
        return [refusal("NOT_ALLOWED", "id")]
    found = list(check_optional_text(request.reason, "reason", most=400))
    return found if device.revoked_at is None else [*found, refusal("REVOKED", "id")]


async def _revoke(work: Work, device: sa.Row[Any], **values: Any) -> None:
    await work.change(t.device, device.id, {"revoked_at": work.now, **values})
    work.announce("device.revoked", device.id, device.grid_id, post=device.post_id)


def _device(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Devices of one's own posts, and those of posts on ground where one manages posts."""
    managed = viewer.scope(Capability.MANAGE_POSTS)
    if managed.everywhere:
        return sa.true()
    post = t.post.alias()
    holds = managed.covers(post.c.grid_id, of_base=False)
    seen = sa.or_(holds, post.c.account_id == viewer.account_id) if viewer.signed_in else holds
    return sa.exists(sa.select(1).where(post.c.id == row.c.post_id, seen).correlate(row))


device_rule = Rule(_device)
