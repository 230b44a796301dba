"""Campaigns: what is done to a whole list, the list as it was frozen, how each target came out, and the figures of each grid.

The figures outlive the targets: what is known of single persons and homes goes when the campaign's term is over.
"""

import sqlalchemy as sa

from wangge_core.db.columns import Column, Json, binary_text
from wangge_core.db.tables.metadata import key, metadata, moment, table, to, to_declared, version

campaign = table(
    "campaign",
    key(),
    to("grid"),  # the ground
    Column("name", sa.String(200), nullable=False),
    Column("purpose", sa.String(400), nullable=False),
    Column("legal_basis", sa.String(400), nullable=False),
    Column("aim", sa.String(20), nullable=False),
    Column("chosen", Json, nullable=False),
    to("event", nullable=True, index=True),
    Column("state", sa.String(10), nullable=False),
    Column("keep_days", sa.Integer, nullable=False),
    to("account", name="started_by_id", nullable=True),
    moment("started_at"),
    moment("ends_at"),
    to("account", name="ended_by_id", nullable=True),
    moment("ended_at", nullable=True),
    moment("forgotten_at", nullable=True),
    version(),
    sa.Index(None, "grid_id", "started_at", "id"),
    sa.Index(None, "state", "started_at", "id"),
    sa.Index(None, "started_at", "id"),
)

campaign_role = sa.Table(
    "campaign_role",
    metadata,
    to("campaign"),
    to_declared("role"),
    sa.PrimaryKeyConstraint("campaign_id", "role_id"),
)

campaign_extension = table(
    "campaign_extension",
    key(),
    to("campaign"),
    moment("ended_before"),
    moment("ends_at"),
    Column("reason", sa.String(400), nullable=False),
    to("account", nullable=True),
    moment("at"),
    sa.Index(None, "campaign_id", "id"),
)


def _once(of: str) -> sa.Index:
    """Each thing once on a list; it leads to the targets of a thing too."""
    there = sa.text(f"{of} IS NOT NULL")
    return sa.Index(f"ux_campaign_target_{of}", of, "campaign_id", unique=True, sqlite_where=there, postgresql_where=there)


campaign_target = table(
    "campaign_target",
    key(),
    to("campaign"),
    to("grid"),
    # one of these; none of who was erased since
    to("person", nullable=True),
    to("unit", nullable=True),
    to("asset", nullable=True),
    to("place", nullable=True),
    to("organization", nullable=True),
    Column("code", binary_text(24), nullable=False, unique=True),
    Column("state", sa.String(10), nullable=False),
    Column("reason", sa.String(20)),
    # when it came out so, as the client says, and when that was received
    moment("checked_at", nullable=True),
    moment("received_at", nullable=True),
    to("account", nullable=True),
    to("post", nullable=True),
    Column("client_key", binary_text(80)),
    version(),
    *(_once(of) for of in ("person_id", "unit_id", "asset_id", "place_id", "organization_id")),
    sa.Index(None, "campaign_id", "id"),
    sa.Index(None, "campaign_id", "state", "id"),
    sa.Index(None, "grid_id", "state", "id"),
)

campaign_earlier = table(
    "campaign_earlier",
    key(),
    to("campaign_target", name="target_id"),
    Column("state", sa.String(10), nullable=False),
    Column("reason", sa.String(20)),
    moment("checked_at", nullable=True),
    moment("received_at", nullable=True),
    to("account", nullable=True),
    to("post", nullable=True),
    Column("client_key", binary_text(80)),
    moment("replaced_at"),
    sa.Index(None, "target_id", "id"),
)

campaign_tally = table(
    "campaign_tally",
    key(),
    to("campaign"),
    to("grid", index=True),
    *(
        Column(name, sa.Integer, nullable=False)
        for name in ("targets", "open", "done", "declined", "moved_away", "not_found", "excused")
    ),
    sa.UniqueConstraint("campaign_id", "grid_id"),
)
