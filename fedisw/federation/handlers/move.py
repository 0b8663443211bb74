"""Move: somebody goes on under another id (federation, section 4.10)."""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.services import moving
from fedisw.vocab.activities import Move


async def handle_move(peer: Peer, sender: Account, move: Move) -> None:
    """Move of the sender: when both profiles, fetched anew, name each other, its followers here go along."""
    if move.object != sender.uri or move.actor != sender.uri:
        raise NotWanted("not the sender's to move")
    known = await resolve.account(peer, sender.uri, refresh=True)
    if known.moved_to_uri != move.target:
        raise NotWanted("the old profile does not say so")
    target = await resolve.account(peer, move.target, refresh=not peer.owns(move.target))
    try:
        done = await apply(
            peer, move, moving.moved_by_remote, account=known, target=target, move_id=peer.new_id(), now=peer.now()
        )
    except Invalid as error:
        raise NotWanted(error.problem) from error
    if done is False:
        raise NotWanted("moved less than 30 days ago")
