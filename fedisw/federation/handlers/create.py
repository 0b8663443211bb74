"""Create: a new post, or a vote (federation, sections 4.3 and 4.8; ING-2, ING-11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedisw.federation import behalf, policy, resolve
from fedisw.federation.context import Peer
from fedisw.federation.convert import note as convert
from fedisw.federation.effect import NotWanted, apply
from fedisw.federation.handlers import delete
from fedisw.federation.policy import Arrived
from fedisw.model.accounts import Account
from fedisw.model.statuses import RemoteStatus
from fedisw.model.urls import same_origin
from fedisw.services import polls
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.vocab import read
from fedisw.vocab.activities import Create
from fedisw.vocab.names import NoteType
from fedisw.vocab.objects import Note, Tombstone, parse_note, parse_other

MAX_BARE: Final = 5  # objects given only by id that are fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post ready to be stored."""

    remote: RemoteStatus
    status_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A vote in a poll of ours: `option` is the text of the choice."""

    poll_uri: str
    option: str
    uri: str


async def handle_create(peer: Peer, sender: Account, create: Create, *, deliverer: Account) -> None:
    """Create: posts by the sender are stored if somebody here wants them, votes are counted, all else is fetched or dropped.

    GoToSocial sends several votes in one; Mobilizon a Tombstone for what was deleted.

    Args:
        deliverer: who brought it, the sender or somebody that passed it on.
    """
    ready: list[Post | Vote] = []
    elsewhere: list[str] = []
    concerned = False
    for thing in create.objects:
        match thing:
            case Tombstone():
                concerned = True
                await delete.take_away(peer, sender, create, uri=thing.id)
            case Note() if is_own(thing, sender):
                found = await _prepare(peer, sender, thing, deliverer=deliverer)
                if found is not None:
                    ready.append(found)
            case Note():
                elsewhere.append(thing.id)
            case str():
                elsewhere.append(thing)
    if ready:
        await apply(peer, create, store, author=sender, things=ready, peer=peer, now=peer.now())
    await _fetch_others(peer, sender, create, elsewhere)
    if not (ready or elsewhere or concerned):
        raise NotWanted("nobody here is concerned")


def is_own(note: Note, sender: Account) -> bool:
    """Whether an embedded note may be believed: by the sender, with an id of the sender's server (ING-2)."""
    return note.attributed_to == sender.uri and same_origin(note.id, sender.uri)


async def _prepare(peer: Peer, sender: Account, note: Note, *, deliverer: Account) -> Post | Vote | None:
    if _looks_like_vote(note) and note.in_reply_to is not None:
        return Vote(poll_uri=note.in_reply_to, option=note.name, uri=note.id)
    if not await wants(peer, note, author_id=sender.id, deliverer_id=deliverer.id):
        return None
    remote = await resolve.remote_status(peer, note, author=sender)
    return Post(remote=remote, status_ids=resolve.status_ids(remote.published))


def _looks_like_vote(note: Note) -> bool:
    return note.type is NoteType.NOTE and bool(note.name) and not note.content and not note.attachments


async def wants(peer: Peer, note: Note, *, author_id: int, deliverer_id: int) -> bool:
    """Whether somebody here has reason to see a post (ING-11); what is of no kind that we know must name somebody here."""
    named = convert.named_in(note)
    tagged = (tag.href for tag in note.tags.mentions if tag.href is not None)
    arrived = Arrived(
        author_id=author_id,
        deliverer_id=deliverer_id,
        named=frozenset((*named.mentioned, *named.addressed, *tagged)),
        parent_uri=note.in_reply_to or "",
    )
    if note.type is NoteType.OTHER:
        return await peer.db.read(policy.names_somebody, arrived)
    return await peer.db.read(policy.is_wanted, arrived)


def store(tx: Tx, *, author: Account, things: Sequence[Post | Vote], peer: Peer, now: datetime) -> None:
    """Store posts and count votes of one author."""
    for thing in things:
        match thing:
            case Post():
                resolve.store_once(tx, author=author, remote=thing.remote, status_ids=thing.status_ids, peer=peer, now=now)
            case Vote():
                polls.vote_by_remote(tx, voter=author, status_uri=thing.poll_uri, option=thing.option, uri=thing.uri, now=now)


async def _fetch_others(peer: Peer, sender: Account, create: Create, uris: Sequence[str]) -> None:
    """What was not embedded believably is had from its own server, if somebody here follows the sender or is addressed."""
    if not uris:
        return
    arrived = Arrived(author_id=sender.id, deliverer_id=sender.id, named=frozenset((*create.to, *create.cc)), parent_uri="")
    if not await peer.db.read(policy.is_wanted, arrived):
        raise NotWanted("not by its sender, and nobody here is concerned")
    for uri in uris[:MAX_BARE]:
        if await peer.db.read(statuses.find_by_uri, uri) is None and not peer.owns(uri):
            await fetch_wanted(peer, uri, deliverer=sender)


async def fetch_wanted(peer: Peer, uri: str, *, deliverer: Account, author_uri: str = "") -> None:
    """Store a post from its own server, if what is there, not what somebody says of it, concerns anybody here.

    Args:
        author_uri: who is said to have written it: a follower of theirs here may have it where the server itself may not.

    Raises:
        NotWanted: it does not.
        Others as fetch.document.
    """
    fetched = await behalf.document(peer, uri, author_uri=author_uri)
    note = parse_other(fetched.document) if read.is_other(fetched.document) else parse_note(fetched.document)
    if not await concerns(peer, note, deliverer=deliverer):
        raise NotWanted("nobody here is concerned")
    await resolve.store_note(peer, fetched, note)


async def concerns(peer: Peer, note: Note, *, deliverer: Account) -> bool:
    """Whether a post that somebody else brings is wanted: followers here of its author count as those of who brings it.

    The author is only said to be one; nothing is stored that is not proved, or had from that author's own server.
    """
    is_possible = same_origin(note.id, note.attributed_to)
    author = await peer.db.read(accounts.find_by_uri, note.attributed_to) if is_possible else None
    return await wants(peer, note, author_id=(author or deliverer).id, deliverer_id=deliverer.id)
