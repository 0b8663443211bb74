"""Announcements, who has read them, and reactions to them; collections of accounts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "announcements",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("all_day", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_announcements"),
    )
    op.create_table(
        "announcement_reads",
        sa.Column("announcement_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        *_keys("announcement_reads"),
        sa.PrimaryKeyConstraint("announcement_id", "account_id", name="pk_announcement_reads"),
    )
    op.create_index("ix_announcement_reads_account_id", "announcement_reads", ["account_id"])
    op.create_table(
        "announcement_reactions",
        sa.Column("announcement_id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        *_keys("announcement_reactions"),
        sa.PrimaryKeyConstraint("announcement_id", "name", "account_id", name="pk_announcement_reactions"),
    )
    op.create_index("ix_announcement_reactions_account_id", "announcement_reactions", ["account_id"])
    _collections()


def downgrade() -> None:
    """One step back."""
    op.drop_table("collection_items")
    op.drop_table("collections")
    op.drop_table("announcement_reactions")
    op.drop_table("announcement_reads")
    op.drop_table("announcements")


def _collections() -> None:
    op.create_table(
        "collections",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("discoverable", sa.Boolean(), nullable=False),
        sa.Column("tag_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_collections_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
    )
    op.create_index("ix_collections_account_id", "collections", ["account_id"])
    op.create_table(
        "collection_items",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("collection_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_collection_items_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collections.id"], name="fk_collection_items_collection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_collection_items"),
        sa.UniqueConstraint("collection_id", "account_id", name="uq_collection_items_collection_id_account_id"),
    )
    op.create_index("ix_collection_items_account", "collection_items", ["account_id", "collection_id"])


def _keys(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcements.id"], name=f"fk_{table}_announcement_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{table}_account_id", ondelete="CASCADE"),
    )
