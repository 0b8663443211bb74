"""The server itself as clients see it; they decide by this document what they can do here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from fedisw import __version__
from fedisw.config import Settings
from fedisw.config.settings import RegistrationMode
from fedisw.model.feeds import TimelinesAccess
from fedisw.web.mastodon.entities.account import Account
from fedisw.web.mastodon.entities.site import Site

MATCHED: Final = "4.6.0"  # the release of Mastodon whose behaviour we match; clients read the number first
API_VERSIONS: Final = {"mastodon": 9, "fedisw": 1}  # raised only with the methods that a number stands for
DESCRIPTION: Final = "A professional network for social workers, connected with the fediverse."
URL_LENGTH: Final = 23
MAX_FEATURED_TAGS: Final = 0
FILM_TYPES: Final = (
    *("video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp3", "audio/ogg", "audio/vorbis", "audio/flac"),
    *("audio/wav", "audio/x-wav", "audio/wave", "audio/m4a", "audio/x-m4a", "audio/mp4"),
)  # where ffmpeg is installed
TYPES: Final = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
MAX_NUMBER: Final = 2_147_483_647  # some clients read 32 bits


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in another language."""

    text: str
    hint: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule; its id is a text although it is small."""

    id: str
    text: str
    hint: str
    translations: Mapping[str, RuleText]


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """How many came within a month."""

    active_month: int


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """`usage`."""

    users: Users


class Thumbnail(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of the server."""

    url: str
    description: str = ""


class Icon(msgspec.Struct, frozen=True, kw_only=True):
    """The mark of the server."""

    src: str
    size: str


class Registrations(msgspec.Struct, frozen=True, kw_only=True):
    """Whether and how people join."""

    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None = None
    min_age: int | None
    url: str | None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask."""

    email: str
    account: Account | None


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md, section 5."""

    domain: str
    title: str
    version: str
    source_url: str
    description: str = DESCRIPTION
    usage: Usage
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: Sequence[str]
    configuration: Mapping[str, object]
    registrations: Registrations
    api_versions: Mapping[str, int]
    wrapstodon: None = None
    contact: Contact
    rules: Sequence[Rule]


class OldUrls(msgspec.Struct, frozen=True, kw_only=True):
    """Where streams are."""

    streaming_api: str


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """How large the server is."""

    user_count: int
    status_count: int
    domain_count: int


class OldInstance(msgspec.Struct, frozen=True, kw_only=True):
    """V1::Instance: what older clients, and fallbacks of all clients, read."""

    uri: str
    title: str
    short_description: str = DESCRIPTION
    description: str = DESCRIPTION
    email: str
    version: str
    urls: OldUrls
    stats: Stats
    thumbnail: str | None
    languages: Sequence[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool = False
    contact_account: Account | None
    rules: Sequence[Rule]
    configuration: Mapping[str, object]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """ExtendedDescription and PrivacyPolicy."""

    updated_at: str | None
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the database knows of the server; `contact` is the owner, if everybody may see them."""

    contact: Account | None
    users: int
    active_month: int
    posts: int
    hosts: int
    access: TimelinesAccess
    films: bool


def version() -> str:
    """The release that we match, then ours."""
    return f"{MATCHED} (compatible; fedisw {__version__})"


def instance_entity(settings: Settings, site: Site, facts: Facts, *, rules: Sequence[Rule]) -> Instance:
    """The server for present clients."""
    mode = settings.registrations.mode
    return Instance(
        source_url=f"{site.origin}/about/source",
        domain=settings.account_domain,
        title=settings.instance.name,
        version=version(),
        usage=Usage(users=Users(active_month=min(facts.active_month, MAX_NUMBER))),
        thumbnail=Thumbnail(url=site.mark, description=settings.instance.name),
        icon=[Icon(src=site.mark, size="512x512")],
        languages=settings.instance.languages,
        configuration=_configuration(settings, site, facts),
        registrations=Registrations(
            enabled=mode in (RegistrationMode.OPEN, RegistrationMode.APPROVAL),
            approval_required=mode is RegistrationMode.APPROVAL,
            reason_required=mode is RegistrationMode.APPROVAL,
            min_age=settings.registrations.min_age or None,
            url=f"{site.origin}/auth/sign_up",
        ),
        api_versions=API_VERSIONS,
        contact=Contact(email=settings.mail.sender, account=facts.contact),
        rules=rules,
    )


def old_instance_entity(settings: Settings, site: Site, facts: Facts, *, rules: Sequence[Rule]) -> OldInstance:
    """The server for older clients."""
    mode, whole = settings.registrations.mode, _configuration(settings, site, facts)
    return OldInstance(
        uri=settings.account_domain,
        title=settings.instance.name,
        email=settings.mail.sender,
        version=version(),
        urls=OldUrls(streaming_api=site.streaming),
        stats=Stats(user_count=facts.users, status_count=facts.posts, domain_count=facts.hosts),
        thumbnail=site.mark,
        languages=settings.instance.languages,
        registrations=mode in (RegistrationMode.OPEN, RegistrationMode.APPROVAL),
        approval_required=mode is RegistrationMode.APPROVAL,
        contact_account=facts.contact,
        rules=rules,
        configuration={
            "accounts": {"max_featured_tags": MAX_FEATURED_TAGS},
            **{name: whole[name] for name in ("statuses", "media_attachments", "polls")},
        },
    )


def _configuration(settings: Settings, site: Site, facts: Facts) -> dict[str, object]:
    limits, access = settings.limits, facts.access
    return {
        "urls": {
            "streaming": site.streaming,
            "status": None,
            "about": f"{site.origin}/about",
            "privacy_policy": f"{site.origin}/about",
            "terms_of_service": None,
        },
        "vapid": {"public_key": site.vapid_key},
        "accounts": {
            "max_display_name_length": 40,
            "max_note_length": 500,
            "max_avatar_description_length": 150,
            "max_header_description_length": 150,
            "max_featured_tags": MAX_FEATURED_TAGS,
            "max_pinned_statuses": 5,
            "max_profile_fields": 4,
            "profile_field_name_limit": 255,
            "profile_field_value_limit": 255,
        },
        "statuses": {
            "max_characters": limits.post_chars,
            "max_media_attachments": limits.media_per_post,
            "characters_reserved_per_url": URL_LENGTH,
        },
        "media_attachments": {
            "supported_mime_types": (*TYPES, *FILM_TYPES) if facts.films else TYPES,
            "description_limit": 10_000,
            "image_size_limit": min(limits.image_bytes, MAX_NUMBER),
            "image_matrix_limit": 33_177_600,
            "video_size_limit": min(limits.video_bytes, MAX_NUMBER),
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": 4,
            "max_characters_per_option": 50,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
        "translation": {"enabled": False},
        "timelines_access": access,
        "limited_federation": settings.federation.mode.value != "open",
    }
