"""Migrations, run inside the process on either database; blocking, so call it from a command or a thread.

They are in `migrations/` of a checkout and in `fedisw/_migrations` of an installed package.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from fedisw.model.errors import Conflict, Unreachable
from fedisw.storage.opening import SQLITE_PREFIX, sqlite_path

HERE = Path(__file__).parent.parent
PLACES = (HERE / "_migrations", HERE.parent / "migrations")
LOCK = 0x66656469  # one migration at a time on PostgreSQL
BUSY_TIMEOUT = 30  # seconds that SQLite waits for a running server's write
STEP = 0.02  # seconds between two looks at whether another process has finished
_alone = threading.Lock()  # alembic keeps the running migration in a global


def upgrade(url: str, *, password: str | None = None, revision: str = "head") -> None:
    """Bring the schema to a revision; SQLite in one transaction, PostgreSQL one transaction a migration.

    Raises:
        Unreachable: the database cannot be opened.
        Conflict: after it a row refers to nothing (SQLite); nothing was changed.
    """
    with _alone, connected(url, password) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str, *, password: str | None = None) -> None:
    """Take the schema back to a revision, `base` for an empty database."""
    with _alone, connected(url, password) as connection:
        command.downgrade(_config(connection), revision)


def pending(url: str, *, password: str | None = None) -> list[str]:
    """Revisions that the database lacks, oldest first; empty when the server may start.

    Raises:
        Unreachable: the database cannot be opened.
        Conflict: the database is of a newer version than this program.
    """
    script = ScriptDirectory.from_config(_config(None))
    known = [found.revision for found in script.walk_revisions()][::-1]
    with connected(url, password, begin="BEGIN") as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    if not current:
        return known
    if not current <= set(known):
        raise Conflict("the database was made by a newer version of fedisw")
    done = {found.revision for head in current for found in script.walk_revisions("base", head)}
    return [revision for revision in known if revision not in done]


def revise(url: str, message: str) -> None:
    """For developers: write the next migration from the difference between tables and this database."""
    with _alone, connected(url, None) as connection:
        command.revision(_config(connection), message, autogenerate=True)


def folder() -> Path:
    """Where the migrations are."""
    for place in PLACES:
        if (place / "env.py").exists():
            return place
    raise FileNotFoundError("fedisw was installed without its migrations")


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def connected(url: str, password: str | None, *, begin: str = "BEGIN IMMEDIATE") -> Iterator[Connection]:
    engine = create_engine(_sql_url(url, password), poolclass=NullPool)
    sqlite = engine.dialect.name == "sqlite"
    if sqlite:
        _take_over_transactions(engine, begin)
    try:
        with _one_process(sqlite_path(url).parent) if sqlite else nullcontext(), engine.connect() as connection:
            if engine.dialect.name == "postgresql" and begin != "BEGIN":
                connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": LOCK})
                connection.commit()
            yield connection
    except DBAPIError as error:
        raise Unreachable(f"the database cannot be migrated: {error.orig}") from error
    finally:
        engine.dispose()


@contextmanager
def _one_process(folder: Path) -> Iterator[None]:
    """Only one process at a time looks at a schema in this folder: two that turn a new file of SQLite to WAL at once go wrong.

    Raises:
        Unreachable: the folder cannot be opened, or another process takes longer than 30 s.
    """
    try:
        place = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise Unreachable(f"the folder of the database cannot be opened: {error.strerror}") from error
    try:
        _lock(place, until=time.monotonic() + BUSY_TIMEOUT)
        yield
    finally:
        os.close(place)


def _lock(place: int, *, until: float) -> None:
    while True:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise Unreachable("another process is migrating the database") from None
            time.sleep(STEP)
        except OSError as error:
            raise Unreachable(f"the folder of the database cannot be locked: {error.strerror}") from error
        else:
            return


def _sql_url(url: str, password: str | None) -> URL:
    if url.startswith(SQLITE_PREFIX):
        return URL.create("sqlite", database=str(sqlite_path(url)))
    made = make_url(url).set(drivername="postgresql+psycopg")
    return made if password is None or made.password else made.set(password=password)


def _take_over_transactions(engine: Engine, begin: str) -> None:
    """The driver of SQLite would commit before each change of the schema; we begin and commit ourselves."""

    @event.listens_for(engine, "connect")
    def no_own_transactions(connection: SqliteConnection, _: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000}")
        connection.execute("PRAGMA journal_mode=WAL").fetchall()

    @event.listens_for(engine, "begin")
    def begin_one(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
