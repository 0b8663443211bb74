"""Host names to addresses, each checked before any is used (security NET-3)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Final, Protocol

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from fedisw.model.errors import Unreachable
from fedisw.net.address import AddressPolicy
from fedisw.net.limits import Times

THREADS: Final = 8  # own ones: a slow name server must not hold up the threads of the event loop
NO_SUCH_NAME: Final = (socket.EAI_NONAME, socket.EAI_NODATA)


class UnknownHost(Unreachable):
    """The name does not exist; a counted failure of weight 2."""


class Resolver(Protocol):
    """Answers a host name with addresses and ports; tests map names to servers of their own."""

    async def __call__(self, host: str, port: int, /) -> Sequence[tuple[str, int]]:
        """Addresses in the order of preference; empty, or UnknownHost, if there is no such host."""
        ...


class SystemResolver:
    """The resolver of the operating system, in threads of its own."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="dns")

    async def __call__(self, host: str, port: int, /) -> Sequence[tuple[str, int]]:
        """Addresses of a host, with the port as it is.

        Raises:
            UnknownHost: the name does not exist.
            Unreachable: no name server answers.
        """
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(
                self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
            )
        except socket.gaierror as error:
            if error.errno in NO_SUCH_NAME:
                raise UnknownHost(f"no host {host}") from error
            raise Unreachable("no name server answers") from error
        except (OSError, UnicodeError) as error:
            raise Unreachable("the name could not be looked up") from error
        return [(str(address[4][0]), port) for address in found]

    def close(self) -> None:
        """Let the threads go; those that wait for a name server end when it answers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class CheckedResolver(AbstractResolver):
    """What the connector asks: all addresses of a host are allowed, or none is used."""

    def __init__(self, resolver: Resolver, *, policy: AddressPolicy, times: Times) -> None:
        self._resolver, self._policy, self._times = resolver, policy, times

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """All addresses of `host`.

        Raises:
            RefusedAddress: one of them is not allowed.
            UnknownHost: there is none.
            Unreachable: no answer in time.
        """
        try:
            async with asyncio.timeout(self._times.dns):
                found = await self._resolver(host, port)
        except TimeoutError as error:
            raise Unreachable("the name could not be looked up in time") from error
        if not found:
            raise UnknownHost(f"no host {host}")
        for address, _ in found:
            self._policy.check_address(address)
        return [
            ResolveResult(hostname=host, host=address, port=to, family=_family(address), proto=0, flags=socket.AI_NUMERICHOST)
            for address, to in found
        ]

    async def close(self) -> None:
        """The resolver belongs to the client, which closes it."""


class SocketMaker:
    """Makes sockets; it sees the final address of every connect, literals and redirects included (NET-3)."""

    def __init__(self, policy: AddressPolicy) -> None:
        self._policy = policy

    def __call__(self, to: AddrInfoType) -> socket.socket:
        """A socket for this address; RefusedAddress if we never call it."""
        family, kind, protocol, _, where = to
        self._policy.check_address(str(where[0]))
        return socket.socket(family, kind, protocol)


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
