"""What the search knows of posts: the queue of those to be read anew, and their words."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, case, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert as insert_or_update

from fedisw.model.media import MediaKind
from fedisw.model.statuses import Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import bookmarks, favourites
from fedisw.storage.tables.search import search_queue, search_texts
from fedisw.storage.tables.statuses import media, mentions, polls, statuses

S, A, Q, X = statuses.c, accounts.c, search_queue.c, search_texts.c
boosts = statuses.alias("local_boosts")
named = accounts.alias("named")


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """A post as the search must know it; `findable` by somebody here, if only by its author."""

    id: int
    times: int
    account_id: int
    content: str
    spoiler_text: str
    language: str
    sensitive: bool
    reply: bool
    poll_options: tuple[str, ...] | None
    findable: bool


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a post."""

    status_id: int
    kind: MediaKind
    description: str


_local_did = or_(
    exists().where(mentions.c.status_id == S.id, mentions.c.account_id == named.c.id, named.c.host.is_(None)),
    exists().where(favourites.c.status_id == S.id, favourites.c.account_id == named.c.id, named.c.host.is_(None)),
    exists().where(bookmarks.c.status_id == S.id),
    exists().where(boosts.c.reblog_of_id == S.id, boosts.c.host.is_(None)),
)
_findable = or_(S.host.is_(None), (S.visibility == Visibility.PUBLIC) & A.indexable, _local_did)
_posts = search_queue.join(statuses, S.id == Q.status_id).join(accounts, A.id == S.account_id)
_posts = _posts.outerjoin(polls, polls.c.id == S.poll_id)
WAITING = Query(
    Facts,
    select(
        S.id,
        Q.times,
        S.account_id,
        S.content,
        S.spoiler_text,
        S.language,
        S.sensitive,
        (S.in_reply_to_uri != "").label("reply"),
        polls.c.options.label("poll_options"),
        case((_findable, True), else_=False).label("findable"),
    )
    .select_from(_posts)
    .where(S.reblog_of_id.is_(None))
    .order_by(Q.status_id.desc())
    .limit(bindparam("limit")),
)
FILES = Query(
    File, select(media.c.status_id.label("status_id"), media.c.kind, media.c.description).where(IdIn(media.c.status_id, "ids"))
)
QUEUE = Command(
    insert_or_update(search_queue)
    .values(status_id=bindparam("status_id"), times=1)
    .on_conflict_do_update(index_elements=[Q.status_id], set_={"times": Q.times + 1})
)
DONE = Command(delete(search_queue).where(Q.status_id == bindparam("status_id"), Q.times == bindparam("times")))
_put = insert_or_update(search_texts).values(status_id=bindparam("status_id"), text=bindparam("text"))
PUT = Command(_put.on_conflict_do_update(index_elements=[X.status_id], set_={"text": _put.excluded.text}))
FORGET = Command(delete(search_texts).where(X.status_id == bindparam("status_id")))


def read_anew(tx: Tx, status_id: int) -> None:
    """The words of a post, or who may find it, have changed."""
    tx.exec(QUEUE, status_id=status_id)


def waiting(tx: Tx, *, limit: int) -> tuple[list[Facts], list[File]]:
    """The newest posts that wait, with their files."""
    found = tx.all(WAITING, limit=limit)
    return found, tx.all(FILES, ids=[one.id for one in found])


def put(tx: Tx, texts: Sequence[tuple[Facts, str]]) -> None:
    """Keep the words of posts as they were read; nothing of one that nobody may find.

    What changed meanwhile waits on; what was deleted meanwhile waits no more, and has no words to keep.
    """
    for facts, text in texts:
        if not tx.exec(DONE, status_id=facts.id, times=facts.times):
            continue
        if facts.findable:
            tx.exec(PUT, status_id=facts.id, text=text)
        else:
            tx.exec(FORGET, status_id=facts.id)
