"""Blocking and muting: accounts, and whole servers for one person."""

from __future__ import annotations

from datetime import datetime

from fedisw.jobs.work import PublishBlock, PublishUndoBlock, PublishUndoFollow, RejectFollow
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.notifications import Severance, SeveranceType
from fedisw.model.relations import Block, Follow, Mute
from fedisw.services import features, following, notices
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, feeds, follows, mutes, notifications


def block(tx: Tx, *, account: Account, target: Account, uri: str, block_id: int, now: datetime) -> bool:
    """Block somebody: follows end both ways, both disappear for each other at once (VIS-3). False on a repeat.

    Raises:
        Invalid: the account itself.
    """
    if account.id == target.id:
        raise Invalid("id", "an account cannot block itself")
    made = blocks.insert_once(tx, Block(id=block_id, account_id=account.id, target_id=target.id, uri=uri, created_at=now))
    if not made:
        return False
    for follow in following.sever(tx, account.id, target.id):
        _say_ended(tx, follow, account=account, target=target)
    for one, other in ((account, target), (target, account)):
        if one.local:
            features.end_for(tx, one, other)
    notifications.remove_from(tx, account_id=account.id, from_id=target.id)
    notices.forget(tx, account_id=account.id, from_id=target.id)
    feeds.remove_author(tx, viewer_id=account.id, author_id=target.id)
    feeds.remove_author(tx, viewer_id=target.id, author_id=account.id)
    if account.local and not target.local:
        tx.enqueue(PublishBlock(block_id=block_id))
    return True


def _say_ended(tx: Tx, follow: Follow, *, account: Account, target: Account) -> None:
    """Tell the other server which follow ended; a Block alone is not understood everywhere."""
    if not account.local or target.local:
        return
    if follow.follower_id == account.id:
        tx.enqueue(PublishUndoFollow(follower_id=account.id, target_id=target.id, follow_uri=follow.uri))
    else:
        tx.enqueue(RejectFollow(follow_uri=follow.uri, follower_id=target.id, target_id=account.id))


def unblock(tx: Tx, *, account: Account, target: Account) -> bool:
    """End a block; False when there was none."""
    ended = blocks.remove(tx, by=account.id, of=target.id)
    if ended is not None and account.local and not target.local:
        tx.enqueue(PublishUndoBlock(account_id=account.id, target_id=target.id, block_uri=ended.uri))
    return ended is not None


def block_by_remote(tx: Tx, *, account: Account, target_uri: str, uri: str, block_id: int, now: datetime) -> bool:
    """Somebody elsewhere blocks one of ours, who is never told; NotFound for every other target."""
    target = accounts.find_by_uri(tx, target_uri)
    if target is None or not target.local:
        raise NotFound("account", target_uri)
    return block(tx, account=account, target=target, uri=uri, block_id=block_id, now=now)


def unblock_by_remote(tx: Tx, *, account: Account, target_uri: str) -> bool:
    """Somebody elsewhere ends a block of one of ours; False when there was none."""
    target = accounts.find_by_uri(tx, target_uri)
    return target is not None and unblock(tx, account=account, target=target)


def mute(
    tx: Tx,
    *,
    account_id: int,
    target_id: int,
    mute_id: int,
    now: datetime,
    hides_notifications: bool = True,
    expires_at: datetime | None = None,
) -> None:
    """Do not see somebody any more; a repeat changes notifications and end. Nobody is told."""
    if account_id == target_id:
        raise Invalid("id", "an account cannot mute itself")
    mutes.put(
        tx,
        Mute(
            id=mute_id,
            account_id=account_id,
            target_id=target_id,
            hides_notifications=hides_notifications,
            expires_at=expires_at,
            created_at=now,
        ),
    )


def unmute(tx: Tx, *, account_id: int, target_id: int) -> bool:
    """See somebody again; False when nothing was hidden."""
    return mutes.remove(tx, account_id=account_id, target_id=target_id)


def block_host(tx: Tx, *, account: Account, host: str, block_id: int, now: datetime) -> bool:
    """A person does not want to hear from a server: its posts are hidden and follows with it end. False on a repeat."""
    if not blocks.put_host(tx, account_id=account.id, host=host, block_id=block_id, now=now):
        return False
    ended: list[Follow] = []
    for other_id in follows.ids_at_host(tx, account_id=account.id, host=host):
        other = accounts.get(tx, other_id)
        for follow in following.sever(tx, account.id, other_id):
            _say_ended(tx, follow, account=account, target=other)
            ended.append(follow)
    kept = [follow for follow in ended if follow.accepted]
    notices.tell_severed(
        tx,
        Severance(
            id=block_id,
            account_id=account.id,
            type=SeveranceType.USER_DOMAIN_BLOCK,
            target_name=host,
            followers_count=sum(follow.target_id == account.id for follow in kept),
            following_count=sum(follow.follower_id == account.id for follow in kept),
            created_at=now,
        ),
    )
    return True


def unblock_host(tx: Tx, *, account_id: int, host: str) -> bool:
    """The person wants to hear from the server again."""
    return blocks.remove_host(tx, account_id=account_id, host=host)
