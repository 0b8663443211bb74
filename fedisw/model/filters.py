"""What people do not want to read, or only after a warning: words and posts, for some places (mastodon-api.md, section 2.8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FilterContext(StrEnum):
    """Where a filter works; the client looks at it, the server tells of every match."""

    HOME = "home"
    NOTIFICATIONS = "notifications"
    PUBLIC = "public"
    THREAD = "thread"
    ACCOUNT = "account"


class FilterAction(StrEnum):
    """What is done with a post that matches."""

    WARN = "warn"
    HIDE = "hide"
    BLUR = "blur"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A person's filter; after `expires_at` it matches nothing but stays to be renewed."""

    id: int
    account_id: int
    title: str
    contexts: tuple[FilterContext, ...]
    action: FilterAction = FilterAction.WARN
    expires_at: datetime | None = None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterKeyword:
    """A word or phrase of a filter, as its owner wrote it."""

    id: int
    filter_id: int
    keyword: str
    whole_word: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterStatus:
    """One post that a filter matches, whatever it says."""

    id: int
    filter_id: int
    status_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterView:
    """A filter with all that it matches."""

    filter: Filter
    keywords: tuple[FilterKeyword, ...] = ()
    statuses: tuple[FilterStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterDraft:
    """What a filter is to be; contexts and title are not checked yet."""

    title: str
    contexts: tuple[str, ...]
    action: FilterAction = FilterAction.WARN
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChange:
    """What becomes different of a filter; None leaves a part as it is, the expiry unless `sets_expiry`."""

    title: str | None = None
    contexts: tuple[str, ...] | None = None
    action: FilterAction | None = None
    sets_expiry: bool = False
    expires_at: datetime | None = None

    def applied(self, before: Filter) -> FilterDraft:
        """What the filter is to be."""
        return FilterDraft(
            title=before.title if self.title is None else self.title,
            contexts=before.contexts if self.contexts is None else self.contexts,
            action=self.action or before.action,
            expires_at=self.expires_at if self.sets_expiry else before.expires_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordChange:
    """A keyword that is added (no id), changed or removed with its filter; None leaves a part as it is."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    removed: bool = False
