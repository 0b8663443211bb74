"""Accounts as clients see them; nothing here depends on who looks, but for the person's own."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account as AccountValue
from fedisw.model.accounts import Emoji, Picture, User
from fedisw.model.accounts import Field as FieldValue
from fedisw.model.accounts import Role as Rank
from fedisw.model.collections import may_feature
from fedisw.web.mastodon.entities.site import Site, midnight, moment_or_none

MAX_SHOWN_REQUESTS: Final = 40
EVERYBODY: Final = "-99"  # id of the role without a rank
RANK_IDS: Final = {Rank.NONE: EVERYBODY, Rank.MODERATOR: "1", Rank.ADMIN: "2", Rank.OWNER: "3"}
RANK_BITS: Final = {Rank.NONE: 0, Rank.MODERATOR: 0x10 | 0x400, Rank.ADMIN: 0x1, Rank.OWNER: 0x1}  # reports and users, or all
TAG: Final = re.compile("<[^>]*>")


class CustomEmoji(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that stands for `:shortcode:`."""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = False


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a profile."""

    name: str
    value: str
    verified_at: str | None = None


class FeatureApproval(msgspec.Struct, frozen=True, kw_only=True):
    """Who may put the account into a collection: everybody here, if it wants to be found."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()
    current_user: str = "denied"


OPEN = FeatureApproval(automatic=("public",), current_user="automatic")


class AccountRole(msgspec.Struct, frozen=True, kw_only=True):
    """A badge."""

    id: str
    name: str
    color: str


class Account(msgspec.Struct, kw_only=True):
    """mastodon-entities.md, section 1."""

    id: str
    username: str
    acct: str
    display_name: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    locked: bool
    fields: list[Field]
    emojis: list[CustomEmoji]
    bot: bool
    group: bool
    discoverable: bool | None
    indexable: bool
    noindex: bool | UnsetType = UNSET
    created_at: str
    last_status_at: str | None
    statuses_count: int
    followers_count: int
    following_count: int
    hide_collections: bool | None
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    moved: Account | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    memorial: bool | UnsetType = UNSET
    roles: list[AccountRole] | UnsetType = UNSET
    feature_approval: FeatureApproval = FeatureApproval()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a person typed and chose; for themselves."""

    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str | None
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    attribution_domains: tuple[str, ...] = ()
    quote_policy: str


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """The person's rank."""

    id: str
    name: str
    color: str = ""
    permissions: str
    highlighted: bool = False
    collection_limit: int = 0


class CredentialAccount(Account, kw_only=True):
    """The account that a token stands for."""

    source: Source
    role: Role


class MutedAccount(Account, kw_only=True):
    """Somebody whom the person does not see, and until when."""

    mute_expires_at: str | None


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """A flat object whose keys have colons."""

    visibility: str = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    quote_policy: str = msgspec.field(name="posting:default:quote_policy")
    media: str = msgspec.field(name="reading:expand:media", default="default")
    spoilers: bool = msgspec.field(name="reading:expand:spoilers", default=False)
    autoplay: bool = msgspec.field(name="reading:autoplay:gifs", default=False)


def account_entity(account: AccountValue, site: Site, *, moved_to: AccountValue | None = None) -> Account:
    """Anybody's account; of a suspended or deleted one little is left.

    Args:
        moved_to: the account that it has moved to, if it may be shown; shown without a further one inside.
    """
    members = _members(account, site)
    if moved_to is not None:
        members["moved"] = Account(**_members(moved_to, site))  # type: ignore[arg-type]  # names and types are those of the Struct
    return Account(**members)  # type: ignore[arg-type]  # names and types are those of the Struct


def muted_entity(account: AccountValue, site: Site, *, expires_at: datetime | None) -> MutedAccount:
    """Somebody on the list of muted accounts."""
    members = _members(account, site)
    return MutedAccount(**members, mute_expires_at=moment_or_none(expires_at))  # type: ignore[arg-type]  # names and types are those of the Struct


