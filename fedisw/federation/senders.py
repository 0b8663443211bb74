"""Accounts of other servers whose key proved something: stored when they are not yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fedisw.federation.context import Peer
from fedisw.federation.keycache import KnownKey
from fedisw.federation.resolve import STALE
from fedisw.jobs.work import RefreshAccount
from fedisw.model.accounts import Account, ActorKey
from fedisw.model.errors import Gone
from fedisw.model.urls import Origin
from fedisw.services import accounts as profiles
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, tombstones


async def store(peer: Peer, known: KnownKey) -> Account:
    """The owner of a key that fitted, as it is in the database.

    Raises:
        Gone: it was deleted.
    """
    if not known.keys:
        return known.account
    return await peer.db.write(_store, known, peer.now())


def _store(tx: Tx, known: KnownKey, now: datetime) -> Account:
    if tombstones.exists(tx, known.account.uri):
        raise Gone("the account was deleted")
    return ensure(tx, known.account, known.keys, now)


def ensure(tx: Tx, account: Account, keys: Sequence[ActorKey], now: datetime) -> Account:
    """The account as it is in the database; one that is new or old there is fetched anew later, its handle checked.

    Args:
        keys: those of an account that is not stored, or not with these; none for one that is.
    """
    is_new = False
    if keys:
        is_new = accounts.find_by_uri(tx, account.uri) is None
        account = profiles.store_remote_account(tx, account=account, actor_keys=keys, now=now)
    if is_new or account.fetched_at is None or now - account.fetched_at > STALE:
        tx.enqueue(RefreshAccount(account_id=account.id, at_host=Origin.of(account.uri).authority))
    return account
