"""The one HTTP client: every request that leaves this server goes through it (security section 11)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import aiohttp
from yarl import URL

import fedisw
from fedisw.model.errors import FediswError, Malformed, TooLarge, Unreachable, UnsupportedMedia
from fedisw.model.urls import Origin
from fedisw.net import limits
from fedisw.net.address import AddressPolicy, RefusedAddress
from fedisw.net.answer import Answer, is_kind, media_type_of
from fedisw.net.body import read_body
from fedisw.net.breaker import Breakers, Places, counts
from fedisw.net.resolve import CheckedResolver, Resolver, SocketMaker, SystemResolver, UnknownHost

HeadersFor: TypeAlias = Callable[[str, str], Mapping[str, str]]
Trust: TypeAlias = ssl.SSLContext

REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
INBOXES: Final = 4_096  # URLs whose form was found to be good; addresses are checked with each connection all the same
KEEP_OPEN: Final = 10.0  # seconds; below what servers keep, so that we seldom meet a connection they have just closed
WIRE_SAFE: Final = "!$%&'()*+,/:;=?@[]|~"  # left as they are: ids are opaque, and signed byte for byte


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One exchange, as it goes out."""

    method: str
    url: str
    origin: Origin
    headers: Mapping[str, str]
    body: bytes | None = None


