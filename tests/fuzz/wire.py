"""A request as bytes, and what comes back: no library between the test and the server that would refuse odd requests."""

from __future__ import annotations

import http.client
import io
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson

WAIT = 30.0  # seconds for an answer
MOST = 4_000_000  # bytes of an answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; `path` is sent as it is."""

    method: str
    path: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes | None = None

    def bytes(self, host: str) -> bytes:
        """On the wire."""
        lines = [self.method.encode() + b" " + self.path + b" HTTP/1.1", b"Host: " + host.encode(), b"Connection: close"]
        lines += [name + b": " + value for name, value in self.headers]
        if self.body is not None:
            lines.append(b"Content-Length: %d" % len(self.body))
        return b"\r\n".join(lines) + b"\r\n\r\n" + (self.body or b"")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer; `body` is what came before the stream began to wait."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def kind(self) -> str:
        """Media type."""
        return self.headers.get("content-type", "").partition(";")[0]


class NoAnswer(AssertionError):
    """Nothing, or no HTTP, came back."""


def ask(origin: str, asked: Asked) -> Answered:
    """Send and read; a stream is left after its head.

    Raises:
        NoAnswer: the server said nothing, or something that is no HTTP.
    """
    host = urlsplit(origin).netloc
    name, _, port = host.rpartition(":")
    with socket.create_connection((name, int(port)), WAIT) as connection:
        connection.settimeout(WAIT)
        with suppress(BrokenPipeError, ConnectionResetError):  # it has answered before it has read all
            connection.sendall(asked.bytes(host))
        answer = http.client.HTTPResponse(_Once(connection), method=asked.method)  # type: ignore[arg-type]  # it only makes a file
        try:
            answer.begin()
            headers = {key.lower(): value for key, value in answer.getheaders()}
            is_stream = answer.status == 101 or headers.get("content-type", "").startswith("text/event-stream")
            return Answered(answer.status, headers, b"" if is_stream else answer.read(MOST))
        except (http.client.HTTPException, OSError) as error:
            raise NoAnswer(f"{asked}: {error!r}") from error
        finally:
            answer.close()


class _Once:
    """What http.client wants of a socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def makefile(self, mode: str) -> io.BufferedReader:
        return self._connection.makefile("rb")


def decoded(answer: Answered) -> object:
    """The JSON of an answer."""
    return orjson.loads(answer.body)
