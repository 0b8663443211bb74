"""What every entity needs to know of this server, and how times are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from fedisw.media.links import ProxyLinks
from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, Emoji, Picture
from fedisw.model.urls import encoded as encoded  # the name belongs here for the entities, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Addresses of this server; `store_url` gives that of a file of the media store, `links` those of remote files.

    `avatar` and `header` are the pictures of people who have none, `mark` is our own; all are absolute URLs.
    `streaming` is an origin without a path; `vapid_key` is the public key of web push.
    """

    origin: str
    account_domain: str
    avatar: str
    header: str
    mark: str
    streaming: str
    vapid_key: str
    links: ProxyLinks
    store_url: Callable[[str], str]

    def picture(self, picture: Picture, *, purpose: Purpose, otherwise: str) -> tuple[str, str]:
        """Address of an avatar or header, and of its form that does not move."""
        if picture.key:
            return self.store_url(picture.key), self.store_url(picture.static_key or picture.key)
        if picture.remote_url:
            moving = self.links.url(picture.remote_url, purpose=purpose)
            return moving, self.links.url(picture.remote_url, purpose=purpose, part=Part.PREVIEW)
        return otherwise, otherwise

    def emoji(self, emoji: Emoji) -> tuple[str, str]:
        """Address of a custom emoji of another server, and of its form that does not move."""
        moving = self.links.url(emoji.url, purpose=Purpose.EMOJI)
        return moving, self.links.url(emoji.static_url or emoji.url, purpose=Purpose.EMOJI, part=Part.PREVIEW)

    def tag_url(self, name: str) -> str:
        """Our page of a hashtag."""
        return f"{self.origin}/tags/{quote(name)}"

    def profile_url(self, account: Account) -> str:
        """The page of a profile, equal to the `href` of mentions."""
        return encoded(account.url or account.uri)


def moment(when: datetime) -> str:
    """A time with exactly three digits after the second; other forms are read as "now" by some clients."""
    text = when.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def second(when: datetime) -> str:
    """A time without a fraction, in the few places where clients expect it so."""
    return when.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def midnight(when: datetime) -> str:
    """The day of a time as a time: what accounts show of their beginning."""
    return f"{when.astimezone(UTC).date().isoformat()}T00:00:00.000Z"


def moment_or_none(when: datetime | None) -> str | None:
    """As `moment`; null for what never happened."""
    return None if when is None else moment(when)


def id_or_none(number: int | None) -> str | None:
    """An id as JSON has it, or null."""
    return None if number is None else str(number)
