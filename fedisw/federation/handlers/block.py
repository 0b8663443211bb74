"""Block: a remote account does not want to meet a local one (federation, section 4.6)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.services import blocking
from fedisw.vocab.activities import Block


async def handle_block(peer: Peer, sender: Account, block: Block) -> None:
    """Block: follows end both ways, both disappear for each other, the blocked one is never told. With `target` it is a ban."""
    if block.target is not None:
        raise NotWanted("a ban from a group or a site")
    await apply(
        peer,
        block,
        blocking.block_by_remote,
        account=sender,
        target_uri=block.object,
        uri=block.id or "",
        block_id=peer.new_id(),
        now=peer.now(),
    )
