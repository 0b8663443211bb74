"""The first schema: posts and what hangs on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _conversations()
    _tags()
    _idempotency()
    _statuses()
    _index_statuses()
    _home_feed()
    _media()
    _mentions()
    _polls()
    _status_edits()
    _status_tags()
    _poll_votes()


def downgrade() -> None:
    """One step back."""
    op.drop_table("poll_votes")
    op.drop_table("status_tags")
    op.drop_table("status_edits")
    op.drop_table("polls")
    op.drop_table("mentions")
    op.drop_table("media")
    op.drop_table("home_feed")
    op.drop_table("statuses")
    op.drop_table("idempotency")
    op.drop_table("tags")
    op.drop_table("conversations")


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint("uri", name="uq_conversations_uri"),
    )


def _tags() -> None:
    op.create_table(
        "tags",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("display", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tags"),
        sa.UniqueConstraint("name", name="uq_tags_name"),
    )


def _idempotency() -> None:
    op.create_table(
        "idempotency",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_idempotency_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])


def _statuses() -> None:
    op.create_table(
        "statuses",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("object_type", sa.Text(), nullable=False),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("local_only", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("spoiler_text", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("emojis", sa.LargeBinary(), nullable=False),
        sa.Column("in_reply_to_id", BIG_ID, nullable=True),
        sa.Column("in_reply_to_account_id", BIG_ID, nullable=True),
        sa.Column("in_reply_to_uri", sa.Text(), nullable=False),
        sa.Column("reblog_of_id", BIG_ID, nullable=True),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("poll_id", BIG_ID, nullable=True),
        sa.Column("app_id", BIG_ID, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=True),
        sa.Column("replies_count", sa.Integer(), nullable=False),
        sa.Column("reblogs_count", sa.Integer(), nullable=False),
        sa.Column("favourites_count", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_statuses_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["in_reply_to_id"], ["statuses.id"], name="fk_statuses_in_reply_to_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["reblog_of_id"], ["statuses.id"], name="fk_statuses_reblog_of_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_statuses"),
        sa.UniqueConstraint("uri", name="uq_statuses_uri"),
    )


def _index_statuses() -> None:
    op.create_index("ix_statuses_account", "statuses", ["account_id", "id"])
    op.create_index("ix_statuses_conversation_id", "statuses", ["conversation_id"])
    op.create_index(
        "ix_statuses_host",
        "statuses",
        [sa.text("coalesce(host, '')"), "id"],
        sqlite_where=sa.text("visibility = 'public' AND reblog_of_id IS NULL"),
        postgresql_where=sa.text("visibility = 'public' AND reblog_of_id IS NULL"),
    )
    op.create_index("ix_statuses_in_reply_to_id", "statuses", ["in_reply_to_id"])
    op.create_index(
        "ix_statuses_orphans",
        "statuses",
        ["in_reply_to_uri"],
        sqlite_where=sa.text("in_reply_to_id IS NULL"),
        postgresql_where=sa.text("in_reply_to_id IS NULL"),
    )
    op.create_index(
        "ix_statuses_public",
        "statuses",
        ["id"],
        sqlite_where=sa.text("visibility = 'public' AND reblog_of_id IS NULL"),
        postgresql_where=sa.text("visibility = 'public' AND reblog_of_id IS NULL"),
    )
    op.create_index(
        "ux_statuses_reblog",
        "statuses",
        ["reblog_of_id", "account_id"],
        unique=True,
        sqlite_where=sa.text("reblog_of_id IS NOT NULL"),
        postgresql_where=sa.text("reblog_of_id IS NOT NULL"),
    )


def _home_feed() -> None:
    op.create_table(
        "home_feed",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_home_feed_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_home_feed_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "status_id", name="pk_home_feed"),
    )
    op.create_index("ix_home_feed_status", "home_feed", ["status_id"])


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("preview_key", sa.Text(), nullable=False),
        sa.Column("remote_url", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("preview_width", sa.Integer(), nullable=True),
        sa.Column("preview_height", sa.Integer(), nullable=True),
        sa.Column("focus_x", sa.Float(), nullable=False),
        sa.Column("focus_y", sa.Float(), nullable=False),
        sa.Column("size", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_media_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_media_status_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
    )
    op.create_index("ix_media_account_id", "media", ["account_id"])
    op.create_index("ix_media_key", "media", ["key"])
    op.create_index("ix_media_preview_key", "media", ["preview_key"])
    op.create_index("ix_media_status_id", "media", ["status_id"])


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_mentions_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_mentions_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("status_id", "account_id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_account", "mentions", ["account_id", "status_id"])


def _polls() -> None:
    op.create_table(
        "polls",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=False),
        sa.Column("votes", sa.LargeBinary(), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("hide_totals", sa.Boolean(), nullable=False),
        sa.Column("voters_count", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_polls_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_polls_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_polls"),
        sa.UniqueConstraint("status_id", name="uq_polls_status_id"),
    )
    op.create_index("ix_polls_account_id", "polls", ["account_id"])


def _status_edits() -> None:
    op.create_table(
        "status_edits",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("spoiler_text", sa.Text(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("media", sa.LargeBinary(), nullable=False),
        sa.Column("poll_options", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_status_edits_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_status_edits"),
    )
    op.create_index("ix_status_edits_status_id", "status_edits", ["status_id"])


def _status_tags() -> None:
    op.create_table(
        "status_tags",
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("tag_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_status_tags_status_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_status_tags_tag_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("status_id", "tag_id", name="pk_status_tags"),
    )
    op.create_index("ix_status_tags_tag", "status_tags", ["tag_id", "status_id"])


def _poll_votes() -> None:
    op.create_table(
        "poll_votes",
        sa.Column("poll_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_poll_votes_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["poll_id"], ["polls.id"], name="fk_poll_votes_poll_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("poll_id", "account_id", "choice", name="pk_poll_votes"),
    )
    op.create_index("ix_poll_votes_account", "poll_votes", ["account_id"])
