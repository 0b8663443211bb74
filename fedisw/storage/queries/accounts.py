"""Accounts, ours and others'."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, insert, or_, select, update

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.handles import looks_of
from fedisw.storage.db import Tx
from fedisw.storage.dialect import lock
from fedisw.storage.statements import Command, IdIn, Query, TextIn
from fedisw.storage.tables.accounts import accounts, looks
from fedisw.storage.tables.relations import follows

C = accounts.c
REMEMBERED = 1_024  # accounts; those who are active are read for every post
_FIXED = frozenset(
    {"id", "uri", "created_at", "statuses_count", "followers_count", "following_count", "last_status_at", "revision"}
)

BY_ID = Query(Account, select(accounts).where(C.id == bindparam("id")), remembered=REMEMBERED)
BY_IDS = Query(Account, select(accounts).where(IdIn(C.id, "ids")), remembered=REMEMBERED)
BY_URI = Query(Account, select(accounts).where(C.uri == bindparam("uri")), remembered=REMEMBERED)
BY_URIS = Query(Account, select(accounts).where(TextIn(C.uri, "uris")))
LOCAL = Query(Account, select(accounts).where(func.lower(C.username) == bindparam("username"), C.host.is_(None)))
LIKE_IT = Query(int, select(C.id).where(looks(C.username) == bindparam("looks"), C.host.is_(None)).limit(1))
BY_HANDLE = Query(
    Account,
    select(accounts)
    .where(func.lower(C.username) == bindparam("username"), C.host == bindparam("host"))
    .order_by(C.id.desc())
    .limit(1),
)
ID_BY_FOLLOWERS_URI = Query(int, select(C.id).where(C.followers_uri == bindparam("uri")).limit(1))
INSERT = Command(insert(accounts))
REMOVE = Command(delete(accounts).where(C.id == bindparam("id")))
REPLACE = Command(
    update(accounts)
    .where(C.id == bindparam("key"))
    .values({column.name: bindparam(column.name) for column in C if column.name not in _FIXED} | {"revision": C.revision + 1})
)
LINKS_CHECKED = Command(update(accounts).where(C.id == bindparam("key")).values(links_checked_at=bindparam("at")))
LINKS_DUE = Query(
    int,
    select(C.id)
    .where(C.links_checked_at.is_not(None), C.links_checked_at < bindparam("before"), C.id > bindparam("after"))
    .where(C.suspended_at.is_(None), C.deleted_at.is_(None))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
FOLLOWED_AND_OLD = Query(
    Account,
    select(accounts)
    .where(C.host.is_not(None), C.deleted_at.is_(None), C.fetched_at < bindparam("before"), C.id > bindparam("after"))
    .where(exists().where(follows.c.target_id == C.id, follows.c.accepted))
    .order_by(C.id)
    .limit(bindparam("limit")),
)
COUNT_STATUSES = Command(
    update(accounts)
    .where(C.id == bindparam("key"))
    .values(statuses_count=func.coalesce(C.statuses_count, 0) + bindparam("by"), last_status_at=bindparam("at"))
)
COUNT_DELETED = Command(
    update(accounts).where(C.id == bindparam("key"), C.statuses_count > 0).values(statuses_count=C.statuses_count - 1)
)
COUNT_FOLLOWERS = Command(
    update(accounts).where(C.id == bindparam("key")).values(followers_count=C.followers_count + bindparam("by"))
)
COUNT_FOLLOWING = Command(
    update(accounts).where(C.id == bindparam("key")).values(following_count=C.following_count + bindparam("by"))
)
LOCAL_COUNT = Query(int, select(func.count()).select_from(accounts).where(C.host.is_(None), C.deleted_at.is_(None)))
MATCHING = Query(
    Account,
    select(accounts)
    .where(
        C.suspended_at.is_(None),
        C.deleted_at.is_(None),
        C.actor_type != bindparam("no_type"),
        or_(
            func.lower(C.username).like(bindparam("prefix"), escape="\\"),
            func.lower(C.display_name).like(bindparam("anywhere"), escape="\\"),
        ),
    )
    .order_by(C.host.is_not(None), C.followers_count.desc(), C.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset")),
)


def get(tx: Tx, account_id: int) -> Account:
    """The account; NotFound."""
    found = find(tx, account_id)
    if found is None:
        raise NotFound("account", account_id)
    return found


def find(tx: Tx, account_id: int) -> Account | None:
    """The account with this id of ours."""
    return tx.one(BY_ID, id=account_id)


def by_ids(tx: Tx, ids: Iterable[int]) -> list[Account]:
    """Those that exist, in no particular order."""
    wanted = list(dict.fromkeys(ids))
    return tx.all(BY_IDS, ids=wanted) if wanted else []


def find_by_uri(tx: Tx, uri: str) -> Account | None:
    """The account with this actor id."""
    return tx.one(BY_URI, uri=uri)


def by_uris(tx: Tx, uris: Sequence[str]) -> list[Account]:
    """Those that we know, in no particular order."""
    return tx.all(BY_URIS, uris=list(uris)) if uris else []


def find_local(tx: Tx, username: str) -> Account | None:
    """A local account by name, letter case does not matter."""
    return tx.one(LOCAL, username=username.lower())


def looks_taken(tx: Tx, username: str) -> bool:
    """Whether somebody here has this name, or one that could be taken for it."""
    return tx.one(LIKE_IT, looks=looks_of(username)) is not None


def find_by_handle(tx: Tx, username: str, host: str | None) -> Account | None:
    """An account by handle; of several actors that bore it the newest (ING-15)."""
    if host is None:
        return find_local(tx, username)
    return tx.one(BY_HANDLE, username=username.lower(), host=host.lower())


def find_by_followers_uri(tx: Tx, uri: str) -> int | None:
    """Id of the account whose followers collection this is."""
    return tx.one(ID_BY_FOLLOWERS_URI, uri=uri)


def links_checked(tx: Tx, account_id: int, *, at: datetime) -> None:
    """The links of a profile were looked at, and nothing that is shown changed."""
    tx.exec(LINKS_CHECKED, key=account_id, at=at)


def with_links_due(tx: Tx, *, before: datetime, after: int, limit: int) -> list[int]:
    """Accounts whose links were looked at last before then, by ascending id above `after`."""
    return tx.all(LINKS_DUE, before=before, after=after, limit=limit)


def followed_and_old(tx: Tx, *, before: datetime, after: int, limit: int) -> list[Account]:
    """Accounts of other servers that somebody follows, fetched last before then, by ascending id; walks the table: ask seldom."""
    return tx.all(FOLLOWED_AND_OLD, before=before, after=after, limit=limit)


def hold(tx: Tx, uri: str) -> None:
    """Until this unit is over, nobody else who holds this actor id adds or changes it: say it before `find_by_uri`."""
    lock(tx, uri)


def add(tx: Tx, account: Account) -> None:
    """Store a new account."""
    tx.exec(INSERT, account)


def replace(tx: Tx, account: Account) -> None:
    """Store a changed account; id, uri, counters and time of creation stay, the revision grows."""
    values = {column.name: getattr(account, column.name) for column in C if column.name not in _FIXED}
    tx.exec(REPLACE, key=account.id, **values)


def remove(tx: Tx, account_id: int) -> None:
    """Forget an account with all that hangs on it."""
    tx.exec(REMOVE, id=account_id)


def count_status(tx: Tx, account_id: int, *, at: datetime) -> None:
    """One post more that the anonymous viewer may see (VIS-10)."""
    tx.exec(COUNT_STATUSES, key=account_id, by=1, at=at)


def count_deleted(tx: Tx, account_id: int) -> None:
    """One such post less."""
    tx.exec(COUNT_DELETED, key=account_id)


def count_follow(tx: Tx, *, follower_id: int, target_id: int, by: int) -> None:
    """One accepted follow more (`by=1`) or less (`by=-1`)."""
    tx.exec(COUNT_FOLLOWING, key=follower_id, by=by)
    tx.exec(COUNT_FOLLOWERS, key=target_id, by=by)


def local_count(tx: Tx) -> int:
    """How many accounts live here, the instance actor among them."""
    return tx.one(LOCAL_COUNT) or 0


def matching(tx: Tx, text: str, *, limit: int, offset: int = 0) -> list[Account]:
    """Accounts whose name starts with `text` or whose display name holds it; ours first."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return tx.all(MATCHING, no_type="Application", prefix=f"{escaped}%", anywhere=f"%{escaped}%", limit=limit, offset=offset)
