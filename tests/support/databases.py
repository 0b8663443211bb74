"""Databases for tests: a SQLite file, or a PostgreSQL database of a throw-away cluster, each empty and migrated.

The cluster is that of `FEDISW_TEST_POSTGRES=postgresql://…`, else a private one started from the system's programs
once per run and shared by all pytest workers. Databases of PostgreSQL are emptied and used again.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import create_engine, event

from fedisw.storage import tables

RUN_DIR = "FEDISW_TEST_RUN_DIR"  # set by the first pytest process, inherited by its workers
SERVER = "FEDISW_TEST_POSTGRES"
PROGRAMS = Path("/usr/lib/postgresql")
PREFIX = "fedisw_test_"
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "jit=off",
    "max_connections=300",
    "shared_buffers=64MB",
)


def postgres_programs() -> Path | None:
    """Folder with `initdb` and `pg_ctl`, the newest version; None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


def postgres_available() -> bool:
    """Whether tests can have a PostgreSQL."""
    return bool(os.environ.get(SERVER)) or postgres_programs() is not None


def begin_run() -> Path:
    """Called once by the first pytest process: a folder for everything that its workers share."""
    _sweep_dead_runs()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # the unprivileged owner of the cluster walks through it
    (folder / "pid").write_text(str(os.getpid()))
    os.environ[RUN_DIR] = str(folder)
    return folder


def end_run(folder: Path) -> None:
    """Stop the cluster, if one was started, and remove the folder."""
    if (folder / "cluster" / "postmaster.pid").exists():
        _as_owner("pg_ctl", "-D", str(folder / "cluster"), "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(RUN_DIR, None)


def server_url() -> str:
    """The server, started when first asked for."""
    given = os.environ.get(SERVER)
    if given:
        return given
    folder = Path(os.environ[RUN_DIR])
    with _locked(folder / "lock"):
        if not (folder / "cluster" / "postmaster.pid").exists():
            _start_cluster(folder)
    return f"postgresql://postgres@/postgres?host={folder}"


class PostgresDatabases:
    """Databases of one pytest worker, made from one template and used again."""

    def __init__(self) -> None:
        self._server = server_url()
        self._mine = f"{PREFIX}{os.getpid()}_{token_hex(3)}_"
        self._count = 0
        self._free: list[str] = []
        self._template = self._create()
        engine = create_engine(self.url(self._template).replace("postgresql://", "postgresql+psycopg://"))
        tables.load_all().create_all(engine)
        engine.dispose()

    def url(self, name: str) -> str:
        """Where the database is."""
        base, _, query = self._server.partition("?")
        return base[: base.rindex("/") + 1] + name + (f"?{query}" if query else "")

    def take(self) -> str:
        """Name of an empty database with all tables."""
        return self._free.pop() if self._free else self._create(self._template)

    def take_bare(self) -> str:
        """Name of a database without tables; never used again."""
        return self._create()

    def give_back(self, name: str) -> None:
        """Empty it for the next test; one that a test has changed or still holds is left alone."""
        try:
            self._empty(name)
        except psycopg.Error:
            return
        self._free.append(name)

    def close(self) -> None:
        """Drop everything."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [self._mine + "%"]).fetchall()
            for (name,) in found:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, template: str = "template0") -> str:
        self._count += 1
        name = f"{self._mine}{self._count}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def _empty(self, name: str) -> None:
        names = [sql.Identifier(table.name) for table in reversed(tables.load_all().sorted_tables)]
        deletes = sql.SQL(";").join(sql.SQL("DELETE FROM {}").format(table) for table in names)
        with psycopg.connect(make_conninfo(self.url(name), options="-c lock_timeout=2000")) as connection:
            connection.execute("SET session_replication_role = replica")  # no foreign key is asked
            connection.execute(deletes)
            connection.execute("SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences")


def build_sqlite_template(path: Path) -> Path:
    """An empty database file with all tables, to be copied."""
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
    tables.load_all().create_all(engine)
    engine.dispose()
    return path


def _start_cluster(folder: Path) -> None:
    data = folder / "cluster"
    if os.geteuid() == 0:
        _make_owner()
        data.mkdir()
        shutil.chown(data, "postgres", "postgres")
        shutil.chown(folder, "postgres")  # the socket and the log are written here
    _as_owner("initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
    settings = " ".join(f"-c {setting}" for setting in FAST)
    options = f"-c listen_addresses= -c unix_socket_directories={folder} {settings}"
    _as_owner("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-o", options, "-w", "-t", "60", "start")


def _make_owner() -> None:
    if subprocess.run(["id", "postgres"], capture_output=True, check=False).returncode:
        subprocess.run(["useradd", "--system", "--user-group", "postgres"], check=True)


def _as_owner(program: str, *arguments: str) -> None:
    folder = postgres_programs()
    if folder is None:
        raise RuntimeError("no PostgreSQL programs")
    command = [str(folder / program), *arguments]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", check=False, timeout=90
    )
    if done.returncode:
        raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")


def _sweep_dead_runs() -> None:
    """A run that was killed left its cluster behind: end it."""
    for pid_file in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/pid"):
        try:
            os.kill(int(pid_file.read_text()), 0)
        except ProcessLookupError:
            end_run(pid_file.parent)
        except (PermissionError, ValueError, OSError):
            continue


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
