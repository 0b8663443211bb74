"""Taking part in relays: joining, their answers, leaving (federation, section 5.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from fedisw.jobs.relays import LeaveRelay, SubscribeRelay
from fedisw.model.accounts import Account
from fedisw.model.errors import Conflict, NotFound
from fedisw.model.relays import Relay, RelayKind, RelayState
from fedisw.model.urls import Origin, activity_uri, same_origin
from fedisw.storage.db import Tx
from fedisw.storage.queries import relays

LITEPUB_PATH: Final = "/relay"  # ends the ids of LitePub relays; every other address is the inbox of a Mastodon one


def kind_of(url: str) -> RelayKind:
    """By its address; Invalid when that is no URL of a server."""
    Origin.of(url)
    return RelayKind.LITEPUB if urlsplit(url).path.endswith(LITEPUB_PATH) else RelayKind.MASTODON


def add(tx: Tx, *, url: str, origin: Origin, relay_id: int, now: datetime) -> Relay:
    """Ask a relay to take this server in; one that refused is asked again.

    Args:
        url: of a Mastodon relay its inbox, of a LitePub one its actor.
        origin: ours.

    Raises:
        Conflict: it was added before.
        Invalid: not a URL of another server.
    """
    kind = kind_of(url)
    known = relays.find_by_uri(tx, url)
    if known is not None and known.state is not RelayState.REFUSED:
        raise Conflict(f"{url} is among the relays: {known.state}")
    if known is not None:
        relays.remove(tx, url)
    relay = Relay(
        id=relay_id,
        uri=url,
        kind=kind,
        inbox=url if kind is RelayKind.MASTODON else "",
        follow_uri=activity_uri(origin, relay_id),
        created_at=now,
    )
    relays.add(tx, relay)
    tx.enqueue(SubscribeRelay(relay_id=relay.id))
    return relay


def remove(tx: Tx, *, url: str) -> Relay:
    """Leave a relay; NotFound for one that was never added."""
    gone = relays.remove(tx, url)
    if gone is None:
        raise NotFound("relay", url)
    if gone.inbox and gone.state is not RelayState.REFUSED:
        tx.enqueue(LeaveRelay(uri=gone.uri, kind_of_relay=gone.kind, inbox=gone.inbox, follow_uri=gone.follow_uri))
    return gone


def met(tx: Tx, *, relay_id: int, account: Account) -> None:
    """The actor of a LitePub relay was read."""
    relay = relays.find(tx, relay_id)
    if relay is not None:
        relays.put(tx, replace(relay, account_id=account.id, inbox=account.inbox_uri))


def answered(tx: Tx, *, by: Account, follow_uri: str, state: RelayState) -> bool:
    """A relay answered our Follow; False when nobody asked whoever says so. A relay that refuses after a yes has refused."""
    relay = relays.find_by_follow(tx, follow_uri)
    if relay is None or not _is(relay, by):
        return False
    relays.put(tx, replace(relay, account_id=by.id, state=state))
    return True


def may_follow_back(tx: Tx, account: Account) -> bool:
    """Whether this is a LitePub relay that was added here: those follow back."""
    relay = relays.find_by_uri(tx, account.uri)
    return relay is not None and relay.state is not RelayState.REFUSED


def _is(relay: Relay, account: Account) -> bool:
    """A Mastodon relay is known by its inbox only, until it answers from the same server."""
    return account.uri == relay.uri if relay.kind is RelayKind.LITEPUB else same_origin(account.uri, relay.inbox)
