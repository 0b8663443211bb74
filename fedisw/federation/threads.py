"""Up a thread: what a stored post answers, fetched within bounds (LIM: thread climb)."""

from __future__ import annotations

from typing import Final

from fedisw.federation import behalf, fetch, resolve
from fedisw.federation.budget import Budget
from fedisw.federation.context import Peer
from fedisw.federation.fetch import Fetched
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.statuses import Status
from fedisw.model.urls import same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import statuses, threads
from fedisw.vocab.objects import parse_note

MAX_CLIMB: Final = 40  # parents above the post that was sent to us, over all jobs that its climb takes


async def fetch_parent(peer: Peer, status_id: int) -> None:
    """Fetch what a post answers, and what that answers, up to the thread's first post (job FetchParent).

    One run makes at most 20 fetches; the topmost post that it stores asks for the next run, until 40 are above the
    post that began it.

    Raises:
        Unreachable: the first parent cannot be had now.
    """
    start = await peer.db.read(_start, status_id)
    if start is None:
        return
    status, room, reader = start
    bounded = peer.within(Budget())
    for fetched in reversed(await _climb(bounded, status, room=room, reader=reader)):
        try:
            await resolve.store_note(bounded, fetched)
        except FediswError:
            continue  # one post that cannot be had does not take the others with it (LIM-2)


def _start(tx: Tx, status_id: int) -> tuple[Status, int, Account | None] | None:
    """The post, how many parents may be fetched, and a reader of it here; None when there is nothing to do."""
    status = statuses.find(tx, status_id)
    if status is None or status.in_reply_to_id is not None or not status.in_reply_to_uri:
        return None
    room = MAX_CLIMB - threads.depth_below(tx, status_id, most=MAX_CLIMB)
    return (status, room, behalf.reader_of(tx, status)) if room > 0 else None


async def _climb(peer: Peer, status: Status, *, room: int, reader: Account | None) -> list[Fetched]:
    """The documents of unknown parents, nearest first; on the server of a post for some, its reader asks."""
    found: list[Fetched] = []
    uri, seen = status.in_reply_to_uri, {status.uri}
    while uri and uri not in seen and len(found) < room and not peer.owns(uri):
        seen.add(uri)
        if await peer.db.read(statuses.find_by_uri, uri) is not None:
            break
        try:
            fetched = await fetch.document(peer, uri, by=reader if same_origin(uri, status.uri) else None)
            parent = parse_note(fetched.document)
        except Unreachable:
            if not found:
                raise
            break
        except FediswError:
            break
        found.append(fetched)
        uri = parent.in_reply_to or ""
    return found
