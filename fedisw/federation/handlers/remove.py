"""Remove: a post is taken from the top of a profile (federation, section 4.11)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers.add import check_target
from fedisw.model.accounts import Account
from fedisw.storage.db import Tx
from fedisw.storage.queries import marks, statuses, tag_marks, tags
from fedisw.text import hashtags
from fedisw.vocab.activities import Remove


async def handle_remove(peer: Peer, sender: Account, remove: Remove) -> None:
    """Remove of an own post, or of a tag, from the sender's own `featured`."""
    check_target(sender, remove)
    if remove.hashtag is not None:
        done = await apply(peer, remove, _hide, account=sender, name=remove.hashtag.name)
    else:
        done = await apply(peer, remove, _unpin, account=sender, uri=remove.object or "")
    if not done:
        raise NotWanted("not among what the sender features here")


def _unpin(tx: Tx, *, account: Account, uri: str) -> bool:
    status = statuses.find_by_uri(tx, uri)
    return status is not None and marks.remove_pin(tx, account_id=account.id, status_id=status.id)


def _hide(tx: Tx, *, account: Account, name: str) -> bool:
    tag = tags.find(tx, hashtags.normalise(name) or "")
    return tag is not None and tag_marks.unfeature(tx, account_id=account.id, tag_id=tag.id)
