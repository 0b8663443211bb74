"""The first schema: lists and notifications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _lists()
    _markers()
    _list_members()
    _notifications()


def downgrade() -> None:
    """One step back."""
    op.drop_table("notifications")
    op.drop_table("list_members")
    op.drop_table("markers")
    op.drop_table("lists")


def _lists() -> None:
    op.create_table(
        "lists",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("replies_policy", sa.Text(), nullable=False),
        sa.Column("exclusive", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_lists_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lists"),
    )
    op.create_index("ix_lists_account_id", "lists", ["account_id"])


def _markers() -> None:
    op.create_table(
        "markers",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("timeline", sa.Text(), nullable=False),
        sa.Column("last_read_id", BIG_ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_markers_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "timeline", name="pk_markers"),
    )


def _list_members() -> None:
    op.create_table(
        "list_members",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("list_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_list_members_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name="fk_list_members_list_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_list_members"),
        sa.UniqueConstraint("list_id", "account_id", name="uq_list_members_list_id_account_id"),
    )
    op.create_index("ix_list_members_account", "list_members", ["account_id", "list_id"])


def _notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("from_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=True),
        sa.Column("report_id", BIG_ID, nullable=True),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("filtered", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_notifications_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["from_id"], ["accounts.id"], name="fk_notifications_from_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_notifications_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_account", "notifications", ["account_id", "id"])
    op.create_index("ix_notifications_from_id", "notifications", ["from_id"])
    op.create_index("ix_notifications_group", "notifications", ["account_id", "group_key", "id"])
    op.create_index("ix_notifications_status_id", "notifications", ["status_id"])
    op.create_index(
        "ux_notifications_once",
        "notifications",
        ["account_id", "type", "from_id", sa.text("coalesce(status_id, 0)"), sa.text("coalesce(report_id, 0)")],
        unique=True,
    )
