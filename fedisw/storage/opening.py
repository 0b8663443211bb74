"""From a URL to a Database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from fedisw.model.errors import Invalid
from fedisw.storage import outbox, sqlite
from fedisw.storage.db import Database
from fedisw.storage.disk import network_file_system
from fedisw.storage.hooks import Hooks, UnitReport

HAS_POSTGRES = find_spec("psycopg") is not None  # the extra `postgres`
if HAS_POSTGRES:
    from fedisw.storage import postgres

SQLITE_PREFIX = "sqlite:///"
POSTGRES_PREFIXES = ("postgresql://", "postgres://")
BUSY_TIMEOUT = 10_000  # milliseconds


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


async def open_database(
    url: str,
    *,
    password: str | None = None,
    readers: int = 2,
    threads: int = 12,
    busy_timeout: int = BUSY_TIMEOUT,
    clock: Callable[[], datetime] = utc_now,
    on_publish: Callable[[str, bytes], None] | None = None,
    on_jobs: Callable[[], None] | None = None,
    on_unit: Callable[[UnitReport], None] | None = None,
) -> Database:
    """Open the database of a process; close it with `await db.close()`, its threads would keep the process alive.

    Args:
        url: `sqlite:///relative`, `sqlite:////absolute`, `postgresql://user@host/db` (contract, `database.url`).
        password: of the PostgreSQL user, when it is not in the URL.
        readers: SQLite read connections, 1 or 2.
        threads: PostgreSQL connections.
        busy_timeout: milliseconds that SQLite waits for another process.
        clock: time for rows about the machinery itself (jobs).
        on_publish: gets what units published, after the commit.
        on_jobs: called after a commit that added jobs; wakes the workers.
        on_unit: called after each unit, for the meters.

    Raises:
        Invalid: not a URL of a database that we know, a driver is missing, or the file is on a network disk.
        Unreachable: the file or server cannot be opened.
    """
    hooks = Hooks(clock=clock, flush=outbox.flush, on_publish=on_publish, on_jobs=on_jobs, on_unit=on_unit)
    if url.startswith(SQLITE_PREFIX):
        path = sqlite_path(url)
        if (kind := network_file_system(path)) is not None:
            raise Invalid("database.url", f"is on a network file system ({kind}), where locking cannot be trusted")
        return Database(await sqlite.open_sqlite(path, hooks, readers=readers, busy_timeout_ms=busy_timeout))
    if not url.startswith(POSTGRES_PREFIXES):
        raise Invalid("database.url", "must begin with sqlite:/// or postgresql://")
    if not HAS_POSTGRES:
        raise Invalid("database.url", "PostgreSQL needs the extra: pip install 'fedisw[postgres]'")
    return Database(await postgres.open_postgres(url, hooks, threads=threads, password=password))


def sqlite_path(url: str) -> Path:
    """The file of a SQLite URL; Invalid for one without a file, a database in memory would be lost."""
    name = url.removeprefix(SQLITE_PREFIX)
    if not name or name.startswith(":"):
        raise Invalid("database.url", "names no file")
    return Path(name)
