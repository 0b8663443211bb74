"""The first schema: who follows, blocks and likes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _blocks()
    _follows()
    _host_blocks()
    _mutes()
    _thread_mutes()
    _bookmarks()
    _favourites()
    _pins()


def downgrade() -> None:
    """One step back."""
    op.drop_table("pins")
    op.drop_table("favourites")
    op.drop_table("bookmarks")
    op.drop_table("thread_mutes")
    op.drop_table("mutes")
    op.drop_table("host_blocks")
    op.drop_table("follows")
    op.drop_table("blocks")


def _blocks() -> None:
    op.create_table(
        "blocks",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_blocks_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name="fk_blocks_target_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_blocks"),
        sa.UniqueConstraint("account_id", "target_id", name="uq_blocks_account_id_target_id"),
    )
    op.create_index("ix_blocks_target", "blocks", ["target_id", "account_id"])
    op.create_index("ix_blocks_uri", "blocks", ["uri"])


def _follows() -> None:
    op.create_table(
        "follows",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("follower_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("shows_reblogs", sa.Boolean(), nullable=False),
        sa.Column("notifies", sa.Boolean(), nullable=False),
        sa.Column("languages", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["follower_id"], ["accounts.id"], name="fk_follows_follower_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name="fk_follows_target_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_follows"),
        sa.UniqueConstraint("follower_id", "target_id", name="uq_follows_follower_id_target_id"),
    )
    op.create_index("ix_follows_follower", "follows", ["follower_id", "accepted", "id"])
    op.create_index("ix_follows_target", "follows", ["target_id", "accepted", "id"])
    op.create_index("ix_follows_uri", "follows", ["uri"])


def _host_blocks() -> None:
    op.create_table(
        "host_blocks",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_host_blocks_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "host", name="pk_host_blocks"),
    )


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("hides_notifications", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_mutes_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name="fk_mutes_target_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_mutes"),
        sa.UniqueConstraint("account_id", "target_id", name="uq_mutes_account_id_target_id"),
    )
    op.create_index("ix_mutes_expires_at", "mutes", ["expires_at"])
    op.create_index("ix_mutes_target", "mutes", ["target_id"])


def _thread_mutes() -> None:
    op.create_table(
        "thread_mutes",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_thread_mutes_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "conversation_id", name="pk_thread_mutes"),
    )


def _bookmarks() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_bookmarks_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_bookmarks_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_bookmarks"),
        sa.UniqueConstraint("status_id", "account_id", name="uq_bookmarks_status_id_account_id"),
    )
    op.create_index("ix_bookmarks_account", "bookmarks", ["account_id", "id"])


def _favourites() -> None:
    op.create_table(
        "favourites",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_favourites_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_favourites_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_favourites"),
        sa.UniqueConstraint("status_id", "account_id", name="uq_favourites_status_id_account_id"),
    )
    op.create_index("ix_favourites_account", "favourites", ["account_id", "id"])
    op.create_index("ix_favourites_uri", "favourites", ["uri"])


def _pins() -> None:
    op.create_table(
        "pins",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_pins_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_pins_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_pins"),
        sa.UniqueConstraint("status_id", "account_id", name="uq_pins_status_id_account_id"),
    )
    op.create_index("ix_pins_account", "pins", ["account_id", "id"])
