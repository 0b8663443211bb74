"""Collections: accounts that somebody recommends together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fedisw.model.accounts import Account


class ItemState(StrEnum):
    """Whether an account is shown in a collection; only `accepted` is, to others than the owner."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A list of accounts with a name. `discoverable`: shown on the owner's profile; others need its id."""

    id: int
    account_id: int
    name: str
    description: str = ""
    language: str = ""
    sensitive: bool = False
    discoverable: bool = True
    tag_name: str = ""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionItem:
    """An account in a collection."""

    id: int
    collection_id: int
    account_id: int
    state: ItemState
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureConsent:
    """Somebody here (`account`) may stand in a collection of another server, as `asker` wanted; the id names the stamp."""

    id: int
    account_id: int
    asker_id: int
    collection_uri: str
    created_at: datetime


def may_feature(account: Account) -> bool:
    """Whether an account agrees to stand in collections: people here who want to be found (professional, section 10.3).

    Accounts of other servers have to be asked first, which this release does not do yet: they stand in none of ours.
    """
    return account.local and account.discoverable and account.usable
