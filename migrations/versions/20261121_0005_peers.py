"""The first schema: other servers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _activities()
    _applied()
    _hosts()
    _remote_files()
    _replays()
    _tombstones()
    _deliveries()
    _inbound()


def downgrade() -> None:
    """One step back."""
    op.drop_table("inbound")
    op.drop_table("deliveries")
    op.drop_table("tombstones")
    op.drop_table("replays")
    op.drop_table("remote_files")
    op.drop_table("hosts")
    op.drop_table("applied")
    op.drop_table("activities")


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_uri", sa.Text(), nullable=False),
        sa.Column("status_id", BIG_ID, nullable=True),
        sa.Column("target_id", BIG_ID, nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
        sa.UniqueConstraint("uri", name="uq_activities_uri"),
    )
    op.create_index("ix_activities_account_id", "activities", ["account_id"])
    op.create_index("ix_activities_created_at", "activities", ["created_at"])
    op.create_index("ix_activities_object", "activities", ["object_uri", "account_id"])
    op.create_index("ix_activities_status_id", "activities", ["status_id"])


def _applied() -> None:
    op.create_table(
        "applied",
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_applied"),
    )
    op.create_index("ix_applied_applied_at", "applied", ["applied_at"])


def _hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=True),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.Column("open_until", sa.BigInteger(), nullable=True),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("dead_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host", name="pk_hosts"),
    )


def _remote_files() -> None:
    op.create_table(
        "remote_files",
        sa.Column("url_hash", sa.LargeBinary(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("url_hash", name="pk_remote_files"),
    )
    op.create_index("ix_remote_files_host", "remote_files", ["host"])
    op.create_index("ix_remote_files_used_at", "remote_files", ["used_at"])


def _replays() -> None:
    op.create_table(
        "replays",
        sa.Column("signature_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("signature_hash", name="pk_replays"),
    )
    op.create_index("ix_replays_seen_at", "replays", ["seen_at"])


def _tombstones() -> None:
    op.create_table(
        "tombstones",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("former_type", sa.Text(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("uri", name="pk_tombstones"),
    )
    op.create_index("ix_tombstones_deleted_at", "tombstones", ["deleted_at"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("activity_id", BIG_ID, nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name="fk_deliveries_activity_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("activity_id", "inbox", name="uq_deliveries_activity_id_inbox"),
    )
    op.create_index("ix_deliveries_ended_at", "deliveries", ["ended_at"])
    op.create_index("ix_deliveries_host", "deliveries", ["host", "state"])


def _inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("signer_id", BIG_ID, nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["signer_id"], ["accounts.id"], name="fk_inbound_signer_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("activity_id", "signer_id", name="uq_inbound_activity_id_signer_id"),
    )
    op.create_index("ix_inbound_signer_id", "inbound", ["signer_id"])
    op.create_index("ix_inbound_state", "inbound", ["state", "received_at"])
