"""Addresses: origins, hosts, and the ids that we make (contract, sections 3 and 5; security ING-1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from fedisw.model.errors import Invalid

DEFAULT_PORTS = {"https": 443, "http": 80}
MAX_URL = 2_048  # characters (security LIM)
REMEMBERED = 2_048  # beginnings of URLs whose origin is known; every arrived activity asks a dozen times
BEFORE_PATH = re.compile(r"[^/?#]*//[^/?#]*")
# A pattern, since this is asked a dozen times for every activity; surrogates stand for bytes of a header that are no text.
NOT_IN_URLS = re.compile("[\x00-\x20\x7f\\\\\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Scheme, host and port: what must be equal for one server to speak for an id."""

    scheme: str
    host: str
    port: int

    @staticmethod
    def of(url: str) -> Origin:
        """The origin of a URL; Invalid when it has none, carries user info, or is too long.

        The host comes out in lower case, IDNA-encoded, without a trailing dot.
        """
        if len(url) > MAX_URL:
            raise Invalid("url", "too long")
        if NOT_IN_URLS.search(url):
            raise Invalid("url", "has a space, a control character, or what is no text")
        before_path = BEFORE_PATH.match(url)
        return _origin(before_path[0] if before_path else url)

    @property
    def authority(self) -> str:
        """`host`, or `host:port` where the port is not the scheme's default; a peer's "host" in all documents."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=REMEMBERED)
def _origin(url: str) -> Origin:
    """The origin of what stands before the path, which many URLs share."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname
    except ValueError as error:
        raise Invalid("url", "not a URL") from error
    if parts.scheme not in DEFAULT_PORTS or not host or "@" in parts.netloc:
        raise Invalid("url", "not an http(s) URL of a server")
    return Origin(scheme=parts.scheme, host=_ascii_host(host), port=DEFAULT_PORTS[parts.scheme] if port is None else port)


def _ascii_host(host: str) -> str:
    host = host.rstrip(".").lower()
    if not host:
        raise Invalid("url", "no host")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise Invalid("url", "not a host name") from error


def authority_of(url: str) -> str:
    """The host (with port where needed) that an id belongs to; Invalid for what is no http(s) URL."""
    return Origin.of(url).authority


def same_origin(*urls: str) -> bool:
    """Whether all URLs belong to one origin; False when one of them is no URL."""
    try:
        return len({Origin.of(url) for url in urls}) == 1
    except Invalid:
        return False


def encoded(url: str) -> str:
    """An address without raw blanks and characters outside ASCII, on which some clients fail."""
    return url if url.isascii() and " " not in url else quote(url, safe="%/:?#[]@!$&'()*+,;=~")


def actor_uri(origin: Origin, account_id: int) -> str:
    """Id of a local actor: opaque, never with a handle."""
    return f"{origin}/ap/actors/{account_id}"


def object_uri(origin: Origin, status_id: int) -> str:
    """Id of a local post."""
    return f"{origin}/ap/objects/{status_id}"


def activity_uri(origin: Origin, activity_id: int) -> str:
    """Id of a local activity that is not a Create (a Create is `{object}/activity`)."""
    return f"{origin}/ap/activities/{activity_id}"
