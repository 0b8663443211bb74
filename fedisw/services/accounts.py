"""Profiles: of our own people, and copies of those of other servers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from fedisw.jobs.keychange import FollowAgain
from fedisw.jobs.work import CheckLinks, PublishAccountDelete, PublishProfile, PurgeAccount, RemoveFiles
from fedisw.live import topics
from fedisw.model.accounts import Account, ActorKey, ActorType, Field, Picture, Reach
from fedisw.model.errors import NotFound
from fedisw.model.peers import Tombstone
from fedisw.services import features, signing_in
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, keys, names, tombstones, users
from fedisw.text.own_links import link_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChanges:
    """What a person changes; None leaves it as it is. HTML is clean already."""

    display_name: str | None = None
    note: str | None = None
    note_source: str | None = None
    fields: tuple[Field, ...] | None = None
    avatar: Picture | None = None
    header: Picture | None = None
    approves_followers: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hides_network: bool | None = None
    shows_media: bool | None = None
    shows_media_replies: bool | None = None
    shows_featured: bool | None = None
    attribution_domains: tuple[str, ...] | None = None
    reach: Reach | None = None
    posting_visibility: str | None = None
    posting_sensitive: bool | None = None
    posting_language: str | None = None
    posting_quote_policy: str | None = None
    tells_blocks: bool | None = None


_PROFILE = (
    "display_name",
    "note",
    "note_source",
    "fields",
    "avatar",
    "header",
    "approves_followers",
    "discoverable",
    "indexable",
    "hides_network",
    "shows_media",
    "shows_media_replies",
    "shows_featured",
    "attribution_domains",
    "reach",
)
_POSTING = ("posting_visibility", "posting_sensitive", "posting_language", "posting_quote_policy", "tells_blocks")


def update_profile(tx: Tx, *, account_id: int, changes: ProfileChanges, now: datetime) -> Account:
    """Change a local profile; other servers hear of it, unless nothing changed."""
    account = accounts.get(tx, account_id)
    given = {name: value for name in _PROFILE if (value := getattr(changes, name)) is not None}
    if changes.bot is not None and account.actor_type in (ActorType.PERSON, ActorType.SERVICE):
        given["actor_type"] = ActorType.SERVICE if changes.bot else ActorType.PERSON
    changed = replace(account, **given)
    posting = {name: value for name in _POSTING if (value := getattr(changes, name)) is not None}
    if posting:
        users.replace(tx, replace(users.get(tx, account_id), **posting))
    if changed == account:
        return account
    _remove_pictures(tx, account, changed)
    accounts.replace(tx, replace(changed, updated_at=now))
    if account.discoverable and not changed.discoverable:
        features.end_all(tx, account)
    stored = accounts.get(tx, account_id)
    tx.enqueue(PublishProfile(account_id=account_id, revision=stored.revision))
    if stored.fields != account.fields:
        _check_new_links(tx, stored)
    return stored


def _check_new_links(tx: Tx, account: Account) -> None:
    if any(row.verified_at is None and link_of(row.value) for row in account.fields):
        tx.enqueue(CheckLinks(account_id=account.id))


def mark_checked(tx: Tx, *, account_id: int, found: Mapping[str, bool], now: datetime) -> None:
    """What looking at the pages that a profile names has shown, by the value of the row: they name it back, or do not.

    A proof keeps its first day; one that does not hold any more goes (HTM-6). Rows that changed meanwhile stay as they are.
    """
    account = accounts.get(tx, account_id)

    def seen(row: Field) -> Field:
        holds = found.get(row.value)
        if holds is None or holds is (row.verified_at is not None):
            return row
        return replace(row, verified_at=now if holds else None)

    checked = replace(account, fields=tuple(map(seen, account.fields)))
    if checked.fields != account.fields:
        accounts.replace(tx, replace(checked, links_checked_at=now))
    else:
        accounts.links_checked(tx, account_id, at=now)


def _remove_pictures(tx: Tx, before: Account, after: Account) -> None:
    def files(account: Account) -> set[str]:
        pictures = (account.avatar, account.header)
        return {key for picture in pictures for key in (picture.key, picture.static_key) if key}

    gone = files(before) - files(after)
    if gone:
        tx.enqueue(RemoveFiles(keys=tuple(sorted(gone))))


def store_remote_account(
    tx: Tx, *, account: Account, actor_keys: Sequence[ActorKey], now: datetime, announced: bool = False
) -> Account:
    """Store what another server says of an actor, by its uri: new, or in place of what was known.

    Id, time of creation, counters and what our staff decided (limited, suspended) stay; an actor that was deleted stays
    deleted. A suspension by its own server is followed, and ends when it says so; links keep our own checks.

    Args:
        announced: the actor said, in a request signed with a key that we knew, that something has changed. If all its
            keys change without that, it may be somebody else by now: it is followed anew, and staff are told.

    Raises:
        NotFound: the actor is gone (a tombstone).
    """
    accounts.hold(tx, account.uri)  # a new actor often sends several activities at once
    if tombstones.exists(tx, account.uri):
        raise NotFound("account", account.uri)
    known = accounts.find_by_uri(tx, account.uri)
    if known is None:
        added = replace(account, fetched_at=now, suspended_at=now if account.suspended_there else None)
        accounts.add(tx, added)
        keys.replace(tx, account.id, _owned(actor_keys, account.id))
        _check_new_links(tx, added)
        return added
    if known.local:
        return known
    merged = replace(
        account,
        id=known.id,
        created_at=known.created_at,
        limited_at=known.limited_at,
        deleted_at=known.deleted_at,
        hides_network=known.hides_network,
        fields=_still_checked(known.fields, account.fields),
        links_checked_at=known.links_checked_at,
        statuses_count=known.statuses_count,
        followers_count=known.followers_count,
        following_count=known.following_count,
        last_status_at=known.last_status_at,
        revision=known.revision,
        fetched_at=now,
    )
    accounts.replace(tx, _suspended_as_told(known, merged, now))
    if not announced:
        _look_at_keys(tx, known.id, actor_keys)
    keys.replace(tx, known.id, _owned(actor_keys, known.id))
    if [row.value for row in merged.fields] != [row.value for row in known.fields]:
        _check_new_links(tx, merged)
    return accounts.get(tx, known.id)


def _look_at_keys(tx: Tx, account_id: int, told: Sequence[ActorKey]) -> None:
    """Before they are stored (federation, section 3.6)."""
    before, after = {key.public for key in keys.of_account(tx, account_id)}, {key.public for key in told}
    if before and after and not before & after:
        mark = hashlib.sha256("".join(sorted(after)).encode()).hexdigest()[:16]
        tx.enqueue(FollowAgain(account_id=account_id, mark=mark))


def _suspended_as_told(known: Account, told: Account, now: datetime) -> Account:
    """What our staff decided is not for other servers to change; what the account's own server decided is."""
    if known.suspended_at is not None and not known.suspended_there:
        return replace(told, suspended_at=known.suspended_at, suspended_there=False)
    return replace(told, suspended_at=(known.suspended_at or now) if told.suspended_there else None)


