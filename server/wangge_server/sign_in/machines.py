"""Machines and devices: what they show, held against what is kept of it. `wangge_core.accounts.credentials` says how it looks."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from wangge_core.accounts.credentials import API_KEY, DEVICE, Credential, read_credential
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_server.sign_in.errors import SignInError
from wangge_server.sign_in.tokens import SignedIn


def is_api_key(text: str) -> bool:
    """Whether a bearer's text is meant to be an API key."""
    return text.startswith(f"{API_KEY}_")


def read_api_key(text: str) -> Credential:
    """The key in a text. Raises SignInError."""
    if (found := read_credential(text, API_KEY)) is None:
        raise _refuse("KEY_INVALID", "this is no API key; it may be cut off.")
    return found


def read_device(text: str) -> Credential:
    """The device's credential in a text. Raises SignInError."""
    if (found := read_credential(text, DEVICE)) is None:
        raise _refuse("DEVICE_INVALID", "this is no credential of a device; it may be cut off.")
    return found


async def check_api_key(work: Work, shown: Credential) -> SignedIn:
    """Whom a key was made for. Raises SignInError."""
    key, account = t.api_key, t.account
    row = await work.first(
        sa.select(key.c.hash, key.c.expires_at, key.c.revoked_at, account.c.login)
        .join(account, account.c.id == key.c.account_id)
        .where(key.c.id == shown.id)
    )
    if not shown.proves(None if row is None else row.hash) or row is None:
        raise _refuse("KEY_INVALID", "there is no such API key.")
    if row.revoked_at is not None:
        raise key_revoked()
    if row.expires_at <= work.now:
        raise key_expired()
    return SignedIn(login=row.login, until=row.expires_at.timestamp(), key_id=shown.id)


def key_revoked() -> SignInError:
    return SignInError("KEY_REVOKED", "this API key was revoked.", hint="Have another one made.")


def key_expired() -> SignInError:
    return SignInError("KEY_EXPIRED", "this API key has run out.", hint="Have another one made.")


async def check_device(work: Work, shown: Credential) -> int:
    """The id of the enrolled device that shows this. Raises SignInError."""
    row = await work.first(sa.select(t.device.c.hash, t.device.c.revoked_at).where(t.device.c.id == shown.id))
    if not shown.proves(None if row is None else row.hash) or row is None:
        raise _refuse("DEVICE_INVALID", "there is no such device.")
    _check_revoked(row.revoked_at)
    return shown.id


async def check_enrolled(work: Work, device_id: int, post_ids: Collection[int]) -> None:
    """Raise SignInError where a device is enrolled no more, or to none of these posts: what it sends would tell of a wrong one."""
    row = await work.first(sa.select(t.device.c.revoked_at, t.device.c.post_id).where(t.device.c.id == device_id))
    _check_revoked(None if row is None else row.revoked_at)
    if row is None or row.post_id not in post_ids:
        raise SignInError(
            "DEVICE_INVALID", "this device is enrolled to a post of somebody else.", hint="Have it enrolled to yours."
        )


def _check_revoked(at: datetime | None) -> None:
    if at is not None:
        raise SignInError("DEVICE_REVOKED", "this device was revoked.", hint="Have it enrolled again.")


def _refuse(reason: str, message: str) -> SignInError:
    return SignInError(reason, message, guessed=True)
