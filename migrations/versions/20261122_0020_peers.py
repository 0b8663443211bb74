"""What passes between us and other servers: how they are, what was sent long ago, what they know of a thread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ELSEWHERE = ("elsewhere_replies", "elsewhere_reblogs", "elsewhere_favourites")
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    for name in ("delivered_at", "failed_at", "unanswered_since"):
        op.add_column("hosts", sa.Column(name, sa.BigInteger()))
    op.create_table(
        "crawls",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_crawls"),
    )
    op.create_index("ix_crawls_asked_at", "crawls", ["asked_at"])
    for name in ELSEWHERE:
        op.add_column("statuses", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("activities", sa.Column("settled_at", sa.BigInteger()))
    op.create_index(
        "ix_activities_unsettled",
        "activities",
        ["created_at"],
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "reached",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "inbox", name="pk_reached"),
    )


def downgrade() -> None:
    """One step back."""
    op.drop_table("reached")
    op.drop_index("ix_activities_unsettled", "activities")
    op.drop_column("activities", "settled_at")
    for name in reversed(ELSEWHERE):
        op.drop_column("statuses", name)
    op.drop_table("crawls")
    for name in ("unanswered_since", "failed_at", "delivered_at"):
        op.drop_column("hosts", name)
