"""Posts, boosts, and the rows that only they have: mentions, tags, earlier forms."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import bindparam, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.paging import Page
from fedisw.model.statuses import Counts, Mention, Status, StatusEdit, Tag, Visibility
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query, TextIn
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.statuses import conversations, mentions, status_edits, status_tags, statuses, tags

C = statuses.c

BY_ID = Query(Status, select(statuses).where(C.id == bindparam("id")))
BY_IDS = Query(Status, select(statuses).where(IdIn(C.id, "ids")))
BY_URI = Query(Status, select(statuses).where(C.uri == bindparam("uri")))
BOOST = Query(Status, select(statuses).where(C.reblog_of_id == bindparam("of"), C.account_id == bindparam("account_id")))
INSERT_ONCE = Command(insert(statuses).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
REMOVE = Command(delete(statuses).where(C.id == bindparam("id")))
EDIT = Command(
    update(statuses)
    .where(C.id == bindparam("key"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "content",
                "text",
                "spoiler_text",
                "sensitive",
                "language",
                "emojis",
                "poll_id",
                "edited_at",
                "object_type",
                "quote_policy",
            )
        }
        | {"revision": C.revision + 1}
    )
)
TOUCH = Command(update(statuses).where(C.id == bindparam("key")).values(revision=C.revision + 1))


def _counting(column_name: str) -> Command:
    """Change one counter, never below zero; the post shows it, so the revision grows."""
    column = C[column_name]
    changed = case((column + bindparam("by") < 0, 0), else_=column + bindparam("by"))
    return Command(update(statuses).where(C.id == bindparam("key")).values({column_name: changed, "revision": C.revision + 1}))


COUNT_REPLIES, COUNT_REBLOGS, COUNT_FAVOURITES, COUNT_QUOTES = (
    _counting(name) for name in ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
)
SET_ELSEWHERE = Command(
    update(statuses)
    .where(
        C.id == bindparam("key"),
        C.host.is_not(None),
        or_(
            C.elsewhere_replies != bindparam("answers"),
            C.elsewhere_reblogs != bindparam("boosts"),
            C.elsewhere_favourites != bindparam("likes"),
        ),
    )
    .values(
        elsewhere_replies=bindparam("answers"),
        elsewhere_reblogs=bindparam("boosts"),
        elsewhere_favourites=bindparam("likes"),
        revision=C.revision + 1,
    )
)
SET_QUOTE_POLICY = Command(
    update(statuses).where(C.id == bindparam("key")).values(quote_policy=bindparam("policy"), revision=C.revision + 1)
)
WAITING = Query(
    Status,
    select(statuses)
    .where(C.in_reply_to_id.is_(None), C.in_reply_to_uri == bindparam("uri"))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
CONNECT = Command(
    update(statuses)
    .where(C.id == bindparam("key"))
    .values(
        in_reply_to_id=bindparam("parent_id"),
        in_reply_to_account_id=bindparam("parent_account_id"),
        revision=C.revision + 1,
    )
)
RETHREAD = Command(update(statuses).where(C.conversation_id == bindparam("old")).values(conversation_id=bindparam("new")))
BOOSTS_OF = Query(Status, select(statuses).where(C.reblog_of_id == bindparam("of")).order_by(C.id).limit(bindparam("limit")))
BOOSTED_BY = Query(
    tuple[int, Account],
    select(C.id.label("boost_id"), *accounts.c)
    .join(accounts, accounts.c.id == C.account_id)
    .where(
        C.reblog_of_id == bindparam("of"),
        C.visibility.in_((Visibility.PUBLIC, Visibility.UNLISTED)),
        C.id < bindparam("below"),
        C.id > bindparam("above"),
    )
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
IDS_OF = Query(
    int,
    select(C.id)
    .where(C.account_id == bindparam("account_id"), C.id > bindparam("after"))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
LOCAL_COUNT = Query(
    int,
    select(func.count())
    .select_from(statuses)
    .where(C.host.is_(None), C.reblog_of_id.is_(None), C.visibility.in_((Visibility.PUBLIC, Visibility.UNLISTED))),
)

CONVERSATION = Query(int, select(conversations.c.id).where(conversations.c.uri == bindparam("uri")))
ADD_CONVERSATION = Command(insert(conversations).values(id=bindparam("id"), uri=bindparam("uri")).on_conflict_do_nothing())
CONVERSATION_URI = Query(str, select(conversations.c.uri).where(conversations.c.id == bindparam("id")))
CONVERSATION_URIS = Query(tuple[int, str], select(conversations.c.id, conversations.c.uri).where(IdIn(conversations.c.id, "ids")))

ADD_MENTION = Command(
    insert(mentions).values({column.name: bindparam(column.name) for column in mentions.c}).on_conflict_do_nothing()
)
CLEAR_MENTIONS = Command(delete(mentions).where(mentions.c.status_id == bindparam("status_id")))
MENTIONS = Query(Mention, select(mentions).where(IdIn(mentions.c.status_id, "ids")).order_by(mentions.c.account_id))

TAGS_BY_NAME = Query(Tag, select(tags).where(TextIn(tags.c.name, "names")))
ADD_TAG = Command(insert(tags).values({column.name: bindparam(column.name) for column in tags.c}).on_conflict_do_nothing())
ADD_STATUS_TAG = Command(
    insert(status_tags).values(status_id=bindparam("status_id"), tag_id=bindparam("tag_id")).on_conflict_do_nothing()
)
CLEAR_TAGS = Command(delete(status_tags).where(status_tags.c.status_id == bindparam("status_id")))


class StatusTag(msgspec.Struct):
    """A tag of a post; `name` is the folded key, `display` as first written."""

    status_id: int
    name: str
    display: str


TAGS_OF = Query(
    StatusTag,
    select(status_tags.c.status_id, tags.c.name, tags.c.display)
    .join(tags, tags.c.id == status_tags.c.tag_id)
    .where(IdIn(status_tags.c.status_id, "ids"))
    .order_by(tags.c.id),
)

SET_CONTENT = Command(
    update(statuses).where(statuses.c.id == bindparam("key")).values(content=bindparam("html"), revision=statuses.c.revision + 1)
)
ADD_EDIT = Command(insert(status_edits))
EDITS = Query(
    StatusEdit, select(status_edits).where(status_edits.c.status_id == bindparam("status_id")).order_by(status_edits.c.id)
)


def get(tx: Tx, status_id: int) -> Status:
    """The post; NotFound."""
    found = find(tx, status_id)
    if found is None:
        raise NotFound("status", status_id)
    return found


def find(tx: Tx, status_id: int) -> Status | None:
    """The post with this id of ours."""
    return tx.one(BY_ID, id=status_id)


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Status]:
    """Those that exist, in no particular order."""
    wanted = list(dict.fromkeys(ids))
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def find_by_uri(tx: Tx, uri: str) -> Status | None:
    """The post, or boost, with this id on the wire."""
    return tx.one(BY_URI, uri=uri)


def find_boost(tx: Tx, *, of: int, account_id: int) -> Status | None:
    """This account's boost of that post."""
    return tx.one(BOOST, of=of, account_id=account_id)


