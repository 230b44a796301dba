"""Webhooks: where another system is told of changes of the events that its own account reported, and of no others.

Secrets sign what is sent; they are sealed in their rows. How it is sent is the server's: nothing here speaks HTTP.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from wangge_core.accounts.in_charge import accounts_in_charge, manages_anywhere
from wangge_core.checking import check_optional_text
from wangge_core.db import tables as t
from wangge_core.db.work import Work
from wangge_core.errors import Outcome, Refusal, refusal, refused
from wangge_core.intake.deliveries import EARLIER_FIELD, FIELD, queue_test
from wangge_core.intake.showing import new_secret
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.bound import BoundViewer
from wangge_core.rights.viewers import Viewer
from wangge_core.rights.visibility import Row, Rule
from wangge_core.rules import IntakeRules
from wangge_core.sealing.sealer import Sealer

UNICAST = ip_network("2000::/3")
"""The addresses of IPv6 that hosts of the internet have. Others lead elsewhere, as `64:ff9b::/96` does to any address of IPv4."""
MOST_URL = 400
MOST_NOTE, MOST_REASON = 80, 400
MOST_OF_ACCOUNT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """An address that is told of the events which a machine's account reported."""

    account_id: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """A webhook to give another secret, to try out, or to end.

    `hours`: for how long the earlier secret signs too. `text`: what the trial says, or why the webhook is ended.
    """

    webhook_id: int
    hours: int | None = None
    text: str | None = None


async def create_webhooks(work: Work, viewer: Viewer, requests: Sequence[NewWebhook]) -> list[Outcome]:
    """Make webhooks: for the machine's account itself, and for who is in charge of it. The outcome's `secret` signs what is sent."""
    return [await _create(work, viewer, request) for request in requests]


async def _create(work: Work, viewer: Viewer, request: NewWebhook) -> Outcome:
    account = await work.first(sa.select(t.account).where(t.account.c.id == request.account_id))
    if not await _is_in_charge(work, viewer, request.account_id):
        return refused("NOT_ALLOWED", "accountId")
    if account is None:
        return refused("NOT_FOUND", "accountId", what="Account", id=request.account_id)
    found = [*check_url(request.url, work.rules.intake)]
    if not account.machine:
        found.append(refusal("ACCOUNT_NOT_MACHINE", "accountId"))
    if work.sealer is None:
        found.append(refusal("SEALING_KEY_MISSING"))
    of_account = sa.select(sa.func.count()).where(t.webhook.c.account_id == request.account_id, t.webhook.c.ended_at.is_(None))
    if await work.value(of_account) >= MOST_OF_ACCOUNT:
        found.append(refusal("TOO_MANY", "accountId", most=MOST_OF_ACCOUNT))
    if found or work.sealer is None:
        return Outcome(refusals=tuple(found))
    (id,) = await work.reserve_ids(t.webhook, 1)
    secret = new_secret()
    who = {"account_id": request.account_id, "created_by_id": viewer.account_id, "created_at": work.now}
    await work.insert(t.webhook, [{"id": id, "url": request.url.strip()} | who | sealed_secret(work.sealer, id, secret)])
    return Outcome(id=id, secret=secret)


async def _is_in_charge(work: Work, viewer: Viewer, account_id: int) -> bool:
    if viewer.account_id is not None and viewer.account_id == account_id:
        return True
    if viewer.key_id is None and viewer.account_id is None and manages_anywhere(viewer):
        return True
    return account_id in await accounts_in_charge(work, viewer, [account_id])


def sealed_secret(sealer: Sealer, id: int, secret: str) -> dict[str, Any]:
    """The columns of a secret."""
    return {"secret": sealer.seal(secret, FIELD, id), "secret_index": sealer.index(secret, FIELD)}


async def rotate_secrets(work: Work, viewer: Viewer, requests: Sequence[WebhookChange]) -> list[Outcome]:
    """Make new secrets. What is sent bears the signatures of both for `rotation_hours`, then that of the new one alone."""
    return [await _rotate(work, viewer, request) for request in requests]


