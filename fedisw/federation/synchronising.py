"""Who follows whom, as two servers see it: compared with each delivery, repaired where they differ (FEP-8fcf)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from fedisw.crypto import followers
from fedisw.crypto.followers import FIELD, Synchronization
from fedisw.federation import crawl
from fedisw.federation.budget import Budget
from fedisw.federation.context import Peer
from fedisw.federation.represent.here import Here
from fedisw.jobs.fetching import SynchroniseFollowers
from fedisw.jobs.running import Postpone
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Malformed, Unreachable
from fedisw.model.relations import Follow
from fedisw.model.urls import Origin, authority_of, same_origin
from fedisw.services import following
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, crawls, follows, shared_followers

log = structlog.get_logger("fedisw.followers")

NOBODY: Final = followers.digest(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Followers of one of ours on the server that gets a post for followers; the digest is made outside the unit."""

    followers_uri: str
    url: str
    uris: tuple[str, ...]

    def headers(self) -> Mapping[str, str]:
        """The field that goes with the delivery."""
        said = Synchronization(collection_id=self.followers_uri, url=self.url, digest=followers.digest(self.uris))
        return {FIELD: followers.field_value(said)}


def shared_with(tx: Tx, author: Account, inbox: str) -> Shared | None:
    """What an author's followers on the server of an inbox are; None where there are too many to compare."""
    if author.followers_count > shared_followers.MOST:
        return None
    uris = shared_followers.at_origin(tx, author.id, origin=str(Origin.of(inbox)))
    return Shared(followers_uri=f"{author.uri}/followers", url=f"{author.uri}/followers_synchronization", uris=tuple(uris))


async def suspected(peer: Peer, sender: Account, fields: Sequence[tuple[str, str]]) -> SynchroniseFollowers | None:
    """The job that a delivery asks for: its field is the sender's own, and differs from what is known here.

    A field that names another's collection, or another server, is ignored, as is one that cannot be read.
    """
    values = [value for name, value in fields if name.lower() == FIELD.lower()]
    if len(values) != 1 or sender.followers_count > shared_followers.MOST:
        return None
    try:
        said = followers.parse_field(values[0])
    except Malformed:
        return None
    if not sender.followers_uri or said.collection_id != sender.followers_uri or not same_origin(said.url, sender.uri):
        return None
    if followers.agree(said.digest, await peer.db.read(_known_here, sender.uri)):
        return None
    return SynchroniseFollowers(account_id=sender.id, url=said.url, digest=said.digest, at_host=authority_of(sender.uri))


def _known_here(tx: Tx, sender_uri: str) -> list[str]:
    known = accounts.find_by_uri(tx, sender_uri)
    return [] if known is None else [account.uri for _, account in shared_followers.here(tx, known.id)]


async def synchronise(peer: Peer, job: SynchroniseFollowers, *, asked_at: datetime) -> None:
    """Fetch the list of its server and repair what differs (job SynchroniseFollowers).

    Nobody is removed unless the list that was fetched is the one whose digest came with the delivery, and nobody who
    began to follow after it came.

    Raises:
        Unreachable: its server cannot be asked now.
        Postpone: its list was walked less than 15 minutes ago (LIM).
    """
    known = await peer.db.read(_account, job.account_id)
    if known is None:
        return
    target, pairs = known
    if followers.agree(job.digest, (account.uri for _, account in pairs)):
        return
    if not await peer.db.write(crawls.begin, f"followers:{target.id}", now=peer.now()):
        raise Postpone(peer.now() + crawls.EVERY)
    try:
        found = await crawl.items(peer.within(Budget()), job.url)
    except Unreachable:
        raise
    except FediswError as error:
        log.info("followers.unlisted", host=job.at_host, reason=str(error))
        return
    listed = frozenset(uri for uri in found.ids if peer.owns(uri))
    proved = found.whole and followers.agree(job.digest, listed)
    gone = [follow.follower_id for follow, one in pairs if one.uri not in listed and follow.created_at < asked_at]
    for follower_id in gone if proved else ():
        await peer.db.write(following.ended_elsewhere, follower_id=follower_id, target_id=target.id)
    unknown = sorted(listed - {account.uri for _, account in pairs})
    for uri in unknown:
        await peer.db.write(_claimed, peer, target, uri, asked_at)
    log.info("followers.synchronised", host=job.at_host, removed=len(gone) if proved else 0, claimed=len(unknown))


def _account(tx: Tx, account_id: int) -> tuple[Account, Sequence[tuple[Follow, Account]]] | None:
    account = accounts.find(tx, account_id)
    if account is None or account.local or not account.usable:
        return None
    return account, shared_followers.here(tx, account_id)


def _claimed(tx: Tx, peer: Peer, target: Account, uri: str, asked_at: datetime) -> None:
    """Somebody of ours whom the other server lists: a request that waits was granted, a follow unknown here is undone."""
    follower = accounts.find_by_uri(tx, uri)
    if follower is None or not follower.local or follower.deleted_at is not None:
        return
    if follows.find(tx, follower_id=follower.id, target_id=target.id) is not None:
        following.accepted_by_remote(tx, target=target, follow_uri="", follower_uri=uri)
        return
    mark = f"{follower.id}-unknown-{target.id}-{int(asked_at.timestamp() * 1_000)}"
    following.disown(tx, follower=follower, target=target, follow_uri=Here.of(peer.settings).activity(mark))
