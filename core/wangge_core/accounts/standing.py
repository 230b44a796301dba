"""Standing: whether what somebody signed in with still holds. One look answers for many connections; rights are looked up elsewhere."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from wangge_core.db import tables as t
from wangge_core.db.work import Work

DISABLED, TOKEN, KEY, DEVICE = "ACCOUNT_UNKNOWN", "TOKEN_REVOKED", "KEY_REVOKED", "DEVICE_REVOKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was shown at sign-in: of an account by a token issued at a time, or by a key; maybe from a device."""

    account_id: int
    issued_at: datetime | None = None
    key_id: int | None = None
    device_id: int | None = None


async def look(work: Work, shown: Collection[Shown]) -> dict[Shown, str]:
    """Those that hold no more, each with the reason. Whether a token or key has run out is not looked for: its end is known."""
    account, key, device = t.account, t.api_key, t.device
    accounts = await work.by_ids((account.c.valid_from,), account.c.id, {one.account_id for one in shown}, account.c.active)
    keys = await _unrevoked(work, key, (one.key_id for one in shown))
    devices = await _unrevoked(work, device, (one.device_id for one in shown))
    found = ((one, _fault(one, accounts, keys, devices)) for one in shown)
    return {one: fault for one, fault in found if fault}


async def _unrevoked(work: Work, table: sa.Table, ids: Iterable[int | None]) -> Collection[Any]:
    wanted = {id for id in ids if id is not None}
    return await work.by_ids((), table.c.id, wanted, table.c.revoked_at.is_(None)) if wanted else ()


def _fault(one: Shown, accounts: Mapping[Any, sa.Row[Any]], keys: Collection[Any], devices: Collection[Any]) -> str:
    account = accounts.get(one.account_id)
    if account is None:
        return DISABLED
    if one.issued_at is not None and account.valid_from is not None and one.issued_at < account.valid_from:
        return TOKEN
    if one.key_id is not None and one.key_id not in keys:
        return KEY
    return DEVICE if one.device_id is not None and one.device_id not in devices else ""
