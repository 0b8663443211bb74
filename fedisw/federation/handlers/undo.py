"""Undo: something is taken back by the one who did it (federation, section 4.5; ING table)."""

from __future__ import annotations

from datetime import datetime

from fedisw.federation.context import Peer
from fedisw.federation.convert.reaction import reaction_of
from fedisw.federation.effect import NotWanted, apply
from fedisw.model.accounts import Account
from fedisw.model.urls import same_origin
from fedisw.services import blocking, following, interactions
from fedisw.storage.db import Tx
from fedisw.storage.queries import applied, blocks
from fedisw.vocab.activities import Accept, Activity, Announce, Block, EmojiReact, Follow, Like, Undo


async def handle_undo(peer: Peer, sender: Account, undo: Undo) -> None:
    """Undo: matched by the id of the original, else by kind, actor and object; what is not known yet cannot come any more."""
    if not isinstance(undo.object, str) and undo.object.actor != sender.uri:
        raise NotWanted("not the sender's to undo")
    await apply(peer, undo, _undo, actor=sender, original=undo.object, now=peer.now())


def _undo(tx: Tx, *, actor: Account, original: Activity | str, now: datetime) -> bool:
    uri = original if isinstance(original, str) else original.id
    if _end(tx, actor, original):
        return True
    if uri is not None and same_origin(uri, actor.uri):
        applied.withdraw(tx, owner_uri=actor.uri, uri=uri, now=now)
    return False


def _end(tx: Tx, actor: Account, original: Activity | str) -> bool:
    match original:
        case str():
            return _end_by_uri(tx, actor, original)
        case Follow():
            uri = original.id or ""
            return following.undo_follow_by_remote(tx, follower=actor, follow_uri=uri, target_uri=original.object)
        case Like() | EmojiReact():
            said = reaction_of(original)[0]
            return interactions.undo_by_remote(tx, actor=actor, uri=original.id or "", object_uri=original.object, content=said)
        case Announce(object=str()):
            return interactions.undo_by_remote(tx, actor=actor, uri=original.id or "") or interactions.undo_boost_by_remote(
                tx, actor=actor, object_uri=str(original.object)
            )
        case Block():
            return blocking.unblock_by_remote(tx, account=actor, target_uri=original.object)
        case Accept(object=Follow() as follow) if follow.object == actor.uri:
            return following.rejected_by_remote(tx, target=actor, follow_uri=follow.id or "", follower_uri=follow.actor)
        case _:
            return False


def _end_by_uri(tx: Tx, actor: Account, uri: str) -> bool:
    """Only an id: whatever of the actor's has it."""
    if following.undo_follow_by_remote(tx, follower=actor, follow_uri=uri):
        return True
    if interactions.undo_by_remote(tx, actor=actor, uri=uri):
        return True
    blocked = blocks.find_by_uri(tx, uri, account_id=actor.id)
    return blocked is not None and blocks.remove(tx, by=actor.id, of=blocked.target_id) is not None
