"""In whose name is asked for what is not for everybody: somebody here who may have it (federation, section 3.7).

The server of an author knows who follows, and whom a post names; it learns nothing from the name of one of them.
"""

from __future__ import annotations

from fedisw.federation import fetch
from fedisw.federation.context import Peer
from fedisw.federation.fetch import Fetched
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, NotFound
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, statuses


def reader_of(tx: Tx, status: Status) -> Account | None:
    """Whom to name when asking for a stored post: nobody for one that is for everybody, else a reader of it here."""
    if status.visibility in (Visibility.PUBLIC, Visibility.UNLISTED):
        return None
    follower = follows.a_local_follower(tx, status.account_id) if status.visibility is Visibility.PRIVATE else None
    return follower or _named(tx, status.id)


def _named(tx: Tx, status_id: int) -> Account | None:
    named = accounts.by_ids(tx, (mention.account_id for mention in statuses.mentions_of(tx, [status_id])))
    return next((account for account in named if account.local and account.usable), None)


def follower_of(tx: Tx, author_uri: str) -> Account | None:
    """Somebody here who follows an account of another server."""
    author = accounts.find_by_uri(tx, author_uri)
    return follows.a_local_follower(tx, author.id) if author is not None and not author.local else None


async def document(peer: Peer, uri: str, *, author_uri: str) -> Fetched:
    """A document by somebody, who says nothing to the server itself: then a follower of theirs here asks.

    Args:
        author_uri: who is said to have written it; asked for only where this is of the server of `uri`.

    Raises:
        As fetch.document.
    """
    try:
        return await fetch.document(peer, uri)
    except (Forbidden, NotFound):
        by = await peer.db.read(follower_of, author_uri) if same_origin(uri, author_uri) else None
        if by is None or peer.owns(uri):
            raise
    return await fetch.document(peer, uri, by=by)
