"""What people show of themselves: featured tags, endorsements, directory, profile links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HERE = " AND host IS NULL"
DIRECTORY = {
    "ix_accounts_active": ([sa.text("coalesce(last_status_at, 0)"), "id"], ""),
    "ix_accounts_active_here": ([sa.text("coalesce(last_status_at, 0)"), "id"], HERE),
    "ix_accounts_new": (["id"], ""),
    "ix_accounts_new_here": (["id"], HERE),
}
SETTINGS = ("shows_media", "shows_media_replies", "shows_featured")


def upgrade() -> None:
    """Expand."""
    for name in SETTINGS:
        op.add_column("accounts", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("accounts", sa.Column("attribution_domains", sa.LargeBinary(), nullable=False, server_default=sa.text("'[]'")))
    for name, (columns, here) in DIRECTORY.items():
        rest = f" AND suspended_at IS NULL AND deleted_at IS NULL{here}"
        op.create_index(
            name,
            "accounts",
            columns,
            sqlite_where=sa.text(f"discoverable = 1{rest}"),
            postgresql_where=sa.text(f"discoverable{rest}"),
        )
    _followed_tags()
    _featured_tags()
    _endorsements()
    _account_notes()
    _dismissed_suggestions()


def downgrade() -> None:
    """One step back."""
    for table in ("dismissed_suggestions", "account_notes", "endorsements", "featured_tags", "followed_tags"):
        op.drop_table(table)
    for name in DIRECTORY:
        op.drop_index(name, "accounts")
    for name in (*SETTINGS, "attribution_domains"):
        op.drop_column("accounts", name)


def _of_account(table: str, column: str = "account_id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["accounts.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def _of_tag(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name=f"fk_{table}_tag_id", ondelete="CASCADE")


def _followed_tags() -> None:
    op.create_table(
        "followed_tags",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("tag_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_account("followed_tags"),
        _of_tag("followed_tags"),
        sa.PrimaryKeyConstraint("id", name="pk_followed_tags"),
        sa.UniqueConstraint("account_id", "tag_id", name="uq_followed_tags_account_id_tag_id"),
    )
    op.create_index("ix_followed_tags_tag", "followed_tags", ["tag_id", "account_id"])


def _featured_tags() -> None:
    op.create_table(
        "featured_tags",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("tag_id", BIG_ID, nullable=False),
        sa.Column("statuses_count", sa.Integer(), nullable=False),
        sa.Column("last_status_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_account("featured_tags"),
        _of_tag("featured_tags"),
        sa.PrimaryKeyConstraint("id", name="pk_featured_tags"),
        sa.UniqueConstraint("account_id", "tag_id", name="uq_featured_tags_account_id_tag_id"),
    )
    op.create_index("ix_featured_tags_tag_id", "featured_tags", ["tag_id"])


def _endorsements() -> None:
    op.create_table(
        "endorsements",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_account("endorsements"),
        _of_account("endorsements", "target_id"),
        sa.PrimaryKeyConstraint("id", name="pk_endorsements"),
        sa.UniqueConstraint("account_id", "target_id", name="uq_endorsements_account_id_target_id"),
    )
    op.create_index("ix_endorsements_account", "endorsements", ["account_id", "id"])
    op.create_index("ix_endorsements_target_id", "endorsements", ["target_id"])


def _account_notes() -> None:
    op.create_table(
        "account_notes",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        _of_account("account_notes"),
        _of_account("account_notes", "target_id"),
        sa.PrimaryKeyConstraint("account_id", "target_id", name="pk_account_notes"),
    )
    op.create_index("ix_account_notes_target_id", "account_notes", ["target_id"])


def _dismissed_suggestions() -> None:
    op.create_table(
        "dismissed_suggestions",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("target_id", BIG_ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of_account("dismissed_suggestions"),
        _of_account("dismissed_suggestions", "target_id"),
        sa.PrimaryKeyConstraint("account_id", "target_id", name="pk_dismissed_suggestions"),
    )
    op.create_index("ix_dismissed_suggestions_target_id", "dismissed_suggestions", ["target_id"])
