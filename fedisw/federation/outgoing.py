"""From a document to its deliveries: the body is made once, recipients are expanded in chunks (federation, section 5.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from fedisw.crypto import digest
from fedisw.federation import audience, transferable
from fedisw.federation.context import Peer
from fedisw.federation.represent import status as posts
from fedisw.jobs.work import Deliver, DeliverErasure
from fedisw.model.peers import OutboundActivity
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, deliveries, recipients
from fedisw.storage.queries.recipients import Inbox, Recipients
from fedisw.vocab.context import with_context
from fedisw.vocab.read import Document

CHUNK: Final = 500  # inboxes in one unit
LEAN_ABOVE: Final = 60 * 1024  # bytes: Misskey takes 64 KiB (federation, appendix B)
ERASING: Final = frozenset({"Delete"})

Source = Callable[[Tx, str, int], list[Inbox]]
"""Inboxes by address: those above the text, at most so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """An activity that is ready to go.

    Args:
        document: without context; addressed, with an id that a second run makes again (P-4).
        account_id: whose key signs it.
        object_uri: what it is about; the same for what takes it back.
        order: activities of one actor that share it reach one host in their order (P-9).
        status_id: the post whose audience is asked again when it is sent.
        target_id: the account it is about; a block between the two stops it.
        public: everybody may read it at its id.
        provable: it is about what everybody may read, though not told to everybody: proofs are for it too.
    """

    document: Document
    account_id: int
    object_uri: str
    order: str
    status_id: int | None = None
    target_id: int | None = None
    public: bool = False
    provable: bool = False


async def send(peer: Peer, outgoing: Outgoing, *sources: Source) -> None:
    """Store the activity and a delivery for each inbox, with their jobs; a second time adds what is missing (P-4)."""
    await deliver(peer, await _stored_form(peer, outgoing), *sources, order=outgoing.order)


async def deliver(peer: Peer, activity: OutboundActivity, *sources: Source, order: str, without: str = "") -> None:
    """The same for an activity that is made.

    Args:
        order: as in Outgoing.
        without: a host that does not get it.
    """
    if not sources:
        await peer.db.write(activities.put_once, activity)
    for source in sources:
        after: str | None = ""
        while after is not None:
            after = await peer.db.write(_deliver_to, peer, activity, order, source, after, without=without)


async def renew(peer: Peer, outgoing: Outgoing) -> None:
    """Whoever gets the activity from now on, or reads it at its id, gets it as it is now."""
    await peer.db.write(activities.replace_body, await _stored_form(peer, outgoing))


async def _stored_form(peer: Peer, outgoing: Outgoing) -> OutboundActivity:
    """The bytes that are sent, the same to all."""
    document = _fitting(outgoing.document)
    whole: transferable.Whole = with_context(document)
    signed_until = None
    if outgoing.public or outgoing.provable:
        whole, signed_until = await transferable.made(peer, document, account_id=outgoing.account_id)
    body = orjson.dumps(whole)
    return OutboundActivity(
        id=peer.new_id(),
        uri=str(outgoing.document["id"]),
        account_id=outgoing.account_id,
        type=str(outgoing.document["type"]),
        object_uri=outgoing.object_uri,
        status_id=outgoing.status_id,
        target_id=outgoing.target_id,
        body=body,
        body_sha256=digest.sha256(body),
        public=outgoing.public,
        created_at=peer.now(),
        signed_until=signed_until,
    )


def _fitting(document: Document) -> Document:
    """Without what may be left out where it is too long; proofs and signatures are put on it later."""
    for _ in posts.DISPENSABLE:
        inside = document.get("object")
        if not isinstance(inside, dict) or len(orjson.dumps(with_context(document))) <= LEAN_ABOVE - transferable.ROOM:
            break
        document = {**document, "object": posts.leaner(inside)}
    return document


def _deliver_to(
    tx: Tx, peer: Peer, activity: OutboundActivity, order: str, source: Source, after: str, *, without: str = ""
) -> str | None:
    """One chunk; the address that the next one begins after, None at the end."""
    stored = activities.put_once(tx, activity)
    found = source(tx, after, CHUNK)
    erasing = activity.type in ERASING
    wanted = audience.admissible(tx, peer, (inbox for inbox in found if inbox.host != without), erasure=erasing)
    made = deliveries.add(tx, activity_id=stored.id, inboxes=wanted, now=peer.now(), new_id=peer.new_id)
    kind = DeliverErasure if erasing else Deliver
    about = f"{activity.account_id}:{order}"
    tx.enqueue(*(kind(delivery_id=item.id, to_host=item.host, about=about) for item in made))
    return found[-1].url if len(found) == CHUNK else None


def to(wanted: Recipients) -> Source:
    """Accounts by what they have to do with the author and the post."""
    return lambda tx, after, limit: recipients.page(tx, wanted, after=after, limit=limit)


def to_account(author_id: int, account_id: int) -> Source:
    """One account, into its own inbox."""
    return to(Recipients(author_id=author_id, also=(account_id,), personal=True))


def to_exactly(account_id: int) -> Source:
    """The same whatever stands between the two: for what ends something, which a block often does."""
    return to(Recipients(author_id=0, also=(account_id,), personal=True))


def to_reached(account_id: int, object_uri: str) -> Source:
    """Whoever got something about an object."""
    return lambda tx, after, limit: deliveries.reached(tx, account_id=account_id, object_uri=object_uri, after=after, limit=limit)


def to_all_reached(account_id: int) -> Source:
    """Whoever got anything from an account."""
    return lambda tx, after, limit: deliveries.reached_by(tx, account_id, after=after, limit=limit)


def to_inboxes(found: Sequence[Inbox]) -> Source:
    """Exactly these."""
    ordered = sorted(found, key=lambda inbox: inbox.url)
    return lambda _, after, limit: [inbox for inbox in ordered if inbox.url > after][:limit]


async def take_back(peer: Peer, *, account_id: int, object_uri: str) -> tuple[Source, Source]:
    """What waits about an object is not sent any more; where it may have gone already, for what takes it back."""
    in_doubt: list[Inbox] = []
    last = -1
    while last:
        last, found = await peer.db.write(
            deliveries.cancel_unsent, account_id=account_id, object_uri=object_uri, now=peer.now(), after=max(last, 0)
        )
        in_doubt += found
    return to_reached(account_id, object_uri), to_inboxes(in_doubt)
