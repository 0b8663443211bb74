"""Answers to posts of ours, passed on to the followers of who is answered (ActivityPub, section 7.1.2; federation, section 5.6).

They do not follow whoever answers, so nobody else tells their servers. Passed on are the bytes as they came, and only
if something inside proves who made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedisw.crypto import digest
from fedisw.federation import outgoing
from fedisw.federation.context import Peer
from fedisw.federation.outgoing import Source
from fedisw.model.accounts import Account
from fedisw.model.peers import OutboundActivity
from fedisw.model.statuses import Status
from fedisw.model.urls import authority_of
from fedisw.model.visibility import OPEN, Audience
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, activities, blocks, statuses
from fedisw.storage.queries.recipients import Recipients
from fedisw.vocab.activities import Activity, Create, Delete, Update
from fedisw.vocab.names import PUBLIC
from fedisw.vocab.objects import Note, Tombstone
from fedisw.vocab.read import Document

PROVES: Final = frozenset({"proof", "signature"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How something goes on: in whose name, and where.

    Args:
        parent_id: the post of ours that is answered, whose audience is asked again; None when it is gone meanwhile.
    """

    author_id: int
    parent_id: int | None


async def pass_on(peer: Peer, sender: Account, activity: Activity, document: Document, raw: bytes) -> None:
    """Send what its actor made of an answer to the followers of who is answered; a second time adds nothing.

    Changes and ends go also to whom the answer was passed on before, though they follow no longer and what is answered may
    be gone: nobody else knows that they have it. To be called when it has taken effect, for a Delete before.

    Args:
        raw: the bytes as they came.
    """
    uri = _about(activity)
    if uri is None or activity.id is None or not PROVES & document.keys() or document.get("actor") != sender.uri:
        return
    way = await peer.db.read(_way, uri, sender, activity)
    if way is None:
        return
    passed = OutboundActivity(
        id=peer.new_id(),
        uri=activity.id,
        account_id=way.author_id,
        type=type(activity).__name__,
        object_uri=uri,
        status_id=way.parent_id,
        body=raw,
        body_sha256=digest.sha256(raw),
        created_at=peer.now(),
    )
    ends, origin = isinstance(activity, Delete), authority_of(sender.uri)
    before: Sequence[Source] = (outgoing.to_reached(way.author_id, uri),)
    if ends:
        before = await outgoing.take_back(peer, account_id=way.author_id, object_uri=uri)
    followers = outgoing.to(Recipients(author_id=way.author_id, followers=True))
    now = () if way.parent_id is None else (followers,)
    await outgoing.deliver(peer, passed, *before, *now, order=uri, without=origin)
    if ends:
        await peer.db.write(activities.forget_text, account_id=way.author_id, object_uri=uri)


def _about(activity: Activity) -> str | None:
    """The post that it is about, if it is of a kind that is passed on; of texts only what is for everybody by its own words."""
    match activity:
        case Create(objects=(Note() as note,)) | Update(object=Note() as note):
            return note.id if _is_open(activity) and _is_open(note) else None
        case Update(object=Tombstone(id=uri)) | Delete(object=uri):
            return uri
        case _:
            return None


def _is_open(thing: Create | Update | Note) -> bool:
    return PUBLIC in (*thing.to, *thing.cc)


def _way(tx: Tx, uri: str, sender: Account, activity: Activity) -> Way | None:
    """None for what is not stored, not the sender's, or no answer to us that goes on."""
    status = statuses.find_by_uri(tx, uri)
    if status is None or status.account_id != sender.id:
        return None
    parent = _parent(tx, status, sender)
    if parent is not None:
        return Way(author_id=parent.account_id, parent_id=parent.id)
    author_id = None if isinstance(activity, Create) else activities.passed_on_by(tx, uri)
    if author_id is None or (blocks.either(tx, author_id, sender.id) and not isinstance(activity, Delete)):
        return None
    return Way(author_id=author_id, parent_id=None)


def _parent(tx: Tx, status: Status, sender: Account) -> Status | None:
    """The post of ours that is answered, if both are for everybody and nothing stands between the two."""
    if status.visibility not in OPEN or status.in_reply_to_id is None or sender.limited_at is not None:
        return None
    parent = statuses.find(tx, status.in_reply_to_id)
    if parent is None or not parent.local or parent.visibility not in OPEN:
        return None
    author = accounts.get(tx, parent.account_id)
    audience = Audience(visibility=parent.visibility, local_only=parent.local_only, reach=author.reach)
    if audience.stays_here or not author.usable or blocks.either(tx, author.id, sender.id):
        return None
    return parent
