"""Posts and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fedisw.model.accounts import Emoji


class Visibility(StrEnum):
    """Who a post is for (security, section 6); an unknown value is 422."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"
    DIRECT = "direct"


class ObjectType(StrEnum):
    """What kind of object a post was at its origin."""

    NOTE = "Note"
    ARTICLE = "Article"
    PAGE = "Page"
    QUESTION = "Question"
    EVENT = "Event"
    IMAGE = "Image"
    VIDEO = "Video"
    AUDIO = "Audio"
    DOCUMENT = "Document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A post, or a boost of one (`reblog_of_id`).

    `content` is clean HTML, `text` what the author typed (ours only). `revision` grows with every change
    of what the post shows, counters included. `edited_at` is the newest `updated` that was applied. `quote_policy` is read
    by model/quotes.py, `interaction_policy` by model/policies.py; `quoted_uri` is the id of the post that it quotes, empty
    when it quotes none. `approval` of an answer or boost: empty where none was needed, `pending`, `rejected`, or the id of
    the document by which the author of the other post agreed.
    """

    id: int
    uri: str
    url: str
    account_id: int
    host: str | None
    object_type: ObjectType = ObjectType.NOTE
    visibility: Visibility
    local_only: bool = False
    content: str = ""
    text: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str = ""
    emojis: tuple[Emoji, ...] = ()
    in_reply_to_id: int | None = None
    in_reply_to_account_id: int | None = None
    in_reply_to_uri: str = ""
    reblog_of_id: int | None = None
    conversation_id: int
    poll_id: int | None = None
    app_id: int | None = None
    created_at: datetime
    edited_at: datetime | None = None
    replies_count: int = 0
    reblogs_count: int = 0
    favourites_count: int = 0
    revision: int = 0
    quotes_count: int = 0
    quote_policy: str = ""
    quoted_uri: str = ""
    card_id: int | None = None
    interaction_policy: str = ""
    approval: str = ""
    elsewhere_replies: int = 0
    elsewhere_reblogs: int = 0
    elsewhere_favourites: int = 0

    @property
    def local(self) -> bool:
        """Whether it was written here."""
        return self.host is None

    @property
    def shown(self) -> Counts:
        """What people are told: of our own posts what is true here, of others what is known here or more is said."""
        here = Counts(replies=self.replies_count, reblogs=self.reblogs_count, favourites=self.favourites_count)
        if self.local:
            return here
        return Counts(
            replies=max(here.replies, self.elsewhere_replies),
            reblogs=max(here.reblogs, self.elsewhere_reblogs),
            favourites=max(here.favourites, self.elsewhere_favourites),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often a post was answered, boosted, liked; from another server an unproved claim (federation, section 4.3)."""

    replies: int = 0
    reblogs: int = 0
    favourites: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A post names an account; a silent one receives the post without being named in the text."""

    status_id: int
    account_id: int
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A hashtag: `name` is the folded key, `display` as first written."""

    id: int
    name: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEdit:
    """One earlier form of an edited post."""

    id: int
    status_id: int
    content: str
    spoiler_text: str
    sensitive: bool
    media: bytes
    poll_options: tuple[str, ...] = ()
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to post, cleaned and resolved; `html` is clean, mentions are accounts we know.

    `quote_policy` is None where the author did not choose: the default for a new post, unchanged for an edit.
    """

    html: str
    text: str = ""
    visibility: Visibility = Visibility.PUBLIC
    local_only: bool = False
    spoiler_text: str = ""
    sensitive: bool = False
    language: str = ""
    mentioned: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    media_ids: tuple[int, ...] = ()
    in_reply_to_id: int | None = None
    poll: PollDraft | None = None
    app_id: int | None = None
    quoted_id: int | None = None
    quote_policy: str | None = None
    interaction_policy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollDraft:
    """The poll somebody wants to ask."""

    options: tuple[str, ...]
    expires_at: datetime | None
    multiple: bool = False
    hide_totals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteStatus:
    """A post of another server, read, checked and cleaned by federation/convert/note.py.

    `mentioned` are accounts that we know and that the document addresses or tags; `silent` of them receive it
    without being tagged. Parent and conversation are given as ids where known, else by uri. `texts` is the content by
    language where the author wrote it in several. `elsewhere` is what its server counts.
    """

    uri: str
    url: str
    object_type: ObjectType = ObjectType.NOTE
    visibility: Visibility
    content: str
    texts: Mapping[str, str] = field(default_factory=dict)
    spoiler_text: str = ""
    sensitive: bool = False
    language: str = ""
    emojis: tuple[Emoji, ...] = ()
    mentioned: tuple[int, ...] = ()
    silent: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    media: tuple[RemoteMedia, ...] = ()
    poll: RemotePoll | None = None
    in_reply_to_uri: str = ""
    conversation_uri: str = ""
    quote: RemoteQuote | None = None
    quote_policy: str = ""
    interaction_policy: str = ""
    approved_by: str = ""
    published: datetime
    updated: datetime | None = None
    elsewhere: Counts = Counts()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteQuote:
    """What a remote post quotes. `is_legacy`: written by software that knows no consent; `depth`: quotes above it.

    `is_gone`: its author says that the quoted post was deleted.
    """

    uri: str
    stamp_uri: str = ""
    is_legacy: bool = False
    is_gone: bool = False
    depth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteMedia:
    """An attachment of a remote post; `thumbnail` is the address of a still picture of a film or sound."""

    remote_url: str
    media_type: str = ""
    kind: str = "image"
    description: str = ""
    blurhash: str = ""
    width: int | None = None
    height: int | None = None
    focus_x: float = 0.0
    focus_y: float = 0.0
    thumbnail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePoll:
    """A poll of a remote post with the counts that its server tells."""

    options: tuple[str, ...]
    votes: tuple[int, ...]
    multiple: bool = False
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    voters_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """A question with options; counts belong to the options in order."""

    id: int
    status_id: int
    account_id: int
    options: tuple[str, ...]
    votes: tuple[int, ...]
    multiple: bool = False
    hide_totals: bool = False
    voters_count: int | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollVote:
    """One choice of one voter; `uri` is the vote's id on the wire."""

    poll_id: int
    account_id: int
    choice: int
    uri: str = ""
