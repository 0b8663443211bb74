"""Announce: a post is passed on to followers (federation, section 4.7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fedisw.federation import approvals, behalf, relaying, resolve
from fedisw.federation.approvals import Claim
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers.flag import handle_wrapped
from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.ids import time_of
from fedisw.model.policies import Interaction
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import same_origin
from fedisw.services import interactions
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, relays, statuses
from fedisw.vocab.activities import Announce, Flag
from fedisw.vocab.names import PUBLIC


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """A boost ready to be stored."""

    uri: str
    original_id: int
    published: datetime
    visibility: Visibility
    boost_ids: tuple[int, ...]
    approval: str = ""


async def handle_announce(peer: Peer, sender: Account, announce: Announce) -> None:
    """Announce of a post: ours, or one that somebody's followed account passes on; it is had from its own server.

    What groups pass on is read in grouped.py.
    """
    match announce.object:
        case Flag():
            await handle_wrapped(peer, sender, announce, announce.object)
        case str() as uri if await peer.db.read(relays.is_relay, sender.id):
            await relaying.receive(peer, uri)
        case str() as uri:
            await boost(peer, sender, announce, uri)
        case _:
            raise NotWanted("traffic of a group")


async def boost(peer: Peer, sender: Account, announce: Announce, uri: str) -> None:
    """Store a boost of the post with this id, which is had from its own server if it is not known."""
    if announce.id is None:
        raise NotWanted("without an id nobody could undo it")
    if not peer.owns(uri) and not await peer.db.read(follows.followed_locally, sender.id):
        raise NotWanted("nobody here follows the sender")
    is_own = same_origin(uri, sender.uri)  # it may be for followers only
    reader = await peer.db.read(behalf.follower_of, sender.uri) if is_own else None
    original = await resolve.status(peer, uri, by=reader)
    if original is None or original.reblog_of_id is not None:
        raise NotFound("status", uri)
    claim = Claim(kind=Interaction.ANNOUNCE, uri=announce.id, target_uri=original.uri, approval_uri=announce.approved_by or "")
    await approvals.check(peer, claim, sender)
    published = min(announce.published or peer.now(), peer.now())
    after = max(published, time_of(original.id))
    made = Boost(
        uri=announce.id,
        original_id=original.id,
        published=published,
        visibility=_visibility(announce),
        approval=claim.approval_uri,
        boost_ids=tuple(choice for choice in resolve.status_ids(after) if choice > original.id),
    )
    if await apply(peer, announce, _store, account=sender, boost=made, peer=peer, now=peer.now()) is None:
        raise NotWanted("boosted before, or may not be")


def _visibility(announce: Announce) -> Visibility:
    if PUBLIC in announce.to:
        return Visibility.PUBLIC
    return Visibility.UNLISTED if PUBLIC in announce.cc else Visibility.PRIVATE


def _store(tx: Tx, *, account: Account, boost: Boost, peer: Peer, now: datetime) -> Status | None:
    return interactions.store_remote_reblog(
        tx,
        account=account,
        original_id=boost.original_id,
        uri=boost.uri,
        boost_id=_free(tx, boost.boost_ids) or peer.new_id(),
        published=boost.published,
        visibility=boost.visibility,
        approval=boost.approval,
        now=now,
    )


def _free(tx: Tx, choices: Iterable[int]) -> int | None:
    return next((choice for choice in choices if statuses.find(tx, choice) is None), None)
