"""Signatures inside what we send, and relays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.add_column("activities", sa.Column("signed_until", sa.BigInteger(), nullable=True))
    op.create_table(
        "relays",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=True),
        sa.Column("follow_uri", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_relays_account_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_relays"),
        sa.UniqueConstraint("uri", name="uq_relays_uri"),
    )
    op.create_index("ix_relays_account_id", "relays", ["account_id"])


def downgrade() -> None:
    """One step back."""
    op.drop_table("relays")
    op.drop_column("activities", "signed_until")
