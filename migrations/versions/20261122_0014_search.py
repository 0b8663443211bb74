"""Search for posts by their words, trends, and how the server grew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FTS = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "text, content='search_texts', content_rowid='status_id', tokenize='ascii', detail='none')",
    "CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN"
    " INSERT INTO search_index (rowid, text) VALUES (new.status_id, new.text); END",
    "CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.status_id, old.text); END",
    "CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN"
    " INSERT INTO search_index (search_index, rowid, text) VALUES ('delete', old.status_id, old.text);"
    " INSERT INTO search_index (rowid, text) VALUES (new.status_id, new.text); END",
)
GIN = "CREATE INDEX ix_search_texts_words ON search_texts USING gin (array_to_tsvector(string_to_array(text, ' ')))"


def upgrade() -> None:
    """Expand."""
    for name, column in (("search_texts", sa.Column("text", sa.Text())), ("search_queue", sa.Column("times", sa.Integer()))):
        column.nullable = False
        op.create_table(
            name,
            sa.Column("status_id", BIG_ID, nullable=False),
            column,
            sa.ForeignKeyConstraint(["status_id"], ["statuses.id"], name=f"fk_{name}_status_id", ondelete="CASCADE"),
            sa.PrimaryKeyConstraint("status_id", name=f"pk_{name}"),
        )
    _weeks_and_trends()
    for statement in FTS if op.get_bind().dialect.name == "sqlite" else (GIN,):
        op.execute(statement)
    op.execute(
        "INSERT INTO search_queue (status_id, times) SELECT id, 1 FROM statuses WHERE host IS NULL AND reblog_of_id IS NULL"
    )


def _weeks_and_trends() -> None:
    op.create_table(
        "instance_weeks",
        sa.Column("week", BIG_ID, autoincrement=False, nullable=False),
        sa.Column("statuses", sa.Integer(), nullable=False),
        sa.Column("logins", sa.Integer(), nullable=False),
        sa.Column("registrations", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_instance_weeks"),
    )
    op.create_table(
        "trends",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref_id", BIG_ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref_id", name="pk_trends"),
    )
    op.create_index("ix_trends_score", "trends", ["kind", "score"])


def downgrade() -> None:
    """One step back."""
    op.drop_table("trends")
    op.drop_table("instance_weeks")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_queue")
    op.drop_table("search_texts")
