"""Webhooks lead to addresses of the internet, or to the networks that the settings name, and nowhere inside."""

from dataclasses import replace
from ipaddress import ip_address

import pytest
import sqlalchemy as sa
from webhook_receivers import Machine, machine_of, receiving

from towns import Town
from wangge_core.db import tables as t
from wangge_core.intake.webhooks import may_go_to, why_not
from wangge_core.jobs.worker import Worker
from wangge_core.rules import IntakeRules
from wangge_server.webhooks import Webhooks

pytestmark = pytest.mark.anyio


@pytest.fixture
async def machine(town: Town) -> Machine:
    return await machine_of(town)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook",
        "ftp://example.org/",
        "https://user:pass@example.org/",
        "https://example.org/#part",
        "https:///hook",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[2002:7f00:1::]/",
        "https://224.0.0.1/",
        "https://example.org:99999/",
        "https://exa mple.org/",
        "https://例子.中国/",
        "file:///etc/passwd",
        "x" * 500,
    ],
)
def test_an_address_that_is_not_of_the_internet_is_refused(url: str) -> None:
    assert why_not(url, IntakeRules())


def test_the_settings_open_a_network_and_no_other() -> None:
    rules = IntakeRules(webhook_networks=("10.20.0.0/16",))
    assert may_go_to(ip_address("10.20.1.1"), rules, tls=True)
    assert not may_go_to(ip_address("10.20.1.1"), rules, tls=False)
    assert not may_go_to(ip_address("10.21.1.1"), rules, tls=True)
    assert may_go_to(ip_address("93.184.216.34"), rules, tls=True)
    assert not may_go_to(ip_address("93.184.216.34"), replace(rules, webhook_http=True), tls=False)


async def test_a_name_that_leads_inside_is_refused_when_it_is_sent_to(machine: Machine) -> None:
    """Names are looked up for each request: what was an address of the internet yesterday may be one of ours today."""
    async with receiving() as receiver:
        strict = Webhooks(IntakeRules(webhook_http=True))
        await machine.follow(f"https://localhost:{receiver.port}/hook")
        await machine.report()
        await Worker(machine.town.deployment, strict.handlers).run_due()
    assert receiver.taken == []
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "address refused"


async def test_a_name_that_cannot_be_is_trouble_and_not_a_fault(machine: Machine) -> None:
    await machine.follow(f"https://{'a' * 70}.example/hook")
    await machine.report()
    await machine.worker.run_due()
    async with machine.town.deployment.read() as work:
        assert await work.value(sa.select(t.webhook.c.trouble)) == "unknown host"
        assert await work.value(sa.select(t.webhook_delivery.c.state)) == "WAITING"
