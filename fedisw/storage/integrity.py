"""Whether a database file or server is in order, and how large it is; blocking, for commands (contract, `db check`)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select, table
from sqlalchemy.engine import Connection

from fedisw.storage.migrate import connected

MAX_PROBLEMS = 100
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
POSTGRES_ROWS = "SELECT relname, n_live_tup FROM pg_stat_user_tables WHERE schemaname = current_schema() ORDER BY relname"
INVALID_INDEXES = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Bytes of the whole database, and rows by table (on PostgreSQL estimated)."""

    total: int
    rows: dict[str, int]


def problems(url: str, *, password: str | None = None) -> list[str]:
    """What the database itself finds wrong: damaged pages, rows that refer to nothing, indexes that are not whole.

    Raises:
        Unreachable: it cannot be opened.
    """
    with connected(url, password, begin="BEGIN") as connection:
        if connection.dialect.name != "sqlite":
            return [f"index {name} is not valid" for (name,) in connection.exec_driver_sql(INVALID_INDEXES)]
        found = [text for (text,) in connection.exec_driver_sql(f"PRAGMA integrity_check({MAX_PROBLEMS})") if text != "ok"]
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MAX_PROBLEMS):
            found.append(f"row {row} of {table} refers to nothing in {parent}")
        return found


def size(url: str, *, password: str | None = None) -> Size:
    """How large the database is.

    Raises:
        Unreachable: it cannot be opened.
    """
    with connected(url, password, begin="BEGIN") as connection:
        if connection.dialect.name == "sqlite":
            return Size(total=_sqlite_bytes(connection), rows=_sqlite_rows(connection))
        total = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
        return Size(total=int(total), rows={name: int(rows) for name, rows in connection.exec_driver_sql(POSTGRES_ROWS)})


def _sqlite_bytes(connection: Connection) -> int:
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def _sqlite_rows(connection: Connection) -> dict[str, int]:
    names = [name for (name,) in connection.exec_driver_sql(TABLES)]
    return {name: int(connection.execute(select(func.count()).select_from(table(name))).scalar_one()) for name in names}
