"""Whose address a request comes from: the socket's, or what a listed proxy says (security RAT-1)."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Final

from aiohttp import web

LOCAL: Final = "127.0.0.1"  # stands for the peer of a socket file, which has no address
MAX_HOPS: Final = 20


def client_address(request: web.Request, proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """The client's address.

    Of `X-Forwarded-For` only what listed proxies have added is believed: from the right, the first address that is
    none of theirs.
    """
    peer = request.remote or LOCAL
    if "X-Forwarded-For" not in request.headers or not _is_listed(peer, proxies):
        return peer
    hops = [hop.strip() for field in request.headers.getall("X-Forwarded-For", []) for hop in field.split(",")]
    for hop in reversed(hops[-MAX_HOPS:]):
        if not _is_address(hop):
            return peer
        peer = hop
        if not _is_listed(hop, proxies):
            break
    return peer


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_listed(text: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in proxies)