async def _rotate(work: Work, viewer: Viewer, request: WebhookChange) -> Outcome:
    row = await _to_change(work, viewer, request)
    if isinstance(row, Outcome):
        return row
    if work.sealer is None:
        return refused("SEALING_KEY_MISSING")
    most = work.rules.intake.rotation_hours
    hours = most if request.hours is None else request.hours
    if not 0 <= hours <= most:
        return refused("OUT_OF_RANGE", "hours", least=0, most=most)
    earlier, secret = work.sealer.open(row.secret, FIELD, row.id), new_secret()
    values = {
        "earlier_secret": work.sealer.seal(earlier, EARLIER_FIELD, row.id),
        "earlier_secret_index": work.sealer.index(earlier, EARLIER_FIELD),
        "earlier_until": work.now + timedelta(hours=hours),
    }
    await work.change(t.webhook, row.id, values | sealed_secret(work.sealer, row.id, secret))
    return Outcome(id=row.id, secret=secret)


async def try_webhooks(work: Work, viewer: Viewer, requests: Sequence[WebhookChange]) -> list[Outcome]:
    """Have a delivery sent that tells of nothing, so that a receiver can be tried out."""
    return [await _try(work, viewer, request) for request in requests]


async def _try(work: Work, viewer: Viewer, request: WebhookChange) -> Outcome:
    row = await _to_change(work, viewer, request)
    if isinstance(row, Outcome):
        return row
    if wrong := tuple(check_optional_text(request.text, "note", most=MOST_NOTE)):
        return Outcome(refusals=wrong)
    await queue_test(work, row.id, request.text)
    return Outcome(id=row.id)


async def end_webhooks(work: Work, viewer: Viewer, requests: Sequence[WebhookChange]) -> list[Outcome]:
    """End webhooks; what was not delivered yet is given up."""
    return [await _end(work, viewer, request) for request in requests]


async def _end(work: Work, viewer: Viewer, request: WebhookChange) -> Outcome:
    row = await _to_change(work, viewer, request)
    if isinstance(row, Outcome):
        return row
    if wrong := tuple(check_optional_text(request.text, "reason", most=MOST_REASON)):
        return Outcome(refusals=wrong)
    await work.change(t.webhook, row.id, {"ended_at": work.now, "end_reason": request.text})
    return Outcome(id=row.id)


async def _to_change(work: Work, viewer: Viewer, request: WebhookChange) -> sa.Row[Any] | Outcome:
    """The webhook, locked, or why it cannot be changed."""
    query = sa.select(t.webhook).where(t.webhook.c.id == request.webhook_id)
    row = await work.first(query if work.on_sqlite else query.with_for_update())
    if row is None or not await _is_in_charge(work, viewer, row.account_id):
        return refused("NOT_FOUND", "id", what="Webhook", id=request.webhook_id)
    return refused("REVOKED", "id") if row.ended_at is not None else row


def check_url(url: str, rules: IntakeRules) -> Iterable[Refusal]:
    """An https address with a host, without a name or password in it. Where its host leads is looked at each time that it is sent to."""
    reason = why_not(url, rules)
    if reason:
        yield refusal("WEBHOOK_URL_REFUSED", "url", reason=reason)


def why_not(url: str, rules: IntakeRules) -> str:
    """Why nothing is sent there, as far as the address itself tells; empty where it may be."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return "not a URL"
    if len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url.strip() or not host or port == 0:
        return "not a URL"
    if parts.username is not None or parts.password is not None or parts.fragment:
        return "it holds a name, a password or a fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and rules.webhook_http):
        return "not https"
    try:
        literal = ip_address(host)
    except ValueError:
        return ""
    return "" if may_go_to(literal, rules, tls=parts.scheme == "https") else "not an address of the internet"


def may_go_to(address: IPv4Address | IPv6Address, rules: IntakeRules, *, tls: bool) -> bool:
    """Whether something may be sent to an address: one of the whole internet by TLS, or one of the networks that the settings name."""
    plain = address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
    if any(plain in ip_network(network) for network in rules.webhook_networks):
        return tls or rules.webhook_http
    if isinstance(plain, IPv6Address) and (plain not in UNICAST or plain.sixtofour is not None or plain.teredo is not None):
        return False
    return tls and plain.is_global and not plain.is_multicast


def _webhook(row: Row, viewer: BoundViewer) -> sa.ColumnElement[bool]:
    """Those of one's own account, and all of them for who manages posts anywhere, as API keys are."""
    if not viewer.scope(Capability.MANAGE_POSTS).nowhere:
        return sa.true()
    return row.c.account_id == viewer.account_id if viewer.signed_in else sa.false()


webhook_rule = Rule(_webhook)
