"""The search for posts: one port, behind it FTS5 on SQLite and a GIN index on PostgreSQL (dependencies, section 3.5).

Words are looked up first, newest posts first and never more than `MATCHED`; who may see a post, and phrases, are
asked of these only. Both databases hold the same words (text/words.py), so they find the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, Text, and_, bindparam, exists, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement

from fedisw.model.ids import first_id_at
from fedisw.model.paging import Page
from fedisw.model.search import Scope, Sought
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.queries.audience import VIEWER, readable_by_viewer, unwanted_by_viewer
from fedisw.storage.statements import Dialect, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import bookmarks, favourites
from fedisw.storage.tables.search import search_texts
from fedisw.storage.tables.statuses import mentions, statuses

MATCHED: Final = 5_000  # newest posts with the words that are looked at
S, X = statuses.c, search_texts.c
boosts = statuses.alias("own_boosts")


class _Matches(ColumnElement[bool]):
    """Whether a post is among the newest between two ids whose words fit `:match`."""

    inherit_cache = False
    type = Boolean()
    parts = tuple(bindparam(name, type_=kind) for name, kind in (("match", Text()), ("above", None), ("below", None)))


@compiles(_Matches, "sqlite")
def _on_sqlite(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    match, above, below = (compiler.process(part, **kw) for part in element.parts)
    return (
        "search_texts.status_id IN (SELECT rowid FROM search_index"  # noqa: S608  all parts come from the compiler
        f" WHERE search_index MATCH {match} AND rowid > {above} AND rowid < {below} ORDER BY rowid DESC LIMIT {MATCHED})"
    )


@compiles(_Matches, "postgresql")
def _on_postgres(element: _Matches, compiler: SQLCompiler, **kw: Any) -> str:
    match, above, below = (compiler.process(part, **kw) for part in element.parts)
    return (
        "search_texts.status_id IN (SELECT status_id FROM (SELECT status_id FROM search_texts"  # noqa: S608  all parts come from the compiler
        f" WHERE array_to_tsvector(string_to_array(text, ' ')) @@ {match}::tsquery OFFSET 0) AS matched"
        f" WHERE status_id > {above} AND status_id < {below} ORDER BY status_id DESC LIMIT {MATCHED})"
    )


class _Phrases(ColumnElement[bool]):
    """Whether each (or none) of a list of phrases stands in the text of a post."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, name: str, *, wanted: bool) -> None:
        self.listed = TextIn(X.text, name).right
        self.wanted = wanted


@compiles(_Phrases, "sqlite")
def _phrases_on_sqlite(element: _Phrases, compiler: SQLCompiler, **kw: Any) -> str:
    listed, sign = compiler.process(element.listed, **kw), "=" if element.wanted else ">"
    return (
        f"NOT EXISTS (SELECT 1 FROM json_each({listed}) WHERE"  # noqa: S608  all parts come from the compiler
        f" instr(' ' || search_texts.text || ' ', ' ' || value || ' ') {sign} 0)"
    )


@compiles(_Phrases, "postgresql")
def _phrases_on_postgres(element: _Phrases, compiler: SQLCompiler, **kw: Any) -> str:
    listed, sign = compiler.process(element.listed, **kw), "=" if element.wanted else ">"
    return (
        f"NOT EXISTS (SELECT 1 FROM unnest({listed}::text[]) AS phrase WHERE"  # noqa: S608  all parts come from the compiler
        f" strpos(' ' || search_texts.text || ' ', ' ' || phrase || ' ') {sign} 0)"
    )


def _of_viewer() -> ColumnElement[bool]:
    """What `:viewer_id` wrote, got, liked, saved or boosted."""
    return or_(
        S.account_id == VIEWER,
        exists().where(mentions.c.status_id == S.id, mentions.c.account_id == VIEWER),
        exists().where(favourites.c.status_id == S.id, favourites.c.account_id == VIEWER),
        exists().where(bookmarks.c.status_id == S.id, bookmarks.c.account_id == VIEWER),
        exists().where(boosts.c.reblog_of_id == S.id, boosts.c.account_id == VIEWER),
    )


def _let_be_found() -> ColumnElement[bool]:
    """Public posts of people who let everybody search them (FEP-5feb; PRI-5), and from whom the viewer wants to hear."""
    return and_(S.visibility == Visibility.PUBLIC, accounts.c.indexable, ~unwanted_by_viewer(S.account_id, S.host))


def _found(scope: ColumnElement[bool]) -> Query[int]:
    tables = search_texts.join(statuses, S.id == X.status_id).join(accounts, accounts.c.id == S.account_id)
    return Query(
        int,
        select(S.id)
        .select_from(tables)
        .where(
            _Matches(),
            _Phrases("phrases", wanted=True),
            _Phrases("unwanted_phrases", wanted=False),
            readable_by_viewer(statuses, accounts),
            scope,
        )
        .order_by(S.id.desc())
        .limit(bindparam("limit"))
        .offset(bindparam("offset")),
    )


IN_ALL = _found(or_(_let_be_found(), _of_viewer()))
IN_PUBLIC = _found(_let_be_found())
IN_LIBRARY = _found(_of_viewer())
BY_SCOPE: Final = {Scope.ALL: IN_ALL, Scope.PUBLIC: IN_PUBLIC, Scope.LIBRARY: IN_LIBRARY}


def found(tx: Tx, sought: Sought, *, viewer_id: int, now: datetime, page: Page, offset: int) -> list[int]:
    """Ids of posts that fit and that the person may find, the newest first; none where no word is looked for."""
    if not sought.words:
        return []
    above, below = page.above, page.below
    if sought.since is not None:
        above = max(above, first_id_at(sought.since) - 1)
    if sought.until is not None:
        below = min(below, first_id_at(sought.until))
    moment = {} if sought.scope is Scope.LIBRARY else {"now": now}  # nobody's wish to hear is asked there
    return tx.all(
        BY_SCOPE[sought.scope],
        **moment,
        match=_fts(sought) if tx.dialect is Dialect.SQLITE else _tsquery(sought),
        above=above,
        below=below,
        phrases=sought.phrases,
        unwanted_phrases=sought.unwanted_phrases,
        viewer_id=viewer_id,
        limit=page.limit,
        offset=offset,
    )


def _fts(sought: Sought) -> str:
    """For FTS5; words hold no quotation mark."""
    wanted = " AND ".join(_quoted('"', (*sought.words, *sought.marks)))
    unwanted = " OR ".join(_quoted('"', (*sought.unwanted, *sought.unwanted_marks)))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _tsquery(sought: Sought) -> str:
    """For PostgreSQL; words hold neither apostrophe nor backslash."""
    wanted = " & ".join(_quoted("'", (*sought.words, *sought.marks)))
    unwanted = " | ".join(_quoted("'", (*sought.unwanted, *sought.unwanted_marks)))
    return f"{wanted} & !({unwanted})" if unwanted else wanted


def _quoted(sign: str, words: Iterable[str]) -> list[str]:
    return [f"{sign}{word}{sign}" for word in words]
