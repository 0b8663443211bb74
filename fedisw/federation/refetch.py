"""Stored posts of other servers, as their origin shows them now (ING-3: a hint makes us look, nothing more)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from fedisw.federation import behalf, fetch, resolve
from fedisw.federation.context import Peer
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Gone, Invalid, NotFound, Unreachable
from fedisw.model.statuses import Status, Visibility
from fedisw.services import editing
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.vocab.objects import parse_note

OPEN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


async def post(peer: Peer, status: Status, *, edited: datetime | None = None) -> None:
    """Look at a post anew: gone is deleted here, changed is changed here, by its stored author and nobody else.

    Somebody here who may have it asks. A server that hides a post says 404 too, so for a post that is not for
    everybody only 410 means gone.

    Args:
        edited: when it is said to have changed; counts for another text that does not say so itself (Mbin).

    Raises:
        NotFound: hidden from us, perhaps gone.
        Invalid: what is there is not this post by this author.
        Others as fetch.document; they say nothing about the post.
    """
    author, reader = await peer.db.read(_author_and_reader, status)
    try:
        fetched = await fetch.document(peer, status.uri, by=reader)
    except (Gone, NotFound) as error:
        if isinstance(error, NotFound) and status.visibility not in OPEN:
            raise
        await peer.db.write(editing.delete_by_remote, actor=author, uri=status.uri, now=peer.now())
        return
    note = parse_note(fetched.document)
    if note.id != status.uri or note.attributed_to != author.uri:
        raise Invalid("id", "is not the post that is stored")
    remote = await resolve.remote_status(peer, note, author=author)
    if remote.updated is None and remote.content != status.content:
        remote = replace(remote, updated=edited)
    await peer.db.write(editing.apply_remote_edit, author=author, remote=remote, now=peer.now(), new_id=peer.new_id)


def _author_and_reader(tx: Tx, status: Status) -> tuple[Account, Account | None]:
    return accounts.get(tx, status.account_id), behalf.reader_of(tx, status)


async def is_gone(peer: Peer, uri: str) -> bool:
    """Whether the origin of an id says that there is nothing, or nothing more; errors as fetch.document."""
    try:
        await fetch.document(peer, uri)
    except (Gone, NotFound):
        return True
    return False


async def poll(peer: Peer, status_id: int) -> None:
    """Take the counts of another server's poll over anew (job RefreshPoll).

    Raises:
        Unreachable: its server cannot be asked now.
    """
    found = await peer.db.read(_remote, status_id)
    if found is None:
        return
    try:
        await post(peer, found[0])
    except Unreachable:
        raise
    except FediswError:
        return  # the counts stay as they are


def _remote(tx: Tx, status_id: int) -> tuple[Status, Account] | None:
    status = statuses.find(tx, status_id)
    if status is None or status.local:
        return None
    return status, accounts.get(tx, status.account_id)
