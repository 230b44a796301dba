"""Photographs and files"""

import sqlalchemy as sa
from alembic import op

from wangge_core.db import columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("digest", columns.binary_text(64)),
        sa.Column("object", columns.binary_text(120), nullable=False),
        sa.Column("thumbnail", columns.binary_text(120)),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("bytes", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("removed_at", columns.Instant()),
        sa.PrimaryKeyConstraint("id", name="pk_stored_file"),
        sa.UniqueConstraint("digest", name="uq_stored_file_digest"),
        sa.UniqueConstraint("object", name="uq_stored_file_object"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stored_file_removed_at", "stored_file", ["removed_at"])
    op.create_table(
        "attachment",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("stored_file_id", columns.Id, nullable=False),
        sa.Column("uploader_id", columns.Id),
        sa.Column("intake_token", columns.binary_text(64)),
        sa.Column("attached", sa.Boolean, nullable=False),
        sa.Column("taken_in_at", columns.Instant(), nullable=False),
        sa.Column("taken_at_claimed", columns.Instant()),
        sa.Column("longitude_claimed", sa.Float(53)),
        sa.Column("latitude_claimed", sa.Float(53)),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("published_at", columns.Instant()),
        sa.Column("published_by_id", columns.Id),
        sa.ForeignKeyConstraint(["stored_file_id"], ["stored_file.id"], name="fk_attachment_stored_file_id"),
        sa.ForeignKeyConstraint(["uploader_id"], ["account.id"], name="fk_attachment_uploader_id"),
        sa.ForeignKeyConstraint(["published_by_id"], ["account.id"], name="fk_attachment_published_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachment_stored_file_id", "attachment", ["stored_file_id"])
    op.create_index("ix_attachment_uploader_id", "attachment", ["uploader_id"])
    op.create_index("ix_attachment_attached_taken_in_at", "attachment", ["attached", "taken_in_at"])
    op.create_table(
        "event_attachment",
        sa.Column("id", columns.Id, autoincrement=True, nullable=False),
        sa.Column("event_id", columns.Id, nullable=False),
        sa.Column("attachment_id", columns.Id, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("role", columns.binary_text(80), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name="fk_event_attachment_event_id"),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name="fk_event_attachment_attachment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_event_attachment"),
        sa.UniqueConstraint("event_id", "sequence", "role", "attachment_id", name="uq_event_attachment_event_id_sequence_role_attachment_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_attachment_attachment_id", "event_attachment", ["attachment_id"])


def downgrade() -> None:
    op.drop_table("event_attachment")
    op.drop_table("attachment")
    op.drop_table("stored_file")
