"""Other servers that take everything: one process, many ports. `python -m bench.sink PORT…`.

A POST is answered 202, everything else 404, as fast as can be, so that what is measured is the sender.
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import cast

import uvloop

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
UNKNOWN = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        assert self._transport is not None
        self._buffer += data
        while HEAD_END in self._buffer:
            head, _, body = self._buffer.partition(HEAD_END)
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if len(body) < size:
                return
            self._buffer = body[size:]
            self._transport.write(TAKEN if head.startswith(b"POST") else UNKNOWN)


async def serve(ports: list[int]) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    for port in ports:
        await loop.create_server(Sink, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve([int(port) for port in sys.argv[1:]]))
