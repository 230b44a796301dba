"""API keys of machines, and devices that are enrolled to posts. Their secrets are in no field."""

import strawberry

from wangge_core.accounts.api_keys import api_key_rule
from wangge_core.accounts.devices import device_rule
from wangge_core.db import tables as t
from wangge_core.plugin.declarations.capabilities import Capability
from wangge_core.rights.data_classes import DataClass
from wangge_schema.reading.declare import column, planned, to_one
from wangge_schema.scalars import Date, DateTime
from wangge_schema.types.nodes import Node, node_id
from wangge_schema.types.rights import Account, Post


@planned(table=t.api_key, rule=api_key_rule, prefix="ApiKey", data_class=DataClass.STAFF)
class ApiKey(Node):
    """With what a machine signs in. Seen by its account, and by who manages posts anywhere."""

    id: strawberry.ID = node_id("ApiKey")
    account: Account | None = to_one("account_id", "Whose it is.")
    name: str = column("name", "What it is for.")
    scopes: list[Capability] = column("scopes", "What may be done with it, as far as its account may.", form="json")
    expires_at: DateTime = column("expires_at", "When it runs out.", form="moment")
    last_used_on: Date | None = column("last_used_on", "The last day on which it was used; null where it never was.")
    created_at: DateTime = column("created_at", "When it was made.", form="moment")
    created_by: Account | None = to_one(
        "created_by_id", "Who made it; null for the operator, and where the viewer may not see the account."
    )
    revoked_at: DateTime | None = column("revoked_at", "When it was revoked; null while it is not.", form="moment")
    end_reason: str | None = column("end_reason", "Why it was revoked.")


@planned(table=t.device, rule=device_rule, prefix="Device", data_class=DataClass.STAFF)
class Device(Node):
    """A telephone or terminal that is enrolled to a post. Seen by the post's holder, and by who manages posts over its ground."""

    id: strawberry.ID = node_id("Device")
    post: Post | None = to_one("post_id", "The post whose it is.")
    name: str = column("name", "What it is called.")
    enrolled_at: DateTime = column("enrolled_at", "When it was enrolled.", form="moment")
    enrolled_by: Account | None = to_one(
        "enrolled_by_id", "Who enrolled it; null for the operator, and where the viewer may not see the account."
    )
    revoked_at: DateTime | None = column("revoked_at", "When it was revoked; null while it is not.", form="moment")
    end_reason: str | None = column("end_reason", "Why it was revoked or replaced.")
    replaced_by: "Device | None" = to_one("replaced_by_id", "What took its place.")
