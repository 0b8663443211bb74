"""Relays that this server takes part in; a handful of rows."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select, update

from fedisw.model.relays import Relay, RelayState
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, Query
from fedisw.storage.tables.relays import relays

C = relays.c

ALL = Query(Relay, select(relays).order_by(C.uri))
ACCEPTED = Query(Relay, select(relays).where(C.state == RelayState.ACCEPTED).order_by(C.id))
BY_ID = Query(Relay, select(relays).where(C.id == bindparam("id")))
BY_URI = Query(Relay, select(relays).where(C.uri == bindparam("uri")))
BY_FOLLOW = Query(Relay, select(relays).where(C.follow_uri == bindparam("follow_uri")))
OF_ACCOUNT = Query(int, select(C.id).where(C.account_id == bindparam("account_id"), C.state == RelayState.ACCEPTED).limit(1))
AT_INBOX = Query(int, select(C.id).where(C.inbox == bindparam("inbox"), C.state == RelayState.ACCEPTED).limit(1))
INSERT = Command(insert(relays))
SET = Command(
    update(relays)
    .where(C.id == bindparam("key"))
    .values(state=bindparam("state"), account_id=bindparam("account_id"), inbox=bindparam("inbox"))
)
REMOVE = Query(Relay, delete(relays).where(C.uri == bindparam("uri")).returning(*C))


def everyone(tx: Tx) -> list[Relay]:
    """All of them, by their addresses."""
    return tx.all(ALL)


def accepted(tx: Tx) -> list[Relay]:
    """Those that accepted us."""
    return tx.all(ACCEPTED)


def find(tx: Tx, relay_id: int) -> Relay | None:
    """The relay with this id of ours."""
    return tx.one(BY_ID, id=relay_id)


def find_by_uri(tx: Tx, uri: str) -> Relay | None:
    """The relay that was added with this address."""
    return tx.one(BY_URI, uri=uri)


def find_by_follow(tx: Tx, follow_uri: str) -> Relay | None:
    """The relay that we asked with this Follow."""
    return tx.one(BY_FOLLOW, follow_uri=follow_uri)


def is_relay(tx: Tx, account_id: int) -> bool:
    """Whether this is the actor of a relay that accepted us."""
    return tx.one(OF_ACCOUNT, account_id=account_id) is not None


def takes(tx: Tx, inbox: str) -> bool:
    """Whether this is the inbox of a relay that accepted us."""
    return tx.one(AT_INBOX, inbox=inbox) is not None


def add(tx: Tx, relay: Relay) -> None:
    """Store a relay; its address is new."""
    tx.exec(INSERT, relay)


def put(tx: Tx, relay: Relay) -> None:
    """Store what changes: state, actor, inbox."""
    tx.exec(SET, key=relay.id, state=relay.state, account_id=relay.account_id, inbox=relay.inbox)


def remove(tx: Tx, uri: str) -> Relay | None:
    """Forget a relay; what it was."""
    return tx.one(REMOVE, uri=uri)
