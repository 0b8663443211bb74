"""Going on under another account, here or on another server (federation, section 4.10)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from fedisw.jobs.own import MoveFollowers
from fedisw.jobs.work import PublishMove, PublishProfile
from fedisw.model.accounts import Account
from fedisw.model.errors import Conflict, Forbidden, Invalid
from fedisw.model.lists import ListMember
from fedisw.model.relations import Follow
from fedisw.model.urls import Origin, activity_uri
from fedisw.services import blocking, following
from fedisw.services.following import Wish
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, lists, moves, people_marks

PAUSE = timedelta(days=30)  # between two moves of one account
MAX_ALIASES = 10
CHUNK = 100  # followers, blocks or mutes of one unit

NewId = Callable[[], int]


def add_alias(tx: Tx, *, account_id: int, other: Account, now: datetime) -> Account:
    """Say that another account belongs to the same person, so that it may move here; other servers are told.

    Raises:
        Invalid: the account itself, or more than ten.
    """
    account = accounts.get(tx, account_id)
    if other.id == account.id:
        raise Invalid("alias", "is this account itself")
    if other.uri in account.also_known_as:
        return account
    if len(account.also_known_as) >= MAX_ALIASES:
        raise Invalid("alias", f"can't be more than {MAX_ALIASES}", code="ERR_TOO_LONG")
    return _change(tx, replace(account, also_known_as=(*account.also_known_as, other.uri)), now=now)


def remove_alias(tx: Tx, *, account_id: int, uri: str, now: datetime) -> Account:
    """Say it no longer; nothing when it was not said."""
    account = accounts.get(tx, account_id)
    left = tuple(alias for alias in account.also_known_as if alias != uri)
    return account if left == account.also_known_as else _change(tx, replace(account, also_known_as=left), now=now)


def move(tx: Tx, *, account_id: int, target: Account, move_id: int, now: datetime) -> Account:
    """Move a local account to `target`: its followers go along, here by a job, elsewhere by an activity; posts stay.

    Args:
        target: as its own server describes it now; it must name this account among its aliases.

    Raises:
        Invalid: the account itself, one that does not name this account, or that is gone or has moved itself.
        Conflict: the last move was less than 30 days ago.
    """
    account = accounts.get(tx, account_id)
    _check_target(account, target)
    if next_move_at(tx, account_id=account_id, now=now) is not None:
        raise Conflict("this account has moved in the last 30 days")
    moves.add(tx, move_id=move_id, account_id=account_id, target_uri=target.uri, now=now)
    moved = _change(tx, replace(account, moved_to_uri=target.uri), now=now)
    tx.enqueue(
        PublishMove(account_id=account_id, move_id=move_id, target_uri=target.uri, revision=moved.revision),
        MoveFollowers(account_id=account_id, target_id=target.id),
    )
    return moved


def _check_target(account: Account, target: Account) -> None:
    if target.id == account.id:
        raise Invalid("target", "is this account itself")
    if not target.usable or target.moved_to_uri:
        raise Invalid("target", "is gone or has moved itself")
    if account.uri not in target.also_known_as:
        raise Invalid("target", "does not name this account as an alias", code="ERR_ALIAS")


def next_move_at(tx: Tx, *, account_id: int, now: datetime) -> datetime | None:
    """When an account may move again; None for now."""
    last = moves.last_at(tx, account_id)
    return last + PAUSE if last is not None and last + PAUSE > now else None


def come_back(tx: Tx, *, account_id: int, now: datetime) -> Account:
    """The old account is used again; followers that went stay where they are."""
    account = accounts.get(tx, account_id)
    return _change(tx, replace(account, moved_to_uri=""), now=now) if account.moved_to_uri else account


def moved_by_remote(tx: Tx, *, account: Account, target: Account, move_id: int, now: datetime) -> bool:
    """An account of another server has moved; its followers here go along. False within 30 days of its last move.

    Raises:
        Invalid: the new account does not name the old one, or cannot be followed.
    """
    _check_target(account, target)
    if next_move_at(tx, account_id=account.id, now=now) is not None:
        return False
    moves.add(tx, move_id=move_id, account_id=account.id, target_uri=target.uri, now=now)
    tx.enqueue(MoveFollowers(account_id=account.id, target_id=target.id))
    return True


def _change(tx: Tx, account: Account, *, now: datetime) -> Account:
    accounts.replace(tx, replace(account, updated_at=now))
    stored = accounts.get(tx, account.id)
    tx.enqueue(PublishProfile(account_id=account.id, revision=stored.revision))
    return stored


def move_followers(
    tx: Tx, *, old_id: int, target_id: int, after: int, origin: Origin, new_id: NewId, now: datetime
) -> int | None:
    """One chunk of followers here: they follow the new account, with the same wishes and lists, and the old one no longer.

    On a list the new account stands from now on, also while it has not answered; a no takes it off again.

    Returns:
        The account id that the next chunk begins after; None at the end.
    """
    old, target = accounts.get(tx, old_id), accounts.get(tx, target_id)
    ids = follows.local_follower_ids(tx, old_id, after=after, limit=CHUNK)
    people = {person.id: person for person in accounts.by_ids(tx, ids)}
    for follow in moves.follows_of(tx, old_id, ids):
        if follow.follower_id != target_id:
            _take_along(tx, people[follow.follower_id], follow, old=old, target=target, origin=origin, new_id=new_id, now=now)
    return ids[-1] if len(ids) == CHUNK else None


def _take_along(
    tx: Tx, person: Account, follow: Follow, *, old: Account, target: Account, origin: Origin, new_id: NewId, now: datetime
) -> None:
    held_by = lists.with_member(tx, owner_id=person.id, account_id=old.id)
    wish = Wish(shows_reblogs=follow.shows_reblogs, notifies=follow.notifies, languages=follow.languages)
    follow_id = new_id()
    try:
        following.request_follow(
            tx,
            follower=person,
            target=target,
            uri=activity_uri(origin, follow_id),
            follow_id=follow_id,
            now=now,
            wish=wish,
        )
    except Forbidden:
        return  # a block between the two; the old follow stays as it is
    for user_list in held_by:
        lists.add_member(tx, ListMember(id=new_id(), list_id=user_list.id, account_id=target.id))
    following.unfollow(tx, follower=person, target=old)


def carry_over(tx: Tx, *, old_id: int, target_id: int, origin: Origin, new_id: NewId, now: datetime) -> None:
    """Whoever here blocked or muted the old account does so with the new one, too; private notes are kept beside both."""
    people_marks.copy_notes(tx, of=old_id, to=target_id)
    target = accounts.get(tx, target_id)
    last = 0
    while found := moves.blocks_here(tx, old_id, after=last, limit=CHUNK):
        last = found[-1].id
        for item in found:
            if item.account_id != target_id:
                block_id, blocker = new_id(), accounts.get(tx, item.account_id)
                blocking.block(tx, account=blocker, target=target, uri=activity_uri(origin, block_id), block_id=block_id, now=now)
    last = 0
    while muted := moves.mutes_of(tx, old_id, after=last, limit=CHUNK):
        last = muted[-1].id
        for mute in muted:
            if mute.account_id != target_id:
                blocking.mute(
                    tx,
                    account_id=mute.account_id,
                    target_id=target_id,
                    mute_id=new_id(),
                    now=now,
                    hides_notifications=mute.hides_notifications,
                    expires_at=mute.expires_at,
                )
