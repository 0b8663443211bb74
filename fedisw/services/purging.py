"""Removing what a deleted account left behind, in small units (security PRI-2)."""

from __future__ import annotations

from datetime import datetime

from fedisw.model.accounts import Account
from fedisw.model.paging import Page
from fedisw.services import editing
from fedisw.services import media as files
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, marks, purging, statuses

POSTS = 10  # a unit; each is a dozen statements
ROWS = 50  # a unit, where each row is a few statements


def purge_some(tx: Tx, *, account_id: int, now: datetime) -> bool:
    """Remove one chunk of what a deleted account left; False when there was nothing more.

    An account that is not deleted is left alone. Its row stays: the id, and for ours the name, are never used again.
    """
    account = accounts.find(tx, account_id)
    if account is None or account.deleted_at is None:
        return False
    return (
        _posts(tx, account, now=now) or _files(tx, account) or _likes(tx, account) or _follows(tx, account) or _rest(tx, account)
    )


def _posts(tx: Tx, account: Account, *, now: datetime) -> bool:
    some = statuses.by_ids(tx, statuses.ids_of(tx, account.id, limit=POSTS))
    for status in some:
        editing.erase(tx, status, account=account, now=now)
    return bool(some)


def _files(tx: Tx, account: Account) -> bool:
    some = purging.files_of(tx, account.id, limit=ROWS)
    files.remove(tx, [item.id for item in some])
    return bool(some)


def _likes(tx: Tx, account: Account) -> bool:
    some = marks.favourites_of(tx, account.id, Page(limit=ROWS))
    for _, status_id in some:
        if marks.remove_favourite(tx, account_id=account.id, status_id=status_id) is not None:
            statuses.count_favourites(tx, status_id, -1)
    return bool(some)


def _follows(tx: Tx, account: Account) -> bool:
    some = purging.follows_of(tx, account.id, limit=ROWS)
    for follow in some:
        follows.remove(tx, follower_id=follow.follower_id, target_id=follow.target_id)
        if follow.accepted:
            accounts.count_follow(tx, follower_id=follow.follower_id, target_id=follow.target_id, by=-1)
    return bool(some)


def _rest(tx: Tx, account: Account) -> bool:
    return purging.remove_left_behind(tx, account.id) > 0
