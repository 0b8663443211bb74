"""The server itself: its actor, its rules, and the numbers that NodeInfo tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fedisw.model.accounts import Account, ActorKey, ActorType
from fedisw.model.urls import Origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, statuses, users

RELAY_PATH = "/ap/relay"
MONTH, HALF_YEAR = timedelta(days=30), timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How many people and posts there are here; `active` are people who came."""

    users: int
    active_month: int
    active_half_year: int
    posts: int


def actor_of(origin: Origin, *, account_id: int, account_domain: str, now: datetime) -> Account:
    """The row of the instance actor (federation, section 2.6); not yet stored."""
    uri = f"{origin}/actor"
    return Account(
        id=account_id,
        username=account_domain,
        host=None,
        uri=uri,
        url=f"{origin}/about",
        actor_type=ActorType.APPLICATION,
        display_name=account_domain,
        inbox_uri=f"{uri}/inbox",
        outbox_uri=f"{uri}/outbox",
        shared_inbox_uri=f"{origin}/inbox",
        approves_followers=True,
        created_at=now,
        updated_at=now,
    )


def relay_actor_of(origin: Origin, *, account_id: int, account_domain: str, now: datetime) -> Account:
    """The row of the actor that LitePub relays know us by (federation, section 5.6); not yet stored."""
    actor, uri = actor_of(origin, account_id=account_id, account_domain=account_domain, now=now), f"{origin}{RELAY_PATH}"
    return replace(
        actor,
        username=f"relay.{account_domain}",
        uri=uri,
        inbox_uri=f"{uri}/inbox",
        outbox_uri=f"{uri}/outbox",
    )


def find_relay_actor(tx: Tx, origin: Origin) -> Account | None:
    """The relay actor, once a LitePub relay was added."""
    return accounts.find_by_uri(tx, f"{origin}{RELAY_PATH}")


def find_actor(tx: Tx, origin: Origin) -> Account | None:
    """The instance actor, once it was made."""
    return accounts.find_by_uri(tx, f"{origin}/actor")


def ensure_actor(tx: Tx, *, account: Account, actor_keys: Sequence[ActorKey]) -> Account:
    """Store the instance actor with its keys, unless it is there; the one that is stored."""
    known = accounts.find_by_uri(tx, account.uri)
    if known is not None:
        return known
    accounts.add(tx, account)
    for key in actor_keys:
        keys.add(tx, key)
    return account


def usage(tx: Tx, *, now: datetime) -> Usage:
    """The numbers of NodeInfo and of the instance document."""
    return Usage(
        users=users.usable_count(tx),
        active_month=users.active_since(tx, now - MONTH),
        active_half_year=users.active_since(tx, now - HALF_YEAR),
        posts=statuses.local_count(tx),
    )