def insert_once(tx: Tx, status: Status) -> bool:
    """Store it; False when its uri, or the account's boost of the same post, is there already."""
    return tx.exec(INSERT_ONCE, status) == 1


def remove(tx: Tx, status_id: int) -> bool:
    """Take a post away with all that hangs on it."""
    return tx.exec(REMOVE, id=status_id) == 1


def edit(tx: Tx, status: Status) -> None:
    """Store the changed parts of a post; the revision grows."""
    tx.exec(
        EDIT,
        key=status.id,
        content=status.content,
        text=status.text,
        spoiler_text=status.spoiler_text,
        sensitive=status.sensitive,
        language=status.language,
        emojis=status.emojis,
        poll_id=status.poll_id,
        edited_at=status.edited_at,
        object_type=status.object_type,
        quote_policy=status.quote_policy,
    )


def set_content(tx: Tx, status_id: int, content: str) -> None:
    """Store other words of a post, where only what stands for its quote changed."""
    tx.exec(SET_CONTENT, key=status_id, html=content)


def touch(tx: Tx, status_id: int) -> None:
    """Something that the post shows changed elsewhere (its poll, its files)."""
    tx.exec(TOUCH, key=status_id)


def set_elsewhere(tx: Tx, status_id: int, counts: Counts) -> None:
    """What its own server says of a post of another server; of our own posts nobody else says anything."""
    tx.exec(SET_ELSEWHERE, key=status_id, answers=counts.replies, boosts=counts.reblogs, likes=counts.favourites)


def count_replies(tx: Tx, status_id: int, by: int) -> None:
    """One reply more or less."""
    tx.exec(COUNT_REPLIES, key=status_id, by=by)


def count_reblogs(tx: Tx, status_id: int, by: int) -> None:
    """One boost more or less."""
    tx.exec(COUNT_REBLOGS, key=status_id, by=by)


