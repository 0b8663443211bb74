"""Films and sounds: what they were, how long and how fast."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Expand."""
    op.add_column("media", sa.Column("source_key", sa.Text(), nullable=False, server_default=""))
    op.add_column("media", sa.Column("duration", sa.Float()))
    op.add_column("media", sa.Column("frame_rate", sa.Text(), nullable=False, server_default=""))
    op.add_column("media", sa.Column("bitrate", BIG_ID))


def downgrade() -> None:
    """One step back."""
    for name in ("bitrate", "frame_rate", "duration", "source_key"):
        op.drop_column("media", name)
