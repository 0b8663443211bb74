"""Follow: a remote account asks to see the posts of a local one (federation, section 4.6)."""

from __future__ import annotations

from fedisw.federation import relaying
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import following
from fedisw.vocab.activities import Follow


async def handle_follow(peer: Peer, sender: Account, follow: Follow) -> None:
    """Follow: every recorded one (Mastodon, Lemmy, Mbin, Pleroma) has a plain id as `object`; of a post it is ignored."""
    if follow.id is None:
        raise NotWanted("without an id nobody could answer it")
    if await relaying.followed(peer, sender, follow):
        return
    await apply(
        peer,
        follow,
        following.follow_by_uri,
        follower=sender,
        target_uri=follow.object,
        uri=follow.id,
        follow_id=peer.new_id(),
        now=peer.now(),
    )
