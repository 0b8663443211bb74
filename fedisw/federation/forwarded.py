"""Activities that somebody else than their actor delivered: relays, forwarded replies, groups (SIG-10).

The signature proves only the delivery. Unless the activity proves itself (authority.py), nothing that it says is
believed; what it is about is had from its own server, if somebody here has reason to want it.
"""

from __future__ import annotations

from fedisw.federation import fetch, resolve
from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted
from fedisw.federation.handlers import create, delete, update
from fedisw.model.accounts import Account
from fedisw.model.errors import Gone, Invalid, NotFound
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, relays, statuses
from fedisw.vocab.activities import Activity, Announce, Create, Delete, Ignored, Undo, Update
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.actors import Actor
from fedisw.vocab.objects import Note, Tombstone


async def is_wanted(peer: Peer, deliverer: Account, activity: Activity) -> bool:
    """Whether somebody here has reason to want it, so that the key of an unknown actor is worth a fetch.

    Of unknown people nothing but posts is.
    """
    if not isinstance(activity, Create):
        return False
    for thing in activity.objects[: create.MAX_BARE]:
        if await _is_new(peer, thing) and await _concerns(peer, deliverer, thing):
            return True
    return False


async def look_for(peer: Peer, deliverer: Account, activity: Activity, *, is_signed: bool) -> tuple[Account, Activity] | None:
    """Look where the activity points; unknown things are never fetched because of anything but a Create.

    Args:
        is_signed: it carries a signature of its own, which counts where nothing can be had from its server.

    Returns:
        Actor and activity as its own server gives it, to take effect; None when all that it says was done.

    Raises:
        NotWanted: nobody here is concerned.
        Forbidden, NotFound, Unreachable: its server does not give what is asked for.
        Others as fetch.document.
    """
    match activity:
        case Create():
            for thing in activity.objects[: create.MAX_BARE]:
                await _fetch(peer, deliverer, thing, activity.actor)
        case Update(object=Actor() as actor):
            await _refresh(peer, actor.id)
        case Update(object=Note() | Tombstone() as thing):
            await update.hint_of_change(peer, thing.id)
        case Update(object=str() as uri):
            await update.hint_of_change(peer, uri)
        case Delete():
            await _look_whether_gone(peer, activity.object)
        case Announce():
            return await _whole(peer, activity)
        case Undo() if is_signed:
            return await _whole(peer, activity)
        case _:
            raise NotWanted("not signed by its actor")
    return None


async def _fetch(peer: Peer, deliverer: Account, thing: Note | Tombstone | str, actor_uri: str) -> None:
    if not await _is_new(peer, thing):
        raise NotWanted("known here")
    if not await _concerns(peer, deliverer, thing):
        raise NotWanted("nobody here is concerned")
    await create.fetch_wanted(peer, _uri_of(thing), deliverer=deliverer, author_uri=actor_uri)


def _uri_of(thing: Note | Tombstone | str) -> str:
    return thing if isinstance(thing, str) else thing.id


async def _is_new(peer: Peer, thing: Note | Tombstone | str) -> bool:
    uri = _uri_of(thing)
    return not peer.owns(uri) and await peer.db.read(statuses.find_by_uri, uri) is None


async def _concerns(peer: Peer, deliverer: Account, thing: Note | Tombstone | str) -> bool:
    if isinstance(thing, Note):
        return await create.concerns(peer, thing, deliverer=deliverer)
    return await peer.db.read(_brings_what_is_wanted, deliverer.id)


def _brings_what_is_wanted(tx: Tx, deliverer_id: int) -> bool:
    return follows.followed_locally(tx, deliverer_id) or relays.is_relay(tx, deliverer_id)


async def _whole(peer: Peer, activity: Announce | Undo) -> tuple[Account, Activity]:
    """The activity from its own server, where its actor is somebody that people here follow."""
    author = await peer.db.read(_followed, activity.actor)
    if author is None or activity.id is None:
        raise NotWanted("nobody here is concerned")
    fetched = await fetch.document(peer, activity.id)
    if fetched.uri != activity.id:
        raise NotFound("document", activity.id)
    found = parse_activity(fetched.document)
    if isinstance(found, Ignored) or type(found) is not type(activity) or found.actor != author.uri:
        raise Invalid("id", "is of something else")
    return author, found


def _followed(tx: Tx, uri: str) -> Account | None:
    known = accounts.find_by_uri(tx, uri)
    return known if known is not None and not known.local and follows.followed_locally(tx, known.id) else None


async def _refresh(peer: Peer, uri: str) -> None:
    known = await peer.db.read(accounts.find_by_uri, uri)
    if known is None or known.local:
        raise NotWanted("not known here")
    await resolve.account(peer, uri, refresh=True)


async def _look_whether_gone(peer: Peer, uri: str) -> None:
    known = await peer.db.read(_known, uri)
    if known is None or known.local:
        raise NotWanted("not known here")
    try:
        await delete.hint_of_deletion(peer, known)
    except Gone:
        return


def _known(tx: Tx, uri: str) -> Status | Account | None:
    return statuses.find_by_uri(tx, uri) or accounts.find_by_uri(tx, uri)
