"""An S3 server of its own for a test: a process of the tools' environment with one bucket, `files`."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.support.server import free_port

PROGRAM = Path(__file__).parents[1] / "interop" / ".venv" / "bin" / "moto_server"
START = 30.0  # seconds
NAME = "files"


@contextmanager
def bucket() -> Iterator[str]:
    """The address of the server; without the program the test is skipped, in CI it fails."""
    if not PROGRAM.exists():
        why = "THE S3 SERVER IS MISSING: run `make tools`"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    port = free_port()
    command = [str(PROGRAM), "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/moto-api/data.json")
        requests.put(f"{address}/{NAME}", timeout=10).raise_for_status()
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    end = time.monotonic() + START
    while True:
        try:
            requests.get(address, timeout=5).raise_for_status()
        except requests.RequestException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return
