"""Reactions to posts, the texts of posts in several languages, and still pictures of films and sounds elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.add_column("media", sa.Column("remote_preview_url", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "reactions",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_reactions_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_reactions_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reactions"),
        sa.UniqueConstraint("status_id", "account_id", "content", name="uq_reactions_status_id_account_id_content"),
    )
    op.create_index("ix_reactions_account", "reactions", ["account_id", "uri"])
    op.create_table(
        "status_texts",
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_status_texts_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("status_id", "language", name="pk_status_texts"),
    )


def downgrade() -> None:
    """One step back."""
    op.drop_table("status_texts")
    op.drop_table("reactions")
    op.drop_column("media", "remote_preview_url")
