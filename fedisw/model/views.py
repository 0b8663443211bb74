"""A post with everything that it shows, gathered for rendering; nothing here depends on who looks."""

from __future__ import annotations

from dataclasses import dataclass

from fedisw.model.accounts import Account
from fedisw.model.cards import Card
from fedisw.model.media import Media
from fedisw.model.oauth import App
from fedisw.model.quotes import Quote
from fedisw.model.statuses import Poll, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """A hashtag of a post: folded name and first spelling."""

    name: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """A post, its author, and what hangs on it; `reblog` is the boosted post of a boost.

    `mentions` are the accounts that the text names, silent ones left out.
    """

    status: Status
    account: Account
    media: tuple[Media, ...] = ()
    mentions: tuple[Account, ...] = ()
    tags: tuple[TagView, ...] = ()
    poll: Poll | None = None
    app: App | None = None
    reblog: StatusView | None = None
    quote: Quote | None = None
    card: Card | None = None

    @property
    def shown(self) -> StatusView:
        """The post that is read: the boosted one of a boost, else itself."""
        return self.reblog or self


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What a viewer did with a post; `follows`: is a follower of its author."""

    favourited: bool = False
    reblogged: bool = False
    bookmarked: bool = False
    pinned: bool = False
    muted: bool = False
    follows: bool = False
    voted: bool = False
    own_votes: tuple[int, ...] = ()
