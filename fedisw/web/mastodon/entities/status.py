"""Posts as clients see them, in three parts: what belongs to the row (head), what a boost shares with its original
(body), and what depends on who looks (flags). `fragments.py` puts the parts together; account, poll and the boosted post
stand between them.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.accounts import Account as AccountValue
from fedisw.model.oauth import App
from fedisw.model.statuses import Status
from fedisw.model.statuses import StatusEdit as EditValue
from fedisw.model.views import Flags, StatusView, TagView
from fedisw.web.mastodon.entities.account import Account, CustomEmoji, account_entity, emoji_entity
from fedisw.web.mastodon.entities.media import MediaAttachment, media_entity
from fedisw.web.mastodon.entities.site import Site, encoded, id_or_none, moment, moment_or_none


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom the text names."""

    id: str
    username: str
    url: str
    acct: str


class ShallowTag(msgspec.Struct, frozen=True, kw_only=True):
    """A hashtag of a post; clients find it in the text by its name."""

    name: str
    url: str


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """With what a post was written."""

    name: str
    website: str | None


class StatusHead(msgspec.Struct, frozen=True, kw_only=True):
    """What a boost has of its own."""

    id: str
    uri: str
    url: str
    created_at: str
    visibility: str
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None


class StatusBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a post says; a boost repeats it. In the answer to DELETE `text` stands in place of `content`."""

    content: str | UnsetType
    text: str | UnsetType = UNSET
    spoiler_text: str
    sensitive: bool
    language: str | None
    media_attachments: list[MediaAttachment]
    mentions: list[Mention]
    tags: list[ShallowTag]
    emojis: list[CustomEmoji]
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    edited_at: str | None
    local_only: bool
    tagged_collections: tuple[str, ...] = ()
    application: Program | UnsetType = UNSET


class StatusFlags(msgspec.Struct, frozen=True, kw_only=True):
    """What the person who looks did; absent for callers without proof. `pinned` only for own posts that can be pinned."""

    favourited: bool
    reblogged: bool
    muted: bool
    bookmarked: bool
    pinned: bool | UnsetType = UNSET


class StatusSource(msgspec.Struct, frozen=True, kw_only=True):
    """What the author typed."""

    id: str
    text: str
    spoiler_text: str


class PollForm(msgspec.Struct, frozen=True, kw_only=True):
    """Options of a poll in an earlier form of a post."""

    options: list[dict[str, str]]


class StatusEdit(msgspec.Struct, frozen=True, kw_only=True):
    """One form that a post had."""

    account: Account
    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    poll: PollForm | UnsetType = UNSET
    quote: msgspec.Raw | UnsetType = UNSET


def head_entity(status: Status) -> StatusHead:
    """The head of a post or boost."""
    return StatusHead(
        id=str(status.id),
        uri=status.uri,
        url=encoded(status.url or status.uri),
        created_at=moment(status.created_at),
        visibility=status.visibility.value,
        in_reply_to_id=id_or_none(status.in_reply_to_id),
        in_reply_to_account_id=id_or_none(status.in_reply_to_account_id),
    )


def body_entity(view: StatusView, site: Site, *, as_text: bool = False) -> StatusBody:
    """What a post (not a boost) says; `as_text` for a redraft."""
    status = view.status
    return StatusBody(
        content=UNSET if as_text else status.content,
        text=status.text if as_text else UNSET,
        spoiler_text=status.spoiler_text,
        sensitive=status.sensitive,
        language=status.language or None,
        media_attachments=[media_entity(item, site) for item in view.media],
        mentions=[mention_entity(account, site) for account in view.mentions],
        tags=[tag_entity(tag, site) for tag in view.tags],
        emojis=[emoji_entity(emoji, site) for emoji in status.emojis],
        replies_count=status.shown.replies,
        reblogs_count=status.shown.reblogs,
        favourites_count=status.shown.favourites,
        quotes_count=status.quotes_count,
        local_only=status.local_only,
        edited_at=moment_or_none(status.edited_at),
        application=UNSET if view.app is None else program_entity(view.app),
    )


def flags_entity(flags: Flags, *, pinnable: bool) -> StatusFlags:
    """What a person did with a post; `pinnable`: it is their own and could be pinned."""
    return StatusFlags(
        favourited=flags.favourited,
        reblogged=flags.reblogged,
        muted=flags.muted,
        bookmarked=flags.bookmarked,
        pinned=flags.pinned if pinnable else UNSET,
    )


def mention_entity(account: AccountValue, site: Site) -> Mention:
    """Somebody whom a text names."""
    return Mention(id=str(account.id), username=account.username, url=site.profile_url(account), acct=account.acct)


def tag_entity(tag: TagView, site: Site) -> ShallowTag:
    """A hashtag of a post."""
    return ShallowTag(name=tag.name, url=site.tag_url(tag.name))


def program_entity(app: App) -> Program:
    """With what a post was written."""
    return Program(name=app.name, website=app.website or None)


def source_entity(status: Status) -> StatusSource:
    """What the author typed."""
    return StatusSource(id=str(status.id), text=status.text, spoiler_text=status.spoiler_text)


def history_entity(
    view: StatusView, edits: Sequence[EditValue], site: Site, *, quote: msgspec.Raw | UnsetType = UNSET
) -> list[StatusEdit]:
    """All forms that a post had, oldest first, the present one last; files that are gone since are left out.

    Args:
        quote: what the post quotes, as its reader sees it; that never changes.
    """
    status, files = view.status, {item.id: item for item in view.media}
    account = account_entity(view.account, site)
    emojis = [emoji_entity(emoji, site) for emoji in status.emojis]
    forms = [
        StatusEdit(
            account=account,
            content=edit.content,
            spoiler_text=edit.spoiler_text,
            sensitive=edit.sensitive,
            created_at=moment(edit.created_at),
            media_attachments=[media_entity(files[item], site) for item in _ids(edit) if item in files],
            emojis=emojis,
            poll=_poll_form(edit.poll_options),
            quote=quote,
        )
        for edit in edits
    ]
    now = StatusEdit(
        account=account,
        content=status.content,
        spoiler_text=status.spoiler_text,
        sensitive=status.sensitive,
        created_at=moment(status.edited_at or status.created_at),
        media_attachments=[media_entity(item, site) for item in view.media],
        emojis=emojis,
        poll=_poll_form(view.poll.options if view.poll else ()),
        quote=quote,
    )
    return [*forms, now]


def _ids(edit: EditValue) -> list[int]:
    return msgspec.json.decode(edit.media, type=list[int])


def _poll_form(options: Sequence[str]) -> PollForm | UnsetType:
    return PollForm(options=[{"title": title} for title in options]) if options else UNSET
