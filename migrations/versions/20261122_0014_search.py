"""Search for posts by their words."""

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
    for statement in FTS if op.get_bind().dialect.name == "sqlite" else (GIN,):
        op.execute(statement)
    op.execute(
        "INSERT INTO search_queue (status_id, times) SELECT id, 1 FROM statuses WHERE host IS NULL AND reblog_of_id IS NULL"
    )


def downgrade() -> None:
    """One step back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_queue")
    op.drop_table("search_texts")
