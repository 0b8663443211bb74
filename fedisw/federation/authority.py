"""Who made an activity that somebody else delivered, by what stands in the activity itself (SIG-10; federation, section 3.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import orjson

from fedisw.config import LdSignatures
from fedisw.crypto import keys, ldsig, proofs
from fedisw.crypto.proofs import Proof
from fedisw.federation import ingest, publickeys, senders
from fedisw.federation.context import Peer
from fedisw.federation.keycache import KnownKey
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Malformed, Unauthenticated, Unreachable
from fedisw.model.urls import same_origin
from fedisw.vocab import read
from fedisw.vocab.activities import Activity, Ignored
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.read import Document

OLDEST_PROOF: Final = timedelta(days=30)  # so long the ids of what took effect are remembered (ING-10)
FUTURE: Final = timedelta(minutes=5)


async def by_proof(peer: Peer, document: Document, actor_uri: str, *, may_fetch: bool) -> Account | None:
    """The actor, stored, if the document carries a proof by one of its keys; else None, and the proof says nothing.

    Args:
        may_fetch: whether a key that is not known may be fetched.
    """
    found = _readable(document)
    if found is None or not same_origin(found.key_id, actor_uri) or not _is_recent(found, peer.now()):
        return None

    async def check(known: KnownKey) -> None:
        proofs.verify(found, keys.parse_pem(known.key.public), now=peer.now())

    try:
        held = await peer.db.read(publickeys.stored, found.key_id)
        known = await publickeys.fitting(peer, found.key_id, check, held=held, may_fetch=may_fetch)
    except FediswError:
        return None
    return await senders.store(peer, known) if known.account.uri == actor_uri else None


def _readable(document: Document) -> Proof | None:
    try:
        return proofs.find(document)
    except (Malformed, Unauthenticated):
        return None


def _is_recent(found: Proof, now: datetime) -> bool:
    try:
        created = datetime.fromisoformat(str(found.config.get("created", "")))
    except ValueError:
        return False
    return created.tzinfo is not None and now - OLDEST_PROOF <= created <= now + FUTURE


async def by_signature(peer: Peer, document: Document, actor_uri: str) -> tuple[Account, Activity] | None:
    """The actor, stored, and the activity as it was signed, if the document carries a linked-data signature that counts.

    Only for what cannot be had, or may not be had, from its own server. None where the signature says nothing.

    Raises:
        Unreachable: it cannot be checked now.
    """
    signature = read.as_object(document.get("signature"))
    creator = signature.get("creator") if signature is not None else None
    if peer.settings.federation.ld_signatures is LdSignatures.OFF or not isinstance(creator, str):
        return None
    if not same_origin(creator, actor_uri):
        return None
    signed: list[Document] = []

    async def check(known: KnownKey) -> None:
        key = keys.parse_pem(known.key.public)
        compacted = await ldsig.verify(document, key=key, key_id=creator, now=peer.now(), normaliser=peer.normaliser)
        signed.append(ingest.document(orjson.dumps(compacted)))

    try:
        held = await peer.db.read(publickeys.stored, creator)
        known = await publickeys.fitting(peer, creator, check, held=held)
        activity = parse_activity(signed[-1])
    except Unreachable:
        raise
    except FediswError:
        return None
    if known.account.uri != actor_uri or isinstance(activity, Ignored) or activity.actor != actor_uri:
        return None
    return await senders.store(peer, known), activity
