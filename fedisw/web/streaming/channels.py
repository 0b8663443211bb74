"""What can be listened to: names of streams, the topics behind them, and the question asked of every post (VIS-11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from fedisw.live import topics
from fedisw.model.errors import NotFound
from fedisw.model.feeds import Half
from fedisw.model.ids import id_of
from fedisw.model.oauth import Viewer
from fedisw.model.paging import Page
from fedisw.model.scopes import allows
from fedisw.storage.db import Tx
from fedisw.storage.queries import instance, lists, timelines
from fedisw.storage.queries.timelines import Only, Ref
from fedisw.text.hashtags import normalise

STATUSES, NOTIFICATIONS = "read:statuses", "read:notifications"
MEDIA: Final = ":media"
OUT_OF_SCOPE: Final = "Access token does not have the required scopes"
MAX_ARGUMENT: Final = 500  # characters of a tag as a client writes it

Stands = Callable[[Tx, int, int, datetime], Ref | None]
"""Whether a post stands in the stream for a viewer now: (tx, viewer id, post id, now)."""


class Refused(Exception):
    """A stream that this listener cannot have, in the words and with the status that clients know."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A stream as a client names it; `tag` and `list_id` as they came."""

    name: str
    tag: str = ""
    list_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A stream that somebody listens to.

    `label` is what its messages carry. `stands` is None where only notifications are heard.
    """

    label: tuple[str, ...]
    topics: tuple[str, ...]
    stands: Stands | None = None


def may_listen(scopes: Iterable[str]) -> bool:
    """Whether a token can have any stream at all."""
    held = tuple(scopes)
    return allows(held, STATUSES) or allows(held, NOTIFICATIONS)


def open_channel(tx: Tx, asked: Asked, *, viewer: Viewer) -> Channel:
    """The stream for this person and token.

    Raises:
        Refused: unknown, without what it needs, somebody else's list, or outside the token's scopes (OAU-6).
    """
    me, name = viewer.account_id, asked.name
    match name:
        case "user":
            _need(viewer, STATUSES)
            heard = (topics.home(me), topics.ANNOUNCEMENTS)
            told = (topics.notifications(me),) if allows(viewer.scopes, NOTIFICATIONS) else ()
            return Channel(label=(name,), topics=heard + told, stands=_in_home)
        case "user:notification":
            _need(viewer, NOTIFICATIONS)
            return Channel(label=(name,), topics=(topics.notifications(me),))
        case "direct":
            _need(viewer, STATUSES)
            return Channel(label=(name,), topics=(topics.direct(me),))
        case "hashtag" | "hashtag:local":
            return _hashtag(tx, asked, viewer)
        case "list":
            return _list(tx, asked, viewer)
        case _ if name.removesuffix(MEDIA) in PUBLIC:
            _need(viewer, STATUSES)
            topic, half = PUBLIC[name.removesuffix(MEDIA)]
            shown = instance.timelines_access(tx).live_feeds.shown(half, signed_in=True)
            return _public(name, topic, shown, with_media=name.endswith(MEDIA))
        case _:
            raise Refused("Unknown stream type", 400)


PUBLIC: Final = {
    "public": (topics.PUBLIC, Half.BOTH),
    "public:local": (topics.PUBLIC_LOCAL, Half.LOCAL),
    "public:remote": (topics.PUBLIC_REMOTE, Half.REMOTE),
}


def _public(name: str, topic: str, half: Half, *, with_media: bool) -> Channel:
    wanted = Only(media=with_media, replies=False).within(half)
    heard = topic + topics.WITH_MEDIA if with_media else topic
    if wanted is None:
        return Channel(label=(name,), topics=())
    return Channel(label=(name,), topics=(heard,), stands=partial(_in_public, only=wanted))


def _hashtag(tx: Tx, asked: Asked, viewer: Viewer) -> Channel:
    tag = normalise(asked.tag[:MAX_ARGUMENT])
    if not tag:
        raise Refused("Missing tag name parameter", 400)
    _need(viewer, STATUSES)
    local = asked.name == "hashtag:local"
    wanted = Half.LOCAL if local else Half.BOTH
    only = Only().within(instance.timelines_access(tx).hashtag_feeds.shown(wanted, signed_in=True))
    if only is None:
        return Channel(label=(asked.name, asked.tag), topics=())
    return Channel(
        label=(asked.name, asked.tag),
        topics=(topics.hashtag(tag, local=local),),
        stands=partial(_in_tag, tag=tag, only=only),
    )


def _list(tx: Tx, asked: Asked, viewer: Viewer) -> Channel:
    if not asked.list_id:
        raise Refused("Missing list name parameter", 400)
    _need(viewer, STATUSES)
    text = asked.list_id
    try:
        own = lists.own(tx, id_of(text) or 0, account_id=viewer.account_id)
    except NotFound as error:
        raise Refused("Not authorized to stream this list", 401) from error
    return Channel(label=(asked.name, text), topics=(topics.list_of(own.id),), stands=partial(_in_list, list_id=own.id))


def _need(viewer: Viewer, scope: str) -> None:
    if not allows(viewer.scopes, scope):
        raise Refused(OUT_OF_SCOPE, 401)


def _just(status_id: int) -> Page:
    return Page(limit=1, max_id=status_id + 1, since_id=status_id - 1)


def _only(found: list[Ref]) -> Ref | None:
    return found[0] if found else None


def _in_home(tx: Tx, viewer_id: int, status_id: int, now: datetime) -> Ref | None:
    return _only(timelines.home(tx, viewer_id, _just(status_id), now=now))


def _in_public(tx: Tx, viewer_id: int, status_id: int, now: datetime, *, only: Only) -> Ref | None:
    return _only(timelines.public(tx, viewer_id, _just(status_id), only=only, now=now))


def _in_tag(tx: Tx, viewer_id: int, status_id: int, now: datetime, *, tag: str, only: Only) -> Ref | None:
    return _only(timelines.tag(tx, viewer_id, _just(status_id), any_of=[tag], only=only, now=now))


def _in_list(tx: Tx, viewer_id: int, status_id: int, now: datetime, *, list_id: int) -> Ref | None:
    try:
        own = lists.own(tx, list_id, account_id=viewer_id)  # it may be gone, or have another policy by now
    except NotFound:
        return None
    return _only(timelines.of_list(tx, viewer_id, list_id, _just(status_id), replies=own.replies_policy.value, now=now))
