"""Who may answer, like and pass on a post; consent to it and to recommendations; whether a server hears of a block."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STAMPED = sa.text("approval != ''")


def upgrade() -> None:
    """Expand."""
    op.add_column("statuses", sa.Column("interaction_policy", sa.Text(), nullable=False, server_default=""))
    op.add_column("statuses", sa.Column("approval", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_statuses_approval", "statuses", ["approval"], sqlite_where=STAMPED, postgresql_where=STAMPED)
    op.add_column("users", sa.Column("tells_blocks", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "feature_consents",
        sa.Column("id", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("asker_id", BIG_ID, nullable=False),
        sa.Column("collection_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_feature_consents_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["asker_id"], ["accounts.id"], name="fk_feature_consents_asker_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_feature_consents"),
        sa.UniqueConstraint("account_id", "collection_uri", name="uq_feature_consents_account_id_collection_uri"),
    )
    op.create_index("ix_feature_consents_asker_id", "feature_consents", ["asker_id"])


def downgrade() -> None:
    """One step back."""
    op.drop_table("feature_consents")
    op.drop_column("users", "tells_blocks")
    op.drop_index("ix_statuses_approval", "statuses")
    op.drop_column("statuses", "approval")
    op.drop_column("statuses", "interaction_policy")
