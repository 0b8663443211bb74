"""Filters as clients see them, new and old (mastodon-entities.md, section 3)."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from fedisw.model.filters import Filter as FilterValue
from fedisw.model.filters import FilterAction, FilterView
from fedisw.model.filters import FilterKeyword as KeywordValue
from fedisw.model.filters import FilterStatus as StatusValue
from fedisw.web.mastodon.entities.site import moment_or_none


class FilterKeyword(msgspec.Struct, frozen=True, kw_only=True):
    """A word of a filter."""

    id: str
    keyword: str
    whole_word: bool


class FilterStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a filter."""

    id: str
    status_id: str


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter; the last two are left out beside a post that it matches."""

    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword] | UnsetType = UNSET
    statuses: list[FilterStatus] | UnsetType = UNSET


class OldFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A word of a filter, as old clients know it: `V1::Filter`."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


def filter_entity(view: FilterView) -> Filter:
    """A filter with all that it matches."""
    return msgspec.structs.replace(
        matched_entity(view.filter),
        keywords=[keyword_entity(keyword) for keyword in view.keywords],
        statuses=[filter_status_entity(status) for status in view.statuses],
    )


def matched_entity(value: FilterValue) -> Filter:
    """A filter beside a post that it matches."""
    return Filter(
        id=str(value.id),
        title=value.title,
        context=[context.value for context in value.contexts],
        expires_at=moment_or_none(value.expires_at),
        filter_action=value.action.value,
    )


def keyword_entity(value: KeywordValue) -> FilterKeyword:
    """A word of a filter."""
    return FilterKeyword(id=str(value.id), keyword=value.keyword, whole_word=value.whole_word)


def filter_status_entity(value: StatusValue) -> FilterStatus:
    """A post of a filter."""
    return FilterStatus(id=str(value.id), status_id=str(value.status_id))


def old_filter_entity(value: FilterValue, keyword: KeywordValue) -> OldFilter:
    """A word of a filter for old clients."""
    return OldFilter(
        id=str(keyword.id),
        phrase=keyword.keyword,
        context=[context.value for context in value.contexts],
        whole_word=keyword.whole_word,
        expires_at=moment_or_none(value.expires_at),
        irreversible=value.action is FilterAction.HIDE,
    )
