"""ReplyRequest, LikeRequest and AnnounceRequest: may I answer, like, pass on a post (federation, section 4.12; GoToSocial)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fedisw.federation import fetch, resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers.create import is_own
from fedisw.jobs.consent import Answer
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.policies import Interaction
from fedisw.model.quotes import Approval
from fedisw.model.statuses import RemoteStatus, Status
from fedisw.model.urls import same_origin
from fedisw.services import interactions, policies
from fedisw.storage.db import Tx
from fedisw.storage.queries import approvals, marks, statuses
from fedisw.vocab.activities import InteractionRequest
from fedisw.vocab.objects import Note, parse_note

KINDS = {
    "ReplyRequest": Interaction.REPLY,
    "LikeRequest": Interaction.LIKE,
    "AnnounceRequest": Interaction.ANNOUNCE,
}


async def handle_request(peer: Peer, sender: Account, request: InteractionRequest) -> None:
    """A request about a post of ours: what is asked for is stored, and answered by the policy of the post.

    Raises:
        NotWanted: nothing of ours, or not for the sender to know of.
    """
    kind, instrument = KINDS[request.type], _id_of(request)
    post = await peer.db.read(_post, sender, request.object)
    if post is None or request.id is None or not same_origin(instrument, sender.uri):
        raise NotWanted("not a post of ours that the sender may read, or nothing of the sender's")
    remote: RemoteStatus | None = None
    if kind is Interaction.REPLY and await peer.db.read(_is_welcome, sender, post):
        remote = await _answer(peer, sender, request, post)
    await apply(
        peer,
        request,
        _decide,
        peer=peer,
        sender=sender,
        request=request,
        post=post,
        remote=remote,
        ids=() if remote is None else resolve.status_ids(remote.published),
        now=peer.now(),
    )


def _id_of(request: InteractionRequest) -> str:
    return request.instrument.id if isinstance(request.instrument, Note) else request.instrument


def _post(tx: Tx, sender: Account, uri: str) -> Status | None:
    status = statuses.find_by_uri(tx, uri)
    if status is None or not status.local or status.reblog_of_id is not None:
        return None
    return status if policies.reachable(tx, status, sender) else None


def _is_welcome(tx: Tx, sender: Account, post: Status) -> bool:
    return policies.verdict(tx, post, Interaction.REPLY, sender) is Approval.AUTOMATIC


async def _answer(peer: Peer, sender: Account, request: InteractionRequest, post: Status) -> RemoteStatus | None:
    """The answering post by the sender, embedded or from its own server; None when it is none."""
    note = request.instrument
    try:
        if not isinstance(note, Note) or not is_own(note, sender):
            note = parse_note((await fetch.document(peer, _id_of(request))).document)
    except Unreachable:
        raise
    except FediswError:
        return None
    if not is_own(note, sender) or note.in_reply_to != post.uri:
        return None
    return await resolve.remote_status(peer, note, author=sender)


def _decide(
    tx: Tx,
    *,
    peer: Peer,
    sender: Account,
    request: InteractionRequest,
    post: Status,
    remote: RemoteStatus | None,
    ids: Iterable[int],
    now: datetime,
) -> None:
    kind, uri = KINDS[request.type], _id_of(request)
    number = ""
    if policies.verdict(tx, post, kind, sender) is Approval.AUTOMATIC:
        match kind:
            case Interaction.REPLY:
                number = _reply(tx, peer, sender, remote, ids, now=now)
            case Interaction.LIKE:
                number = _like(tx, peer, sender, post, uri, now=now)
            case Interaction.ANNOUNCE:
                number = _boost(tx, peer, sender, post, uri, now=now)
    tx.enqueue(
        Answer(
            account_id=post.account_id,
            asker_id=sender.id,
            agreed=bool(number),
            about=request.id or "",
            request=request.type,
            object_uri=post.uri,
            instrument_uri=uri,
            stamp=f"{peer.origin}{policies.STAMPS}{number}" if number else "",
        )
    )


def _reply(tx: Tx, peer: Peer, sender: Account, remote: RemoteStatus | None, ids: Iterable[int], *, now: datetime) -> str:
    if remote is None:
        return ""
    resolve.store_once(tx, author=sender, remote=remote, status_ids=ids, peer=peer, now=now, answers=False)
    return _stamped(tx, peer, sender, remote.uri)


def _stamped(tx: Tx, peer: Peer, sender: Account, uri: str) -> str:
    """The number of the stamp of a stored answer or boost of the sender, which has it from now on."""
    stored = statuses.find_by_uri(tx, uri)
    if stored is None or stored.account_id != sender.id:
        return ""
    approvals.put(tx, stored.id, f"{peer.origin}{policies.STAMPS}{stored.id}")
    return str(stored.id)


def _like(tx: Tx, peer: Peer, sender: Account, post: Status, uri: str, *, now: datetime) -> str:
    interactions.favourite_by_remote(
        tx, account=sender, status_uri=post.uri, uri=uri, favourite_id=peer.new_id(), now=now, answers=False
    )
    like = marks.favourite_by_uri(tx, uri, account_id=sender.id)
    return "" if like is None or like.status_id != post.id else f"like-{like.id}"


def _boost(tx: Tx, peer: Peer, sender: Account, post: Status, uri: str, *, now: datetime) -> str:
    interactions.store_remote_reblog(
        tx,
        account=sender,
        original_id=post.id,
        uri=uri,
        boost_id=peer.new_id(),
        published=now,
        visibility=post.visibility,
        now=now,
        answers=False,
    )
    return _stamped(tx, peer, sender, uri)
