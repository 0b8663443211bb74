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
    _quotes()
    _cards()


def downgrade() -> None:
    """One step back."""
    op.drop_index("ix_statuses_card", "statuses")
    op.drop_column("statuses", "card_id")
    op.drop_table("cards")
    op.drop_table("quotes")
    op.drop_column("users", "posting_quote_policy")
    for name in ("quoted_uri", "quote_policy", "quotes_count"):
        op.drop_column("statuses", name)
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


def _quotes() -> None:
    op.add_column("statuses", sa.Column("quotes_count", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("statuses", sa.Column("quote_policy", sa.Text(), nullable=False, server_default=""))
    op.add_column("statuses", sa.Column("quoted_uri", sa.Text(), nullable=False, server_default=""))
    op.add_column("users", sa.Column("posting_quote_policy", sa.Text(), nullable=False, server_default="followers"))
    op.create_table(
        "quotes",
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("quoted_id", BIG_ID, nullable=True),
        sa.Column("quoted_account_id", BIG_ID, nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("approval_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_quotes_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["quoted_id"], ["statuses.id"], name="fk_quotes_quoted_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_quotes_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("status_id", name="pk_quotes"),
    )
    op.create_index("ix_quotes_account_id", "quotes", ["account_id"])
    op.create_index("ix_quotes_quoted", "quotes", ["quoted_id", "status_id"])
    stamped = sa.text("approval_uri != ''")
    op.create_index("ix_quotes_stamp", "quotes", ["approval_uri"], sqlite_where=stamped, postgresql_where=stamped)


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "description", "language", "author_name", "provider_name", "image_url", "image_description")
        ),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("url", name="uq_cards_url"),
    )
    op.create_index("ix_cards_fetched_at", "cards", ["fetched_at"])
    op.add_column("statuses", sa.Column("card_id", BIG_ID, nullable=True))
    shown = sa.text("card_id IS NOT NULL")
    op.create_index("ix_statuses_card", "statuses", ["card_id"], sqlite_where=shown, postgresql_where=shown)
