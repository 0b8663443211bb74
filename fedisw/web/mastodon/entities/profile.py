"""One's own profile as its editor shows it (mastodon-entities.md, section 1)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, Picture
from fedisw.storage.queries.tag_marks import FeaturedTag as FeaturedTagValue
from fedisw.web.mastodon.entities.account import Field, shown_fields, typed_fields
from fedisw.web.mastodon.entities.lists import FeaturedTag, featured_entity
from fedisw.web.mastodon.entities.site import Site


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a person typed and chose, and how it looks; pictures that are not there are null."""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    formatted_note: str
    formatted_fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: tuple[str, ...]
    featured_tags: list[FeaturedTag]


def profile_entity(account: Account, tags: Sequence[FeaturedTagValue], site: Site) -> Profile:
    """The profile of the person who asks."""
    avatar, avatar_static = _urls(account.avatar, Purpose.AVATAR, site)
    header, header_static = _urls(account.header, Purpose.HEADER, site)
    return Profile(
        id=str(account.id),
        display_name=account.display_name,
        note=account.note_source,
        fields=typed_fields(account),
        formatted_note=account.note,
        formatted_fields=shown_fields(account),
        avatar=avatar,
        avatar_static=avatar_static,
        avatar_description=account.avatar.description,
        header=header,
        header_static=header_static,
        header_description=account.header.description,
        locked=account.approves_followers,
        bot=account.bot,
        hide_collections=account.hides_network,
        discoverable=account.discoverable,
        indexable=account.indexable,
        show_media=account.shows_media,
        show_media_replies=account.shows_media_replies,
        show_featured=account.shows_featured,
        attribution_domains=account.attribution_domains,
        featured_tags=[featured_entity(tag, site) for tag in tags],
    )


def _urls(picture: Picture, purpose: Purpose, site: Site) -> tuple[str | None, str | None]:
    if not picture.key:
        return None, None
    return site.picture(picture, purpose=purpose, otherwise="")
