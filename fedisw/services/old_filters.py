"""Filters as old clients know them: one a word, with the word's id (mastodon-api.md, section 2.9)."""

from __future__ import annotations

from datetime import datetime

from fedisw.model.errors import Invalid
from fedisw.model.filters import Filter, FilterChange, FilterDraft, FilterKeyword, KeywordChange
from fedisw.services import filters as services
from fedisw.services.filters import NewId
from fedisw.storage.db import Tx
from fedisw.storage.queries import filters

SHARED = (
    "These parameters cannot be changed from this application because they apply to more than one filter keyword."
    " Use a more recent application."
)

Word = tuple[Filter, FilterKeyword]


def words(tx: Tx, account_id: int) -> list[Word]:
    """Every word of a person with its filter, oldest filter first."""
    return [(view.filter, keyword) for view in filters.views(tx, account_id) for keyword in view.keywords]


def word(tx: Tx, keyword_id: int, *, account_id: int) -> Word:
    """One of them; NotFound for everybody else's."""
    keyword = filters.own_keyword(tx, keyword_id, account_id=account_id)
    return filters.own(tx, keyword.filter_id, account_id=account_id), keyword


def create(tx: Tx, *, account_id: int, draft: FilterDraft, whole_word: bool, new_id: NewId, now: datetime) -> Word:
    """A filter of one word, which is its title too; errors as `filters.create`."""
    keyword = KeywordChange(keyword=draft.title, whole_word=whole_word)
    made = services.create(tx, account_id=account_id, draft=draft, keywords=[keyword], new_id=new_id, now=now)
    return made.filter, made.keywords[0]


def change(
    tx: Tx, *, account_id: int, keyword_id: int, phrase: str | None, whole_word: bool | None, wanted: FilterChange, new_id: NewId
) -> Word:
    """Change a word and, when the filter has no other, the filter; None leaves a part as it is.

    Raises:
        NotFound: not a word of this person.
        Invalid: the filter has other words, which the change would concern; or as `filters.create`.
    """
    own, before = word(tx, keyword_id, account_id=account_id)
    alone = len(filters.keywords_of(tx, own.id)) == 1
    after = wanted.applied(own)
    if not alone and (after.contexts, after.action, after.expires_at) != (own.contexts, own.action, own.expires_at):
        raise Invalid("", SHARED)
    if alone and phrase is not None and own.title == before.keyword:
        wanted = FilterChange(
            title=phrase,
            contexts=wanted.contexts,
            action=wanted.action,
            sets_expiry=wanted.sets_expiry,
            expires_at=wanted.expires_at,
        )
    keyword = KeywordChange(id=keyword_id, keyword=phrase, whole_word=whole_word)
    services.change(tx, account_id=account_id, filter_id=own.id, wanted=wanted, keywords=[keyword], new_id=new_id)
    return word(tx, keyword_id, account_id=account_id)