def count_favourites(tx: Tx, status_id: int, by: int) -> None:
    """One like more or less."""
    tx.exec(COUNT_FAVOURITES, key=status_id, by=by)


def count_quotes(tx: Tx, status_id: int, by: int) -> None:
    """One quote more or less."""
    tx.exec(COUNT_QUOTES, key=status_id, by=by)


def set_quote_policy(tx: Tx, status_id: int, policy: str) -> None:
    """Who may quote it, in its stored form (model/quotes.py)."""
    tx.exec(SET_QUOTE_POLICY, key=status_id, policy=policy)


def waiting_for(tx: Tx, uri: str, *, limit: int = 100) -> list[Status]:
    """Posts that answer a post which was not known when they came."""
    return tx.all(WAITING, uri=uri, limit=limit)


def connect(tx: Tx, status: Status, *, parent: Status) -> None:
    """The parent of a waiting post came; both threads become one."""
    tx.exec(CONNECT, key=status.id, parent_id=parent.id, parent_account_id=parent.account_id)
    if status.conversation_id != parent.conversation_id:
        tx.exec(RETHREAD, old=status.conversation_id, new=parent.conversation_id)


def boosts_of(tx: Tx, status_id: int, *, limit: int = 500) -> list[Status]:
    """Boosts of a post, oldest first."""
    return tx.all(BOOSTS_OF, of=status_id, limit=limit)


def boosted_by(tx: Tx, status_id: int, page: Page) -> list[tuple[int, Account]]:
    """Who boosted a post for everybody to see, newest first, each with the boost's id, which pages them."""
    return tx.all(BOOSTED_BY, of=status_id, below=page.below, above=page.above, limit=page.limit)


def ids_of(tx: Tx, account_id: int, *, after: int = 0, limit: int = 200) -> list[int]:
    """Posts and boosts of an account by id, those above `after`."""
    return tx.all(IDS_OF, account_id=account_id, after=after, limit=limit)


def local_count(tx: Tx) -> int:
    """How many open posts were written here (NodeInfo)."""
    return tx.one(LOCAL_COUNT) or 0


def conversation(tx: Tx, uri: str, *, new_id: int) -> int:
    """The thread with this uri, made when there is none."""
    tx.exec(ADD_CONVERSATION, id=new_id, uri=uri)
    return tx.one(CONVERSATION, uri=uri) or new_id


def conversation_uri(tx: Tx, conversation_id: int) -> str:
    """The uri of a thread, empty when it has none."""
    return tx.one(CONVERSATION_URI, id=conversation_id) or ""


def conversation_uris(tx: Tx, ids: Iterable[int]) -> dict[int, str]:
    """Uris of these threads, by id."""
    wanted = list(ids)
    return dict(tx.all(CONVERSATION_URIS, ids=wanted)) if wanted else {}


def add_mentions(tx: Tx, values: Sequence[Mention]) -> None:
    """Store whom a post names; those it named already stay."""
    tx.many(ADD_MENTION, values)


def clear_mentions(tx: Tx, status_id: int) -> None:
    """Forget whom a post named."""
    tx.exec(CLEAR_MENTIONS, status_id=status_id)


def mentions_of(tx: Tx, ids: Iterable[int]) -> list[Mention]:
    """Whom these posts name, silent ones too."""
    wanted = list(ids)
    return tx.all(MENTIONS, ids=wanted) if wanted else []


def set_tags(tx: Tx, status_id: int, wanted: Sequence[Tag]) -> None:
    """A post has these tags and no others; unknown ones are made with the ids they carry."""
    tx.exec(CLEAR_TAGS, status_id=status_id)
    if not wanted:
        return
    tx.many(ADD_TAG, wanted)
    known = tx.all(TAGS_BY_NAME, names=[tag.name for tag in wanted])
    tx.many(ADD_STATUS_TAG, [{"status_id": status_id, "tag_id": tag.id} for tag in known])


def tags_of(tx: Tx, ids: Iterable[int]) -> list[StatusTag]:
    """Tags of these posts."""
    wanted = list(ids)
    return tx.all(TAGS_OF, ids=wanted) if wanted else []


def find_tag(tx: Tx, name: str) -> Tag | None:
    """A tag by its folded name."""
    found = tx.all(TAGS_BY_NAME, names=[name])
    return found[0] if found else None


def add_edit(tx: Tx, form: StatusEdit) -> None:
    """Keep an earlier form of a post."""
    tx.exec(ADD_EDIT, form)


def edits_of(tx: Tx, status_id: int) -> list[StatusEdit]:
    """Earlier forms of a post, oldest first."""
    return tx.all(EDITS, status_id=status_id)
