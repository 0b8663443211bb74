"""Runs migrations on the connection that fedisw/storage/migrate.py gives."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator, TypeEngine

from fedisw.model.errors import Conflict
from fedisw.storage import tables


def plain_type(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration must not change when our types do: it names what is in the database."""
    if kind != "type":
        return False
    if isinstance(item, TypeEngine) and item._variant_mapping:
        return "BIG_ID"
    return f"sa.{type(item.impl_instance).__name__}()" if isinstance(item, TypeDecorator) else False


def run(connection: Connection) -> None:
    """Foreign keys are not enforced meanwhile (SQLite rebuilds tables); what refers to nothing is found at the end."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=tables.load_all(),
        render_as_batch=True,
        render_item=plain_type,
        transaction_per_migration=not sqlite,
    )
    with context.begin_transaction():
        context.run_migrations()
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is not None:
            raise Conflict("a row refers to nothing")


run(context.config.attributes["connection"])
