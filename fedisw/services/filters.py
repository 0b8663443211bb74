"""Filters of people: what they may be, and that everybody who shows posts hears of a change (mastodon-api.md, section 2.8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from fedisw.live import topics
from fedisw.model.errors import Invalid, NotFound
from fedisw.model.filters import (
    Filter,
    FilterChange,
    FilterContext,
    FilterDraft,
    FilterKeyword,
    FilterStatus,
    FilterView,
    KeywordChange,
)
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, filters

MAX_FILTERS = 100
MAX_KEYWORDS = 1_000  # in all filters of a person: each is looked for in each post that is shown
MAX_STATUSES = 1_000  # in all filters of a person
MAX_TITLE, MAX_KEYWORD = 200, 200  # characters (security, section 10)

NewId = Callable[[], int]


def create(
    tx: Tx, *, account_id: int, draft: FilterDraft, keywords: Sequence[KeywordChange], new_id: NewId, now: datetime
) -> FilterView:
    """A new filter with its first words.

    Raises:
        Invalid: a bad title, context or word, or one filter or word too many.
        NotFound: a keyword has an id, which a new filter cannot have.
    """
    made = Filter(
        id=new_id(),
        account_id=account_id,
        title=draft.title.strip(),
        contexts=_checked(draft),
        action=draft.action,
        expires_at=draft.expires_at,
        created_at=now,
    )
    if filters.count(tx, account_id) >= MAX_FILTERS:
        raise Invalid("base", "You have reached the maximum number of filters")
    filters.add(tx, made)
    _apply(tx, made, keywords, new_id=new_id)
    _changed(tx, account_id)
    return filters.view(tx, made.id, account_id=account_id)


def change(
    tx: Tx, *, account_id: int, filter_id: int, wanted: FilterChange, keywords: Sequence[KeywordChange], new_id: NewId
) -> FilterView:
    """Change an own filter and its words; errors as `create`."""
    before = filters.own(tx, filter_id, account_id=account_id)
    _change(tx, before, wanted)
    _apply(tx, before, keywords, new_id=new_id)
    _changed(tx, account_id)
    return filters.view(tx, filter_id, account_id=account_id)


def remove(tx: Tx, *, account_id: int, filter_id: int) -> None:
    """Take an own filter away; NotFound for everybody else's."""
    if not filters.remove(tx, filter_id, account_id=account_id):
        raise NotFound("filter", filter_id)
    _changed(tx, account_id)


def add_keyword(tx: Tx, *, account_id: int, filter_id: int, keyword: str, whole_word: bool, new_id: NewId) -> FilterKeyword:
    """One more word for an own filter; errors as `create`."""
    own = filters.own(tx, filter_id, account_id=account_id)
    made = _add_keyword(tx, own, keyword=keyword, whole_word=whole_word, new_id=new_id)
    _changed(tx, account_id)
    return made


def change_keyword(tx: Tx, *, account_id: int, keyword_id: int, keyword: str | None, whole_word: bool | None) -> FilterKeyword:
    """Change a word of an own filter; None leaves a part as it is. Errors as `create`."""
    before = filters.own_keyword(tx, keyword_id, account_id=account_id)
    after = _change_keyword(tx, before, KeywordChange(keyword=keyword, whole_word=whole_word))
    _changed(tx, account_id)
    return after


def remove_keyword(tx: Tx, *, account_id: int, keyword_id: int) -> None:
    """Take a word off an own filter; NotFound for everybody else's."""
    filters.remove_keyword(tx, filters.own_keyword(tx, keyword_id, account_id=account_id).id)
    _changed(tx, account_id)


def add_status(tx: Tx, *, account_id: int, filter_id: int, status_id: int, row_id: int) -> FilterStatus:
    """Let an own filter match a post whatever it says.

    Raises:
        NotFound: not an own filter, or a post that the person may not read (VIS-2).
        Invalid: named already, or one too many.
    """
    own = filters.own(tx, filter_id, account_id=account_id)
    if status_id not in audience.readable(tx, [status_id], account_id):
        raise NotFound("status", status_id)
    if filters.status_count(tx, account_id) >= MAX_STATUSES:
        raise Invalid("base", "You have reached the maximum number of filtered posts")
    made = FilterStatus(id=row_id, filter_id=own.id, status_id=status_id)
    if not filters.add_status(tx, made):
        raise Invalid("status", "has already been taken", code="ERR_TAKEN")
    _changed(tx, account_id)
    return made


