"""Who signed a request: the only maker of VerifiedSender (security, section 8)."""

from __future__ import annotations

from datetime import datetime, timedelta

from fedisw.crypto import keys, signatures, signed
from fedisw.crypto.signed import Request, Signed
from fedisw.federation import fetch, policy, publickeys
from fedisw.federation.context import Peer, VerifiedSender
from fedisw.federation.keycache import KnownKey
from fedisw.federation.publickeys import UNCOUNTED, Asker
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Gone, Invalid, Malformed, NotFound, Unauthenticated
from fedisw.model.urls import Origin, same_origin
from fedisw.storage.db import Tx


def read_signature(request: Request) -> Signed:
    """The signature of a request, unverified; its key id is a URL of a server.

    Raises:
        Malformed: broken syntax, a repeated field, a key id that is no URL (`acct:`).
        Unauthenticated: no signature, several, or one that covers too little.
    """
    found = signatures.parse(request)
    try:
        Origin.of(found.key_id)
    except Invalid as error:
        raise Malformed("the key id is not a URL of a server") from error
    return found


def known_signer(tx: Tx, peer: Peer, key_id: str) -> KnownKey | None:
    """The key as we have it. Forbidden when its host is blocked here (SIG-1, step 2)."""
    policy.check_host(tx, Origin.of(key_id).authority, mode=peer.settings.federation.mode)
    return publickeys.stored(tx, key_id)


async def sender_of(
    peer: Peer,
    request: Request,
    found: Signed,
    body: bytes,
    *,
    stored: KnownKey | None,
    asker: Asker = UNCOUNTED,
    at: datetime | None = None,
) -> VerifiedSender:
    """Verify a request whose signature was read (SIG-1, steps 6 to 8).

    Args:
        body: the raw bytes as received.
        stored: the key from the database, from `known_signer`.
        asker: whom a fetch of the key is counted for.
        at: when the request came in, if that was not now.

    Raises:
        TooMany: as `publickeys.fetched`.
        Unauthenticated: host, digest, clock or signature is wrong, or the key is nobody's.
        Malformed: a digest that cannot be read.
        NotFound, Gone: the key's address is gone.
        Unreachable: the key cannot be had now; the peer should try again.
    """
    _check(peer, request, found, body, now=at or peer.now())

    async def check(known: KnownKey) -> None:
        signed.verify(found, keys.parse_pem(known.key.public))

    known = await publickeys.fitting(peer, found.key_id, check, held=stored, asker=asker)
    return VerifiedSender(account=known.account, keys=known.keys, signature=found.signature)


def _check(peer: Peer, request: Request, found: Signed, body: bytes, *, now: datetime) -> None:
    federation = peer.settings.federation
    scheme = Origin.of(found.key_id).scheme
    if scheme != "https" and not peer.settings.allow_http:
        raise Unauthenticated("the key is not on https")
    if peer.owns(found.key_id):
        raise Unauthenticated("the key is ours")
    signed.check_host(request, ours={peer.origin.authority})
    signed.check_body(found, request, body)
    past, future = timedelta(seconds=federation.clock_past), timedelta(seconds=federation.clock_future)
    signed.check_clock(found, now=now, past=past, future=future)


async def departed_sender(peer: Peer, account: Account, found: Signed) -> VerifiedSender | None:
    """Proof for the Delete of an actor by itself whose key is gone: its own address is gone too (SIG-12).

    None when the key is not of its server, or the address still answers.

    Raises:
        Unreachable: the address cannot be asked now.
    """
    if not same_origin(found.key_id, account.uri):
        return None
    try:
        await fetch.document(peer, account.uri)
    except (NotFound, Gone):
        return VerifiedSender(account=account, signature=found.signature)
    return None


async def reader_of(
    peer: Peer, request: Request, *, asker: Asker = UNCOUNTED, at: datetime | None = None
) -> VerifiedSender | None:
    """Who signed a GET; None for an unsigned one (SIG-13). Signatures of GETs are not remembered. `at` as for `sender_of`.

    Raises:
        Forbidden: the host or the account is blocked here.
        Malformed, Unauthenticated, Unreachable, TooMany: as `sender_of`.
    """
    if not {"signature", "signature-input"} & request.fields.keys():
        return None
    found = read_signature(request)
    stored = await peer.db.read(known_signer, peer, found.key_id)
    try:
        sender = await sender_of(peer, request, found, b"", stored=stored, asker=asker, at=at)
    except (NotFound, Gone) as error:
        raise Unauthenticated("the key is gone") from error
    if not sender.account.usable:
        raise Forbidden("this account is blocked here")
    return sender
