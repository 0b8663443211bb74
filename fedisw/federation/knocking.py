"""Posting an activity: signed in the form that the host took last, then in the other (federation, section 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urldefrag, urlsplit

from fedisw.crypto.signed import Scheme
from fedisw.federation.answers import clearer, doubts_signature
from fedisw.federation.context import Peer
from fedisw.model.peers import OutboundActivity
from fedisw.net.answer import Answer
from fedisw.net.client import WIRE_SAFE

FIRST: Final = Scheme.CAVAGE  # the whole network reads it
OTHER: Final = {Scheme.CAVAGE: Scheme.RFC9421, Scheme.RFC9421: Scheme.CAVAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """One way to sign."""

    scheme: Scheme
    with_query: bool = True


def knocks(url: str, remembered: str) -> tuple[Knock, ...]:
    """The ways to try, at most three: as remembered, the other, and for a URL with a query once without it.

    Args:
        remembered: the scheme that the host took last, empty when that is not known.
    """
    first = Scheme(remembered) if remembered in OTHER else FIRST
    ways = [Knock(scheme=first), Knock(scheme=OTHER[first])]
    if urlsplit(url).query:
        ways.append(Knock(scheme=Scheme.CAVAGE, with_query=False))
    return tuple(ways)


async def post(peer: Peer, activity: OutboundActivity, inbox: str, *, remembered: str) -> tuple[Answer, Scheme]:
    """Post an activity; each try is signed anew, with the same body.

    Returns:
        The answer that counts, and the form of signature that it was for.

    Raises:
        RefusedAddress, TooLarge, Malformed: final, as net.Client.post.
        Unreachable: as net.Client.post.
        NotFound: the sender has no key any more.
    """
    url = wire_form(inbox)
    told: Answer | None = None
    for knock in knocks(url, remembered):
        headers = await peer.keys.post_headers(
            activity.account_id,
            url=url,
            body_sha256=activity.body_sha256,
            scheme=knock.scheme,
            with_query=knock.with_query,
        )
        answer = await peer.client.post(url, body=activity.body, headers=headers)
        if not doubts_signature(answer):
            return answer, knock.scheme
        told = answer if told is None else clearer(told, answer)
    if told is None:
        raise ValueError("nothing was tried")
    return told, FIRST


@lru_cache(4_096)
def wire_form(url: str) -> str:
    """Path and query as the client puts them on the wire, which is what must be signed."""
    bare = urldefrag(url).url
    parts = urlsplit(bare)
    return parts._replace(path=quote(parts.path, safe=WIRE_SAFE) or "/", query=quote(parts.query, safe=WIRE_SAFE)).geturl()
