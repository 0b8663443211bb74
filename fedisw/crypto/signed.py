"""What both signature schemes share: the request, the signature that was read from it, and the checks around it.

The order of the checks is SIG-1's and belongs to the caller: `cavage.parse` or `rfc9421.parse`, `check_host`,
`check_body`, `check_clock`, then the key, then `verify`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from fedisw.crypto import digest, keys
from fedisw.crypto.keys import Algorithm, PublicKey
from fedisw.model.errors import Invalid, Malformed, Unauthenticated
from fedisw.model.urls import DEFAULT_PORTS, Origin

PAST = timedelta(hours=1)  # how old a signature may be; settable up to 12 hours (SIG-6)
FUTURE = timedelta(minutes=5)  # how far ahead a peer's clock may be; settable up to 1 hour


class Scheme(StrEnum):
    """How a request is signed."""

    CAVAGE = "cavage"
    RFC9421 = "rfc9421"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as its signature sees it: raw target, raw field values, nothing decoded.

    Args:
        method: in capital letters.
        target: path and query exactly as on the request line, percent signs kept.
        scheme: of the public origin, from the settings: behind a proxy the socket does not know it.
        fields: values by lower-case name, in the order received.
    """

    method: str
    target: str
    scheme: str
    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, *, method: str, target: str, scheme: str, headers: Iterable[tuple[str, str]]) -> Self:
        """A request as received; a field may come several times. Outer white space of values is cut."""
        fields: dict[str, tuple[str, ...]] = {}
        for name, value in headers:
            fields[name.lower()] = (*fields.get(name.lower(), ()), value.strip(" \t"))
        return cls(method=method.upper(), target=target, scheme=scheme, fields=fields)

    @classmethod
    def to(cls, *, method: str, url: str, headers: Iterable[tuple[str, str]]) -> Self:
        """A request that is to be sent to `url`; `Host` is added. Invalid when `url` is none of a server.

        The client must put path and query on the wire exactly as they are in `url`.
        """
        parts, origin = urlsplit(url), Origin.of(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls.of(method=method, target=target, scheme=origin.scheme, headers=[("Host", origin.authority), *headers])

    def one(self, name: str) -> str | None:
        """The value of a field that must not be repeated (SIG-2); None when it is missing.

        Raises:
            Malformed: the field came more than once.
        """
        values = self.fields.get(name, ())
        if len(values) > 1:
            raise Malformed(f"{name} is repeated")
        return values[0] if values else None

    def joined(self, name: str) -> str:
        """The value of a covered field, repeated ones joined by a comma; Unauthenticated when it is missing."""
        values = self.fields.get(name)
        if values is None:
            raise Unauthenticated(f"the signature covers {name}, which is missing")
        return ", ".join(values)

    @property
    def path(self) -> str:
        """The raw path, `/` at least."""
        return self.target.partition("?")[0] or "/"

    @property
    def query(self) -> str | None:
        """The raw query without its question mark; None when there is none."""
        _, found, query = self.target.partition("?")
        return query if found else None

    @property
    def authority(self) -> str:
        """`Host` in lower case without the scheme's default port.

        Raises:
            Malformed: `Host` is repeated.
            Unauthenticated: there is no `Host`.
        """
        host = self.one("host")
        if not host:
            raise Unauthenticated("no Host")
        return host.lower().removesuffix(f":{DEFAULT_PORTS[self.scheme]}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature whose form and coverage are in order; it proves nothing before `verify`.

    Args:
        key_id: as the peer wrote it; not yet checked to be a URL.
        algorithm: the one that the peer named; None where it leaves it to the key.
        covers: names of fields and components, in order.
        times: moments that are covered (`Date`, created), seconds since 1970; at least one.
        expires: seconds since 1970; None when not given.
        bases: the texts that may have been signed, the most likely first; more than one only for draft-cavage
            requests with a query (SIG-7).
    """

    scheme: Scheme
    key_id: str
    algorithm: Algorithm | None
    covers: tuple[str, ...]
    times: tuple[int, ...]
    expires: int | None
    signature: bytes
    bases: tuple[bytes, ...]


def as_bytes(text: str) -> bytes:
    """Field values came from bytes by UTF-8 with surrogates for what is not UTF-8; this is the way back."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise Malformed("a field is not text") from error


def check_host(request: Request, *, ours: Collection[str]) -> None:
    """Unauthenticated unless `Host` is one of `ours`: authorities in lower case, default ports left out (SIG-7)."""
    if request.authority not in ours:
        raise Unauthenticated("signed for another host")


def check_body(signed: Signed, request: Request, body: bytes) -> None:
    """Unauthenticated unless the digest that belongs to the scheme is that of `body` (SIG-5).

    A GET without a digest passes: nothing of it is read but its target.
    """
    name = "digest" if signed.scheme is Scheme.CAVAGE else "content-digest"
    if request.method in ("GET", "HEAD") and name not in signed.covers:
        return
    value = request.joined(name)
    if signed.scheme is Scheme.CAVAGE:
        digest.check_digest(value, body)
    else:
        digest.check_content_digest(value, body)


def check_clock(signed: Signed, *, now: datetime, past: timedelta = PAST, future: timedelta = FUTURE) -> None:
    """Unauthenticated when a covered moment is too old or too new, or the signature has expired (SIG-6)."""
    moment = now.timestamp()
    for time in signed.times:
        if time < moment - past.total_seconds():
            raise Unauthenticated("the signature is too old")
        if time > moment + future.total_seconds():
            raise Unauthenticated("the signature is from the future")
    if signed.expires is not None and signed.expires <= moment:
        raise Unauthenticated("the signature has expired")


def verify(signed: Signed, key: PublicKey) -> None:
    """Unauthenticated unless the signature was made with the private half of `key` over this very request (SIG-4)."""
    if signed.algorithm not in (None, keys.algorithm_of(key)):
        raise Unauthenticated("the algorithm is not that of the key")
    if not any(keys.is_signed(key, signature=signed.signature, data=base) for base in signed.bases):
        raise Unauthenticated("wrong signature")


def peer_of(signed: Signed) -> str:
    """The authority of the host that the key belongs to; Malformed when the key id is no URL (`acct:` and the like)."""
    try:
        return Origin.of(signed.key_id).authority
    except Invalid as error:
        raise Malformed("the key id is not a URL of a server") from error
