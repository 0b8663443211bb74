"""The load generator: a process of its own that sends requests made before and says how long the answers took.

`python -m bench.load TASK` (JSON) is told where, which file of requests, how many connections, how long. Each
connection keeps one request under way. With a rate, requests begin at their times, however late answers are.
"""

from __future__ import annotations

import asyncio
import re
import struct
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import cast

import msgspec
import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
SIZE = struct.Struct("<I")
PATIENCE = 60.0  # seconds until something is wrong


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What to send.

    Attributes:
        requests: a file that `write_requests` made.
        seconds: stop after this; 0: when all requests were sent once.
        rate: requests a second; 0: each connection sends its next one when it has an answer.
    """

    host: str
    port: int
    requests: str
    connections: int = 16
    seconds: float = 0.0
    rate: float = 0.0


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came back; latencies in seconds."""

    count: int
    seconds: float
    p50: float
    p99: float
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.count / self.seconds


def write_requests(path: Path, requests: Iterable[bytes]) -> None:
    """Keep requests for the generator, each after its length."""
    with path.open("wb") as file:
        for request in requests:
            file.write(SIZE.pack(len(request)) + request)


def read_requests(path: Path) -> list[bytes]:
    """The requests of such a file."""
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        (size,) = SIZE.unpack_from(data, at)
        at += SIZE.size
        found.append(data[at : at + size])
        at += size
    return found


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


class Connection(asyncio.Protocol):
    """One kept connection; sends what `requests` gives, one after the other."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], statuses: Counter[str]) -> None:
        self._requests, self._latencies, self._statuses = requests, latencies, statuses
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._began = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server must not close: every request of ours says keep-alive."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server closed a connection"))

    def data_received(self, data: bytes) -> None:
        """Take an answer, then send the next request."""
        self._buffer += data
        head, found, body = self._buffer.partition(HEAD_END)
        if not found:
            return
        length = LENGTH.search(head)
        if length is None:
            raise ValueError(f"an answer without a length: {head!r}")
        if len(body) < int(length[1]):
            return
        self._latencies.append(perf_counter() - self._began)
        self._statuses[head[9:12].decode()] += 1
        self._buffer = b""
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = perf_counter()
        self._transport.write(request)


def _until(requests: Sequence[bytes], end: float) -> Iterator[bytes]:
    for request in cycle(requests):
        if perf_counter() >= end:
            return
        yield request


async def run(task: Task) -> Result:
    """Send, wait for all answers."""
    requests = read_requests(Path(task.requests))
    latencies: list[float] = []
    statuses: Counter[str] = Counter()
    began = perf_counter()
    if task.rate:
        await _at_rate(task, requests, latencies, statuses)
    else:
        source = _until(requests, began + task.seconds) if task.seconds else iter(requests)
        await _all(task, [source] * task.connections, latencies, statuses)
    return Result(
        count=len(latencies),
        seconds=perf_counter() - began,
        p50=quantile(latencies, 0.5),
        p99=quantile(latencies, 0.99),
        statuses=dict(statuses),
    )


async def _all(task: Task, sources: Sequence[Iterator[bytes]], latencies: list[float], statuses: Counter[str]) -> None:
    loop = asyncio.get_running_loop()
    made: list[Connection] = []
    for source in sources:
        factory = partial(Connection, source, latencies, statuses)
        made.append((await loop.create_connection(factory, task.host, task.port))[1])
    async with asyncio.timeout(PATIENCE + task.seconds):
        await asyncio.gather(*(connection.done for connection in made))


async def _at_rate(task: Task, requests: Sequence[bytes], latencies: list[float], statuses: Counter[str]) -> None:
    """Begin one request every `1 / rate` seconds, each on the next connection that is free."""
    waiting: asyncio.Queue[bytes] = asyncio.Queue()
    count = int(task.rate * task.seconds)
    workers = [asyncio.create_task(_worker(task, waiting, latencies, statuses)) for _ in range(task.connections)]
    began = perf_counter()
    for number, request in zip(range(count), cycle(requests), strict=False):
        await asyncio.sleep(max(0.0, began + number / task.rate - perf_counter()))
        waiting.put_nowait(request)
    await waiting.join()
    for worker in workers:
        worker.cancel()


async def _worker(task: Task, waiting: asyncio.Queue[bytes], latencies: list[float], statuses: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection(task.host, task.port)
    while True:
        request = await waiting.get()
        began = perf_counter()
        writer.write(request)
        head = await reader.readuntil(HEAD_END)
        length = LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        latencies.append(perf_counter() - began)
        statuses[head[9:12].decode()] += 1
        waiting.task_done()


if __name__ == "__main__":
    task = msgspec.json.decode(sys.argv[1], type=Task)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(task))))
