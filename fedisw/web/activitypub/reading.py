"""Which servers fetch a post: noted after they got it (federation/readers.py)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.crypto.signed import Signed
from fedisw.federation import authenticate
from fedisw.jobs.fetching import NoteReader
from fedisw.live.buckets import READERS_NOTED
from fedisw.model.errors import Malformed, TooMany, Unauthenticated, Unreachable
from fedisw.model.statuses import Status
from fedisw.model.urls import authority_of
from fedisw.storage.db import Tx
from fedisw.web.activitypub import access
from fedisw.web.keys import BUCKETS, DB, PEER
from fedisw.web.middleware import limits

MOST: Final = 4_096  # characters of header fields; who sends more is noted when it asks again with fewer
ALWAYS: Final = frozenset({"host", "date", "signature", "signature-input"})
SECRET: Final = frozenset({"authorization", "cookie", "proxy-authorization"})


async def note(request: web.Request, status: Status) -> None:
    """Have the server that asks noted, if it signs and is not known to have this post. Never refuses."""
    if not access.is_signed(request):
        return
    try:
        found = authenticate.read_signature(access.as_signed(request))
    except (Malformed, Unauthenticated):
        return
    peer, host, headers = request.app[PEER], authority_of(found.key_id), _needed(request, found)
    if headers is None or peer.owns(found.key_id) or peer.readers.knows(status.id, host):
        return
    try:
        request.app[BUCKETS].take(READERS_NOTED, limits.network(request))
        if peer.public_keys.find(found.key_id, now=peer.now()) is None:
            access.Network(request).asks()  # the key may have to be fetched: not more often than for an inbox
    except (TooMany, Unreachable):
        return
    job = NoteReader(
        status_id=status.id,
        author_id=status.account_id,
        key_id=found.key_id,
        target=request.raw_path,
        headers=headers,
        at_host=host,
    )
    await request.app[DB].in_background().write(_enqueue, job)


def _needed(request: web.Request, found: Signed) -> tuple[tuple[str, str], ...] | None:
    """The fields that the signature rests on, no others and no secrets (LOG-1); None where they cannot be kept."""
    wanted = (ALWAYS | set(found.covers)) - SECRET
    headers = tuple((name, value) for name, value in access.raw_headers(request) if name.lower() in wanted)
    text = "".join(name + value for name, value in headers)
    return headers if text.isascii() and len(text) <= MOST else None


def _enqueue(tx: Tx, job: NoteReader) -> None:
    tx.enqueue(job)
