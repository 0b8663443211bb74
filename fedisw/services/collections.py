"""Recommending accounts together: who may stand in a collection, and who may change it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fedisw.model.accounts import Account
from fedisw.model.collections import Collection, CollectionItem, ItemState, may_feature
from fedisw.model.errors import Forbidden, Invalid, NotFound
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, collections

MOST, MOST_ITEMS = 10, 25
NAME, DESCRIPTION = 40, 100  # characters


def check(collection: Collection) -> None:
    """Invalid for a name or description that does not fit."""
    if not collection.name:
        raise Invalid("name", "can't be blank", code="ERR_BLANK")
    for field, text, most in (("name", collection.name, NAME), ("description", collection.description, DESCRIPTION)):
        if len(text) > most:
            raise Invalid(field, f"is too long (maximum is {most} characters)", code="ERR_TOO_LONG")


def create(tx: Tx, collection: Collection, account_ids: list[int], *, new_id: Callable[[], int], now: datetime) -> None:
    """A new collection, with accounts in it.

    Raises:
        Invalid: it does not fit, or the owner has 10.
        NotFound, Forbidden: as `add_item`.
    """
    check(collection)
    if collections.count(tx, collection.account_id) >= MOST:
        raise Invalid("base", "You have reached the maximum number of collections")
    collections.add(tx, collection)
    for account_id in dict.fromkeys(account_ids):
        add_item(tx, collection, account_id, item_id=new_id(), now=now)


def own(tx: Tx, collection_id: int, *, account_id: int) -> Collection:
    """A collection of this person; NotFound for none, Forbidden for somebody else's."""
    found = get(tx, collection_id, viewer_id=account_id)
    if found.account_id != account_id:
        raise Forbidden("This action is not allowed")
    return found


def get(tx: Tx, collection_id: int, *, viewer_id: int | None) -> Collection:
    """A collection that this viewer may see; NotFound where a block stands between, or the owner is gone (VIS-3)."""
    found = collections.find(tx, collection_id)
    owner = accounts.find(tx, found.account_id) if found is not None else None
    if found is None or owner is None or not owner.usable:
        raise NotFound("collection", collection_id)
    if viewer_id is not None and viewer_id != owner.id and blocks.either(tx, viewer_id, owner.id):
        raise NotFound("collection", collection_id)
    return found


def add_item(tx: Tx, collection: Collection, account_id: int, *, item_id: int, now: datetime) -> CollectionItem:
    """Put an account into it.

    Raises:
        NotFound: no such account for the owner.
        Forbidden: the account does not agree, or took its place back before.
        Invalid: it stands there, or 25 others do.
    """
    account = accounts.find(tx, account_id)
    if account is None or not account.usable or blocks.either(tx, collection.account_id, account_id):
        raise NotFound("account", account_id)
    standing = {item.account_id: item for item in collections.items(tx, [collection.id])}
    _check_consent(account, collection, standing.get(account_id))
    if account_id in standing:
        raise Invalid("account", "has already been taken", code="ERR_TAKEN")
    if len(standing) >= MOST_ITEMS:
        raise Invalid("base", "The collection is full")
    made = CollectionItem(
        id=item_id, collection_id=collection.id, account_id=account_id, state=ItemState.ACCEPTED, created_at=now
    )
    collections.add_item(tx, made)
    return made


def _check_consent(account: Account, collection: Collection, before: CollectionItem | None) -> None:
    agreed = may_feature(account) or account.id == collection.account_id
    if not agreed or (before is not None and before.state is ItemState.REVOKED):
        raise Forbidden("This action is not allowed")


def remove_item(tx: Tx, collection: Collection, item_id: int) -> None:
    """Take an account out, unless it went by itself: then it stays known, so that it is not put back."""
    found = collections.item(tx, item_id, collection_id=collection.id)
    if found is None or found.state is ItemState.REVOKED:
        raise NotFound("item", item_id)
    collections.remove_item(tx, item_id)


def revoke(tx: Tx, collection_id: int, item_id: int, *, account_id: int) -> None:
    """An account does not want to stand in a collection, at once and for ever.

    Raises:
        NotFound: no such item.
        Forbidden: it is somebody else.
    """
    found = collections.item(tx, item_id, collection_id=collection_id)
    if found is None:
        raise NotFound("item", item_id)
    if found.account_id != account_id:
        raise Forbidden("This action is not allowed")
    collections.set_state(tx, item_id, ItemState.REVOKED)