def remove_status(tx: Tx, *, account_id: int, row_id: int) -> None:
    """Let a filter match a post no longer; NotFound for everybody else's."""
    filters.remove_status(tx, filters.own_status(tx, row_id, account_id=account_id).id)
    _changed(tx, account_id)


def _checked(draft: FilterDraft) -> tuple[FilterContext, ...]:
    """The contexts, each once; Invalid with everything that is wrong."""
    problems, title = [], draft.title.strip()
    if not title:
        problems.append(Invalid("title", "can't be blank", code="ERR_BLANK"))
    elif len(title) > MAX_TITLE:
        problems.append(Invalid("title", f"is too long (maximum is {MAX_TITLE} characters)", code="ERR_TOO_LONG"))
    named = [context for context in dict.fromkeys(draft.contexts) if context]
    if not named:
        problems.append(Invalid("context", "can't be blank", code="ERR_BLANK"))
    elif not set(named) <= {context.value for context in FilterContext}:
        problems.append(Invalid("context", "None or invalid context supplied"))
    if problems:
        first, *others = problems
        raise Invalid(first.field, first.problem, code=first.code, others=tuple(others))
    return tuple(map(FilterContext, named))


def _change(tx: Tx, before: Filter, wanted: FilterChange) -> Filter:
    draft = wanted.applied(before)
    contexts = _checked(draft)
    after = replace(before, title=draft.title.strip(), contexts=contexts, action=draft.action, expires_at=draft.expires_at)
    filters.change(tx, after)
    return after


def _apply(tx: Tx, own: Filter, keywords: Sequence[KeywordChange], *, new_id: NewId) -> None:
    known = {keyword.id: keyword for keyword in filters.keywords_of(tx, own.id)} if keywords else {}
    for wanted in keywords:
        if wanted.id is None:
            if not wanted.removed:
                _add_keyword(tx, own, keyword=wanted.keyword or "", whole_word=wanted.whole_word is not False, new_id=new_id)
            continue
        before = known.pop(wanted.id, None)
        if before is None:
            raise NotFound("keyword", wanted.id)
        if wanted.removed:
            filters.remove_keyword(tx, before.id)
        else:
            _change_keyword(tx, before, wanted)


def _add_keyword(tx: Tx, own: Filter, *, keyword: str, whole_word: bool, new_id: NewId) -> FilterKeyword:
    made = FilterKeyword(id=new_id(), filter_id=own.id, keyword=_checked_keyword(keyword), whole_word=whole_word)
    if filters.keyword_count(tx, own.account_id) >= MAX_KEYWORDS:
        raise Invalid("base", "You have reached the maximum number of keywords")
    filters.add_keyword(tx, made)
    return made


def _change_keyword(tx: Tx, before: FilterKeyword, wanted: KeywordChange) -> FilterKeyword:
    after = replace(
        before,
        keyword=before.keyword if wanted.keyword is None else _checked_keyword(wanted.keyword),
        whole_word=before.whole_word if wanted.whole_word is None else wanted.whole_word,
    )
    filters.change_keyword(tx, after)
    return after


def _checked_keyword(keyword: str) -> str:
    plain = keyword.strip()
    if not plain:
        raise Invalid("keyword", "can't be blank", code="ERR_BLANK")
    if len(plain) > MAX_KEYWORD:
        raise Invalid("keyword", f"is too long (maximum is {MAX_KEYWORD} characters)", code="ERR_TOO_LONG")
    return plain


def _changed(tx: Tx, account_id: int) -> None:
    """Compiled filters are kept by the revision; open streams of the person are told."""
    filters.grow(tx, account_id)
    tx.publish(topics.home(account_id), topics.encode(topics.FiltersChanged()))
