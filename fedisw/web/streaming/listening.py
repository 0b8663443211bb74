"""One listener: what it hears on the bus, which of it it may see at this moment, and how that looks (VIS-11)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec
from aiohttp import web

from fedisw.live import topics
from fedisw.live.buckets import network_of
from fedisw.live.bus import Event, Subscription
from fedisw.live.topics import AnyMessage
from fedisw.model.errors import Unauthenticated
from fedisw.model.notifications import Notification
from fedisw.model.oauth import Viewer
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import notifications, oauth
from fedisw.storage.queries.timelines import Ref
from fedisw.web.keys import ADDRESS, BEARER, DB, NOW, caller_of
from fedisw.web.middleware.auth import BAD_PROOF, refusal
from fedisw.web.streaming.channels import Asked, Channel, Refused, open_channel
from fedisw.web.streaming.port import SHOWING, Later, Showing
from fedisw.web.streaming.seats import SEATS

ASKED = (
    topics.Posted | topics.Edited | topics.Notified | topics.ConversationChanged | topics.AnnouncementChanged
)  # messages that the database is asked about
BATCH = 20  # events read together
MOST_CHANNELS = 50  # of one connection


class End(StrEnum):
    """Why a stream is over."""

    NOT_ALLOWED = "the token or the account ended"
    TOO_SLOW = "the reader was too slow"
    CLOSING = "the server closes"


class Over(Exception):
    """Nothing more comes."""

    def __init__(self, why: End) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Something to send: the stream it belongs to, the event, and its payload (a JSON text, an id, or nothing)."""

    label: tuple[str, ...]
    event: str
    payload: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heard:
    """A message for one channel."""

    channel: Channel
    message: AnyMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What of it may be shown: posts, notifications and conversations by their ids in the messages."""

    posts: Later
    notifications: Later
    conversations: Later
    announcements: Later
    standing: frozenset[tuple[int, int]]  # (place in the batch, post id)


@dataclass(frozen=True, slots=True)
class _Payloads:
    """JSON by id."""

    posts: dict[int, str]
    notifications: dict[int, str]
    conversations: dict[int, str]
    announcements: dict[int, str]


class Listener:
    """A connection's ears: channels are added and removed, `next` gives what there is to send."""

    def __init__(
        self, subscription: Subscription, *, db: Database, showing: Showing, viewer: Viewer, now: Callable[[], datetime]
    ) -> None:
        self._subscription, self._db, self._showing = subscription, db, showing
        self._viewer, self._now = viewer, now
        self._channels: dict[tuple[str, ...], Channel] = {}

    async def add(self, asked: Asked) -> None:
        """Listen to one more stream; again changes nothing.

        Raises:
            Refused: see `open_channel`, or too many.
        """
        channel = await self._db.read(open_channel, asked, viewer=self._viewer)
        if channel.label in self._channels:
            return
        if len(self._channels) >= MOST_CHANNELS:
            raise Refused("Too many streams", 400)
        self._channels[channel.label] = channel
        for topic in channel.topics:
            self._subscription.add(topic)

    async def remove(self, asked: Asked) -> None:
        """Listen to a stream no longer; one that is not listened to is no error.

        Raises:
            Refused: no such stream.
        """
        channel = await self._db.read(open_channel, asked, viewer=self._viewer)
        if self._channels.pop(channel.label, None) is None:
            return
        still = {topic for other in self._channels.values() for topic in other.topics}
        for topic in set(channel.topics) - still:
            self._subscription.remove(topic)

    def stop(self) -> None:
        """Hear nothing more: a waiting `next` is Over at once."""
        self._subscription.close()

    async def next(self, *, within: float) -> list[Frame]:
        """What there is to send, nothing if nothing came within so many seconds.

        Raises:
            Over: the stream has ended.
        """
        events = await self._take(within)
        if any(isinstance(event.message, topics.Ended) for event in events):
            raise Over(End.NOT_ALLOWED)
        heard = [
            _Heard(channel=channel, message=event.message)
            for event in events
            for channel in tuple(self._channels.values())
            if event.topic in channel.topics
        ]
        return await self._frames(heard)

    async def _take(self, within: float) -> list[Event]:
        event = await self._subscription.take(within=within)
        events: list[Event] = []
        while event is not None:
            events.append(event)
            event = await self._subscription.take(within=0) if len(events) < BATCH else None
        if not events and self._subscription.closed:
            raise Over(End.TOO_SLOW if self._subscription.lagged else End.CLOSING)
        return events

    async def _frames(self, heard: Sequence[_Heard]) -> list[Frame]:
        if not any(isinstance(item.message, ASKED) for item in heard):
            return [frame for item in heard if (frame := _plain(item)) is not None]
        seen = await self._db.read(_look, heard, viewer_id=self._viewer.account_id, showing=self._showing, now=self._now())
        shown = _Payloads(seen.posts(), seen.notifications(), seen.conversations(), seen.announcements())
        frames = [_shown(at, item, seen.standing, shown) or _plain(item) for at, item in enumerate(heard)]
        return [frame for frame in frames if frame is not None]


