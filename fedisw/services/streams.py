"""Telling streams of posts: where a post may stand, so that whoever listens there hears of it. Ids only (VIS-11)."""

from __future__ import annotations

from collections.abc import Iterable

from fedisw.live import topics
from fedisw.model.statuses import Status, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries import feeds, media, statuses


def open_places(tx: Tx, status: Status, *, with_media: bool) -> list[str]:
    """Topics that everybody may listen to and in which the post stands: hashtags and public timelines; none for boosts."""
    if status.visibility is not Visibility.PUBLIC or status.reblog_of_id is not None:
        return []
    places = []
    for tag in statuses.tags_of(tx, [status.id]):
        places.append(topics.hashtag(tag.name))
        if status.local:
            places.append(topics.hashtag(tag.name, local=True))
    if status.in_reply_to_uri and status.in_reply_to_account_id != status.account_id:
        return places
    for topic in (topics.PUBLIC, topics.PUBLIC_LOCAL if status.local else topics.PUBLIC_REMOTE):
        places += [topic, topic + topics.WITH_MEDIA] if with_media else [topic]
    return places


def tell_posted(tx: Tx, status: Status) -> None:
    """A post is new in the open places."""
    _tell(tx, open_places(tx, status, with_media=_has_media(tx, status)), topics.Posted(status_id=status.id))


def tell_edited(tx: Tx, status: Status) -> None:
    """A post has changed, wherever it stands."""
    places = open_places(tx, status, with_media=_has_media(tx, status))
    _tell(tx, [*_feeds(tx, status), *places], topics.Edited(status_id=status.id))


def tell_removed(tx: Tx, status: Status) -> None:
    """A post is about to be removed, and its boosts with it; called while its row is still there, its files may be gone."""
    places = open_places(tx, status, with_media=True)
    _tell(tx, [*_feeds(tx, status), *places], topics.Removed(status_id=status.id))
    for boost in statuses.boosts_of(tx, status.id):
        _tell(tx, _feeds(tx, boost), topics.Removed(status_id=boost.id))


def tell_removed_to(tx: Tx, status: Status, account_ids: Iterable[int]) -> None:
    """A post is not for these people any more."""
    _tell(tx, [topics.home(account_id) for account_id in account_ids], topics.Removed(status_id=status.id))


def _feeds(tx: Tx, status: Status) -> list[str]:
    owners = feeds.feed_owners(tx, status.id)
    lists = [topics.list_of(list_id) for list_id, _ in feeds.lists_with(tx, status.account_id, owners)]
    return [*map(topics.home, owners), *lists]


def _has_media(tx: Tx, status: Status) -> bool:
    return bool(media.of_statuses(tx, [status.id]))


def _tell(tx: Tx, places: list[str], message: topics.AnyMessage) -> None:
    encoded = topics.encode(message)
    for place in places:
        tx.publish(place, encoded)
