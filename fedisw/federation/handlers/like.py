"""Like and EmojiReact: approval of a post, perhaps with an emoji (federation, section 4.7)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.convert.reaction import reaction_of
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import interactions
from fedisw.vocab.activities import EmojiReact, Like


async def handle_like(peer: Peer, sender: Account, like: Like | EmojiReact) -> None:
    """Like: counted once, of a post that the sender may see; reactions are shown, and count together as one like.

    Never fetches anything.
    """
    content, picture = reaction_of(like)
    counted = await apply(
        peer,
        like,
        interactions.favourite_by_remote,
        account=sender,
        status_uri=like.object,
        uri=like.id or "",
        favourite_id=peer.new_id(),
        now=peer.now(),
        content=content,
        picture=picture,
    )
    if not counted:
        raise NotWanted("not known here, not for the sender, or counted before")
