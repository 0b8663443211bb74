"""Programs in JavaScript that tests ask: one JSON object a line in, one out. Its packages are in tests/interop/npm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent.parent / "interop" / "npm"
MISSING = "no Node or no packages in tests/interop/npm (npm ci): nothing was compared with the JavaScript implementations"


class Program:
    """A running script of tests/interop/npm."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, work: str, **asked: object) -> Any:
        """The result of one piece of work; fails the test when the script says that it failed."""
        answer = self.try_to(work, **asked)
        assert "error" not in answer, answer
        return answer["result"]

    def try_to(self, work: str, **asked: object) -> dict[str, Any]:
        """The answer as it is: `result` or `error`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"work": work, **asked}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the script ended"
        return dict(json.loads(line))


@contextmanager
def running(script: str, **env: str) -> Iterator[Program]:
    """Start a script, with more environment variables; skips where Node or its packages are missing, but fails in CI."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules").is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    pipe = subprocess.PIPE
    with subprocess.Popen([node, script], cwd=FOLDER, env=os.environ | env, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Program(process)
        finally:
            process.kill()
