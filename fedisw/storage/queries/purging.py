"""What a deleted account leaves behind in other tables, removed a chunk at a time (security PRI-2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Table, and_, bindparam, delete, exists, or_, select
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.media import Media
from fedisw.model.peers import DeliveryState
from fedisw.model.relations import Follow
from fedisw.storage.db import Tx
from fedisw.storage.queries.job_keeping import KEY_IN_USE
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts, actor_keys
from fedisw.storage.tables.announcements import announcement_reactions, announcement_reads
from fedisw.storage.tables.collections import collection_items, collections
from fedisw.storage.tables.direct import dialogues
from fedisw.storage.tables.factors import email_changes, passkeys, pending_sign_ins, recovery_codes, totps
from fedisw.storage.tables.filters import filter_revisions, filters
from fedisw.storage.tables.lists import list_members, lists, markers, notifications
from fedisw.storage.tables.notices import (
    account_warnings,
    notification_permissions,
    notification_policies,
    notification_requests,
    severances,
)
from fedisw.storage.tables.peers import activities, deliveries
from fedisw.storage.tables.portability import archives, imports
from fedisw.storage.tables.profiles import (
    account_notes,
    dismissed_suggestions,
    endorsements,
    featured_tags,
    followed_tags,
)
from fedisw.storage.tables.push import push_subscriptions
from fedisw.storage.tables.reactions import reactions
from fedisw.storage.tables.relations import blocks, bookmarks, follows, host_blocks, mutes, pins, thread_mutes
from fedisw.storage.tables.scheduled import scheduled
from fedisw.storage.tables.statuses import home_feed, idempotency, media, poll_votes

CHUNK = 200  # rows a statement

WHO: ColumnElement[int] = bindparam("account_id")


def _some(table: Table, *owners: ColumnElement[int]) -> Command:
    mine = or_(*(owner == WHO for owner in owners))
    return Command(delete(table).where(table.c.id.in_(select(table.c.id).where(mine).limit(CHUNK).scalar_subquery())))


def _all(table: Table) -> Command:
    return Command(delete(table).where(table.c.account_id == WHO))


def _about(table: Table) -> Command:
    return Command(delete(table).where(or_(table.c.account_id == WHO, table.c.target_id == WHO)))


LEFT_BEHIND = (
    _some(blocks, blocks.c.account_id, blocks.c.target_id),
    _some(mutes, mutes.c.account_id, mutes.c.target_id),
    _some(bookmarks, bookmarks.c.account_id),
    _some(pins, pins.c.account_id),
    _some(reactions, reactions.c.account_id),
    _some(notifications, notifications.c.account_id),
    _some(notifications, notifications.c.from_id),
    _some(list_members, list_members.c.account_id),
    _some(lists, lists.c.account_id),
    _some(scheduled, scheduled.c.account_id),
    _some(filters, filters.c.account_id),
    _some(dialogues, dialogues.c.account_id),
    Command(
        delete(poll_votes).where(
            poll_votes.c.account_id == WHO,
            poll_votes.c.poll_id.in_(
                select(poll_votes.c.poll_id).where(poll_votes.c.account_id == WHO).limit(CHUNK).scalar_subquery()
            ),
        )
    ),
    _some(endorsements, endorsements.c.account_id, endorsements.c.target_id),
    _some(followed_tags, followed_tags.c.account_id),
    _some(featured_tags, featured_tags.c.account_id),
    _some(archives, archives.c.account_id),
    _some(imports, imports.c.account_id),
    _about(account_notes),
    _about(dismissed_suggestions),
    _some(notification_requests, notification_requests.c.account_id, notification_requests.c.from_id),
    Command(
        delete(notification_permissions).where(
            or_(notification_permissions.c.account_id == WHO, notification_permissions.c.from_id == WHO)
        )
    ),
    _all(notification_policies),
    _all(severances),
    _all(account_warnings),
    _all(push_subscriptions),
    _some(collection_items, collection_items.c.account_id),
    _some(collections, collections.c.account_id),
    _all(announcement_reads),
    _all(announcement_reactions),
    _all(home_feed),
    _all(host_blocks),
    _all(thread_mutes),
    _all(markers),
    _all(filter_revisions),
    _all(idempotency),
    _all(totps),
    _all(recovery_codes),
    _all(passkeys),
    _all(pending_sign_ins),
    _all(email_changes),
)
FOLLOWS = Query(
    Follow, select(follows).where(or_(follows.c.follower_id == WHO, follows.c.target_id == WHO)).limit(bindparam("limit"))
)
FILES = Query(Media, select(media).where(media.c.account_id == WHO).limit(bindparam("limit")))
_OF_IT = and_(activities.c.account_id == accounts.c.id, activities.c.object_uri == accounts.c.uri)
_TOLD = and_(
    exists().where(_OF_IT, activities.c.type == "Delete"),
    ~exists().where(
        activities.c.account_id == accounts.c.id,
        deliveries.c.activity_id == activities.c.id,
        deliveries.c.state == DeliveryState.WAITING,
    ),
)
WITH_OLD_KEYS = Query(
    int,
    select(accounts.c.id)
    .distinct()
    .join(actor_keys, actor_keys.c.account_id == accounts.c.id)
    .where(
        actor_keys.c.private_sealed.is_not(None),
        or_(accounts.c.deleted_at < bindparam("before"), and_(accounts.c.deleted_at < bindparam("told_before"), _TOLD)),
    ),
)
REMOVE_KEYS = Command(delete(actor_keys).where(IdIn(actor_keys.c.account_id, "ids")))


def follows_of(tx: Tx, account_id: int, *, limit: int) -> list[Follow]:
    """Some follows and requests in either direction."""
    return tx.all(FOLLOWS, account_id=account_id, limit=limit)


def files_of(tx: Tx, account_id: int, *, limit: int) -> list[Media]:
    """Some files, of posts or not."""
    return tx.all(FILES, account_id=account_id, limit=limit)


def remove_left_behind(tx: Tx, account_id: int) -> int:
    """Remove some of the rest; how many rows, 0 when there is nothing left."""
    for command in LEFT_BEHIND:
        removed = tx.exec(command, account_id=account_id)
        if removed:
            return removed
    return 0


def accounts_with_old_keys(tx: Tx, *, before: datetime, told_before: datetime) -> list[int]:
    """Accounts of ours that were deleted before then and still have a key; walks the table, so ask seldom.

    Args:
        told_before: those deleted before this, where no delivery waits and their own deletion was sent, are meant too.
    """
    return tx.all(WITH_OLD_KEYS, before=before, told_before=told_before)


def remove_keys(tx: Tx, account_ids: Iterable[int]) -> int:
    """Destroy the keys of these accounts, when all servers were told or given up; how many."""
    return tx.exec(REMOVE_KEYS, ids=list(account_ids))


def is_waiting(tx: Tx, key: str) -> bool:
    """Whether a job with this key waits or runs."""
    return tx.one(KEY_IN_USE, key=key) is not None
