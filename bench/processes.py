"""The processes that are measured, and what the system knows of them (Linux: /proc)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.load import Result, Task

TICK = 1 / os.sysconf("SC_CLK_TCK")  # seconds
PATIENCE = 30.0  # seconds for a server to begin or end


class Process:
    """A running server."""

    def __init__(self, popen: subprocess.Popen[bytes], *, started: float) -> None:
        self._popen, self.started = popen, started

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    def cpu(self) -> float:
        """Seconds of CPU so far, user and system, of all its threads; processes it started are not counted."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK

    def memory(self) -> float:
        """Resident memory in MB (10^6 bytes), its child processes not counted."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6

    def check(self) -> None:
        """RuntimeError when it has ended by itself."""
        if self._popen.poll() is not None:
            raise RuntimeError(f"{self._popen.args!r} ended with {self._popen.returncode}")


@contextmanager
def running(*arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Process]:
    """Run `python …` until the end of the `with`; SIGTERM, then SIGKILL."""
    command = [sys.executable, *arguments]
    started = time.perf_counter()
    popen = subprocess.Popen(command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL)
    try:
        yield Process(popen, started=started)
    finally:
        popen.terminate()
        try:
            popen.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return found


def wait_for(process: Process, port: int, path: str, *, status: int = 200) -> float:
    """Seconds from the start of the process until it answered so."""
    answer = f"HTTP/1.1 {status}".encode()
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    while time.perf_counter() - process.started < PATIENCE:
        process.check()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(request)
                if connection.recv(4096).startswith(answer):
                    return time.perf_counter() - process.started
        except OSError:
            pass
        time.sleep(0.01)
    raise RuntimeError("the server did not become ready")


def send(task: Task) -> Result:
    """Run the load generator to its end."""
    return begin(task)()


def begin(task: Task) -> Callable[[], Result]:
    """Start a load generator; calling what this gives waits for its result."""
    text = msgspec.json.encode(task).decode()
    popen = subprocess.Popen([sys.executable, "-m", "bench.load", text], stdout=subprocess.PIPE)

    def finished() -> Result:
        out, _ = popen.communicate()
        if popen.returncode:
            raise RuntimeError("the load generator failed")
        return msgspec.json.decode(out, type=Result)

    return finished
