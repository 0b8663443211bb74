"""Values for tests: only what matters is stated, the rest is filled in."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from fedisw.model.accounts import Account, ActorType, User
from fedisw.model.relations import Block, Follow
from fedisw.model.statuses import Draft, RemoteStatus, Status, Visibility
from fedisw.model.urls import Origin, activity_uri, actor_uri, object_uri
from fedisw.services import posting
from fedisw.storage.db import Enqueued, Tx
from fedisw.storage.queries import accounts, blocks, follows, users

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HERE = Origin.of("https://home.test")
_numbers = itertools.count(1_000_000)


def new_id() -> int:
    """An id that no other call gave."""
    return next(_numbers) << 16


def an_account(username: str = "amy", host: str | None = None, **changes: Any) -> Account:
    """An account, ours unless `host` is given."""
    account_id = changes.pop("id", None) or new_id()
    uri = actor_uri(HERE, account_id) if host is None else f"https://{host}/users/{username}"
    values: dict[str, Any] = {
        "id": account_id,
        "username": username,
        "host": host,
        "uri": uri,
        "url": f"https://{host or 'home.test'}/@{username}",
        "actor_type": ActorType.PERSON,
        "inbox_uri": f"{uri}/inbox",
        "outbox_uri": f"{uri}/outbox",
        "followers_uri": f"{uri}/followers",
        "following_uri": f"{uri}/following",
        "shared_inbox_uri": f"https://{host or 'home.test'}/inbox",
        "created_at": NOW - timedelta(days=100),
        "updated_at": NOW - timedelta(days=100),
    }
    return Account(**{**values, **changes})


def put_account(tx: Tx, username: str = "amy", host: str | None = None, **changes: Any) -> Account:
    """Store an account; a local one gets a user, confirmed and approved."""
    account = an_account(username, host, **changes)
    accounts.add(tx, account)
    if host is None:
        users.add(tx, a_user(account))
    return account


def a_user(account: Account, **changes: Any) -> User:
    """The user behind a local account; nobody knows the password."""
    values: dict[str, Any] = {
        "id": account.id,
        "email": f"{account.username.lower()}@mail.test",
        "password_hash": "!",
        "created_at": NOW - timedelta(days=100),
        "confirmed_at": NOW - timedelta(days=100),
        "approved_at": NOW - timedelta(days=100),
    }
    return User(**{**values, **changes})


def put_follow(tx: Tx, follower: Account, target: Account, *, accepted: bool = True, **changes: Any) -> Follow:
    """Store a follow and count it."""
    follow_id = new_id()
    follow = Follow(
        id=follow_id,
        follower_id=follower.id,
        target_id=target.id,
        uri=changes.pop("uri", activity_uri(HERE, follow_id)),
        accepted=accepted,
        created_at=changes.pop("created_at", NOW),
        **changes,
    )
    follows.insert_once(tx, follow)
    if accepted:
        accounts.count_follow(tx, follower_id=follower.id, target_id=target.id, by=1)
    return follow


def put_block(tx: Tx, by: Account, of: Account, *, now: datetime = NOW) -> Block:
    """Store a block; follows stay, since no service has made it."""
    number = new_id()
    block = Block(id=number, account_id=by.id, target_id=of.id, uri=activity_uri(HERE, number), created_at=now)
    blocks.insert_once(tx, block)
    return block


def post(tx: Tx, author: Account, text: str = "Hello", *, now: datetime = NOW, **changes: Any) -> Status:
    """A local person posts, as the client API would."""
    status_id = new_id()
    key = changes.pop("idempotency_key", None)
    return posting.create_status(
        tx,
        author=author,
        draft=Draft(html=f"<p>{text}</p>", text=text, **changes),
        status_id=status_id,
        uri=object_uri(HERE, status_id),
        url=f"{HERE}/@{author.username}/{status_id}",
        now=now,
        new_id=new_id,
        idempotency_key=key,
    )


def a_remote_status(author: Account, text: str = "Hello", **changes: Any) -> RemoteStatus:
    """A post of another server as the converter gives it."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "uri": f"https://{author.host}/notes/{number}",
        "url": f"https://{author.host}/@{author.username}/{number}",
        "visibility": Visibility.PUBLIC,
        "content": f"<p>{text}</p>",
        "published": NOW,
    }
    return RemoteStatus(**{**values, **changes})


def receive(tx: Tx, author: Account, text: str = "Hello", *, now: datetime = NOW, **changes: Any) -> Status:
    """A post of another server is stored."""
    remote = a_remote_status(author, text, **changes)
    stored = posting.store_remote_status(tx, author=author, remote=remote, status_id=new_id(), now=now, new_id=new_id)
    assert stored is not None
    return stored


def waiting(tx: Tx) -> list[Enqueued]:
    """Jobs that the unit has added so far."""
    return [job for job, _ in tx.jobs]
