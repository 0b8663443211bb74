"""Servers that fetch a post of ours keep a copy that nobody sent them: they hear when it is edited or deleted (PRI-2).

A post that is boosted or answered elsewhere is fetched by servers where nobody follows its author. They sign what they
ask, so we know who they are; whether it is true is looked at after they got their answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from fedisw.crypto.signed import Request
from fedisw.federation import authenticate, outgoing
from fedisw.federation.context import Peer
from fedisw.jobs.fetching import NoteReader
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.urls import authority_of, object_uri
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, deliveries, statuses
from fedisw.storage.queries.recipients import Inbox

PATIENCE: Final = timedelta(days=2)


async def note(peer: Peer, job: NoteReader, *, asked_at: datetime) -> None:
    """Verify who fetched a post, as of the time when it was fetched, and note the server. Nothing for a wrong signature.

    Raises:
        Unreachable: the key cannot be had now; not after two days, when a server that is gone keeps no copy.
    """
    request = Request.of(method="GET", target=job.target, scheme=peer.origin.scheme, headers=job.headers)
    try:
        sender = await authenticate.reader_of(peer, request, at=asked_at)
    except Unreachable:
        if peer.now() - asked_at < PATIENCE:
            raise
        return
    except FediswError:
        return
    if sender is None:
        return
    account = sender.account
    url = account.shared_inbox_uri or account.inbox_uri
    host = authority_of(account.uri)
    if url and host not in peer.own_hosts:
        inbox = Inbox(url=url, host=host, shared=url == account.shared_inbox_uri)
        await peer.db.write(_note, status_id=job.status_id, inbox=inbox)
        await _catch_up(peer, job, inbox, asked_at=asked_at)
        peer.readers.add(job.status_id, host)


def _note(tx: Tx, *, status_id: int, inbox: Inbox) -> None:
    status = statuses.find(tx, status_id)
    if status is not None and status.local:
        deliveries.note_reader(tx, account_id=status.account_id, object_uri=status.uri, inbox=inbox)


async def _catch_up(peer: Peer, job: NoteReader, inbox: Inbox, *, asked_at: datetime) -> None:
    """Send what was said of the post between the fetch and the note of it, the last word only."""
    uri = object_uri(peer.origin, job.status_id)
    for kind in ("Delete", "Update"):
        last = await peer.db.read(activities.newest, account_id=job.author_id, kind=kind, object_uri=uri)
        if last is not None and last.created_at >= asked_at:
            await outgoing.deliver(peer, last, outgoing.to_inboxes([inbox]), order=uri)
            return