class Client:
    """Fetches and posts. One a process, closed at its end; no cookies, no proxy, nothing from the environment.

    Args:
        origin: ours, for the User-Agent.
        policy: where requests may go.
        resolver: names to addresses; the operating system's if not given.
        tls: trust of outgoing TLS; the system's authorities and `ca_file` if not given.
        ca_file: more certificate authorities (PEM).
        breakers: which hosts to leave alone; its own if not given.
        times: seconds of single steps.
    """

    def __init__(
        self,
        *,
        origin: Origin,
        policy: AddressPolicy,
        resolver: Resolver | None = None,
        tls: ssl.SSLContext | None = None,
        ca_file: Path | None = None,
        breakers: Breakers | None = None,
        times: limits.Times | None = None,
    ) -> None:
        self._system = SystemResolver()
        self._resolver: Resolver = resolver or self._system
        self._policy, self._times, self._tls = policy, times or limits.Times(), tls or trust(ca_file)
        self.breakers = breakers or Breakers(now=lambda: datetime.now(UTC))
        self._places = Places()
        self._session: aiohttp.ClientSession | None = None
        self._known_url = lru_cache(INBOXES)(self._checked)  # what is posted goes to the same inboxes again and again
        self._agent = f"fedisw/{fedisw.__version__} (+{origin}/)"

    async def get(
        self,
        url: str,
        *,
        accept: str,
        kinds: Collection[str],
        max_bytes: int = limits.JSON_BYTES,
        seconds: float = limits.JSON_SECONDS,
        headers_for: HeadersFor | None = None,
        cut: bool = False,
    ) -> Answer:
        """Fetch a document; up to three redirects are followed, each checked like the first URL.

        Args:
            accept: the Accept header.
            kinds: allowed media types, see `answer.is_kind`; checked before the body is read.
            max_bytes: most decoded bytes of the body.
            seconds: for everything, redirects included.
            headers_for: more headers for a method and URL, asked for each hop (a signature).
            cut: cut a longer body instead of refusing it.

        Returns:
            The answer. With a status other than 2xx, or with another media type, the body is empty.

        Raises:
            RefusedAddress: a URL, name, address or redirect that we do not follow. Final.
            UnsupportedMedia: a 2xx answer of another kind, or a content coding that we did not ask for. Final.
            TooLarge: body or headers over the limit, or a compression bomb. Final.
            Malformed: no proper HTTP or gzip. Final.
            Unreachable: name, connection, TLS, time, or a host left alone. Passing.
        """
        seen: set[str] = set()
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            origin, url = self._checked(url)
            seen.add(url)
            extra = headers_for("GET", url) if headers_for else {}
            call = _Call(method="GET", url=url, origin=origin, headers={"Accept": accept, **extra})
            async with self._answered(call, deadline) as response:
                if response.status not in REDIRECTING or "Location" not in response.headers:
                    return await self._read(response, url=url, kinds=kinds, max_bytes=max_bytes, cut=cut)
                target = _redirected(url, response.headers["Location"])
            if self._checked(target)[1] in seen or len(seen) > limits.REDIRECTS:
                raise RefusedAddress("redirected too often or in a circle")
            url = target

    async def leads_to(self, url: str, *, seconds: float = limits.JSON_SECONDS) -> str:
        """Where a HEAD is redirected to, made absolute and never called here; empty where it is not redirected.

        Raises:
            RefusedAddress, TooLarge, Malformed: final, as `get`.
            Unreachable: passing, as `get`.
        """
        origin, url = self._checked(url)
        call = _Call(method="HEAD", url=url, origin=origin, headers={})
        async with self._answered(call, asyncio.get_running_loop().time() + seconds) as response:
            location = response.headers.get("Location", "")
            return _redirected(url, location) if response.status in REDIRECTING and location else ""

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = limits.DELIVERY_SECONDS
    ) -> Answer:
        """Post a body; never redirected, a 3xx is an answer like others.

        Returns:
            The answer; of its body at most 64 KiB, or nothing where it cannot be read.

        Raises:
            RefusedAddress: the URL, name or address is one that we never call. Final.
            TooLarge, Malformed: the headers of the answer. Final.
            Unreachable: name, connection, TLS, time, or a host left alone. Passing.
        """
        origin, url = self._known_url(url)
        call = _Call(method="POST", url=url, origin=origin, headers=headers, body=body)
        deadline = asyncio.get_running_loop().time() + seconds
        async with self._answered(call, deadline) as response:
            return _answer(response, url, await self._diagnostics(response, deadline))

    def check(self, url: str) -> None:
        """RefusedAddress for a URL that would never be called, as far as can be told without asking for its name."""
        self._policy.check_url(url)

    async def close(self) -> None:
        """Close all connections; calling twice does no harm."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()
        self._system.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def _checked(self, url: str) -> tuple[Origin, str]:
        """Origin and wire form of a URL that may be called: ASCII, without fragment; RefusedAddress for others."""
        origin = self._policy.check_url(url)
        parts = urlsplit(url)
        query = f"?{quote(parts.query, safe=WIRE_SAFE)}" if parts.query else ""
        return origin, f"{origin}{quote(parts.path, safe=WIRE_SAFE) or '/'}{query}"

    @asynccontextmanager
    async def _answered(self, call: _Call, deadline: float) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer to one call, its body still to be read; tells the breaker how it ended."""
        host, waiting = call.origin.authority, True
        self.breakers.before(host)
        try:
            async with asyncio.timeout_at(deadline), self._places.take(host):
                waiting = False
                async with await self._send(call) as response:
                    _check_head(response)
                    yield response
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            told = _translated(error)
            if not waiting and isinstance(told, Unreachable):
                self.breakers.failed(host)
            raise told from error
        except Unreachable as error:
            self.breakers.failed(host, weight=2 if isinstance(error, UnknownHost) else 1)
            raise
        except (TooLarge, UnsupportedMedia, Malformed):  # it did answer
            self.breakers.succeeded(host)
            raise
        if counts(response.status):
            self.breakers.failed(host)
        else:
            self.breakers.succeeded(host)

    async def _send(self, call: _Call) -> aiohttp.ClientResponse:
        try:
            return await self._request(call)
        except aiohttp.ServerDisconnectedError:
            # A pooled connection that the peer had just closed. For GET aiohttp tries again by itself; an activity
            # may be posted twice, its id makes the second one a no-op.
            if call.method != "POST":
                raise
            return await self._request(call)

    async def _request(self, call: _Call) -> aiohttp.ClientResponse:
        body = None if call.body is None else aiohttp.BytesPayload(call.body)  # saves aiohttp the search for what it is
        async with asyncio.timeout(self._times.dns + self._times.connect + self._times.headers):
            return await self._opened().request(
                call.method, URL(call.url, encoded=True), headers=call.headers, data=body, allow_redirects=False
            )

    async def _read(
        self, response: aiohttp.ClientResponse, *, url: str, kinds: Collection[str], max_bytes: int, cut: bool
    ) -> Answer:
        coding, length = response.headers.get("Content-Encoding", ""), response.content_length
        if not is_kind(response.headers.get("Content-Type", ""), kinds):
            if 200 <= response.status < 300 and response.status != 204:
                raise UnsupportedMedia("an answer of another media type than asked for")
            return _answer(response, url, b"")
        if length is not None and length > max_bytes and not coding and not cut:
            raise TooLarge(f"a body of more than {max_bytes} bytes")
        chunks = response.content.iter_any()
        return _answer(response, url, await read_body(chunks, coding=coding, max_bytes=max_bytes, times=self._times, cut=cut))

    async def _diagnostics(self, response: aiohttp.ClientResponse, deadline: float) -> bytes:
        """What the peer says about a POST, for the log; its status counts even if this cannot be read."""
        if response.content_length == 0:
            return b""
        until = min(asyncio.get_running_loop().time() + self._times.diagnostics, deadline - 0.1)
        coding, most = response.headers.get("Content-Encoding", ""), limits.DIAGNOSTIC_BYTES
        try:
            async with asyncio.timeout_at(until):
                return await read_body(response.content.iter_any(), coding=coding, max_bytes=most, times=self._times, cut=True)
        except (TimeoutError, aiohttp.ClientError, OSError, FediswError):
            return b""

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=limits.IN_ALL,
                    limit_per_host=limits.PER_HOST,
                    resolver=CheckedResolver(self._resolver, policy=self._policy, times=self._times),
                    use_dns_cache=False,
                    socket_factory=SocketMaker(self._policy),
                    ssl=self._tls,
                    keepalive_timeout=KEEP_OPEN,
                ),
                headers={"User-Agent": self._agent, "Accept-Encoding": "gzip"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._times.connect, sock_read=self._times.idle),
                max_headers=limits.HEADER_FIELDS,
                max_field_size=limits.FIELD_BYTES,
                max_line_size=limits.FIELD_BYTES,
            )
        return self._session


