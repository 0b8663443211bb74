"""The first schema: accounts and their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _accounts()
    _index_accounts()
    _taken_names()
    _actor_keys()
    _users()


def downgrade() -> None:
    """One step back."""
    op.drop_table("users")
    op.drop_table("actor_keys")
    op.drop_table("taken_names")
    op.drop_table("accounts")


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("actor_type", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_source", sa.Text(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("emojis", sa.LargeBinary(), nullable=False),
        sa.Column("avatar", sa.LargeBinary(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("inbox_uri", sa.Text(), nullable=False),
        sa.Column("shared_inbox_uri", sa.Text(), nullable=False),
        sa.Column("outbox_uri", sa.Text(), nullable=False),
        sa.Column("followers_uri", sa.Text(), nullable=False),
        sa.Column("following_uri", sa.Text(), nullable=False),
        sa.Column("featured_uri", sa.Text(), nullable=False),
        sa.Column("approves_followers", sa.Boolean(), nullable=False),
        sa.Column("discoverable", sa.Boolean(), nullable=False),
        sa.Column("indexable", sa.Boolean(), nullable=False),
        sa.Column("hides_network", sa.Boolean(), nullable=False),
        sa.Column("memorial", sa.Boolean(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("also_known_as", sa.LargeBinary(), nullable=False),
        sa.Column("moved_to_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.Column("limited_at", sa.BigInteger(), nullable=True),
        sa.Column("deleted_at", sa.BigInteger(), nullable=True),
        sa.Column("last_status_at", sa.BigInteger(), nullable=True),
        sa.Column("statuses_count", sa.Integer(), nullable=False),
        sa.Column("followers_count", sa.Integer(), nullable=False),
        sa.Column("following_count", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("uri", name="uq_accounts_uri"),
    )


def _index_accounts() -> None:
    op.create_index("ix_accounts_followers_uri", "accounts", ["followers_uri"])
    op.create_index("ix_accounts_handle", "accounts", [sa.text("lower(username)"), "host"])
    op.create_index("ix_accounts_host", "accounts", ["host", "id"])
    op.create_index(
        "ux_accounts_local_name",
        "accounts",
        [sa.text("lower(username)")],
        unique=True,
        sqlite_where=sa.text("host IS NULL"),
        postgresql_where=sa.text("host IS NULL"),
    )


def _taken_names() -> None:
    op.create_table(
        "taken_names",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_taken_names"),
    )


def _actor_keys() -> None:
    op.create_table(
        "actor_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_actor_keys_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("key_id", name="pk_actor_keys"),
    )
    op.create_index("ix_actor_keys_account_id", "actor_keys", ["account_id"])


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", sa.BigInteger(), nullable=True),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("sign_up_reason", sa.Text(), nullable=False),
        sa.Column("posting_visibility", sa.Text(), nullable=False),
        sa.Column("posting_sensitive", sa.Boolean(), nullable=False),
        sa.Column("posting_language", sa.Text(), nullable=False),
        sa.Column("last_active_at", sa.BigInteger(), nullable=True),
        sa.Column("confirm_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("confirm_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("reset_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("reset_sent_at", sa.BigInteger(), nullable=True),
        sa.Column("app_id", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(["id"], ["accounts.id"], name="fk_users_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("confirm_token_hash", name="uq_users_confirm_token_hash"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.UniqueConstraint("reset_token_hash", name="uq_users_reset_token_hash"),
    )
