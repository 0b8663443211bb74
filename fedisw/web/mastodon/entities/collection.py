"""Collections of accounts as clients see them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.collections import Collection as CollectionValue
from fedisw.model.collections import CollectionItem as ItemValue
from fedisw.model.collections import ItemState
from fedisw.web.mastodon.entities.account import Account
from fedisw.web.mastodon.entities.site import Site, moment
from fedisw.web.mastodon.entities.status import ShallowTag

NAMED = frozenset({ItemState.ACCEPTED, ItemState.PENDING})


class CollectionItem(msgspec.Struct, frozen=True, kw_only=True):
    """An account in a collection; without its id when it does not stand there any more."""

    id: str
    state: str
    created_at: str
    account_id: str | UnsetType = UNSET


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 3."""

    id: str
    uri: str
    url: str | None = None
    name: str
    description: str | None
    language: str | None
    account_id: str
    local: bool = True
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    item_count: int
    created_at: str
    updated_at: str
    items: list[CollectionItem]


class CollectionWithAccounts(msgspec.Struct, frozen=True, kw_only=True):
    """A collection with its owner and those who stand in it."""

    collection: Collection
    accounts: list[Account]


def item_entity(value: ItemValue) -> CollectionItem:
    """One account."""
    return CollectionItem(
        id=str(value.id),
        state=value.state.value,
        created_at=moment(value.created_at),
        account_id=str(value.account_id) if value.state in NAMED else UNSET,
    )


def collection_entity(value: CollectionValue, items: Sequence[ItemValue], *, uri: str, site: Site) -> Collection:
    """A collection with the items that the viewer may see."""
    return Collection(
        id=str(value.id),
        uri=uri,
        name=value.name,
        description=value.description,
        language=value.language or None,
        account_id=str(value.account_id),
        sensitive=value.sensitive,
        discoverable=value.discoverable,
        tag=ShallowTag(name=value.tag_name, url=site.tag_url(value.tag_name)) if value.tag_name else None,
        item_count=sum(item.state is ItemState.ACCEPTED for item in items),
        created_at=moment(value.created_at),
        updated_at=moment(value.updated_at),
        items=[item_entity(item) for item in items],
    )
