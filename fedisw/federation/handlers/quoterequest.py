"""QuoteRequest: somebody elsewhere wants to quote a post of ours (federation, section 4.12; ING table)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from fedisw.federation import fetch, resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers.create import is_own
from fedisw.jobs.quotes import AnswerQuote
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.quotes import QuoteState
from fedisw.model.statuses import RemoteStatus, Status
from fedisw.services import policies, quoting
from fedisw.storage.db import Tx
from fedisw.storage.queries import quotes, statuses
from fedisw.vocab.activities import QuoteRequest
from fedisw.vocab.objects import Note, parse_note


async def handle_quoterequest(peer: Peer, sender: Account, request: QuoteRequest) -> None:
    """QuoteRequest: the post that quotes is stored, and answered by the policy of the quoted one.

    Raises:
        NotWanted: nothing of ours, or not for the sender to know of.
    """
    quoted = await peer.db.read(_quoted, sender, request.object)
    if quoted is None:
        raise NotWanted("not a post of ours that the sender may read")
    note = await _instrument(peer, sender, request)
    remote = None if note is None else await resolve.remote_status(peer, note, author=sender)
    if remote is not None and (remote.quote is None or remote.quote.uri != quoted.uri):
        remote = None
    ids = () if remote is None else resolve.status_ids(remote.published)
    await apply(
        peer, request, _decide, peer=peer, sender=sender, request=request, quoted=quoted, remote=remote, ids=ids, now=peer.now()
    )


def _quoted(tx: Tx, sender: Account, uri: str) -> Status | None:
    status = statuses.find_by_uri(tx, uri)
    if status is None or not status.local or status.reblog_of_id is not None:
        return None
    return status if policies.reachable(tx, status, sender) else None


async def _instrument(peer: Peer, sender: Account, request: QuoteRequest) -> Note | None:
    """The quoting post by the sender, embedded or from its own server; None for anything else."""
    if isinstance(request.instrument, Note) and is_own(request.instrument, sender):
        return request.instrument
    uri = request.instrument.id if isinstance(request.instrument, Note) else request.instrument
    try:
        note = parse_note((await fetch.document(peer, uri)).document)
    except Unreachable:
        raise
    except FediswError:
        return None
    return note if is_own(note, sender) else None


def _decide(
    tx: Tx,
    *,
    peer: Peer,
    sender: Account,
    request: QuoteRequest,
    quoted: Status,
    remote: RemoteStatus | None,
    ids: Iterable[int],
    now: datetime,
) -> None:
    """Store the quoting post, whose quote is agreed to by the policy, and answer."""
    stamp = ""
    if remote is not None:
        resolve.store_once(tx, author=sender, remote=remote, status_ids=ids, peer=peer, now=now)
        stored = statuses.find_by_uri(tx, remote.uri)
        if stored is not None and stored.account_id == sender.id:
            stamp = _stamp(tx, peer, stored, quoted, now=now)
    instrument = request.instrument.id if isinstance(request.instrument, Note) else request.instrument
    mark = hashlib.sha256((request.id or instrument).encode()).hexdigest()[:16]
    tx.enqueue(
        AnswerQuote(
            account_id=quoted.account_id,
            asker_id=sender.id,
            request_uri=request.id or f"{instrument}#quote",
            object_uri=quoted.uri,
            instrument_uri=instrument,
            stamp=stamp,
            mark=mark,
        )
    )


def _stamp(tx: Tx, peer: Peer, stored: Status, quoted: Status, *, now: datetime) -> str:
    """The address of the stamp, empty when there is no consent."""
    quote = quotes.find(tx, stored.id)
    if quote is None or quote.quoted_id != quoted.id or quote.state is not QuoteState.ACCEPTED:
        return ""
    stamp = f"{peer.origin}/ap/quotes/{stored.id}"
    quoting.set_state(tx, quote, QuoteState.ACCEPTED, now=now, stamp=stamp)
    return stamp
