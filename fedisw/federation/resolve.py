"""Accounts and posts of other servers by id or handle: what we know, else what their server says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from secrets import randbits
from typing import Final

from fedisw.federation import approvals, fetch, knocking, webfinger
from fedisw.federation.approvals import Claim
from fedisw.federation.context import Peer
from fedisw.federation.convert import actor as convert_actor
from fedisw.federation.convert import note as convert_note
from fedisw.federation.fetch import Fetched
from fedisw.model.accounts import Account, ActorKey
from fedisw.model.errors import FediswError, Gone, Invalid, Unreachable
from fedisw.model.handles import shown_username
from fedisw.model.ids import LOW_BITS, id_at
from fedisw.model.policies import Interaction
from fedisw.model.statuses import RemoteStatus, Status
from fedisw.model.urls import authority_of, same_origin
from fedisw.services import accounts as profiles
from fedisw.services import posting
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, applied, keys, statuses, tombstones
from fedisw.text.marks import Handle
from fedisw.vocab import names, read
from fedisw.vocab.actors import Actor, parse_actor
from fedisw.vocab.objects import Note, parse_note

STALE: Final = timedelta(days=1)  # a profile older than this is fetched anew when somebody asks for it (federation, 1.2)
MENTION_SECONDS: Final = 2.0  # for all handles of a text together
MAX_STRANGERS: Final = 5  # unknown accounts fetched because one post names them
STRANGER_SECONDS: Final = 10.0  # for all of them together
ID_CHOICES: Final = 4  # drawn for one post, whose id must be free


async def account(peer: Peer, uri: str, *, by: Account | None = None, refresh: bool = False, announced: bool = False) -> Account:
    """The account with this actor id: as stored, else fetched and stored.

    Args:
        by: the local account in whose name is asked; the instance actor if None.
        refresh: ask its server also when it is stored.
        announced: the account said so itself, as in services/accounts.py.

    Raises:
        NotFound, Gone: there is none, or no more; a stored copy is deleted then.
        Others as fetch.document.
    """
    known = await peer.db.read(_known_account, uri)
    if known is not None and (known.local or not refresh):
        return known
    try:
        fetched = await fetch.document(peer, uri, by=by)
    except Gone:
        if known is not None:
            await peer.db.write(profiles.delete_remote_account, account_id=known.id, now=peer.now())
        raise
    return await store_actor(peer, fetched, announced=announced)


def _known_account(tx: Tx, uri: str) -> Account | None:
    known = accounts.find_by_uri(tx, uri)
    if tombstones.exists(tx, uri) or (known is not None and known.deleted_at is not None):
        raise Gone("the account was deleted")
    return known


async def store_actor(peer: Peer, fetched: Fetched, *, announced: bool = False) -> Account:
    """Store an actor whose document was fetched from its own address, under the handle that its host confirms."""
    actor = parse_actor(fetched.document)
    handle = await webfinger.handle_of(peer, actor)
    account = convert_actor.account_of(actor, account_id=peer.new_id(), handle=handle, now=peer.now())
    embedded = convert_actor.keys_of(actor, account_id=account.id, now=peer.now())
    return await peer.db.write(_store_actor, account, embedded, actor, peer.now(), announced=announced)


def _store_actor(
    tx: Tx, account: Account, embedded: Sequence[ActorKey], actor: Actor, now: datetime, *, announced: bool
) -> Account:
    """Keys in documents of their own stay as long as the actor lists them."""
    knocking.believe(tx, actor, now=now)
    known = accounts.find_by_uri(tx, account.uri)
    shown = {key.key_id for key in embedded}
    apart = keys.of_account(tx, known.id) if known is not None else []
    kept = [key for key in apart if key.key_id in actor.key_ids and key.key_id not in shown]
    return profiles.store_remote_account(tx, account=account, actor_keys=[*embedded, *kept], now=now, announced=announced)


async def handle(peer: Peer, username: str, host: str | None, *, by: Account | None = None) -> Account | None:
    """The account with this handle, None when there is none that we can find; `host` None is ours.

    A stored one is asked for anew after a day; if that fails it is given as it is.
    """
    if host is None or host.lower() in peer.own_hosts:
        ours = await peer.db.read(accounts.find_local, username)
        return ours if ours is not None and ours.usable else None
    known = await peer.db.read(_by_handle, username, host)
    if known is not None and known.fetched_at is not None and peer.now() - known.fetched_at < STALE:
        return known if known.usable else None
    try:
        return await _bound(peer, await webfinger.look_up(peer, username, host), by=by, refresh=known is not None)
    except Gone:
        if known is not None:
            await _forget(peer, known)
        return None
    except FediswError:
        return known if known is not None and known.usable else None


def _by_handle(tx: Tx, username: str, host: str) -> Account | None:
    try:
        return accounts.find_by_handle(tx, shown_username(username), authority_of(f"https://{host}"))
    except Invalid:
        return None


async def _bound(peer: Peer, bound: webfinger.Binding, *, by: Account | None, refresh: bool) -> Account | None:
    """The account that a handle leads to, if it leads back to the handle: both ways or not at all (ING-14)."""
    found = await account(peer, bound.actor_uri, by=by, refresh=refresh)
    if not refresh and not _bears(found, bound):  # stored while its handle could not be confirmed
        found = await account(peer, bound.actor_uri, by=by, refresh=True)
    return found if _bears(found, bound) and found.usable else None


def _bears(found: Account, bound: webfinger.Binding) -> bool:
    same_name = found.username.lower() == shown_username(bound.username).lower()
    return same_name and found.uri == bound.actor_uri and found.host == bound.host


async def _forget(peer: Peer, known: Account) -> None:
    """A handle is gone (410): the copy goes too; where another host keeps the actor, that one is asked (section 1.2)."""
    if known.deleted_at is not None:
        return
    if known.host == authority_of(known.uri):
        await peer.db.write(profiles.delete_remote_account, account_id=known.id, now=peer.now())
        return
    try:
        await account(peer, known.uri, refresh=True)
    except FediswError:
        return  # gone there too, and removed; or it cannot be asked now


async def mentioned(peer: Peer, handles: Iterable[Handle], *, by: Account | None = None) -> dict[Handle, Account]:
    """The accounts that handles of a text name, all within 2 seconds; who is not found in time stays text."""
    found: dict[Handle, Account] = {}

    async def find(one: Handle) -> None:
        account = await handle(peer, one.username, one.host, by=by)
        if account is not None and account.usable:
            found[one] = account

    try:
        async with asyncio.timeout(MENTION_SECONDS), asyncio.TaskGroup() as group:
            for one in dict.fromkeys(handles):
                group.create_task(find(one))
    except TimeoutError:
        pass
    return found


async def status(peer: Peer, uri: str, *, by: Account | None = None, news: bool = True) -> Status | None:
    """The post with this id: as stored, else fetched and stored with its author; None where it may not be had.

    Args:
        news: as services/posting.py:store_remote_status.

    Raises:
        NotFound, Gone: there is none, or no more.
        Others as fetch.document.
    """
    known = await peer.db.read(_known_status, uri)
    if known is not None or peer.owns(uri):
        return known
    return await store_note(peer, await fetch.document(peer, uri, by=by), news=news)


def _known_status(tx: Tx, uri: str) -> Status | None:
    if tombstones.exists(tx, uri):
        raise Gone("the post was deleted")
    return statuses.find_by_uri(tx, uri)


async def thing(peer: Peer, url: str, *, by: Account | None = None) -> Account | Status | None:
    """Whatever is at an address of another server that somebody typed in: an account, a post, or nothing that we show.

    Raises:
        NotFound, Gone and others as fetch.document.
    """
    known = await peer.db.read(_known_thing, url)
    if known is not None or peer.owns(url):
        return known
    fetched = await fetch.document(peer, url, by=by)
    kind = read.kind(fetched.document)
    if kind in names.ACTORS:
        return await store_actor(peer, fetched)
    return await store_note(peer, fetched) if kind in names.NOTES else None


def _known_thing(tx: Tx, uri: str) -> Account | Status | None:
    account = accounts.find_by_uri(tx, uri)
    if account is not None:
        return account if account.usable else None
    return statuses.find_by_uri(tx, uri)


async def store_note(peer: Peer, fetched: Fetched, note: Note | None = None, *, news: bool = True) -> Status | None:
    """Store a post whose document was fetched from its own address; None when its author is suspended or it was deleted.

    Args:
        note: the same, where it was read already.
        news: as services/posting.py:store_remote_status.
    """
    note = note or parse_note(fetched.document)
    author = await author_of(peer, note)
    if not author.usable:
        return None
    remote = await remote_status(peer, note, author=author)
    stored = await peer.db.write(
        store_once,
        author=author,
        remote=remote,
        status_ids=status_ids(remote.published),
        peer=peer,
        now=peer.now(),
        news=news,
    )
    return stored or await peer.db.read(statuses.find_by_uri, remote.uri)


async def author_of(peer: Peer, note: Note) -> Account:
    """Who a fetched note is by; Invalid when that is nobody of the server that it came from."""
    if not same_origin(note.attributed_to, note.id):
        raise Invalid("attributedTo", "is of another server")
    return await account(peer.deeper(), note.attributed_to)


def store_once(
    tx: Tx,
    *,
    author: Account,
    remote: RemoteStatus,
    status_ids: Iterable[int],
    peer: Peer,
    now: datetime,
    news: bool = True,
    answers: bool = True,
) -> Status | None:
    """Store a post unless it is known, deleted, was deleted by its author before it came (ING-7, ING-10), or may not stand.

    Args:
        news, answers: as for posting.store_remote_status.
    """
    if applied.is_withdrawn(tx, owner_uri=author.uri, uri=remote.uri):
        return None
    status_id = next((choice for choice in status_ids if statuses.find(tx, choice) is None), None)
    if status_id is None:
        status_id = peer.new_id()
    return posting.store_remote_status(
        tx,
        author=author,
        remote=remote,
        status_id=status_id,
        now=now,
        new_id=peer.new_id,
        news=news,
        answers=answers,
    )


def status_ids(published: datetime) -> tuple[int, ...]:
    """Ids for something of another server, of the time it was published (reliability, section 3.7)."""
    millis = max(0, int(published.timestamp() * 1_000))
    return tuple(id_at(millis, low=randbits(LOW_BITS)) for _ in range(ID_CHOICES))


async def remote_status(peer: Peer, note: Note, *, author: Account) -> RemoteStatus:
    """A note, whose author was checked, as a post: the people that it names looked up, its text cleaned.

    Raises:
        Forbidden: it answers a post whose author has to agree to that, and did not.
    """
    named = convert_note.named_in(note)
    known = await people(peer, named.mentioned, also=named.addressed)
    remote = convert_note.status_of(
        note, author=author, known=known, own_origin=str(peer.origin), own_hosts=peer.own_hosts, now=peer.now(), depth=peer.depth
    )
    return await _agreed(peer, remote, author)


async def _agreed(peer: Peer, remote: RemoteStatus, author: Account) -> RemoteStatus:
    """Of an answer, whether the author of the other post lets it stand; of ours, that is found when it is stored."""
    approval = "" if peer.owns(remote.approved_by) else remote.approved_by
    if remote.in_reply_to_uri:
        claim = Claim(kind=Interaction.REPLY, uri=remote.uri, target_uri=remote.in_reply_to_uri, approval_uri=approval)
        await approvals.check(peer, claim, author)
    return replace(remote, approved_by=approval)


async def people(peer: Peer, uris: Iterable[str], *, also: Iterable[str] = ()) -> Mapping[str, Account]:
    """Accounts by id: of `uris` also a few that we do not know yet, of `also` only those that we know."""
    wanted = tuple(dict.fromkeys(uris))
    known = {one.uri: one for one in await peer.db.read(accounts.by_uris, [*wanted, *also])}
    strangers = [uri for uri in wanted if uri not in known and not peer.owns(uri)][:MAX_STRANGERS]

    async def find(uri: str) -> None:
        try:
            known[uri] = await account(peer.deeper(), uri)
        except FediswError:
            return  # a post is shown without those of its names that cannot be had

    try:
        async with asyncio.timeout(STRANGER_SECONDS), asyncio.TaskGroup() as group:
            for uri in strangers:
                group.create_task(find(uri))
    except TimeoutError:
        pass
    return {uri: one for uri, one in known.items() if one.usable}


async def refresh(peer: Peer, account_id: int) -> None:
    """Fetch a stored account of another server anew; one that is gone there is deleted here (job RefreshAccount).

    Raises:
        Unreachable: its server cannot be asked now.
    """
    known = await peer.db.read(accounts.find, account_id)
    if known is None or known.local or known.deleted_at is not None:
        return
    try:
        await account(peer, known.uri, refresh=True)
    except Unreachable:
        raise
    except FediswError:
        return  # gone, or nothing that we believe: the copy stays as it is, or was deleted
