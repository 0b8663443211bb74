"""Who may look at the feeds that hold everybody's posts: a choice of the server's staff (mastodon-api.md, section 2.14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """Who may look at one half of a feed."""

    PUBLIC = "public"
    AUTHENTICATED = "authenticated"
    DISABLED = "disabled"


class Half(StrEnum):
    """What of a feed is shown."""

    BOTH = "both"
    LOCAL = "local"
    REMOTE = "remote"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAccess:
    """One feed: posts written here, and those of other servers."""

    local: Access = Access.PUBLIC
    remote: Access = Access.PUBLIC

    def needs_person(self, wanted: Half) -> bool:
        """Whether callers without a token are refused, rather than shown a part."""
        halves = {Half.LOCAL: (self.local,), Half.REMOTE: (self.remote,)}.get(wanted, (self.local, self.remote))
        return any(half is not Access.PUBLIC for half in halves)

    def shown(self, wanted: Half, *, signed_in: bool) -> Half:
        """What of the wanted half may be shown."""
        local, remote = _open(self.local, signed_in), _open(self.remote, signed_in)
        if wanted is Half.LOCAL:
            return Half.LOCAL if local else Half.NOTHING
        if wanted is Half.REMOTE:
            return Half.REMOTE if remote else Half.NOTHING
        if local and remote:
            return Half.BOTH
        return Half.LOCAL if local else Half.REMOTE if remote else Half.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinesAccess:
    """All feeds that everybody's posts stand in."""

    live_feeds: FeedAccess = FeedAccess()
    hashtag_feeds: FeedAccess = FeedAccess()
    trending_link_feeds: FeedAccess = FeedAccess()


def half_of(*, local: bool, remote: bool) -> Half:
    """What a caller asks for; both words at once ask for both."""
    if local is remote:
        return Half.BOTH
    return Half.LOCAL if local else Half.REMOTE


def _open(half: Access, signed_in: bool) -> bool:
    return half is Access.PUBLIC or (half is Access.AUTHENTICATED and signed_in)
