"""Which servers fetched a post, so that they hear when it is edited or deleted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "readers",
        sa.Column("object_uri", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_readers_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("object_uri", "inbox", name="pk_readers"),
    )
    op.create_index("ix_readers_account", "readers", ["account_id"])


def downgrade() -> None:
    """One step back."""
    op.drop_table("readers")