def _still_checked(before: tuple[Field, ...], after: tuple[Field, ...]) -> tuple[Field, ...]:
    """Rows that stayed the same keep what we found out about them."""
    checked = {row.value: row.verified_at for row in before}
    return tuple(replace(row, verified_at=checked.get(row.value)) for row in after)


def hide_network(tx: Tx, *, account_id: int, hides: bool) -> None:
    """Whether an account of another server lets others see whom it follows."""
    account = accounts.get(tx, account_id)
    if account.hides_network != hides and not account.local:
        accounts.replace(tx, replace(account, hides_network=hides))


def _owned(actor_keys: Sequence[ActorKey], account_id: int) -> list[ActorKey]:
    return [replace(key, account_id=account_id) for key in actor_keys]


def delete_remote_account(tx: Tx, *, account_id: int, now: datetime) -> None:
    """An actor of another server is gone: hidden at once, its posts are removed by a job, its id stays deleted."""
    account = accounts.get(tx, account_id)
    if account.local or account.deleted_at is not None:
        return
    tombstones.add(tx, Tombstone(uri=account.uri, account_id=account.id, former_type="Person", deleted_at=now))
    emptied = _emptied(account, now)
    _remove_pictures(tx, account, emptied)
    accounts.replace(tx, emptied)
    tx.enqueue(PurgeAccount(account_id=account.id))


def delete_local_account(tx: Tx, *, account_id: int, now: datetime) -> None:
    """A local person leaves: hidden at once, sign-in ends, the name is never given out again (AUT-13, PRI-2).

    Other servers are told; posts are removed by a job; the signing key stays until all of them know.
    """
    account = accounts.get(tx, account_id)
    if not account.local or account.deleted_at is not None:
        raise NotFound("account", account_id)
    names.take(tx, account.username, at=now)
    signing_in.end_everything(tx, account_id=account_id)
    users.remove(tx, account_id)
    emptied = _emptied(account, now)
    _remove_pictures(tx, account, emptied)
    accounts.replace(tx, emptied)
    tx.enqueue(PublishAccountDelete(account_id=account_id), PurgeAccount(account_id=account_id))


def _emptied(account: Account, now: datetime) -> Account:
    return replace(
        account,
        display_name="",
        note="",
        note_source="",
        fields=(),
        emojis=(),
        avatar=Picture(),
        header=Picture(),
        discoverable=False,
        indexable=False,
        deleted_at=now,
        updated_at=now,
    )


def suspend(tx: Tx, *, account_id: int, now: datetime) -> Account:
    """Staff suspend an account, ours or a copy: nobody sees it, and a local one can do nothing (AUT-10, ING-17)."""
    account = accounts.get(tx, account_id)
    if account.suspended_at is not None and not account.suspended_there:
        return account
    accounts.replace(tx, replace(account, suspended_at=account.suspended_at or now, suspended_there=False))
    tx.publish(topics.account(account_id), topics.encode(topics.Ended()))
    if account.local:
        stored = accounts.get(tx, account_id)
        tx.enqueue(PublishProfile(account_id=account_id, revision=stored.revision))
    return accounts.get(tx, account_id)


def unsuspend(tx: Tx, *, account_id: int) -> Account:
    """Staff take a suspension back."""
    account = accounts.get(tx, account_id)
    if account.suspended_at is None:
        return account
    accounts.replace(tx, replace(account, suspended_at=None, suspended_there=False))
    stored = accounts.get(tx, account_id)
    if account.local:
        tx.enqueue(PublishProfile(account_id=account_id, revision=stored.revision))
    return stored
