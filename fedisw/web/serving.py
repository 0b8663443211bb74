"""Serving the application: sockets, slow clients, and an orderly end (contract, section 9; security OPS-2, DEP-1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong
from aiohttp.http_parser import HttpRequestParser
from aiohttp.web_protocol import RequestHandler

from fedisw.config import Address
from fedisw.runtime import Runtime
from fedisw.web.app import create_app
from fedisw.web.metrics import private_app
from fedisw.web.middleware.pace import Paced

RECEIVE: Final = 3.0  # seconds for bodies that are on their way when the process ends; aiohttp would drop their rest
DRAIN: Final = 8.0  # seconds for handlers after that
KEEP_ALIVE: Final = 60.0  # seconds
MAX_FIELDS: Final = 64
TOO_MANY: Final = "Too many headers"  # how aiohttp's parser says that there were more; it has no class for that
MAX_FIELD_BYTES: Final = 8_190
BACKLOG: Final = 1_024
LOOK_EVERY: Final = 0.05  # seconds
COMPILED: Final = "aiohttp._http_parser"


class UnsafeServer(Exception):
    """This installation must not serve: its HTTP parser is not the compiled one, or checks are switched off."""


class Careful(RequestHandler):
    """aiohttp's protocol, which answers what is no HTTP without naming its software, and logs it as no fault of ours."""

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Anybody can send what cannot be read: that is nothing to wake somebody for."""
        if isinstance(kw.get("exc_info"), HttpProcessingError | web.RequestPayloadError):
            self.logger.debug(*args, **kw)
        else:
            super().log_exception(*args, **kw)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Only the status: what came is not repeated; too many or too long fields have one of their own (security LIM)."""
        super().handle_error(request, status, exc, message)
        if isinstance(exc, LineTooLong) or TOO_MANY in (message or ""):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        body = b'{"error":"' + HTTPStatus(status).phrase.encode() + b'"}'
        response = web.Response(status=status, body=body, content_type="application/json")
        response.headers[hdrs.SERVER] = ""
        response.force_close()
        return response


def check_installation() -> None:
    """Refuse an installation with known weaknesses (DEP-1).

    Raises:
        UnsafeServer: with what to do.
    """
    if HttpRequestParser.__module__ != COMPILED:
        raise UnsafeServer("aiohttp is installed without its compiled parser; install its wheel for this platform")
    if not __debug__:
        raise UnsafeServer("Python runs with -O, which switches checks off; run it without")


@asynccontextmanager
async def serving(runtime: Runtime) -> AsyncIterator[tuple[str, ...]]:
    """Serve until the end of the `async with`; gives the addresses, with the ports that were chosen.

    At the end: no new connections, requests under way get 11 s, streams are told that it is over.

    Raises:
        OSError: an address is taken or not ours.
        UnsafeServer: see `check_installation`.
    """
    check_installation()
    settings = runtime.settings
    async with AsyncExitStack() as stack:
        app = create_app(runtime)
        addresses = await _listen(stack, app, settings.listen.address)
        if settings.metrics.address is not None:
            await _listen(stack, private_app(runtime.state), (settings.metrics.address,))
        try:
            yield addresses
        finally:
            runtime.state.draining = True


async def _listen(stack: AsyncExitStack, app: web.Application, addresses: Iterable[Address]) -> tuple[str, ...]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN)
    await runner.setup()
    open_now: WeakSet[Paced] = WeakSet()
    stack.push_async_callback(runner.cleanup)
    stack.push_async_callback(_received, open_now)
    factory = _factory(runner, open_now)
    found: list[str] = []
    for address in addresses:
        server = await _open(factory, address)
        stack.callback(server.close)
        found += [_name(socket.getsockname()) for socket in server.sockets]
    return tuple(found)


def _factory(runner: web.AppRunner, open_now: WeakSet[Paced]) -> Callable[[], asyncio.Protocol]:
    manager, loop = runner.server, asyncio.get_running_loop()
    if manager is None:
        raise RuntimeError("the runner is not set up")

    def make() -> asyncio.Protocol:
        inner = Careful(
            manager,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]  # none means none; its annotation forgets that
            keepalive_timeout=KEEP_ALIVE,
            max_headers=MAX_FIELDS,
            max_field_size=MAX_FIELD_BYTES,
            max_line_size=MAX_FIELD_BYTES,
        )
        paced = Paced(inner)
        open_now.add(paced)
        return paced

    return make


async def _received(open_now: WeakSet[Paced]) -> None:
    """Wait a little until all bodies are here."""
    for _ in range(round(RECEIVE / LOOK_EVERY)):
        if not any(paced.receiving for paced in open_now):
            return
        await asyncio.sleep(LOOK_EVERY)


async def _open(factory: Callable[[], asyncio.Protocol], address: Address) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    if address.path:
        await asyncio.to_thread(Path(address.path).unlink, missing_ok=True)
        return await loop.create_unix_server(factory, address.path, backlog=BACKLOG)
    return await loop.create_server(factory, address.host, address.port, reuse_address=True, backlog=BACKLOG)


def _name(address: str | tuple[str, int] | tuple[str, int, int, int]) -> str:
    if isinstance(address, str):
        return f"unix:{address}"
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"
