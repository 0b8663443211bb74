"""What other servers have and nobody sent: posts of a newly followed account, the rest of a thread (federation, 4.3, 8.4).

Everything is fetched from its own server, within bounds, and stored without telling anybody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from fedisw.federation import crawl, featured, fetch, resolve, threads
from fedisw.federation.budget import Budget, Spent
from fedisw.federation.context import Peer
from fedisw.federation.fetch import Fetched
from fedisw.jobs.fetching import FetchPosts, FetchThread
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.statuses import Status, Visibility
from fedisw.model.urls import same_origin
from fedisw.services import threads as looking
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, crawls, feeds, follows, replies, statuses
from fedisw.storage.queries import threads as rows
from fedisw.vocab import names, read
from fedisw.vocab.objects import Note, parse_note
from fedisw.vocab.read import Document

OPEN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})
POSTS: Final = 20  # of a newly followed account
OUTBOX_PAGES: Final = 2
OUTBOX_ITEMS: Final = 60  # looked at, boosts among them
FETCHES_FOR_POSTS: Final = 60  # with the authors of what is quoted
LISTS: Final = 10  # `replies` and `context` of one thread that are walked
FETCHES_FOR_THREAD: Final = 150
SECONDS: Final = 60.0


async def fetch_posts(peer: Peer, job: FetchPosts) -> None:
    """The newest open posts of an account that somebody here began to follow, and what it shows first (job FetchPosts).

    Raises:
        Unreachable: its server cannot be asked now.
    """
    account = await peer.db.read(_followed, job.account_id)
    if account is None:
        return
    bounded = peer.within(Budget(fetches=FETCHES_FOR_POSTS, seconds=SECONDS))
    uris = await _listed(bounded, account)
    for uri in reversed(uris):  # oldest first: what answers an own post finds it
        try:
            await resolve.status(bounded.deeper(), uri, news=False)
        except Spent:
            break
        except FediswError:
            continue  # one that cannot be had does not take the others with it (LIM-2)
    await featured.read_pins(bounded, account)
    await peer.db.write(_show, job)


def _followed(tx: Tx, account_id: int) -> Account | None:
    account = accounts.find(tx, account_id)
    if account is None or account.local or not account.usable or not account.outbox_uri:
        return None
    return account if follows.followed_locally(tx, account.id) else None


def _show(tx: Tx, job: FetchPosts) -> None:
    if follows.followed_of(tx, job.follower_id, [job.account_id]):
        feeds.add_author(tx, viewer_id=job.follower_id, author_id=job.account_id)


async def _listed(peer: Peer, account: Account) -> Sequence[str]:
    """Ids of the newest posts in the outbox, newest first; boosts, and what is of another server, are left out."""
    try:
        found = await crawl.items(peer, account.outbox_uri, most=OUTBOX_ITEMS, pages=OUTBOX_PAGES)
    except Unreachable:
        raise
    except FediswError:
        return ()  # hidden, or nothing that we believe
    uris = (_post_in(item) for item in found.items)
    own = (uri for uri in uris if uri is not None and same_origin(uri, account.uri) and not peer.owns(uri))
    return tuple(dict.fromkeys(own))[:POSTS]


def _post_in(item: str | Document) -> str | None:
    """The id of the post that an item of an outbox is, or is about."""
    if isinstance(item, str):
        return item
    if read.kind(item) == "Create":
        return read.as_id(item.get("object"))
    return read.as_id(item) if read.kind(item) in names.NOTES else None


@dataclass(slots=True, kw_only=True)
class _Thread:
    """A thread while it is read: whose lists are still to be walked, and which posts belong to it."""

    waiting: deque[Status]
    members: set[str]
    asked: set[str] = field(default_factory=set)
    found: int = 0
    lists: int = 0


async def fetch_thread(peer: Peer, job: FetchThread) -> None:
    """What is above and below a post (job FetchThread): `context` where its server has it (FEP-f228), else `replies`."""
    with suppress(Unreachable):  # what is below may be had all the same
        await threads.fetch_parent(peer, job.status_id)
    start = await peer.db.read(_start, job.status_id)
    if start is None:
        return
    status, above, below = start
    thread = _Thread(waiting=deque([status, *below]), members={one.uri for one in (status, *above, *below)})
    bounded = peer.within(Budget(fetches=FETCHES_FOR_THREAD, seconds=SECONDS))
    try:
        while thread.waiting and thread.lists < LISTS:
            await _read_below(bounded, thread, thread.waiting.popleft())
    except Spent:
        pass  # what was found is kept; who looks again later gets more
    await peer.db.write(crawls.end, looking.name_of(status.id), found=thread.found, now=peer.now())


def _start(tx: Tx, status_id: int) -> tuple[Status, list[Status], list[Status]] | None:
    """The post, those above it, and those of other servers below it."""
    status = statuses.find(tx, status_id)
    if status is None or status.visibility not in OPEN:
        return None
    above = statuses.by_ids(tx, replies.ancestors(tx, status_id, limit=threads.MAX_CLIMB))
    return status, above, rows.remote_below(tx, status_id, limit=LISTS)


async def _read_below(peer: Peer, thread: _Thread, status: Status) -> None:
    """Walk the lists of one post of another server, and fetch what they name."""
    if status.local:
        return
    try:
        note = parse_note((await fetch.document(peer, status.uri)).document)
        uris = await _answers(peer, thread, note)
    except Spent:
        raise
    except FediswError:
        return
    for uri in uris:
        await _take(peer, thread, uri)


async def _answers(peer: Peer, thread: _Thread, note: Note) -> Sequence[str]:
    """Ids of the posts of the thread as the server of one of them lists them; each list is walked once."""
    embedded = note.replies.ids if note.replies is not None else ()
    candidates = (note.context, note.replies.id if note.replies is not None else None)
    for url in candidates:
        if url is None or not same_origin(url, note.id):
            continue
        if url in thread.asked:
            return embedded
        thread.asked.add(url)
        thread.lists += 1
        try:
            return (*(await crawl.items(peer, url)).ids, *embedded)
        except Spent:
            raise
        except FediswError:
            continue  # a context that is only a name, or a list that is hidden
    return embedded


async def _take(peer: Peer, thread: _Thread, uri: str) -> None:
    """Store one post if it really answers one of the thread and everybody may see it."""
    if uri in thread.asked or uri in thread.members or peer.owns(uri):
        return
    thread.asked.add(uri)
    known = await peer.db.read(statuses.find_by_uri, uri)
    if known is not None:
        thread.members.add(uri)
        return
    try:
        fetched = await fetch.document(peer, uri)
        stored = await _store(peer, thread, fetched)
    except Spent:
        raise
    except FediswError:
        return
    if stored is not None:
        thread.members.add(stored.uri)
        thread.waiting.append(stored)
        thread.found += 1


async def _store(peer: Peer, thread: _Thread, fetched: Fetched) -> Status | None:
    note = parse_note(fetched.document)
    is_open = names.PUBLIC in (*note.to, *note.cc)
    if not is_open or note.in_reply_to is None or note.in_reply_to not in thread.members:
        return None
    return await resolve.store_note(peer, fetched, news=False)
