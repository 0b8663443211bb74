"""Floors: what this machine can do at all, measured in the same run as everything else."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.load import Task, write_requests
from bench.processes import free_ports, running, send, wait_for
from fedisw.crypto import keys
from fedisw.storage.sqlite import PRAGMAS

HELLO_SECONDS, CRYPTO_SECONDS, COMMIT_SECONDS = 3.0, 1.0, 1.5
MESSAGE = b"(request-target): post /inbox\nhost: home.test\ndate: Sat, 21 Nov 2026 12:00:00 GMT\ndigest: SHA-256=x"


@dataclass(frozen=True, slots=True, kw_only=True)
class Floors:
    """Microseconds of CPU for an answer, an RSA-2048 signature, a verification; answers and lone commits a second."""

    hello_cpu: float
    hello_rate: float
    sign: float
    verify: float
    commits: float


DOCUMENT = Floors(hello_cpu=70, hello_rate=13_900, sign=783, verify=24, commits=1_350)
"""The machine of dependencies.md: its goals are scaled by what this one can do."""


def measure(folder: Path) -> Floors:
    """All floors; about 7 seconds."""
    cpu, rate = _hello(folder)
    sign, verify = _crypto()
    return Floors(hello_cpu=cpu, hello_rate=rate, sign=sign, verify=verify, commits=_commits(folder / "floor.db"))


def mean(one: Floors, other: Floors) -> Floors:
    """Floors of the begin and the end of a run, since other work on the machine comes and goes."""
    return Floors(**{name: (getattr(one, name) + getattr(other, name)) / 2 for name in Floors.__slots__})


def _hello(folder: Path) -> tuple[float, float]:
    requests = folder / "hello.requests"
    write_requests(requests, [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"])
    (port,) = free_ports(1)
    with running("-m", "bench.hello", str(port)) as server:
        wait_for(server, port, "/")
        task = Task(host="127.0.0.1", port=port, requests=str(requests), seconds=HELLO_SECONDS)
        before = server.cpu()
        result = send(task)
        return (server.cpu() - before) / result.count * 1e6, result.rate


def _crypto() -> tuple[float, float]:
    private = keys.generate_rsa()
    public, signature = private.public_key(), keys.sign(private, MESSAGE)
    sign = _cpu_of(lambda: keys.sign(private, MESSAGE))
    return sign, _cpu_of(lambda: keys.is_signed(public, signature=signature, data=MESSAGE))


def _cpu_of(work: Callable[[], object]) -> float:
    """Microseconds of CPU of one call."""
    count, began = 0, time.thread_time()
    while time.thread_time() - began < CRYPTO_SECONDS:
        work()
        count += 1
    return (time.thread_time() - began) / count * 1e6


def _commits(path: Path) -> float:
    """Commits a second of one row each, one after the other, through a thread as every unit of work goes."""

    async def run() -> float:
        loop, count = asyncio.get_running_loop(), 0
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
            connection.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)")
            began = time.perf_counter()
            while time.perf_counter() - began < COMMIT_SECONDS:
                await loop.run_in_executor(None, connection.execute, "INSERT INTO t (text) VALUES ('a row like others')")
                count += 1
            return count / (time.perf_counter() - began)
        finally:
            connection.close()

    return asyncio.run(run())
