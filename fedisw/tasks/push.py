"""Telling browsers and phones of a notification (mastodon-api.md, section 6; security VIS-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from fedisw.crypto import vapid, webpush
from fedisw.i18n import Translator, later, translator
from fedisw.jobs.notices import KEPT_FOR, SendPush
from fedisw.jobs.running import JobRun
from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, User
from fedisw.model.errors import FediswError, Forbidden, Unreachable
from fedisw.model.notifications import ABOUT_POSTS, Notification, NotificationType
from fedisw.model.push import PushSubscription
from fedisw.model.statuses import Status
from fedisw.model.urls import Origin
from fedisw.model.visibility import ANONYMOUS, Audience, Verdict, may_read
from fedisw.net.answer import Answer, retry_after
from fedisw.observe.logging import logger
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, notifications, push, statuses, users
from fedisw.tasks.house import House
from fedisw.text.characters import cut
from fedisw.text.sanitise import to_plain_text

BODY_CHARACTERS: Final = 140
TITLE_CHARACTERS: Final = 100
SECONDS: Final = 20.0  # for one message
PASSING: Final = frozenset({408, 429})  # of the answers below 500
ICON: Final = "/favicon.ico"
TITLES: Final[Mapping[NotificationType, str]] = {
    NotificationType.MENTION: later("%(name)s mentioned you"),
    NotificationType.STATUS: later("%(name)s has posted"),
    NotificationType.REBLOG: later("%(name)s boosted your post"),
    NotificationType.FOLLOW: later("%(name)s follows you"),
    NotificationType.FOLLOW_REQUEST: later("%(name)s asks to follow you"),
    NotificationType.FAVOURITE: later("%(name)s likes your post"),
    NotificationType.POLL: later("A poll has ended"),
    NotificationType.UPDATE: later("%(name)s edited a post"),
    NotificationType.QUOTE: later("%(name)s quoted your post"),
    NotificationType.QUOTED_UPDATE: later("%(name)s edited a post that you quoted"),
    NotificationType.SEVERED_RELATIONSHIPS: later("You lost followers, or people whom you followed"),
    NotificationType.MODERATION_WARNING: later("The moderators have a message for you"),
    NotificationType.ANNUAL_REPORT: later("Your year is ready to be looked at"),
    NotificationType.ADDED_TO_COLLECTION: later("%(name)s added you to a collection"),
    NotificationType.COLLECTION_UPDATE: later("%(name)s changed a collection that you are in"),
    NotificationType.ADMIN_SIGN_UP: later("%(name)s signed up"),
    NotificationType.ADMIN_REPORT: later("%(name)s filed a report"),
}
NEUTRAL: Final = later("Open the app to read it.")

log = logger("push")


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What a client gets. `notification_id` is a number, as clients decode it."""

    access_token: str
    preferred_locale: str
    notification_id: int
    notification_type: str
    icon: str
    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be told, as it stands now."""

    subscription: PushSubscription
    notification: Notification
    user: User
    sender: Account
    status: Status | None
    open: bool  # whether everybody may read the post


async def send(house: House, job: SendPush, run: JobRun | None = None) -> None:
    """Send one message, unless it may not be sent any more. Twice: the second replaces the first.

    Raises:
        Unreachable: the push service is not there, or busy.
        Forbidden: it refuses the message; the subscription is gone.
        Unsealable: the subscription was sealed with another key.
    """
    news = await house.db.read(news_of, job, now=house.now())
    if news is None:
        return
    known = webpush.opened(news.subscription.sealed, sealer=house.sealer, token_id=news.subscription.token_id)
    text = msgspec.json.encode(payload(house, news, token=known.token))
    standard, now = news.subscription.standard, house.now()
    message = webpush.encrypt(text, p256dh=known.p256dh, auth=known.auth, standard=standard)
    signed = webpush.authorization(
        _key(house.settings.secrets.vapid_private_key.reveal()),
        audience=str(Origin.of(news.subscription.endpoint)),
        subject=str(house.settings.origin),
        now=now,
        standard=standard,
    )
    if run is not None:
        run.check()
    try:
        answer = await house.client.post(
            news.subscription.endpoint,
            body=message.body,
            headers=_headers(message, signed, topic=f"n{news.notification.id}"),
            seconds=SECONDS,
        )
    except Unreachable:
        raise
    except FediswError as error:  # an address that we never call, or an answer that is no HTTP
        await _give_up(house, job, reason=str(error), status=0)
        raise Forbidden("the push service cannot be used") from error
    await _judge(house, job, answer)


async def _judge(house: House, job: SendPush, answer: Answer) -> None:
    if 200 <= answer.status < 300:
        return
    if 400 <= answer.status < 500 and answer.status not in PASSING:
        await _give_up(house, job, reason="refused", status=answer.status)
        raise Forbidden("the push service refuses the subscription")
    wait = retry_after(answer.headers, now=house.now())
    raise Unreachable(f"the push service answered {answer.status}", retry_after=int(wait.total_seconds()) if wait else 0)


async def _give_up(house: House, job: SendPush, *, reason: str, status: int) -> None:
    """The push service does not know it, or does not want us: the subscription goes."""
    await house.db.write(push.remove, job.subscription_id)
    log.info("push.subscription_removed", host=job.at_host, status=status, reason=reason)


def news_of(tx: Tx, job: SendPush, *, now: datetime) -> News | None:
    """None when it is not to be told any more: dismissed, hidden, blocked, or the person is gone (VIS-13, GRP-3)."""
    subscription = push.find(tx, job.subscription_id)
    if subscription is None:
        return None
    owner = subscription.account_id
    notification = notifications.find(tx, job.notification_id, viewer_id=owner, now=now)
    user, account = users.find(tx, owner), accounts.find(tx, owner)
    if notification is None or notification.filtered or user is None or account is None:
        return None
    sender = accounts.find(tx, notification.from_id)
    status = statuses.find(tx, notification.status_id) if notification.status_id is not None else None
    lost = notification.type in ABOUT_POSTS and status is None
    if sender is None or lost or not user.functional or not account.usable:
        return None
    return News(
        subscription=subscription,
        notification=notification,
        user=user,
        sender=sender,
        status=status,
        open=status is not None and _is_open(tx, status),
    )


def _is_open(tx: Tx, status: Status) -> bool:
    author = accounts.find(tx, status.account_id)
    if author is None:
        return False
    audience = Audience(visibility=status.visibility, local_only=status.local_only, reach=author.reach)
    return may_read(audience, ANONYMOUS) is Verdict.YES


def payload(house: House, news: News, *, token: str) -> Payload:
    """What the client gets; of posts that not everybody may read not a word (VIS-12)."""
    words = translator(news.user.locale)
    name = news.sender.display_name.strip() or news.sender.username
    title = words.gettext(TITLES[news.notification.type], name=name)
    return Payload(
        access_token=token,
        preferred_locale=words.language,
        notification_id=news.notification.id,
        notification_type=news.notification.type.value,
        icon=_icon(house, news.sender),
        title=_line(title, TITLE_CHARACTERS),
        body=_line(_body(news, words), BODY_CHARACTERS),
    )


def _body(news: News, words: Translator) -> str:
    if news.status is None:
        return to_plain_text(news.sender.note) if news.notification.type is NotificationType.FOLLOW else ""
    if not news.open:
        return words.gettext(NEUTRAL)
    return news.status.spoiler_text or to_plain_text(news.status.content)


def _line(text: str, most: int) -> str:
    return cut(" ".join(text.split()), most)


def _icon(house: House, account: Account) -> str:
    picture = account.avatar
    if picture.key:
        return house.store.url(picture.static_key or picture.key)
    if picture.remote_url:
        return house.links.url(picture.remote_url, purpose=Purpose.AVATAR, part=Part.PREVIEW)
    return f"{house.settings.origin}{ICON}"


def _headers(message: webpush.Message, signed: Mapping[str, str], *, topic: str) -> dict[str, str]:
    headers = {
        "Content-Type": "application/octet-stream",
        "TTL": str(int(KEPT_FOR.total_seconds())),
        "Urgency": "normal",
        "Topic": topic,
        **message.headers,
        **signed,
    }
    if "Crypto-Key" in message.headers:
        headers["Crypto-Key"] = f"{message.headers['Crypto-Key']};{signed['Crypto-Key']}"
    return headers


@lru_cache(1)
def _key(text: str) -> EllipticCurvePrivateKey:
    return vapid.load(text)
