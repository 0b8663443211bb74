"""What an Accept or Reject answers."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.model.accounts import Account
from fedisw.vocab.activities import Activity, Follow


def answered(peer: Peer, sender: Account, thing: Activity | str) -> tuple[str, str]:
    """Id of the Follow and id of the follower, either may be empty.

    Raises:
        NotWanted: it answers something else than a Follow of ours for the sender.
    """
    match thing:
        case str():
            return thing, ""
        case Follow() if thing.object == sender.uri and peer.owns(thing.actor):
            return thing.id or "", thing.actor
        case _:
            raise NotWanted("answers nothing that was asked here")