def _look(tx: Tx, heard: Sequence[_Heard], *, viewer_id: int, showing: Showing, now: datetime) -> _Seen:
    """One unit for many events: each post is asked for in its channel, each notification by its owner."""
    refs, found, standing = dict[int, Ref](), dict[int, Notification](), set[tuple[int, int]]()
    talks, news = list[int](), list[int]()
    for at, item in enumerate(heard):
        match item.message:
            case topics.Posted(status_id=status_id) | topics.Edited(status_id=status_id) if item.channel.stands is not None:
                ref = item.channel.stands(tx, viewer_id, status_id, now)
                if ref is not None:
                    refs[status_id] = ref
                    standing.add((at, status_id))
            case topics.Notified(notification_id=notification_id):
                notification = notifications.find(tx, notification_id, viewer_id=viewer_id, now=now)
                if notification is not None:
                    found[notification_id] = notification
            case topics.ConversationChanged(conversation_id=conversation_id):
                talks.append(conversation_id)
            case topics.AnnouncementChanged(announcement_id=announcement_id):
                news.append(announcement_id)
            case _:
                pass
    return _Seen(
        posts=showing.posts(tx, list(refs.values()), viewer_id=viewer_id, now=now),
        notifications=showing.notifications(tx, list(found.values()), viewer_id=viewer_id, now=now),
        conversations=showing.conversations(tx, list(dict.fromkeys(talks)), viewer_id=viewer_id, now=now),
        announcements=showing.announcements(tx, list(dict.fromkeys(news)), viewer_id=viewer_id, now=now),
        standing=frozenset(standing),
    )


def _shown(at: int, item: _Heard, standing: frozenset[tuple[int, int]], shown: _Payloads) -> Frame | None:
    posts, told, talks = shown.posts, shown.notifications, shown.conversations
    match item.message:
        case topics.Posted(status_id=status_id) if (at, status_id) in standing:
            return Frame(label=item.channel.label, event="update", payload=posts[status_id])
        case topics.Edited(status_id=status_id) if (at, status_id) in standing:
            return Frame(label=item.channel.label, event="status.update", payload=posts[status_id])
        case topics.Notified(notification_id=notification_id) if notification_id in told:
            return Frame(label=item.channel.label, event="notification", payload=told[notification_id])
        case topics.ConversationChanged(conversation_id=conversation_id) if conversation_id in talks:
            return Frame(label=item.channel.label, event="conversation", payload=talks[conversation_id])
        case topics.AnnouncementChanged(announcement_id=announcement_id) if announcement_id in shown.announcements:
            return Frame(label=item.channel.label, event="announcement", payload=shown.announcements[announcement_id])
        case _:
            return None


def _plain(item: _Heard) -> Frame | None:
    """Messages that say all they have to say."""
    label = item.channel.label
    match item.message:
        case topics.Removed(status_id=status_id) if item.channel.stands is not None:
            return Frame(label=label, event="delete", payload=str(status_id))
        case topics.NotificationsMerged():
            return Frame(label=label, event="notifications_merged", payload="1")
        case topics.FiltersChanged():
            return Frame(label=label, event="filters_changed", payload=None)
        case topics.AnnouncementReaction(announcement_id=announcement_id, name=name, count=count):
            said = {"name": name, "count": count, "announcement_id": str(announcement_id)}
            return Frame(label=label, event="announcement.reaction", payload=msgspec.json.encode(said).decode())
        case topics.AnnouncementRemoved(announcement_id=announcement_id):
            return Frame(label=label, event="announcement.delete", payload=str(announcement_id))
        case _:
            return None


@asynccontextmanager
async def listening(request: web.Request) -> AsyncIterator[Listener]:
    """A listener for whoever calls, with nothing to hear yet but the end of token and account.

    Raises:
        TooMany, Unreachable: no seat is free.
        Unauthenticated: the token ended while it was being looked at.
    """
    caller, app = caller_of(request), request.app
    bearer = request[BEARER]
    ends = (topics.token(bearer.token.id), topics.account(caller.account.id))
    network = network_of(request[ADDRESS])
    with app[SEATS].take(account_id=caller.account.id, network=network, topics=ends) as subscription:
        if not await app[DB].read(_still_valid, bearer.token.token_hash):  # it may have ended before we listened
            raise Unauthenticated(BAD_PROOF)
        yield Listener(subscription, db=app[DB], showing=app[SHOWING], viewer=caller.viewer, now=app[NOW])


def _still_valid(tx: Tx, token_hash: bytes) -> bool:
    found = oauth.holder(tx, token_hash)
    if found is None:
        return False
    _, _, user, account = found
    return user is not None and account is not None and not refusal(user, account)
