"""When nothing is taken at an address: where the people there have their inboxes now (federation, section 5.3)."""

from __future__ import annotations

from typing import Final

from fedisw.federation import audience, resolve
from fedisw.federation.context import Peer
from fedisw.jobs.work import Deliver
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Gone, NotFound
from fedisw.model.peers import Delivery, OutboundActivity
from fedisw.services import accounts as profiles
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, deliveries, recipients, statuses
from fedisw.storage.queries.recipients import Inbox, Recipients

ASKED: Final = 4  # actors that are fetched because of one answer
BEHIND: Final = 500  # personal inboxes that stand in for a shared one


async def look_again(peer: Peer, job: Deliver, activity: OutboundActivity, delivery: Delivery, *, missing: bool) -> None:
    """Deliver to where the recipients are now; who is gone is removed.

    Args:
        missing: the address answered 404 or 410, not with a redirect.
    """
    if delivery.shared and missing:
        found: list[Inbox | None] = [*await peer.db.read(_behind, activity, delivery)]
    else:
        known = await peer.db.read(_people_at, delivery)
        found = [await _current(peer, account, delivery, missing=missing) for account in known]
    wanted = [inbox for inbox in found if inbox is not None and inbox.url != delivery.inbox]
    if wanted:
        await peer.db.write(_add, peer, job, activity, list(dict.fromkeys(wanted)))


def _people_at(tx: Tx, delivery: Delivery) -> list[Account]:
    return accounts.by_ids(tx, recipients.at_inbox(tx, inbox=delivery.inbox, host=delivery.host, limit=ASKED))


async def _current(peer: Peer, account: Account, delivery: Delivery, *, missing: bool) -> Inbox | None:
    """The inbox that the actor names now; None when it is gone or cannot be asked."""
    try:
        fresh = await resolve.account(peer, account.uri, refresh=True)
    except Gone:
        return None
    except NotFound:
        if missing:
            await peer.db.write(profiles.delete_remote_account, account_id=account.id, now=peer.now())
        return None
    except FediswError:
        return None
    shared = bool(delivery.shared and fresh.shared_inbox_uri)
    return Inbox(url=fresh.shared_inbox_uri if shared else fresh.inbox_uri, host=fresh.host or "", shared=shared)


def _behind(tx: Tx, activity: OutboundActivity, delivery: Delivery) -> list[Inbox]:
    """Personal inboxes of those who would have got it; where that is not known any more, of one account there."""
    status = statuses.find(tx, activity.status_id) if activity.status_id is not None else None
    followers = Recipients(author_id=activity.account_id, followers=True)
    wanted = followers if status is None else audience.of_status(tx, status, engaged=activity.type == "Update")
    found = recipients.behind(tx, wanted, shared_inbox=delivery.inbox, host=delivery.host, limit=BEHIND)
    if found or status is not None:
        return found
    return [Inbox(url=account.inbox_uri, host=delivery.host, shared=False) for account in _people_at(tx, delivery)[:1]]


def _add(tx: Tx, peer: Peer, job: Deliver, activity: OutboundActivity, inboxes: list[Inbox]) -> None:
    allowed = audience.admissible(tx, peer, inboxes, erasure=activity.type == "Delete")
    made = deliveries.add(tx, activity_id=activity.id, inboxes=allowed, now=peer.now(), new_id=peer.new_id)
    tx.enqueue(*(type(job)(delivery_id=item.id, to_host=item.host, about=job.about) for item in made))
