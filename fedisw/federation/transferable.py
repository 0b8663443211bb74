"""Proofs and signatures inside activities of ours, by which others may pass them on (federation, section 3.8).

They are for what everybody may read, and for nothing else: a signed private message would be evidence that anybody
could show around. Each activity gets them once, when it is made; they are stored with it and sent to all alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import orjson
import structlog

from fedisw.config import LdSignatures
from fedisw.crypto import digest, ldsig
from fedisw.federation.context import Peer
from fedisw.model.errors import FediswError, NotFound
from fedisw.model.peers import OutboundActivity
from fedisw.storage.queries import activities
from fedisw.vocab.context import with_context
from fedisw.vocab.read import Document

log = structlog.get_logger("fedisw.transferable")

PROVED: Final = frozenset({"Create", "Update", "Delete", "Like", "Announce", "Add", "Remove"})
SIGNED: Final = ldsig.ACTIVITIES
ROOM: Final = 3 * 1024  # bytes that proof and signature take, contexts and all
Whole: TypeAlias = Mapping[str, object]  # a document with its context
BEFORE_END: Final = timedelta(hours=1)  # a signature that ends so soon is made anew before it is sent


async def made(peer: Peer, document: Document, *, account_id: int) -> tuple[Whole, datetime | None]:
    """An activity with its context, proof and signature, as far as its type has them.

    Args:
        document: about something that everybody may read; without context.

    Returns:
        And when the signature ends, None without one.
    """
    kind = str(document["type"])
    whole: Whole = with_context(document)
    if kind in PROVED:
        try:
            whole = await peer.keys.proved(account_id, with_context(document, proved=True))
        except NotFound:
            log.info("proof.no_key", account=account_id)
    return await _signed(peer, whole, kind=kind, account_id=account_id)


async def _signed(peer: Peer, whole: Whole, *, kind: str, account_id: int) -> tuple[Whole, datetime | None]:
    """Without a signature where none can be made: whoever gets it from us directly needs none."""
    if kind not in SIGNED or peer.settings.federation.ld_signatures is LdSignatures.OFF:
        return whole, None
    until = (peer.now() + ldsig.LIFETIME).replace(microsecond=0)
    try:
        return await peer.keys.ld_signed(account_id, whole, normaliser=peer.normaliser), until
    except FediswError as error:
        log.warning("ld_signature.not_made", type=kind, reason=str(error))
        return whole, None


async def current(peer: Peer, activity: OutboundActivity) -> OutboundActivity:
    """The activity as it is to be sent now: its signature is made anew, and stored, when it has ended."""
    before = activity.signed_until
    if before is None or peer.now() + BEFORE_END < before:
        return activity
    whole = {name: value for name, value in orjson.loads(activity.body).items() if name != "signature"}
    signed, until = await _signed(peer, whole, kind=activity.type, account_id=activity.account_id)
    if until is None and peer.settings.federation.ld_signatures is LdSignatures.AUTO:
        return activity  # an ended one does no harm to whoever gets it from us
    body = orjson.dumps(signed)
    renewed = replace(activity, body=body, body_sha256=digest.sha256(body), signed_until=until)
    return await peer.db.write(activities.renew, renewed, before=before) or activity