def trust(ca_file: Path | None = None) -> ssl.SSLContext:
    """Trust of outgoing TLS: the system's authorities, and those of `ca_file` (PEM) besides."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context


def _redirected(url: str, location: str) -> str:
    """Where a redirect leads; RefusedAddress from https to http."""
    try:
        target = urldefrag(urljoin(url, location)).url
    except ValueError as error:
        raise RefusedAddress("redirected to no URL") from error
    if url.startswith("https:") and not target.lower().startswith("https:"):
        raise RefusedAddress("redirected away from https")
    return target


def _check_head(response: aiohttp.ClientResponse) -> None:
    size = sum(len(name) + len(value) for name, value in response.raw_headers)
    if size > limits.HEADER_BYTES or len(response.raw_headers) > limits.HEADER_FIELDS:
        raise TooLarge("the headers of the answer")


def _answer(response: aiohttp.ClientResponse, url: str, body: bytes) -> Answer:
    media_type, _ = media_type_of(response.headers.get("Content-Type", ""))
    return Answer(status=response.status, url=url, headers=response.headers, media_type=media_type, body=body)


def _translated(error: Exception) -> FediswError:
    match error:
        case aiohttp.InvalidURL():
            return RefusedAddress("not a URL")
        case aiohttp.ClientResponseError():
            return Malformed("the answer is not HTTP as it should be")
        case TimeoutError():
            return Unreachable("no answer in time")
        case _:
            return Unreachable(f"no connection: {type(error).__name__}")
