"""What the templates show: plain values, already cut to what the viewer may see.

Text fields are plain and are escaped by the templates; `Markup` fields hold HTML that text/sanitise.py made.
Addresses are paths of ours or absolute http(s) URLs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from fedisw.model.media import MediaKind
from fedisw.model.statuses import Visibility
from fedisw.web.frame import PersonView
from fedisw.web.house_rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaView:
    """A file of a post; `preview` is the picture shown, empty when there is none. Sizes are pixels of the preview."""

    kind: MediaKind
    url: str
    preview: str = ""
    description: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionView:
    """An answer of a poll; `percent` (0 to 100) is None while the totals are hidden."""

    title: str
    votes: int | None
    percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PollView:
    """A poll; `voters` is None while the totals are hidden."""

    options: tuple[OptionView, ...]
    voters: int | None
    ends: datetime | None
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionView:
    """What people said to a post: one emoji, or the name of a custom one with its `picture` as we serve it."""

    content: str
    picture: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post; `boosted_by` when the timeline shows it because somebody boosted it.

    `key` is unique on the page. `depth` (0 to 3) is how far a reply is indented.
    """

    key: str
    author: PersonView
    page: str
    url: str
    published: datetime
    visibility: Visibility
    content: Markup
    local_only: bool = False
    edited: datetime | None = None
    note: str = ""
    sensitive: bool = False
    language: str = ""
    media: tuple[MediaView, ...] = ()
    poll: PollView | None = None
    reply_to: str = ""
    boosted_by: PersonView | None = None
    replies: int = 0
    boosts: int = 0
    likes: int = 0
    reactions: tuple[ReactionView, ...] = ()
    depth: int = 0
    indexable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldView:
    """A row of a profile; `value` is clean HTML."""

    name: str
    value: Markup
    checked: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """A profile with what its owner shows; counts are those that anybody may see (VIS-10)."""

    person: PersonView
    bio: Markup
    summary: str
    fields: tuple[FieldView, ...] = ()
    header: str = ""
    header_description: str = ""
    joined: datetime
    posts: int = 0
    followers: int | None = 0
    following: int | None = 0
    approves_followers: bool = False
    memorial: bool = False
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where the links under a list lead; None: there is nothing in that direction."""

    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerView:
    """The server as its own page describes it; `contact` is whoever runs it, if everybody may see them."""

    rules: tuple[Rule, ...]
    contact: PersonView | None = None
    members: int = 0
    posts: int = 0
