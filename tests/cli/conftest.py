"""The program as others call it: in this process with its own environment, and as a process of its own."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fedisw.cli.main import run
from fedisw.config import make_secrets
from fedisw.storage.migrate import connected, folder


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document that it must be."""
        return orjson.loads(self.out)


Fedisw = Callable[..., Outcome]


@pytest.fixture
def env(tmp_path: Path, make_database_url: Callable[[], str]) -> dict[str, str]:
    """Settings of https://alpha.test with secrets and a database of its own."""
    make_secrets(tmp_path / "secrets.toml")
    url = make_database_url()
    with connected(url, None) as connection:
        MigrationContext.configure(connection).stamp(ScriptDirectory(str(folder())), "head")
        connection.commit()
    return {"FEDISW_ORIGIN": "https://alpha.test", "FEDISW_DATA_DIR": str(tmp_path), "FEDISW_DATABASE_URL": url}


@pytest.fixture
def fedisw(env: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Fedisw]:
    """Runs a command: `fedisw("accounts", "list", stdin="…")`; variables as `env={…}`."""

    def call(*arguments: str, stdin: str = "", env: dict[str, str] = env) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = run(arguments, env)
        said = capsys.readouterr()
        return Outcome(code=code, out=said.out, err=said.err)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield call
    logging.captureWarnings(False)  # a command that serves sends the log of the process to a stderr that is gone now
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
