"""Filters of people, and direct posts as conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    _filters()
    _keywords()
    _filtered_statuses()
    _revisions()
    _dialogues()
    _dialogue_statuses()


def downgrade() -> None:
    """One step back."""
    for table in (
        "dialogue_statuses",
        "dialogues",
        "filter_revisions",
        "filter_statuses",
        "filter_keywords",
        "filters",
    ):
        op.drop_table(table)


def _filters() -> None:
    op.create_table(
        "filters",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("contexts", sa.LargeBinary(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_filters_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_filters"),
    )
    op.create_index("ix_filters_account_id", "filters", ["account_id"])


def _keywords() -> None:
    op.create_table(
        "filter_keywords",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", BIG_ID, nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("whole_word", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["filter_id"], ["filters.id"], name="fk_filter_keywords_filter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_filter_keywords"),
    )
    op.create_index("ix_filter_keywords_filter_id", "filter_keywords", ["filter_id"])


def _filtered_statuses() -> None:
    op.create_table(
        "filter_statuses",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["filter_id"], ["filters.id"], name="fk_filter_statuses_filter_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_filter_statuses_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_filter_statuses"),
        sa.UniqueConstraint("filter_id", "status_id", name="uq_filter_statuses_filter_id_status_id"),
    )
    op.create_index("ix_filter_statuses_status", "filter_statuses", ["status_id"])


def _revisions() -> None:
    op.create_table(
        "filter_revisions",
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_filter_revisions_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_filter_revisions"),
    )


def _dialogues() -> None:
    op.create_table(
        "dialogues",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("conversation_id", BIG_ID, nullable=False),
        sa.Column("circle", sa.Text(), nullable=False),
        sa.Column("participants", sa.LargeBinary(), nullable=False),
        sa.Column("last_status_id", BIG_ID, nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_dialogues_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_dialogues"),
        sa.UniqueConstraint("account_id", "conversation_id", "circle", name="uq_dialogues_account_id_conversation_id_circle"),
    )
    op.create_index("ix_dialogues_account", "dialogues", ["account_id", "last_status_id"])
    op.create_index("ix_dialogues_conversation_id", "dialogues", ["conversation_id"])


def _dialogue_statuses() -> None:
    op.create_table(
        "dialogue_statuses",
        sa.Column("dialogue_id", BIG_ID, nullable=False),
        sa.Column("status_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name="fk_dialogue_statuses_dialogue_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name="fk_dialogue_statuses_status_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dialogue_id", "status_id", name="pk_dialogue_statuses"),
    )
    op.create_index("ix_dialogue_statuses_status", "dialogue_statuses", ["status_id"])
