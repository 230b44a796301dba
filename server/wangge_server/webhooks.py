"""Sending webhooks: signed requests to other systems, to addresses of the internet alone unless the settings name other networks.

Where a name leads is looked up for each request, every address is checked, and the request goes to the one that was checked: a name that
leads elsewhere a moment later changes nothing. Redirects are not followed, and of the answer only the status is read.
"""

import asyncio
import hashlib
import hmac
import logging
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
import orjson

from wangge_core.intake.deliveries import JOB, Sending, go_on, note_delivered, note_failed, take_next
from wangge_core.intake.webhooks import may_go_to, why_not
from wangge_core.jobs.claiming import Job
from wangge_core.jobs.running import Handlers, Outside, Units
from wangge_core.rules import IntakeRules

SIGNATURE, DELIVERY = "Wangge-Signature", "Wangge-Delivery"
CONNECT_SECONDS, MOST_SECONDS = 5.0, 10.0
MOST_AT_ONCE = 20
"""Deliveries of one event in one run; the next run goes on."""
LEASE = timedelta(minutes=5)
log = logging.getLogger("wangge.webhooks")


class UnreachableError(Exception):
    """Nothing may be sent there; the message says in a few words why, without the address."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Sends the deliveries of a deployment. `clock` gives seconds since 1970, `client` is made for each request."""

    rules: IntakeRules
    clock: Callable[[], float] = time.time

    @property
    def handlers(self) -> Handlers:
        """What the worker is to run."""
        return {JOB: Outside(self.handle, lease=LEASE)}

    async def handle(self, units: Units, job: Job) -> None:
        """Send what waits for a webhook of one event, in order, until one is not taken."""
        for _ in range(MOST_AT_ONCE):
            async with units.write() as work:
                sending = await take_next(work, job.content["webhook"], job.content["event"])
            if sending is None:
                return
            status, trouble = await self._sent(sending)
            async with units.write() as work:
                if trouble:
                    await note_failed(work, sending, status, trouble)
                else:
                    await note_delivered(work, sending, status or 0)
            if trouble:
                log.warning("The delivery %d of the webhook %d was not taken: %s.", sending.id, sending.webhook_id, trouble)
                return
        async with units.write() as work:
            await go_on(work, job.content["webhook"], job.content["event"])

    async def _sent(self, sending: Sending) -> tuple[int | None, str]:
        """The status of the answer, and in a word why it was not taken; empty where it was."""
        try:
            async with asyncio.timeout(MOST_SECONDS):
                status = await self.post(sending)
        except UnreachableError as error:
            return None, str(error)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            return None, type(error).__name__
        return status, "" if 200 <= status < 300 else f"HTTP {status}"

    async def post(self, sending: Sending) -> int:
        """Send one delivery; the status of the answer. Raises UnreachableError, and what httpx raises."""
        target = urlsplit(sending.url)
        if why_not(sending.url, self.rules):
            raise UnreachableError("address refused")
        if not sending.secrets:
            raise UnreachableError("no key to sign with")
        host, tls = target.hostname or "", target.scheme == "https"
        port = target.port or (443 if tls else 80)
        address = await self._address(host, port, tls=tls)
        body = orjson.dumps(sending.content)
        url = httpx.URL(sending.url).copy_with(host=address)
        headers = {
            "Host": target.netloc,
            "Content-Type": "application/json",
            "User-Agent": f"Wangge/{version('wangge')}",
            DELIVERY: str(sending.content["id"]),
            SIGNATURE: signature(sending.secrets, int(self.clock()), body),
        }
        timeout = httpx.Timeout(MOST_SECONDS, connect=CONNECT_SECONDS)
        async with httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False) as client:
            named = {"sni_hostname": host} if tls else {}
            async with client.stream("POST", url, content=body, headers=headers, extensions=named) as answer:
                return answer.status_code

    async def _address(self, host: str, port: int, *, tls: bool) -> str:
        """The address that a request goes to: the first of the host's, all of which must be allowed. Raises UnreachableError."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):  # no such name, or none that there can be
            raise UnreachableError("unknown host") from None
        addresses = [str(one[4][0]).partition("%")[0] for one in found]
        if not addresses or not all(may_go_to(ip_address(one), self.rules, tls=tls) for one in addresses):
            raise UnreachableError("address refused")
        return addresses[0]


def signature(secrets: Sequence[str], at: int, body: bytes) -> str:
    """`t=1763800000,v1=<hex>`: HMAC-SHA-256 of `<t>.<body>` with each secret that is good now, the newest first."""
    signed = f"{at}.".encode() + body
    return ",".join([f"t={at}", *(f"v1={hmac.digest(one.encode(), signed, hashlib.sha256).hex()}" for one in secrets)])
