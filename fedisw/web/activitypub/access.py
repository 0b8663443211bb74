"""Who reads over ActivityPub, and whether they may (federation, section 3.7; security section 6, SIG-13).

Without authorised fetch, and where we speak with everybody, what everybody may read is answered without verifying
anything: a signature is looked at only so far as to refuse those who are blocked, by the key that they name. All else
needs proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedisw.config import FederationMode, SignedFetch
from fedisw.crypto.signed import Request
from fedisw.federation import authenticate
from fedisw.federation.context import VerifiedSender
from fedisw.live.buckets import CAUSED_FETCHES, KEYS_IN_VAIN
from fedisw.model.accounts import Account, Reach
from fedisw.model.errors import Forbidden, Malformed, NotFound, Unauthenticated, Unreachable
from fedisw.model.urls import Origin, authority_of
from fedisw.model.visibility import Verdict
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, blocks, domains
from fedisw.web.keys import BUCKETS, PEER, SETTINGS
from fedisw.web.middleware import limits

SIGNATURES: Final = ("Signature", "Signature-Input")
UNSIGNED: Final = "This server reads signed requests only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A server that proved itself: `host` is its authority, `account_id` the signer's, 0 for one we do not keep.

    `origin` is where the signer's id is.
    """

    host: str
    origin: str
    account_id: int


class Network:
    """The network that a request comes from, as who makes us fetch keys (RAT; federation, section 3.6)."""

    def __init__(self, request: web.Request) -> None:
        self._request, self._name = request, limits.network(request)

    def asks(self) -> None:
        """Count a fetch; TooMany, or Unreachable while so many were in vain that none is made."""
        if self._request.app[BUCKETS].look(KEYS_IN_VAIN, self._name).remaining <= 0:
            raise Unreachable("too many keys were asked for in vain", retry_after=KEYS_IN_VAIN.seconds)
        limits.take(self._request, CAUSED_FETCHES, self._name)

    def asked_in_vain(self) -> None:
        """Count it; one fetch more than the bucket holds is no error."""
        buckets = self._request.app[BUCKETS]
        if buckets.look(KEYS_IN_VAIN, self._name).remaining > 0:
            buckets.take(KEYS_IN_VAIN, self._name)


def is_signed(request: web.Request) -> bool:
    """Whether there is a signature, valid or not."""
    return any(name in request.headers for name in SIGNATURES)


def is_open(request: web.Request) -> bool:
    """Whether public documents are for everybody, signed or not."""
    federation = request.app[SETTINGS].federation
    return federation.authorized_fetch is SignedFetch.OFF and federation.mode is FederationMode.OPEN


async def prove(request: web.Request) -> Proof:
    """Verify the signature.

    Raises:
        Unauthenticated, Malformed: there is none, or it is wrong.
        Forbidden: the server or the signer is blocked here, or not among those allowed.
        Unreachable: its key cannot be had now.
        TooMany: this network caused too many fetches of keys.
    """
    peer = request.app[PEER]
    if not is_signed(request):
        raise Unauthenticated(UNSIGNED)
    sender = await authenticate.reader_of(peer, as_signed(request), asker=Network(request))
    if sender is None:
        raise Unauthenticated(UNSIGNED)
    host = authority_of(sender.account.uri)
    if request.app[SETTINGS].federation.authorized_fetch is SignedFetch.LIMITED:
        await peer.db.read(_check_allowed, host)
    return Proof(host=host, origin=str(Origin.of(sender.account.uri)), account_id=_stored_id(sender))


def _stored_id(sender: VerifiedSender) -> int:
    return sender.account.id if sender.stored else 0


def _check_allowed(tx: Tx, host: str) -> None:
    rule = domains.rule_for(tx, host)
    if rule is None or not rule.allowed:
        raise Forbidden("this server is not among those that may read here")


def as_signed(request: web.Request) -> Request:
    """A request as its signature sees it: raw target, raw fields."""
    return Request.of(
        method=request.method, target=request.raw_path, scheme=request.app[PEER].origin.scheme, headers=raw_headers(request)
    )


def raw_headers(request: web.Request) -> tuple[tuple[str, str], ...]:
    """All fields in order, as received; bytes that are not UTF-8 come through."""
    return tuple(
        (name.decode("utf-8", "surrogateescape"), value.decode("utf-8", "surrogateescape")) for name, value in request.raw_headers
    )


async def claimed(request: web.Request) -> Account | None:
    """Whom the signature names, unproven: enough to refuse, never to allow. Forbidden when its server is blocked here."""
    if not is_signed(request):
        return None
    try:
        found = authenticate.read_signature(as_signed(request))
    except (Malformed, Unauthenticated):
        return None
    known = await request.app[PEER].db.read(authenticate.known_signer, request.app[PEER], found.key_id)
    return None if known is None else known.account


async def admit_to_post(request: web.Request, status_id: int, author_id: int) -> bool:
    """Let somebody read a post; gives whether everybody may.

    Raises:
        NotFound: they may not, or there is none (VIS-2).
        Unauthenticated: to be asked again with a signature.
        Others as `prove`.
    """
    peer = request.app[PEER]
    if is_open(request):
        verdict = await peer.db.read(audience.verdict_for_remote, status_id=status_id, host=None)
        if verdict is Verdict.YES:
            await _check_claim(request, author_id, hides=True)
            return True
        if not is_signed(request):
            raise Unauthenticated(UNSIGNED) if verdict is Verdict.SIGN_IN else NotFound("status", status_id)
    proof = await prove(request)
    verdict = await peer.db.read(audience.verdict_for_remote, status_id=status_id, host=proof.host, signer_id=proof.account_id)
    if verdict is not Verdict.YES:
        raise NotFound("status", status_id)
    return False


async def admit_to_account(request: web.Request, account_id: int, *, reach: Reach) -> bool:
    """Let somebody read what an account shows to everybody; gives whether it may be kept by caches.

    Args:
        reach: how far the account shows itself (professional, section 14.1): `fediverse` wants a signature whatever the
            settings say, `members` is for nobody elsewhere.

    Raises:
        NotFound: it is for people here only.
        Forbidden: there is a block between the two.
        Others as `prove`.
    """
    if is_open(request) and reach is Reach.PUBLIC:
        await _check_claim(request, account_id, hides=False)
        return True
    if is_open(request) and reach is Reach.MEMBERS:
        raise NotFound("account", account_id)
    proof = await prove(request)
    if reach is Reach.MEMBERS:
        raise NotFound("account", account_id)
    if await request.app[PEER].db.read(blocks.either, account_id, proof.account_id):
        raise Forbidden("this account cannot be read")
    return False


async def _check_claim(request: web.Request, owner_id: int, *, hides: bool) -> None:
    """Refuse a signer that is blocked here or by the owner (VIS-3); 404 where `hides`, else 403."""
    signer = await claimed(request)
    if signer is None:
        return
    if not signer.usable:
        raise Forbidden("this account is blocked here")
    if await request.app[PEER].db.read(blocks.either, owner_id, signer.id):
        raise NotFound("status") if hides else Forbidden("this account cannot be read")
