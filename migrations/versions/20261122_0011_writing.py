"""Quotes, scheduled posts, cards and translations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _scheduled()


def downgrade() -> None:
    """One step back."""
    op.drop_table("scheduled_media")
    op.drop_table("scheduled_statuses")


def _scheduled() -> None:
    op.create_table(
        "scheduled_statuses",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("scheduled_at", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_scheduled_statuses_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled_statuses"),
    )
    op.create_index("ix_scheduled_statuses_account", "scheduled_statuses", ["account_id", "id"])
    op.create_index("ix_scheduled_statuses_day", "scheduled_statuses", ["account_id", "scheduled_at"])
    op.create_table(
        "scheduled_media",
        sa.Column("media_id", BIG_ID, nullable=False),
        sa.Column("scheduled_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_scheduled_media_media_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["scheduled_id"], ["scheduled_statuses.id"], name="fk_scheduled_media_scheduled_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", name="pk_scheduled_media"),
    )
    op.create_index("ix_scheduled_media_scheduled_id", "scheduled_media", ["scheduled_id"])
