"""Keys of other servers' actors: where they are kept, how they are fetched, when they are believed (SIG-9, SIG-11)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol, TypeAlias
from urllib.parse import urldefrag

from fedisw.federation import fetch
from fedisw.federation.context import Peer
from fedisw.federation.convert import actor as convert
from fedisw.federation.keycache import KnownKey
from fedisw.model.accounts import Account, ActorKey
from fedisw.model.errors import FediswError, Forbidden, Gone, NotFound, Unauthenticated, Unreachable
from fedisw.model.urls import authority_of, same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys
from fedisw.vocab import names, read
from fedisw.vocab.actors import Actor, parse_actor
from fedisw.vocab.keys import Key, parse_keys
from fedisw.vocab.read import Document

Check: TypeAlias = Callable[[KnownKey], Awaitable[None]]
FRESH: Final = timedelta(minutes=5)  # a key fetched less long ago is not fetched again when a signature does not fit
PAUSE: Final = 300  # seconds until a peer should try again when its key could not be had (federation, section 3.6)
SECONDS: Final = 10.0  # for a key with all that belongs to it: peers wait about as long for our answer


class Asker(Protocol):
    """Who makes us fetch keys: the network that a request came from."""

    def asks(self) -> None:
        """Count a fetch.

        Raises:
            TooMany: there were too many.
            Unreachable: too many of them were in vain; the network is paused.
        """
        ...

    def asked_in_vain(self) -> None:
        """The fetch brought no key."""
        ...


class Uncounted:
    """Ourselves: nothing is counted."""

    def asks(self) -> None:
        """Always."""

    def asked_in_vain(self) -> None:
        """It does not matter."""


UNCOUNTED: Final = Uncounted()


def stored(tx: Tx, key_id: str) -> KnownKey | None:
    """The key as the database has it, with its account."""
    key = keys.find(tx, key_id)
    account = accounts.find(tx, key.account_id) if key is not None else None
    if key is None or account is None:
        return None
    return KnownKey(key=key, account=account, fetched_at=key.fetched_at or key.created_at)


async def fitting(
    peer: Peer, key_id: str, check: Check, *, held: KnownKey | None, may_fetch: bool = True, asker: Asker = UNCOUNTED
) -> KnownKey:
    """The key that fits; one that does not fit is fetched again if it is old, at most once in 5 minutes (SIG-11).

    Args:
        check: raises Unauthenticated for a key that does not fit.
        held: the key as `stored` gives it.
        may_fetch: whether a key that is not known is fetched.
        asker: as in `fetched`.

    Raises:
        Unauthenticated: none fits.
        Others as `fetched` and `check`.
    """
    known = _newer(held, peer.public_keys.find(key_id, now=peer.now()))
    if known is None:
        if not may_fetch:
            raise Unauthenticated("its key is not known here")
        known = await fetched(peer, key_id, asker=asker)
        await check(known)
        return known
    try:
        await check(known)
        return known
    except Unauthenticated:
        now = peer.now()
        if now - known.fetched_at < FRESH or not peer.public_keys.may_refetch(key_id, now=now):
            raise
    rotated = await fetched(peer, key_id, instead_of=known, asker=asker)
    await check(rotated)
    return rotated


def _newer(held: KnownKey | None, remembered: KnownKey | None) -> KnownKey | None:
    if held is None or remembered is None:
        return held or remembered
    return remembered if remembered.fetched_at > held.fetched_at else held


async def fetched(peer: Peer, key_id: str, *, instead_of: KnownKey | None = None, asker: Asker = UNCOUNTED) -> KnownKey:
    """The key from its own server, kept in memory only; at most one fetch of it at a time, failures pause.

    Args:
        instead_of: a key that did not fit; one that was fetched later than it will do.
        asker: who makes us ask; told when it was in vain.

    Raises:
        TooMany: the asker may not cause more fetches.
        Unauthenticated: there is no such key, or nobody that we believe says whose it is.
        NotFound, Gone: its address is gone.
        Unreachable: a passing failure, or its server does not let us read it yet; `retry_after` is 5 minutes.
    """
    async with peer.public_keys.fetching(key_id):
        now = peer.now()
        known = peer.public_keys.find(key_id, now=now) or await peer.db.read(stored, key_id)  # fetched while we waited
        if known is not None and (instead_of is None or known.fetched_at > instead_of.fetched_at):
            return known
        peer.public_keys.check(key_id, now=now)
        asker.asks()
        try:
            async with asyncio.timeout(SECONDS):
                known = await _fetch(peer, key_id)
        except (FediswError, TimeoutError) as error:
            asker.asked_in_vain()
            problem = _told(error)
            peer.public_keys.failed(key_id, problem, now=now)
            raise problem from error
        peer.public_keys.put(known)
        return known


def _told(error: FediswError | TimeoutError) -> FediswError:
    """What the peer is told of a fetch that failed: to come again, or that its key does not count, never why (NET-10)."""
    match error:
        case TimeoutError() | Unreachable() | Forbidden():
            return Unreachable(f"its key could not be had: {error}", retry_after=PAUSE)
        case NotFound() | Gone() | Unauthenticated():
            return error
        case _:
            return Unauthenticated("its key is not usable")


async def _fetch(peer: Peer, key_id: str) -> KnownKey:
    """Asked for by the instance actor, whose own key needs no signature to be read: no two servers wait for each other."""
    document = (await fetch.document(peer, urldefrag(key_id).url)).document
    if read.kind(document) in names.ACTORS:
        actor, single = parse_actor(document), None
    else:
        actor, single = await _owner_of(peer, key_id, document)
    if not same_origin(key_id, actor.id):
        raise Unauthenticated("the key and its owner are not on one server")
    known = await peer.db.read(accounts.find_by_uri, actor.id)
    account = _account(peer, actor, known)
    found = convert.keys_of(actor, account_id=account.id, now=peer.now())
    if single is not None and all(key.key_id != key_id for key in found):
        found = (*found, single)
    key = next((key for key in found if key.key_id == key_id), None)
    if key is None:
        raise Unauthenticated("the actor has no such key")
    owned = tuple(replace(item, account_id=account.id) for item in found)
    return KnownKey(key=replace(key, account_id=account.id), account=account, keys=owned, fetched_at=peer.now())


async def _owner_of(peer: Peer, key_id: str, document: Document) -> tuple[Actor, ActorKey | None]:
    """The owner that a key document names, if the owner lists the key back."""
    key = _single(key_id, document)
    if key.owner is None or not same_origin(key.owner, key_id):
        raise Unauthenticated("the key names no owner on its own server")
    actor = parse_actor((await fetch.document(peer, key.owner)).document)
    if actor.id != key.owner or key_id not in actor.key_ids:
        raise Unauthenticated("the owner does not list the key")
    return actor, convert.key_of(key, account_id=0, now=peer.now())


def _single(key_id: str, document: Document) -> Key:
    for key in parse_keys(document):
        if key.id == key_id:
            return key
    raise Unauthenticated("not a key")


def _account(peer: Peer, actor: Actor, known: Account | None) -> Account:
    """A new account shows the name at the host of its id until its handle is confirmed; a known one keeps its handle."""
    if known is not None:
        account = convert.account_of(actor, account_id=known.id, handle=(known.username, known.host or ""), now=peer.now())
        return replace(account, suspended_at=known.suspended_at, deleted_at=known.deleted_at)
    handle = (actor.preferred_username, authority_of(actor.id))
    return convert.account_of(actor, account_id=peer.new_id(), handle=handle, now=peer.now())
