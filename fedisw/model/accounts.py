"""Accounts: people, groups and services, ours and those of other servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class ActorType(StrEnum):
    """The five actor types that every server knows (federation, section 2.1)."""

    PERSON = "Person"
    SERVICE = "Service"
    GROUP = "Group"
    APPLICATION = "Application"
    ORGANIZATION = "Organization"


class Reach(StrEnum):
    """How far a person's public posts may go (professional, section 14.1; security, section 6)."""

    PUBLIC = "public"
    FEDIVERSE = "fediverse"
    MEMBERS = "members"


class Role(StrEnum):
    """The one rank of a local person; duties lie beside it."""

    NONE = "none"
    MODERATOR = "moderator"
    ADMIN = "admin"
    OWNER = "owner"


STAFF: Final = frozenset({Role.OWNER, Role.ADMIN, Role.MODERATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One row of a profile's table: `value` is clean HTML."""

    name: str
    value: str
    verified_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Emoji:
    """A custom emoji as a document carried it; `url` is the picture at its origin."""

    shortcode: str
    url: str
    static_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An avatar or header: `key` names our own copy in the media store, `remote_url` where it came from."""

    key: str = ""
    static_key: str = ""
    remote_url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody or something that acts. `host` is None for ours.

    `note` and field values are clean HTML (text/sanitise.py). `revision` grows with every change that a
    rendered post shows. Counters count what the anonymous viewer may see (VIS-10). `shows_…`: which tabs of the
    profile the person wants. `attribution_domains`: sites whose previews may name the person as author.
    `hides_unlisted`: unlisted posts are not for readers without proof; who hides public ones, too, has reach `fediverse`.
    `suspended_there`: its own server suspended it, and may take that back; else our staff did.
    `links_checked_at`: when the links of the profile were looked at last, None without any.
    """

    id: int
    username: str
    host: str | None
    uri: str
    url: str
    actor_type: ActorType
    display_name: str = ""
    note: str = ""
    note_source: str = ""
    fields: tuple[Field, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    avatar: Picture = Picture()
    header: Picture = Picture()
    inbox_uri: str = ""
    shared_inbox_uri: str = ""
    outbox_uri: str = ""
    followers_uri: str = ""
    following_uri: str = ""
    featured_uri: str = ""
    approves_followers: bool = False
    discoverable: bool = False
    indexable: bool = False
    hides_network: bool = False
    memorial: bool = False
    shows_media: bool = True
    shows_media_replies: bool = True
    shows_featured: bool = True
    attribution_domains: tuple[str, ...] = ()
    reach: Reach = Reach.PUBLIC
    hides_unlisted: bool = False
    also_known_as: tuple[str, ...] = ()
    moved_to_uri: str = ""
    created_at: datetime
    updated_at: datetime
    fetched_at: datetime | None = None
    suspended_at: datetime | None = None
    suspended_there: bool = False
    limited_at: datetime | None = None
    deleted_at: datetime | None = None
    last_status_at: datetime | None = None
    links_checked_at: datetime | None = None
    statuses_count: int = 0
    followers_count: int = 0
    following_count: int = 0
    revision: int = 0

    @property
    def acct(self) -> str:
        """`name` for ours, `name@host` for others."""
        return self.username if self.host is None else f"{self.username}@{self.host}"

    @property
    def local(self) -> bool:
        """Whether the account lives here."""
        return self.host is None

    @property
    def bot(self) -> bool:
        """Whether no person writes here."""
        return self.actor_type in (ActorType.SERVICE, ActorType.APPLICATION)

    @property
    def group(self) -> bool:
        """Whether it is a group."""
        return self.actor_type is ActorType.GROUP

    @property
    def usable(self) -> bool:
        """Neither suspended nor deleted."""
        return self.suspended_at is None and self.deleted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What only we know of a local person: how they sign in and what they set. `id` is the account's id."""

    id: int
    email: str
    password_hash: str
    role: Role = Role.NONE
    locale: str = "en"
    created_at: datetime
    confirmed_at: datetime | None = None
    approved_at: datetime | None = None
    disabled_at: datetime | None = None
    must_change_password: bool = False
    sign_up_reason: str = ""
    posting_visibility: str = "public"
    posting_sensitive: bool = False
    posting_language: str = ""
    posting_quote_policy: str = "followers"
    last_active_at: datetime | None = None
    confirm_token_hash: bytes | None = None
    confirm_sent_at: datetime | None = None
    reset_token_hash: bytes | None = None
    reset_sent_at: datetime | None = None
    app_id: int | None = None
    tells_blocks: bool = False

    @property
    def functional(self) -> bool:
        """Whether the person may use the service (AUT-10)."""
        return self.confirmed_at is not None and self.approved_at is not None and self.disabled_at is None


class KeyKind(StrEnum):
    """Kinds of signature keys."""

    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredKey:
    """A private key that was replaced; it signs one more activity (associated data: `retired_keys/` and its id)."""

    activity_uri: str
    account_id: int
    key_id: str
    private_sealed: bytes
    retired_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorKey:
    """A signature key of an account; `private_sealed` only for ours (KEY-1, associated data: the key id).

    `public` is SPKI PEM for both kinds.
    """

    key_id: str
    account_id: int
    kind: KeyKind
    public: str
    private_sealed: bytes | None = None
    created_at: datetime
    fetched_at: datetime | None = None
