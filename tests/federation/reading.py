"""What came of an activity, in the words of a test."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from fedisw.federation import inbox
from fedisw.model.accounts import Account
from fedisw.model.moderation import Report
from fedisw.model.notifications import Notification
from fedisw.model.peers import Inbound, InboundState
from fedisw.model.relations import Block, Favourite, Follow, Pin
from fedisw.model.statuses import Mention, PollVote, Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, statuses
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables import accounts as account_tables
from fedisw.storage.tables import lists, moderation, peers, relations
from fedisw.storage.tables import statuses as status_tables
from tests.support.home import Home
from tests.support.peers import Actor, Document

ROWS = Query(Inbound, select(peers.inbound).order_by(peers.inbound.c.id))
AGAIN = Command(
    update(peers.inbound).where(peers.inbound.c.id == bindparam("key")).values(state=InboundState.WAITING, raw=bindparam("raw"))
)
EFFECTS: dict[str, Query[Any]] = {
    "accounts": Query(Account, select(account_tables.accounts).order_by(account_tables.accounts.c.id)),
    "statuses": Query(Status, select(status_tables.statuses).order_by(status_tables.statuses.c.id)),
    "mentions": Query(Mention, select(status_tables.mentions).order_by(status_tables.mentions.c.account_id)),
    "votes": Query(PollVote, select(status_tables.poll_votes).order_by(status_tables.poll_votes.c.choice)),
    "follows": Query(Follow, select(relations.follows).order_by(relations.follows.c.id)),
    "likes": Query(Favourite, select(relations.favourites).order_by(relations.favourites.c.id)),
    "blocks": Query(Block, select(relations.blocks).order_by(relations.blocks.c.id)),
    "pins": Query(Pin, select(relations.pins).order_by(relations.pins.c.id)),
    "notifications": Query(Notification, select(lists.notifications).order_by(lists.notifications.c.id)),
    "reports": Query(Report, select(moderation.reports).order_by(moderation.reports.c.id)),
}
RESTLESS = {"revision", "fetched_at", "updated_at", "uri"}  # change without an effect: looked at again, named anew


async def effects(home: Home) -> dict[str, list[dict[str, Any]]]:
    """All rows that an activity can change, without what changes when nothing happens."""
    return await home.db.read(all_effects)


def all_effects(tx: Tx) -> dict[str, list[dict[str, Any]]]:
    """The same in a unit."""
    return {
        name: [{key: value for key, value in asdict(row).items() if key not in RESTLESS} for row in tx.all(query)]
        for name, query in EFFECTS.items()
    }


async def ends(home: Home) -> list[tuple[InboundState, str]]:
    """How the activities that were kept ended, oldest first."""
    return [(row.state, row.reason) for row in await home.db.read(lambda tx: tx.all(ROWS))]


async def last_end(home: Home) -> tuple[InboundState, str]:
    """How the last one ended."""
    return (await ends(home))[-1]


async def work_again(home: Home, raw: bytes) -> None:
    """What happens when the process was killed between the effect and the note of it: the last activity once more."""
    row = (await home.db.read(lambda tx: tx.all(ROWS)))[-1]
    await home.db.write(lambda tx: tx.exec(AGAIN, key=row.id, raw=raw))
    await inbox.process(home.peer, row.id)


async def account(home: Home, uri: str | Actor) -> Account:
    """The account with this id, which must be known."""
    found = await home.db.read(accounts.find_by_uri, uri if isinstance(uri, str) else uri.uri)
    assert found is not None
    return found


async def post(home: Home, uri: str | Document) -> Status | None:
    """The post with this id."""
    return await home.db.read(statuses.find_by_uri, uri if isinstance(uri, str) else uri["id"])


async def told(home: Home) -> list[tuple[str, str]]:
    """Kind and cause of all notifications, oldest first."""
    return await home.db.read(_told)


def _told(tx: Tx) -> list[tuple[str, str]]:
    rows: list[Notification] = tx.all(EFFECTS["notifications"])
    return [(row.type.value, accounts.get(tx, row.from_id).acct) for row in rows]


def stamp(moment: datetime) -> str:
    """A time as documents say it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
