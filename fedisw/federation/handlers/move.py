"""Move: somebody goes on under another id (federation, section 4.10)."""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.model.accounts import Account
from fedisw.vocab.activities import Move


async def handle_move(peer: Peer, sender: Account, move: Move) -> None:
    """Move of the sender: its profile is fetched anew, which records where it went; followers are not moved yet."""
    if move.object != sender.uri or move.actor != sender.uri:
        raise NotWanted("not the sender's to move")
    known = await resolve.account(peer, sender.uri, refresh=True)
    if known.moved_to_uri != move.target:
        raise NotWanted("the old profile does not say so")
