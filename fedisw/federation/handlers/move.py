"""Move: somebody goes on under another id (federation, section 4.10)."""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.services import moving
from fedisw.storage.queries import accounts
from fedisw.vocab.activities import Move


async def handle_move(peer: Peer, sender: Account, move: Move) -> None:
    """Move, told by the old account or (FEP-7628, pull) by the new one: when both profiles, fetched anew, name each other,
    the followers of the old one here go along.
    """
    if sender.uri not in (move.object, move.target) or move.object == move.target or peer.owns(move.object):
        raise NotWanted("not the sender's to move")
    if sender.uri == move.target and await peer.db.read(accounts.find_by_uri, move.object) is None:
        raise NotWanted("nobody here knows the old account")
    known = await resolve.account(peer, move.object, refresh=True)
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
