"""Posts that an account of another server shows first, read anew with its profile: not every server says when they
change (federation, section 4.11; GoToSocial)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fedisw.federation import fetch, network, resolve
from fedisw.federation.budget import Budget
from fedisw.federation.context import Peer
from fedisw.federation.handlers.add import MAX_PINS
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError
from fedisw.model.relations import Pin
from fedisw.model.statuses import Visibility
from fedisw.model.urls import same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, marks, statuses
from fedisw.vocab import names, read
from fedisw.vocab.collections import Page, parse_collection, parse_page

SHOWN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


async def refresh(peer: Peer, account_id: int) -> None:
    """Fetch a stored account anew, and what it shows first if somebody here follows it (job RefreshAccount).

    Raises:
        Unreachable: its server cannot be asked for the profile now.
    """
    bounded = peer.within(Budget())
    await resolve.refresh(bounded, account_id)
    await network.look(bounded, account_id)
    account = await peer.db.read(_followed, account_id)
    if account is not None:
        await read_pins(bounded, account)


async def read_pins(bounded: Peer, account: Account) -> None:
    """What an account shows first, as its server lists it; within the budget of the caller."""
    if not account.featured_uri:
        return
    try:
        uris = await _listed(bounded, account)
    except FediswError:
        return  # hidden, or nothing that we believe: what is known stays
    found = [status_id for uri in uris if (status_id := await _own_post(bounded, account, uri)) is not None]
    pin_ids = [bounded.new_id() for _ in found]
    await bounded.db.write(_set, account_id=account.id, status_ids=found, pin_ids=pin_ids, now=bounded.now())


def _followed(tx: Tx, account_id: int) -> Account | None:
    account = accounts.find(tx, account_id)
    if account is None or account.local or not account.usable or not account.featured_uri:
        return None
    return account if follows.followed_locally(tx, account.id) else None


async def _listed(peer: Peer, account: Account) -> Sequence[str]:
    """Ids in the collection itself or its first page, in order; those of other servers are left out (ING-16)."""
    document = (await fetch.document(peer, account.featured_uri)).document
    page: Page | None = None
    if read.kind(document, names.COLLECTIONS) in names.PAGES:
        page = parse_page(document)
    else:
        collection = parse_collection(document)
        if collection.ids or not isinstance(collection.first, str) or not same_origin(collection.first, account.uri):
            return _own(collection.ids, account)
        page = parse_page((await fetch.document(peer, collection.first)).document)
    return _own(page.ids, account)


def _own(uris: Sequence[str], account: Account) -> Sequence[str]:
    return [uri for uri in uris if same_origin(uri, account.uri)][:MAX_PINS]


async def _own_post(peer: Peer, account: Account, uri: str) -> int | None:
    """A post by this very account that everybody may see, fetched where it is unknown."""
    try:
        status = await resolve.status(peer.deeper(), uri, news=False)
    except FediswError:
        return None
    if status is None or status.account_id != account.id or status.visibility not in SHOWN or status.reblog_of_id is not None:
        return None
    return status.id


def _set(tx: Tx, *, account_id: int, status_ids: Sequence[int], pin_ids: Sequence[int], now: datetime) -> None:
    """These pins and no others; the first of the list was pinned last."""
    for known in marks.pinned_ids(tx, account_id):
        if known not in status_ids:
            marks.remove_pin(tx, account_id=account_id, status_id=known)
    for pin_id, status_id in zip(pin_ids, reversed(status_ids), strict=True):
        if statuses.find(tx, status_id) is not None:
            marks.add_pin(tx, Pin(id=pin_id, account_id=account_id, status_id=status_id, created_at=now))
