"""Notification policy and requests, what moderation tells people, web push."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ONCE = ["account_id", "type", "from_id", sa.text("coalesce(status_id, 0)"), sa.text("coalesce(report_id, 0)")]
POLICIES = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
    "for_bots",
)


def upgrade() -> None:
    """Expand."""
    _notifications()
    _policies()
    _requests()
    _permissions()
    _severances()
    _warnings()
    _push()


def downgrade() -> None:
    """One step back."""
    for table in (
        "push_subscriptions",
        "account_warnings",
        "severances",
        "notification_permissions",
        "notification_requests",
        "notification_policies",
    ):
        op.drop_table(table)
    op.drop_index("ix_notifications_filtered", "notifications")
    op.drop_index("ux_notifications_once", "notifications")
    op.execute("DELETE FROM notifications WHERE about_id IS NOT NULL")
    op.drop_column("notifications", "about_id")
    op.create_index("ux_notifications_once", "notifications", ONCE, unique=True)


def _notifications() -> None:
    op.add_column("notifications", sa.Column("about_id", BIG_ID, nullable=True))
    op.drop_index("ux_notifications_once", "notifications")
    op.create_index("ux_notifications_once", "notifications", [*ONCE, sa.text("coalesce(about_id, 0)")], unique=True)
    op.create_index(
        "ix_notifications_filtered",
        "notifications",
        ["account_id", "from_id", "id"],
        sqlite_where=sa.text("filtered"),
        postgresql_where=sa.text("filtered"),
    )


def _account(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["accounts.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _policies() -> None:
    op.create_table(
        "notification_policies",
        sa.Column("account_id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in POLICIES),
        _account("notification_policies"),
        sa.PrimaryKeyConstraint("account_id", name="pk_notification_policies"),
    )


def _requests() -> None:
    op.create_table(
        "notification_requests",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("from_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        _account("notification_requests"),
        _account("notification_requests", "from_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_requests"),
        sa.UniqueConstraint("account_id", "from_id", name="uq_notification_requests_account_id_from_id"),
    )
    op.create_index("ix_notification_requests_account", "notification_requests", ["account_id", "id"])
    op.create_index("ix_notification_requests_from_id", "notification_requests", ["from_id"])


def _permissions() -> None:
    op.create_table(
        "notification_permissions",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("from_id", BIG_ID, nullable=False),
        sa.Column("merging", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _account("notification_permissions"),
        _account("notification_permissions", "from_id"),
        sa.PrimaryKeyConstraint("account_id", "from_id", name="pk_notification_permissions"),
    )
    op.create_index("ix_notification_permissions_from_id", "notification_permissions", ["from_id"])


def _severances() -> None:
    op.create_table(
        "severances",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("target_name", sa.Text(), nullable=False),
        sa.Column("followers_count", sa.Integer(), nullable=False),
        sa.Column("following_count", sa.Integer(), nullable=False),
        sa.Column("purged", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _account("severances"),
        sa.PrimaryKeyConstraint("id", name="pk_severances"),
    )
    op.create_index("ix_severances_account_id", "severances", ["account_id"])


def _warnings() -> None:
    op.create_table(
        "account_warnings",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status_ids", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _account("account_warnings"),
        sa.PrimaryKeyConstraint("id", name="pk_account_warnings"),
    )
    op.create_index("ix_account_warnings_account_id", "account_warnings", ["account_id"])


def _push() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("token_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("standard", sa.Boolean(), nullable=False),
        sa.Column("alerts", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["tokens.id"], name="fk_push_subscriptions_token_id", ondelete="CASCADE"),
        _account("push_subscriptions"),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("token_id", name="uq_push_subscriptions_token_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_push_subscriptions_account_id", "push_subscriptions", ["account_id"])
