"""Mutations of webhooks. A signing secret is told once, by the mutation that made it."""

from typing import Any

import strawberry

from wangge_core.intake.webhooks import (
    NewWebhook,
    WebhookChange,
    create_webhooks,
    end_webhooks,
    rotate_secrets,
    try_webhooks,
)
from wangge_schema.types.intake import Webhook
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of

SIGNING = "What the receiver checks signatures with. It is told this once: null where the same idempotency key came before."


@strawberry.input(description="A webhook to make.")
class WebhookCreateInput:
    account_id: strawberry.ID = required("The machine's account, whose reports are followed.")
    url: str = required("Where to send it: https, at most 400 characters, to an address of the internet.")


@strawberry.input(description="How a webhook gets another secret.")
class WebhookRotateSecretInput:
    hours: int | None = optional(
        "For how many hours the earlier secret signs too; as many as the deployment allows (24) unless given, 0 after a leak."
    )


@strawberry.input(description="What a webhook is tried with.")
class WebhookTestInput:
    note: str | None = optional("What the delivery says as its `note`, at most 80 characters.")


@strawberry.input(description="Why a webhook is ended.")
class WebhookDeleteInput:
    reason: str | None = optional("Why, at most 400 characters.")


def _change(id: str, given: Given, _: Any) -> WebhookChange:
    return WebhookChange(
        webhook_id=key_of(id, "Webhook", "id"), hours=given.get("hours"), text=given.get("note") or given.get("reason")
    )


WEBHOOK = "For the machine's account itself, and for MANAGE_POSTS over the ground of all its posts."
MUTATIONS = [
    Mutation(
        name="webhookCreate",
        description=f"Have a machine's account told of changes of the events that it reported. {WEBHOOK}",
        thing="webhook",
        type=Webhook,
        input=WebhookCreateInput,
        operation=create_webhooks,
        request=lambda _, given, __: NewWebhook(account_id=key_of(given["account_id"], "Account", "accountId"), url=given["url"]),
        codes=(*TEXT, "WEBHOOK_URL_REFUSED", "ACCOUNT_NOT_MACHINE", "SEALING_KEY_MISSING", "TOO_MANY"),
        secret=SIGNING,
    ),
    Mutation(
        name="webhookRotateSecret",
        description="Give a webhook a new secret. For some hours what is sent is signed with the earlier one too. " + WEBHOOK,
        thing="webhook",
        type=Webhook,
        input=WebhookRotateSecretInput,
        operation=rotate_secrets,
        request=_change,
        codes=("REVOKED", "SEALING_KEY_MISSING", "OUT_OF_RANGE"),
        on="Webhook",
        secret=SIGNING,
    ),
    Mutation(
        name="webhookTest",
        description=f"Send a delivery that tells of nothing, to try the receiver out. {WEBHOOK}",
        thing="webhook",
        type=Webhook,
        input=WebhookTestInput,
        operation=try_webhooks,
        request=_change,
        codes=(*TEXT, "REVOKED"),
        on="Webhook",
    ),
    Mutation(
        name="webhookDelete",
        description=f"End a webhook; what it was not told yet is given up. {WEBHOOK}",
        thing="webhook",
        type=Webhook,
        input=WebhookDeleteInput,
        operation=end_webhooks,
        request=_change,
        codes=(*TEXT, "REVOKED"),
        on="Webhook",
    ),
]