def credential_entity(account: AccountValue, user: User, site: Site, *, waiting: int) -> CredentialAccount:
    """The person's own account; `waiting` is how many ask to follow."""
    source = Source(
        note=account.note_source,
        fields=typed_fields(account),
        privacy=user.posting_visibility or "public",
        sensitive=user.posting_sensitive,
        quote_policy=user.posting_quote_policy,
        language=user.posting_language or None,
        follow_requests_count=min(waiting, MAX_SHOWN_REQUESTS),
        hide_collections=account.hides_network,
        discoverable=account.discoverable,
        indexable=account.indexable,
        attribution_domains=account.attribution_domains,
    )
    members = _members(account, site)
    return CredentialAccount(**members, source=source, role=role_entity(user.role))  # type: ignore[arg-type]  # names and types are those of the Struct


def preferences_entity(user: User) -> Preferences:
    """What a person chose for posting; the rest is left to the client."""
    return Preferences(
        visibility=user.posting_visibility or "public",
        quote_policy=user.posting_quote_policy,
        sensitive=user.posting_sensitive,
        language=user.posting_language or None,
    )


def role_entity(rank: Rank) -> Role:
    """What a rank may do, as a mask of bits."""
    name = "" if rank is Rank.NONE else rank.value.capitalize()
    return Role(id=RANK_IDS[rank], name=name, permissions=str(RANK_BITS[rank]), highlighted=False)


def typed_fields(account: AccountValue) -> list[Field]:
    """The rows of a profile as they were typed."""
    return [
        Field(name=row.name, value=typed_value(row.value), verified_at=moment_or_none(row.verified_at)) for row in account.fields
    ]


def shown_fields(account: AccountValue) -> list[Field]:
    """The rows of a profile as HTML."""
    return [_field(row) for row in account.fields]


def typed_value(html: str) -> str:
    """The value of a profile row as it was typed: our own HTML holds every character of it."""
    return unescape(TAG.sub("", html))


def emoji_entity(emoji: Emoji, site: Site) -> CustomEmoji:
    """A custom emoji of another server, through our proxy."""
    moving, static = site.emoji(emoji)
    return CustomEmoji(shortcode=emoji.shortcode, url=moving, static_url=static)


def _members(account: AccountValue, site: Site) -> dict[str, object]:
    shown = account.usable
    avatar, header = (account.avatar, account.header) if shown else (Picture(), Picture())
    avatar_url, avatar_static = site.picture(avatar, purpose=Purpose.AVATAR, otherwise=site.avatar)
    header_url, header_static = site.picture(header, purpose=Purpose.HEADER, otherwise=site.header)
    return {
        "id": str(account.id),
        "username": account.username,
        "acct": account.acct,
        "display_name": account.display_name if shown else "",
        "note": account.note if shown else "",
        "url": site.profile_url(account),
        "uri": account.uri,
        "avatar": avatar_url,
        "avatar_static": avatar_static,
        "avatar_description": avatar.description,
        "header": header_url,
        "header_static": header_static,
        "header_description": header.description,
        "locked": shown and account.approves_followers,
        "fields": shown_fields(account) if shown else [],
        "emojis": [emoji_entity(emoji, site) for emoji in account.emojis] if shown else [],
        "bot": shown and account.bot,
        "group": account.group,
        "discoverable": shown and account.discoverable,
        "indexable": shown and account.indexable,
        "noindex": not account.indexable if account.local else UNSET,
        "feature_approval": OPEN if may_feature(account) else FeatureApproval(),
        "created_at": midnight(account.created_at),
        "last_status_at": None if account.last_status_at is None else account.last_status_at.date().isoformat(),
        "statuses_count": account.statuses_count,
        "followers_count": account.followers_count,
        "following_count": account.following_count,
        "hide_collections": account.hides_network,
        "show_media": account.shows_media,
        "show_media_replies": account.shows_media_replies,
        "show_featured": account.shows_featured,
        "suspended": UNSET if shown else True,
        "limited": UNSET if account.limited_at is None else True,
        "memorial": True if account.memorial else UNSET,
        "roles": [] if account.local else UNSET,
    }


def _field(row: FieldValue) -> Field:
    return Field(name=row.name, value=row.value, verified_at=moment_or_none(row.verified_at))
