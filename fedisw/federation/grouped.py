"""What a group passes on to its followers: somebody's activity inside an Announce (federation, section 6.1).

The group says that the thing belongs to it, and nothing more is believed: threads and answers are had from their own
servers, and of what is stored here changes and deletions are looked for there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeGuard

from fedisw.federation import fetch, resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.federation.handlers import delete, update
from fedisw.federation.handlers.announce import boost
from fedisw.model.accounts import Account, ActorType
from fedisw.model.statuses import Status
from fedisw.model.urls import same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, statuses, tombstones
from fedisw.vocab.activities import Activity, Announce, Create, Delete, Update
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.objects import Note, parse_note


async def handle_passed_on(peer: Peer, group: Account, announce: Announce, passed: Activity) -> None:
    """Announce of an activity by a group: its new threads are boosted, once; of accounts that are no groups it is nothing.

    Raises:
        NotWanted: nobody here follows the group, or the activity is nothing for followers (votes, moderation, what belongs
            to threads that are not known here).
        Others as fetch.document.
    """
    if group.actor_type is not ActorType.GROUP:
        raise NotWanted("traffic of a group")
    thread = await _thread_of(peer, group, passed)
    if thread is not None:
        await boost(peer, group, announce, thread)


async def _thread_of(peer: Peer, group: Account, passed: Activity) -> str | None:
    """Do what the activity asks of the servers of followers; of a thread its id, to be boosted."""
    match passed:
        case Create(objects=(Note(in_reply_to=None) as note,)):
            await _check_followed(peer, group)
            return note.id if await _is_thread(peer, passed, note) else None
        case Create(objects=(Note(in_reply_to=str(parent)) as note,)) if await _known(peer, parent):
            await _check_followed(peer, group)
            await _is_thread(peer, passed, note)
        case Update(object=Note() as note) if _elsewhere(await _known(peer, note.id)):
            await update.hint_of_change(peer, note.id, edited=note.updated)
        case Delete() if _elsewhere(known := await _known(peer, passed.object)):
            await delete.hint_of_deletion(peer, known)
        case _:
            raise NotWanted("traffic of a group")
    return None


async def _check_followed(peer: Peer, group: Account) -> None:
    if not await peer.db.read(follows.followed_locally, group.id):
        raise NotWanted("nobody here follows the sender")


async def _known(peer: Peer, uri: str) -> Status | None:
    return await peer.db.read(statuses.find_by_uri, uri)


def _elsewhere(status: Status | None) -> TypeGuard[Status]:
    return status is not None and not status.local


async def _is_thread(peer: Peer, passed: Create, note: Note) -> bool:
    """Whether a post, which is stored if it was not, answers nothing, as its own server has it."""
    if peer.owns(note.id) or not await peer.db.read(_is_new, note.id):
        return note.in_reply_to is None
    fetched = await fetch.document(peer, note.id)
    found = parse_note(fetched.document)
    if not (found.to or found.cc):
        found = await _with_readers(peer, passed, found)
    await resolve.store_note(peer, fetched, found)
    return found.in_reply_to is None


def _is_new(tx: Tx, uri: str) -> bool:
    return statuses.find_by_uri(tx, uri) is None and not tombstones.exists(tx, uri)


async def _with_readers(peer: Peer, passed: Create, note: Note) -> Note:
    """A post that does not say whom it is for: the activity about it does, where its author's server gives that (Discourse)."""
    if passed.id is None or not same_origin(passed.id, note.id):
        return note
    found = parse_activity((await fetch.document(peer, passed.id)).document)
    if not isinstance(found, Create) or found.actor != note.attributed_to:
        return note
    told = {thing if isinstance(thing, str) else thing.id for thing in found.objects}
    return replace(note, to=found.to, cc=found.cc) if note.id in told else note
