"""Relays: asking them, giving them public posts, leaving them (federation, section 5.6).

A Mastodon relay is followed by the instance actor and gets the activities of authors themselves. A LitePub relay is
followed by our relay actor, follows it back, and gets what that one announces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedisw.federation import outgoing, resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.outgoing import Outgoing, Source
from fedisw.federation.represent.here import Here
from fedisw.federation.represent.status import Posted
from fedisw.jobs.relays import LeaveRelay, SubscribeRelay
from fedisw.model.accounts import Account, Reach
from fedisw.model.relays import Relay, RelayKind, RelayState
from fedisw.model.statuses import Visibility
from fedisw.model.urls import authority_of
from fedisw.services import instance
from fedisw.services import relays as service
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, relays
from fedisw.storage.queries.recipients import Inbox
from fedisw.vocab import build
from fedisw.vocab.activities import Accept, Follow, Reject
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.read import Document

ASKING: Final = {RelayKind.MASTODON: instance.find_actor, RelayKind.LITEPUB: instance.find_relay_actor}


async def subscribe(peer: Peer, job: SubscribeRelay) -> None:
    """Follow, of Public or of the relay's actor; nothing when it was removed or has answered.

    Raises:
        Unreachable: its actor cannot be read now.
    """
    relay = await peer.db.read(relays.find, job.relay_id)
    if relay is None or relay.state is not RelayState.PENDING:
        return
    inbox = relay.inbox
    if relay.kind is RelayKind.LITEPUB:
        account = await resolve.account(peer, relay.uri, refresh=True)
        await peer.db.write(service.met, relay_id=relay.id, account=account)
        inbox = account.inbox_uri
    actor = await peer.db.read(ASKING[relay.kind], peer.origin)
    if actor is not None:
        asked = _about(_follow(actor, relay.uri, relay.kind, relay.follow_uri), actor, about=relay.follow_uri, order=relay.uri)
        await outgoing.send(peer, asked, _to([inbox]))


async def leave(peer: Peer, job: LeaveRelay) -> None:
    """Undo of the Follow; what the relay did not get yet it gets no more."""
    kind = RelayKind(job.kind_of_relay)
    actor = await peer.db.read(ASKING[kind], peer.origin)
    if actor is None:
        return
    inner = _follow(actor, job.uri, kind, job.follow_uri)
    document = build.undo(id=f"{job.follow_uri}-undo", actor=actor.uri, object=inner)
    await outgoing.take_back(peer, account_id=actor.id, object_uri=job.follow_uri)
    left = _about(document, actor, about=job.follow_uri, order=job.uri)
    await outgoing.send(peer, left, _to([job.inbox]))


def _follow(actor: Account, uri: str, kind: RelayKind, follow_uri: str) -> Document:
    return build.follow(id=follow_uri, actor=actor.uri, object=uri if kind is RelayKind.LITEPUB else PUBLIC)


def _about(document: Document, actor: Account, *, about: str, order: str) -> Outgoing:
    return Outgoing(document=document, account_id=actor.id, object_uri=about, order=order)


def _to(inboxes: Sequence[str]) -> Source:
    return outgoing.to_inboxes([Inbox(url=url, host=authority_of(url), shared=False) for url in inboxes])


async def answered(peer: Peer, sender: Account, answer: Accept | Reject) -> bool:
    """A relay says yes or no to our Follow; False when something else is answered."""
    thing = answer.object
    follow_uri = thing if isinstance(thing, str) else thing.id if isinstance(thing, Follow) else None
    if follow_uri is None or await peer.db.read(relays.find_by_follow, follow_uri) is None:
        return False
    state = RelayState.ACCEPTED if isinstance(answer, Accept) else RelayState.REFUSED
    if not await apply(peer, answer, service.answered, by=sender, follow_uri=follow_uri, state=state):
        raise NotWanted("not the relay that was asked, or answered before")
    return True


async def followed(peer: Peer, sender: Account, follow: Follow) -> bool:
    """A LitePub relay follows back and is answered; False when the Follow is not of our relay actor."""
    if follow.object != Here.of(peer.settings).relay_actor or follow.id is None:
        return False
    actor, is_known = await peer.db.read(_asked, sender, peer)
    if actor is None:
        raise NotWanted("there is no relay actor")
    number = await apply(peer, follow, _number, peer=peer)
    if number is None:
        raise NotWanted("answered before")
    inner = build.follow(id=follow.id, actor=sender.uri, object=actor.uri)
    make, word = (build.accept, "accept") if is_known else (build.reject, "reject")
    document = make(id=Here.of(peer.settings).activity(f"{number}-{word}"), actor=actor.uri, object=inner, to=(sender.uri,))
    await outgoing.send(peer, _about(document, actor, about=follow.id, order=sender.uri), _to([sender.inbox_uri]))
    return True


def _asked(tx: Tx, sender: Account, peer: Peer) -> tuple[Account | None, bool]:
    return instance.find_relay_actor(tx, peer.origin), service.may_follow_back(tx, sender)


def _number(_tx: Tx, *, peer: Peer) -> int:
    """Names the answer; drawn once, in the transaction that takes the Follow."""
    return peer.new_id()


async def found(peer: Peer, posted: Posted) -> list[Relay]:
    """Relays that are to get a post: only what is public, of people who show themselves to everybody."""
    row, author = posted.view.status, posted.view.account
    if row.visibility is not Visibility.PUBLIC or row.local_only or author.reach is not Reach.PUBLIC:
        return []
    return await peer.db.read(relays.accepted)


def takers(found: Sequence[Relay]) -> tuple[Source, ...]:
    """Those of them that take the activities themselves."""
    inboxes = [relay.inbox for relay in found if relay.kind is RelayKind.MASTODON]
    return (_to(inboxes),) if inboxes else ()


async def all_takers(peer: Peer, account: Account) -> tuple[Source, ...]:
    """The same for what is about an account."""
    return takers(await peer.db.read(relays.accepted)) if account.reach is Reach.PUBLIC else ()


async def announce(peer: Peer, posted: Posted, found: Sequence[Relay]) -> None:
    """Announce of a new post by our relay actor, to LitePub relays."""
    inboxes = [relay.inbox for relay in found if relay.kind is RelayKind.LITEPUB]
    actor = await peer.db.read(instance.find_relay_actor, peer.origin) if inboxes else None
    if actor is None:
        return
    row, uri = posted.view.status, _announce_uri(peer, posted.view.status.id)
    document = build.announce(id=uri, actor=actor.uri, object=row.uri, to=(PUBLIC,), published=row.created_at)
    announced = Outgoing(document=document, account_id=actor.id, object_uri=uri, order=row.uri, status_id=row.id, public=True)
    await outgoing.send(peer, announced, _to(inboxes))


async def take_back(peer: Peer, *, status_id: int, order: str) -> None:
    """Undo of that Announce, where it was made: the post is deleted."""
    actor, uri = await peer.db.read(instance.find_relay_actor, peer.origin), _announce_uri(peer, status_id)
    if actor is None or not await peer.db.read(activities.was_made, account_id=actor.id, kind="Announce", object_uri=uri):
        return
    inner = build.announce(id=uri, actor=actor.uri, object=order, to=(PUBLIC,))
    document = build.undo(id=f"{uri}-undo", actor=actor.uri, object=inner, to=(PUBLIC,))
    reached = await outgoing.take_back(peer, account_id=actor.id, object_uri=uri)
    undone = Outgoing(document=document, account_id=actor.id, object_uri=uri, order=order, public=True)
    await outgoing.send(peer, undone, *reached)


def _announce_uri(peer: Peer, status_id: int) -> str:
    return Here.of(peer.settings).activity(f"{status_id}-relay")


async def receive(peer: Peer, uri: str) -> None:
    """A relay announced a post: stored from its own server; that a relay passed it on shows nowhere."""
    await resolve.status(peer, uri)
