"""Which hosts and addresses outgoing requests may reach (security NET-2, NET-4, NET-11)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from fedisw.model.errors import Invalid
from fedisw.model.urls import DEFAULT_PORTS, Origin

Network: TypeAlias = IPv4Network | IPv6Network

REFUSED_V4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, clouds' metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
GLOBAL_V6: Final = IPv6Network("2000::/3")  # all else is refused: loopback, mapped and compatible IPv4, NAT64, local
REFUSED_V6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "2620:4f:8000::/48",  # AS112
    )
)
PRIVATE: Final[tuple[Network, ...]] = (  # what the development switch opens, nothing more
    IPv4Network("10.0.0.0/8"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
REFUSED_NAMES: Final = ("local", "internal", "onion", "i2p")  # as the last label
DEVELOPMENT_NAMES: Final = ("localhost", "test")  # refused too, until the switch opens them
MAX_HOST: Final = 253  # characters

_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class RefusedAddress(Invalid):
    """The URL, host name or address is one that we never call; trying again does not help."""

    def __init__(self, problem: str) -> None:
        super().__init__("url", problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """Where requests may go.

    Args:
        ports: allowed ports (`federation.ports`); with `allow_http` also 80.
        own_hosts: authorities of this server; it never calls itself.
        allow_private: development only: loopback and private addresses, literals, `localhost`, `*.test`, any port.
        allow_http: development only: plain http.
        also_allowed: more networks, for tests that run servers inside their own process; opens `*.test` as well.
    """

    ports: frozenset[int] = frozenset({443})
    own_hosts: frozenset[str] = frozenset()
    allow_private: bool = False
    allow_http: bool = False
    also_allowed: tuple[Network, ...] = ()

    def check_url(self, url: str) -> Origin:
        """The origin of a URL that may be asked for; RefusedAddress for every other (NET-2)."""
        try:
            origin = Origin.of(url)
        except Invalid as error:
            raise RefusedAddress(error.problem) from error
        self._check_scheme(origin)
        self._check_host(origin.host)
        if origin.authority in self.own_hosts or (not self.allow_private and origin.host in self._own_names()):
            raise RefusedAddress("our own host")
        return origin

    def check_address(self, text: str) -> None:
        """RefusedAddress unless this numeric address is global unicast or opened by a switch (NET-4)."""
        try:
            address = ip_address(text)
        except ValueError as error:
            raise RefusedAddress("not an address") from error
        opened = (*PRIVATE, *self.also_allowed) if self.allow_private else self.also_allowed
        if not is_global(address) and not any(address in network for network in opened):
            raise RefusedAddress("not a global address")

    def _check_scheme(self, origin: Origin) -> None:
        if origin.scheme != "https" and not (self.allow_http and origin.scheme == "http"):
            raise RefusedAddress("not https")
        plain = self.allow_http and origin.port == DEFAULT_PORTS["http"]
        if origin.port not in self.ports and not plain and not self.allow_private:
            raise RefusedAddress("port not allowed")

    def _check_host(self, host: str) -> None:
        labels = host.split(".")
        if ":" in host or _NUMBER.fullmatch(labels[-1]):
            if not self.allow_private or not _is_plain_literal(host):
                raise RefusedAddress("a number in place of a host name")
            return
        if len(host) > MAX_HOST or not all(map(_LABEL.fullmatch, labels)):
            raise RefusedAddress("not a host name")
        top = labels[-1]
        if top in DEVELOPMENT_NAMES:
            if not self.allow_private and not (self.also_allowed and top == "test"):
                raise RefusedAddress("a name of no public host")
        elif top in REFUSED_NAMES or len(labels) < 2:
            raise RefusedAddress("a name of no public host")

    def _own_names(self) -> set[str]:
        return {Origin.of(f"https://{authority}").host for authority in self.own_hosts}


def is_global(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is global unicast by our table, the standard library's opinion aside."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in REFUSED_V4)
    return address in GLOBAL_V6 and not any(address in network for network in REFUSED_V6)


def _is_plain_literal(host: str) -> bool:
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False
