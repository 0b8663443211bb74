"""Which servers fetch a post: noted after they got it (federation/readers.py)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.federation import authenticate
from fedisw.jobs.fetching import NoteReader
from fedisw.live.buckets import READERS_NOTED
from fedisw.model.errors import Malformed, TooMany, Unauthenticated
from fedisw.model.statuses import Status
from fedisw.model.urls import authority_of
from fedisw.storage.db import Tx
from fedisw.web.activitypub import access
from fedisw.web.keys import BUCKETS, DB, PEER
from fedisw.web.middleware import limits

MOST: Final = 4_096  # characters of header fields; who sends more is noted when it asks again with fewer


async def note(request: web.Request, status: Status) -> None:
    """Have the server that asks noted, if it signs and is not known to have this post. Never refuses."""
    if not access.is_signed(request):
        return
    try:
        key_id = authenticate.read_signature(access.as_signed(request)).key_id
    except (Malformed, Unauthenticated):
        return
    peer, host, headers = request.app[PEER], authority_of(key_id), access.raw_headers(request)
    if peer.readers.knows(status.id, host) or peer.owns(key_id) or sum(len(value) for _, value in headers) > MOST:
        return
    try:
        request.app[BUCKETS].take(READERS_NOTED, limits.network(request))
    except TooMany:
        return
    job = NoteReader(
        status_id=status.id,
        author_id=status.account_id,
        key_id=key_id,
        target=request.raw_path,
        headers=headers,
        at_host=host,
    )
    await request.app[DB].in_background().write(_enqueue, job)


def _enqueue(tx: Tx, job: NoteReader) -> None:
    tx.enqueue(job)
