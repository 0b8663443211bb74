"""When a server last took the form of signature that we remember."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column("hosts", sa.Column("scheme_at", sa.BigInteger()))


def downgrade() -> None:
    """One step back."""
    op.drop_column("hosts", "scheme_at")
