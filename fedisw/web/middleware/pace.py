"""Slow clients are cut off: request heads within 10 s, bodies at 1 KiB/s after 30 s (security OPS-2).

`Paced` stands between the transport and aiohttp's protocol and watches what arrives; the middleware tells it when a
request begins and ends. Behind a test's server there is none, and the two functions do nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import StreamReader, web

HEAD_SECONDS: Final = 10.0
BODY_SECONDS: Final = 30.0  # before the least pace is asked for
LEAST_PACE: Final = 1_024  # bytes a second
LOOK_EVERY: Final = 1.0  # seconds


class Paced(asyncio.Protocol):
    """One connection.

    Args:
        inner: aiohttp's protocol of this connection.
        head: seconds for a request's head.
        body: seconds before a body must keep its pace.
    """

    def __init__(self, inner: web.RequestHandler, *, head: float = HEAD_SECONDS, body: float = BODY_SECONDS) -> None:
        self._inner, self._head, self._body = inner, head, body
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._busy = False
        self._received = 0
        self._content: StreamReader | None = None

    @property
    def receiving(self) -> bool:
        """Whether the body of a request is still on its way."""
        return self._busy and self._content is not None and not self._content.is_eof()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The clock for the first head starts."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        self._inner.connection_made(transport)
        self._start(self._head, self._cut)

    def data_received(self, data: bytes) -> None:
        """Passed on; the first bytes of a later request start the clock for its head."""
        self._received += len(data)
        if not self._busy and self._timer is None:
            self._start(self._head, self._cut)
        self._inner.data_received(data)

    def eof_received(self) -> None:
        """Passed on."""
        self._inner.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Passed on; all clocks stop."""
        self._stop()
        self._transport = None
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Passed on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Passed on."""
        self._inner.resume_writing()

    def begun(self, content: StreamReader) -> None:
        """The head of a request is here; its body follows."""
        self._stop()
        self._busy, self._received, self._content = True, 0, content
        if not content.is_eof():
            began = asyncio.get_running_loop().time()
            self._start(LOOK_EVERY, self._look, content, began)

    def ended(self) -> None:
        """The request is answered; what comes now is the next one."""
        self._stop()
        self._busy, self._content = False, None

    def _look(self, content: StreamReader, began: float) -> None:
        self._timer = None
        if self._transport is None or content.is_eof():
            return
        took = asyncio.get_running_loop().time() - began
        ours = not self._transport.is_reading()  # we do not read at the moment: nothing can arrive
        if took > self._body and self._received < (took - self._body) * LEAST_PACE and not ours:
            self._cut()
        else:
            self._start(LOOK_EVERY, self._look, content, began)

    def _cut(self) -> None:
        self._timer = None
        if self._transport is not None:
            self._transport.abort()

    def _start(self, seconds: float, what: Callable[..., None], *args: object) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, what, *args)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def begun(request: web.Request) -> None:
    """A request's head has been read."""
    paced = _paced(request)
    if paced is not None:
        paced.begun(request.content)


def ended(request: web.Request) -> None:
    """A request is answered."""
    paced = _paced(request)
    if paced is not None:
        paced.ended()


def _paced(request: web.Request) -> Paced | None:
    protocol = request.transport.get_protocol() if request.transport is not None else None
    return protocol if isinstance(protocol, Paced) else None
