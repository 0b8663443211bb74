"""Asking and posting with the form of signature that a host took last, then with the other (federation, section 3.5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from typing import Final
from urllib.parse import quote, urldefrag, urlsplit

from fedisw.crypto import challenge as challenges
from fedisw.crypto.signatures import NOTHING, Knock
from fedisw.crypto.signed import Scheme
from fedisw.federation.answers import clearer, doubts_signature
from fedisw.federation.context import Peer
from fedisw.model.peers import OutboundActivity
from fedisw.model.urls import authority_of
from fedisw.net.answer import Answer
from fedisw.net.client import WIRE_SAFE
from fedisw.storage.db import Tx
from fedisw.storage.queries import hosts
from fedisw.vocab.actors import Actor
from fedisw.vocab.build_actors import RFC9421_HREF

FIRST: Final = Scheme.CAVAGE  # the whole network reads it
OTHER: Final = {Scheme.CAVAGE: Scheme.RFC9421, Scheme.RFC9421: Scheme.CAVAGE}
MOST: Final = 3  # signed requests in one attempt
WANTED: Final = "Accept-Signature"
RFC9421: Final = frozenset(
    {RFC9421_HREF, "https://www.rfc-editor.org/rfc/rfc9421", "https://www.rfc-editor.org/rfc/rfc9421.html"}
)

Send = Callable[[Knock], Awaitable[Answer]]


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


async def knock(send: Send, url: str, *, remembered: str, key_id: str, has_body: bool) -> tuple[Answer, Scheme]:
    """Send until the answer is not about the signature, at most three times; what the host asks for goes first.

    Args:
        send: makes one request, signed this way, dated now.
        key_id: of our key; a wish for another one cannot be fulfilled.

    Returns:
        The answer that counts, and the form of signature that it was for.
    """
    ways, told = deque(knocks(url, remembered)), list[Answer]()
    while ways and len(told) < MOST:
        how = ways.popleft()
        answer = await send(how)
        if not doubts_signature(answer):
            return answer, how.scheme
        told.append(answer)
        wish = _wish(answer, key_id=key_id, has_body=has_body)
        if wish is not None:
            ways = deque((wish, *(way for way in ways if way.scheme is not Scheme.RFC9421)))
    counted = told[0]
    for answer in told[1:]:
        counted = clearer(counted, answer)
    return counted, FIRST


def _wish(answer: Answer, *, key_id: str, has_body: bool) -> Knock | None:
    """What the host asks for with its 401, if our key can give it."""
    if answer.status != 401 or WANTED not in answer.headers:
        return None
    found = challenges.parse(answer.headers[WANTED], has_body=has_body)
    if found is None or found.key_id not in ("", key_id):
        return None
    return Knock(scheme=Scheme.RFC9421, challenge=found)


async def post(
    peer: Peer, activity: OutboundActivity, inbox: str, *, remembered: str, more: Mapping[str, str] = NOTHING
) -> tuple[Answer, Scheme]:
    """Post an activity; each try is signed anew, with the same body.

    Args:
        more: fields that go with it.

    Returns:
        The answer that counts, and the form of signature that it was for.

    Raises:
        RefusedAddress, TooLarge, Malformed: final, as net.Client.post.
        Unreachable: as net.Client.post.
        NotFound: the sender has no key any more.
    """
    url, sender = wire_form(inbox), activity.account_id

    async def send(how: Knock, *, announcing: str = "") -> Answer:
        headers = await peer.keys.post_headers(
            sender, url=url, body_sha256=activity.body_sha256, how=how, more=more, announcing=announcing
        )
        return await peer.client.post(url, body=activity.body, headers=headers)

    key_id = await peer.keys.key_id(sender)
    if activity.announces_keys:  # signed with the key that it ends; who has asked for the new one meanwhile gets that
        former = partial(send, announcing=activity.uri)
        answer, scheme = await knock(former, url, remembered=remembered, key_id=key_id, has_body=True)
        if not doubts_signature(answer):
            return answer, scheme
    return await knock(send, url, remembered=remembered, key_id=key_id, has_body=True)


def believe(tx: Tx, actor: Actor, *, now: datetime) -> None:
    """An actor's server says that it reads RFC 9421 (FEP-844e): it gets that first, unless we know better."""
    host = authority_of(actor.id)
    if RFC9421.isdisjoint(actor.implements) or authority_of(actor.inbox) != host:
        return
    if not hosts.scheme_of(tx, host, now=now):
        hosts.remember_scheme(tx, host, Scheme.RFC9421.value, now=now)


@lru_cache(4_096)
def wire_form(url: str) -> str:
    """Path and query as the client puts them on the wire, which is what must be signed."""
    bare = urldefrag(url).url
    parts = urlsplit(bare)
    return parts._replace(path=quote(parts.path, safe=WIRE_SAFE) or "/", query=quote(parts.query, safe=WIRE_SAFE)).geturl()
