"""What passes between us and other servers: how they are, what was sent long ago, what they know of a thread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    for name in ("delivered_at", "failed_at", "unanswered_since"):
        op.add_column("hosts", sa.Column(name, sa.BigInteger()))


def downgrade() -> None:
    """One step back."""
    for name in ("unanswered_since", "failed_at", "delivered_at"):
        op.drop_column("hosts", name)
