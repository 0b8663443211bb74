"""Reactions of people elsewhere: shown one by one, counted together as one like (federation, section 4.7)."""

from __future__ import annotations

from typing import Final

from fedisw.model.reactions import Reaction
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, reactions, statuses

MOST: Final = 10  # of one account to one post


def add(tx: Tx, reaction: Reaction, *, liked: bool) -> bool:
    """Keep what somebody says to a post; False when it was said before, or is one too many.

    Args:
        liked: this was the first, and counted as the like. A plain like is kept only where the like stands for a reaction.
    """
    if not reaction.content and liked:
        return False
    before = reactions.own(tx, status_id=reaction.status_id, account_id=reaction.account_id)
    if len(before) >= MOST or (not reaction.content and not before):
        return False
    if not reactions.add(tx, reaction):
        return False
    statuses.touch(tx, reaction.status_id)
    return True


def take_back(tx: Tx, reaction: Reaction) -> bool:
    """Somebody takes one reaction back; True when that was the last that they said, and the like ends with it."""
    reactions.remove(tx, reaction.id)
    statuses.touch(tx, reaction.status_id)
    return not pass_on(tx, status_id=reaction.status_id, account_id=reaction.account_id, ended_uri=reaction.uri)


def pass_on(tx: Tx, *, status_id: int, account_id: int, ended_uri: str) -> bool:
    """Whether the like of a post stays when one of the activities that made it is taken back: it stands for another then."""
    like = marks.favourite(tx, account_id=account_id, status_id=status_id)
    if like is None or like.uri != ended_uri:
        return like is not None
    left = reactions.own(tx, status_id=status_id, account_id=account_id)
    if left:
        reactions.name_like(tx, status_id=status_id, account_id=account_id, uri=left[0].uri)
    return bool(left)
