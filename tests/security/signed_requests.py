"""Signed requests, and ways to spoil them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.crypto.signed import Scheme
from fedisw.federation.inbox import RequestParts
from fedisw.model.errors import FediswError
from tests.support.home import Home
from tests.support.peers import Actor, PeerServer

BOTH = pytest.mark.parametrize("scheme", list(Scheme))
INBOX = "https://home.test/inbox"


def with_header(parts: RequestParts, name: str, value: str | None) -> RequestParts:
    """The same request with another value of a field; None takes it out."""
    kept = [(field, old) for field, old in parts.headers if field.lower() != name.lower()]
    return replace(parts, headers=(*kept, *([] if value is None else [(name, value)])))


def header(parts: RequestParts, name: str) -> str:
    return next(value for field, value in parts.headers if field.lower() == name.lower())


async def a_follow(home: Home, beta: PeerServer, scheme: Scheme = Scheme.CAVAGE) -> tuple[Actor, RequestParts]:
    amy, ben = await home.person("amy"), beta.person("ben")
    return ben, ben.signed(ben.activity("Follow", amy.uri), scheme=scheme)


async def refused(home: Home, parts: RequestParts, *errors: type[FediswError]) -> None:
    """The request is refused so, and leaves nothing behind."""
    before = await home.kept()
    with pytest.raises(errors):
        await home.take(parts)
    assert await home.kept() == before
