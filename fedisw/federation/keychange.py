"""Keys of actors that were replaced: telling others of ours, and what follows when theirs have all changed."""

from __future__ import annotations

from fedisw.federation import publish_people
from fedisw.federation.context import Peer
from fedisw.jobs.keychange import FollowAgain, PublishKeys
from fedisw.services import instance, rotating
from fedisw.storage.db import Tx


async def publish_keys(peer: Peer, job: PublishKeys) -> None:
    """Update of the actor to its followers; its deliveries are signed with the key that was replaced (federation/knocking.py)."""
    await publish_people.tell_profile(peer, job.account_id, uri=job.activity_uri)


async def follow_again(peer: Peer, job: FollowAgain) -> None:
    """Follow once more those whose keys have all changed, and tell staff (federation, section 3.6)."""
    after: int | None = 0
    while after is not None:
        after = await peer.db.write(
            rotating.follow_again, account_id=job.account_id, mark=job.mark, origin=peer.origin, after=after
        )
    await peer.db.write(_report, peer, job)


def _report(tx: Tx, peer: Peer, job: FollowAgain) -> None:
    ours = instance.find_actor(tx, peer.origin)
    if ours is not None:
        uri = f"{peer.origin}/ap/activities/{job.account_id}-keys-changed-{job.mark}"
        rotating.report_takeover(tx, reporter=ours, account_id=job.account_id, report_id=peer.new_id(), uri=uri, now=peer.now())
