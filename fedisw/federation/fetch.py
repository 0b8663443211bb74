"""Documents of other servers, by their address: signed, bounded, and believed only where they say who they are (ING-4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from fedisw.crypto.signatures import Knock
from fedisw.federation import ingest, knocking, policy
from fedisw.federation.context import Peer
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Gone, Invalid, NotFound, Unreachable
from fedisw.model.peers import PeerHost
from fedisw.model.urls import Origin, authority_of, same_origin
from fedisw.net.answer import Answer, retry_after
from fedisw.net.client import WIRE_SAFE
from fedisw.net.limits import AS2_ACCEPT, AS2_KINDS
from fedisw.storage.db import Tx
from fedisw.storage.queries import hosts
from fedisw.vocab import names, read
from fedisw.vocab.read import Document

PASSING: Final = frozenset({408, 425, 429})  # besides 5xx: trying again may help
PAUSE: Final = 60  # seconds until the next try where the peer says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A document and the id that it has; the id was asked for, or asked for in its turn."""

    uri: str
    document: Document


async def document(peer: Peer, url: str, *, by: Account | None = None) -> Fetched:
    """The document at `url`, which must be its `id`; if it names another id of the same host, that is fetched, once.

    Args:
        by: the local account in whose name is asked; the instance actor if None.

    Raises:
        NotFound: 404, or an id of our own host.
        Gone: 410, or a Tombstone.
        Forbidden: the host is blocked here, or it does not let us read this.
        Invalid, Malformed, TooLarge, UnsupportedMedia: nothing that we believe. Final.
        Unreachable: a passing failure.
        Spent: the fetches of this activity are used up.
    """
    final_url, found = await _get(peer, url, by=by)
    uri = read.require_id(found)
    if not _same_address(uri, final_url):
        if not same_origin(uri, url):
            raise Invalid("id", "is of another server")
        final_url, found = await _get(peer, uri, by=by)
        if read.require_id(found) != uri or not _same_address(uri, final_url):
            raise Invalid("id", "is not where the document is")
    if read.kind(found) == names.TOMBSTONE:
        raise Gone("deleted at its origin")
    return Fetched(uri=uri, document=found)


async def _get(peer: Peer, url: str, *, by: Account | None) -> tuple[str, Document]:
    """The URL that answered and what it said, on the host that was asked."""
    if peer.owns(url):
        raise NotFound("document", url)
    authority = authority_of(url)
    if authority in peer.own_hosts:
        raise NotFound("document", url)
    known = await peer.db.read(_known_host, authority, peer)
    if known is None:
        peer.newcomers.check(authority, now=peer.now())
    remembered = known.scheme_now(peer.now()) if known is not None else ""
    answer = await _ask(peer, url, by=by, remembered=remembered)
    _check(answer, peer)
    if not same_origin(answer.url, url):
        raise Invalid("url", "leads to another server")
    return answer.url, ingest.document(answer.body)


def _known_host(tx: Tx, host: str, peer: Peer) -> PeerHost | None:
    """What we know of a host; Forbidden when we do not speak with it."""
    policy.check_host(tx, host, mode=peer.settings.federation.mode)
    return hosts.find(tx, host)


async def _ask(peer: Peer, url: str, *, by: Account | None, remembered: str) -> Answer:
    """The answer to a signed request. A form of signature is remembered when it is taken where another was refused:
    an answer to the first says nothing, since most servers do not look at it."""
    bare, knocked = knocking.wire_form(url), 0
    signer_id, key_id = await _signer(peer, by)

    async def send(how: Knock) -> Answer:
        nonlocal knocked
        knocked += 1
        if peer.budget is not None:
            peer.budget.spend()
        headers_for = await peer.keys.signer(signer_id, how=how)
        return await peer.client.get(bare, accept=AS2_ACCEPT, kinds=AS2_KINDS, headers_for=headers_for)

    answer, scheme = await knocking.knock(send, bare, remembered=remembered, key_id=key_id, has_body=False)
    if answer.ok and knocked > 1 and scheme.value != remembered:
        await peer.db.write(hosts.remember_scheme, authority_of(url), scheme.value, now=peer.now())
    return answer


async def _signer(peer: Peer, by: Account | None) -> tuple[int | None, str]:
    """Who signs, with which key: an account without a key leaves it to the instance actor."""
    if by is not None:
        try:
            return by.id, await peer.keys.key_id(by.id)
        except NotFound:
            pass
    return None, await peer.keys.key_id(None)


def _check(answer: Answer, peer: Peer) -> None:
    match answer.status:
        case 200:
            return
        case 404:
            raise NotFound("document", answer.url)
        case 410:
            raise Gone("deleted at its origin")
        case 401 | 403:
            raise Forbidden("its server does not let us read this")
        case status if status >= 500 or status in PASSING:
            wait = retry_after(answer.headers, now=peer.now())
            raise Unreachable(f"answered {status}", retry_after=int(wait.total_seconds()) if wait is not None else PAUSE)
        case status:
            raise Invalid("url", f"answered {status}")


def _same_address(uri: str, url: str) -> bool:
    """Whether both are asked for at one address: fragments aside, escaped alike."""
    return _address(uri) == _address(url)


def _address(url: str) -> tuple[Origin, str, str]:
    parts = urlsplit(url)
    return Origin.of(url), quote(parts.path, safe=WIRE_SAFE) or "/", quote(parts.query, safe=WIRE_SAFE)
