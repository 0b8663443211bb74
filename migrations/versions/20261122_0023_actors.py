"""What other servers say of their accounts, links checked again, names that look alike, keys that were replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FLAGS = ("hides_unlisted", "suspended_there")
HERE, CHECKED = sa.text("host IS NULL"), sa.text("links_checked_at IS NOT NULL")


def upgrade() -> None:
    """Expand."""
    for name in FLAGS:
        op.add_column("accounts", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("links_checked_at", sa.BigInteger(), nullable=True))
    op.create_index("ix_accounts_links_checked", "accounts", ["links_checked_at"], sqlite_where=CHECKED, postgresql_where=CHECKED)
    op.create_index("ix_accounts_lookalike", "accounts", [_lookalike()], sqlite_where=HERE, postgresql_where=HERE)
    op.create_table(
        "retired_keys",
        sa.Column("activity_uri", sa.Text(), nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_retired_keys_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("activity_uri", name="pk_retired_keys"),
    )
    op.create_index("ix_retired_keys_account_id", "retired_keys", ["account_id"])


def downgrade() -> None:
    """One step back."""
    op.drop_table("retired_keys")
    op.drop_index("ix_accounts_lookalike", "accounts")
    op.drop_index("ix_accounts_links_checked", "accounts")
    op.drop_column("accounts", "links_checked_at")
    for name in FLAGS:
        op.drop_column("accounts", name)


def _lookalike() -> sa.TextClause:
    text = "lower(replace(username, 'I', 'l'))"
    for seen, meant in (("1", "l"), ("0", "o"), ("rn", "m"), ("vv", "w")):
        text = f"replace({text}, '{seen}', '{meant}')"
    return sa.text(text)
