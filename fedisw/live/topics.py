"""Names of topics and the messages on them: ids only, so that a message is small and never tells a secret."""

from __future__ import annotations

from typing import Final

import msgspec

JOBS: Final = "jobs"  # Woken: there is work
KEYS: Final = "keys"  # ActorKeyChanged, MasterKeyChanged: what a process has in memory is old
ANNOUNCEMENTS: Final = "announcements"
PUBLIC: Final = "public"
PUBLIC_LOCAL: Final = "public:local"
PUBLIC_REMOTE: Final = "public:remote"
WITH_MEDIA: Final = ":media"  # appended to one of the three above


def home(account_id: int) -> str:
    """Posts of somebody's home timeline, and what concerns only them (filters changed)."""
    return f"home:{account_id}"


def notifications(account_id: int) -> str:
    """Notifications of somebody."""
    return f"notifications:{account_id}"


def direct(account_id: int) -> str:
    """Conversations of somebody."""
    return f"direct:{account_id}"


def list_of(list_id: int) -> str:
    """Posts of a list."""
    return f"list:{list_id}"


def hashtag(name: str, *, local: bool = False) -> str:
    """Public posts with a hashtag (`name` as stored, folded); only ours if `local`."""
    return f"hashtag:local:{name}" if local else f"hashtag:{name}"


def token(token_id: int) -> str:
    """The state of an access token: `Ended` closes its streams (security OAU-9)."""
    return f"token:{token_id}"


def account(account_id: int) -> str:
    """The state of an account: `Ended` closes all its streams and sessions (security AUT-9)."""
    return f"account:{account_id}"


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages."""


class Woken(Message, frozen=True):
    """There may be work to do."""


class Ended(Message, frozen=True):
    """What the topic names is over; its streams close."""


class Posted(Message, frozen=True):
    """A post is new in the topic's timeline."""

    status_id: int


class Edited(Message, frozen=True):
    """A post of the topic's timeline has changed."""

    status_id: int


class Removed(Message, frozen=True):
    """A post is gone, or no longer for this audience."""

    status_id: int


class Notified(Message, frozen=True):
    """A notification is new."""

    notification_id: int


class NotificationsMerged(Message, frozen=True):
    """Requests were accepted and their notifications are in the list now."""


class ConversationChanged(Message, frozen=True):
    """A conversation is new or has a new last post."""

    conversation_id: int


class FiltersChanged(Message, frozen=True):
    """Somebody changed their filters."""


class AnnouncementChanged(Message, frozen=True):
    """An announcement is new or edited."""

    announcement_id: int


class AnnouncementReaction(Message, frozen=True):
    """The count of one reaction to an announcement has changed."""

    announcement_id: int
    name: str
    count: int


class AnnouncementRemoved(Message, frozen=True):
    """An announcement is gone."""

    announcement_id: int


class ActorKeyChanged(Message, frozen=True):
    """A local actor signs with another key."""

    account_id: int


class MasterKeyChanged(Message, frozen=True):
    """The secrets file has another master key."""


AnyMessage = (
    Woken
    | Ended
    | Posted
    | Edited
    | Removed
    | Notified
    | NotificationsMerged
    | ConversationChanged
    | FiltersChanged
    | AnnouncementChanged
    | AnnouncementReaction
    | AnnouncementRemoved
    | ActorKeyChanged
    | MasterKeyChanged
)

encode: Final = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[AnyMessage]] = msgspec.json.Decoder(AnyMessage)


def decode(data: bytes | str) -> AnyMessage:
    """A message from its JSON form; msgspec.ValidationError for anything else."""
    return _decoder.decode(data)
