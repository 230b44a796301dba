"""Mutations of API keys and devices. A secret is told once, by the mutation that made it."""

import strawberry

from wangge_core.accounts.api_keys import ApiKeyRevocation, NewApiKey, create_api_keys, revoke_api_keys
from wangge_core.accounts.devices import (
    DeviceReplacement,
    DeviceRevocation,
    NewDevice,
    enroll_devices,
    replace_devices,
    revoke_devices,
)
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_schema.scalars import DateTime
from wangge_schema.types.sign_in import ApiKey, Device
from wangge_schema.writing.fields import Given, Mutation
from wangge_schema.writing.inputs import TEXT, optional, required
from wangge_schema.writing.payloads import key_of

ONCE = "It is told this once: null where the same idempotency key came before."
KEY = f"The key, `wgk_…`, to send as `Authorization: Bearer wgk_…`. {ONCE}"
DEVICE = f"What the device sends from then on in the header `Wangge-Device`: `wgd_…`. {ONCE}"
WHY = "Why, at most 400 characters."


@strawberry.input(description="An API key to make.")
class ApiKeyCreateInput:
    account_id: strawberry.ID = required("The machine's account.")
    name: str = required("What it is for, at most 80 characters.")
    scopes: list[Capability] = required("What may be done with it. What its account may not do, no scope gives it.")
    expires_at: DateTime = required(
        "When it runs out: in at most so many days as the deployment allows, 365 unless it says otherwise."
    )


@strawberry.input(description="How to revoke an API key.")
class ApiKeyRevokeInput:
    reason: str | None = optional(WHY)


@strawberry.input(description="A device to enrol.")
class DeviceEnrollInput:
    post_id: strawberry.ID = required("The post whose it is to be.")
    name: str = required("What it is called, such as its make and a number on its back; at most 80 characters.")


@strawberry.input(description="The device that takes the place of another.")
class DeviceReplaceInput:
    name: str = required("What the new one is called, at most 80 characters.")
    reason: str | None = optional(WHY)


@strawberry.input(description="How to revoke a device.")
class DeviceRevokeInput:
    reason: str | None = optional(WHY)
    sign_out: bool | None = optional(
        "Whether the post's holder is signed out everywhere too, as after a theft; false unless given."
    )


def _new_key(_: str, given: Given, __: object) -> NewApiKey:
    return NewApiKey(
        account_id=key_of(given["account_id"], "Account", "accountId"),
        name=given["name"],
        scopes=tuple(one for one in Capability if one in given["scopes"]),
        expires_at=given["expires_at"],
    )


def _replacement(id: str, given: Given, _: object) -> DeviceReplacement:
    return DeviceReplacement(device_id=key_of(id, "Device", "id"), name=given["name"], reason=given.get("reason"))


def _revocation(id: str, given: Given, _: object) -> DeviceRevocation:
    sign_out = bool(given.get("sign_out"))
    return DeviceRevocation(device_id=key_of(id, "Device", "id"), reason=given.get("reason"), sign_out=sign_out)


MUTATIONS = [
    Mutation(
        name="apiKeyCreate",
        description="Make an API key for a machine. For MANAGE_POSTS over the ground of all its account's posts, with no scope "
        "that one does not have there; never with an API key.",
        thing="api_key",
        type=ApiKey,
        input=ApiKeyCreateInput,
        operation=create_api_keys,
        request=_new_key,
        codes=(*TEXT, "REQUIRED", "EXPIRY_INVALID", "ACCOUNT_NOT_MACHINE", "ACCOUNT_DISABLED", "TOO_MANY", "RIGHTS_EXCEED_OWN"),
        secret=KEY,
    ),
    Mutation(
        name="apiKeyRevoke",
        description="Revoke an API key; it is refused within five seconds. For who may make one for its account, and for the account.",
        thing="api_key",
        type=ApiKey,
        input=ApiKeyRevokeInput,
        operation=revoke_api_keys,
        request=lambda id, given, _: ApiKeyRevocation(key_id=key_of(id, "ApiKey", "id"), reason=given.get("reason")),
        codes=(*TEXT, "REVOKED"),
        on="ApiKey",
    ),
    Mutation(
        name="deviceEnroll",
        description="Enrol a device to a post. For MANAGE_POSTS over the post's ground.",
        thing="device",
        type=Device,
        input=DeviceEnrollInput,
        operation=enroll_devices,
        request=lambda _, given, __: NewDevice(post_id=key_of(given["post_id"], "Post", "postId"), name=given["name"]),
        codes=(*TEXT, "POST_ENDED", "TOO_MANY"),
        secret=DEVICE,
    ),
    Mutation(
        name="deviceReplace",
        description="Enrol another device in the place of one, which is revoked; the payload has the new one. For MANAGE_POSTS there.",
        thing="device",
        type=Device,
        input=DeviceReplaceInput,
        operation=replace_devices,
        request=_replacement,
        codes=(*TEXT, "POST_ENDED", "REVOKED"),
        on="Device",
        secret=DEVICE,
    ),
    Mutation(
        name="deviceRevoke",
        description="Revoke a device; it is refused within five seconds. For MANAGE_POSTS there, and for the post's holder.",
        thing="device",
        type=Device,
        input=DeviceRevokeInput,
        operation=revoke_devices,
        request=_revocation,
        codes=(*TEXT, "REVOKED"),
        on="Device",
    ),
]
