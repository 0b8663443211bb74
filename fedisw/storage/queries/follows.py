"""Who follows whom."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, delete, func, literal, or_, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from fedisw.model.accounts import Account
from fedisw.model.errors import NotFound
from fedisw.model.paging import Page
from fedisw.model.relations import Follow
from fedisw.storage.db import Tx
from fedisw.storage.statements import Command, IdIn, Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import follows

C = follows.c
_PAIR = and_(C.follower_id == bindparam("follower_id"), C.target_id == bindparam("target_id"))
_WINDOW = and_(C.id < bindparam("below"), C.id > bindparam("above"))

BY_PAIR = Query(Follow, select(follows).where(_PAIR))
BY_ID = Query(Follow, select(follows).where(C.id == bindparam("id")))
BY_URI = Query(Follow, select(follows).where(C.uri == bindparam("uri"), C.follower_id == bindparam("follower_id")))
BY_ACTIVITY = Query(Follow, select(follows).where(C.uri == bindparam("uri"), C.target_id == bindparam("target_id")))
AT_HOST = Query(
    int,
    select(accounts.c.id)
    .join(follows, or_(C.target_id == accounts.c.id, C.follower_id == accounts.c.id))
    .where(
        accounts.c.host == bindparam("host"),
        or_(C.follower_id == bindparam("account_id"), C.target_id == bindparam("account_id")),
    )
    .distinct(),
)
INSERT_ONCE = Command(insert(follows).values({column.name: bindparam(column.name) for column in C}).on_conflict_do_nothing())
ACCEPT = Command(update(follows).where(_PAIR, C.accepted.is_(False)).values(accepted=True))
CHANGE = Command(
    update(follows)
    .where(C.id == bindparam("key"))
    .values(shows_reblogs=bindparam("shows_reblogs"), notifies=bindparam("notifies"), languages=bindparam("languages"))
)
RENAME = Command(update(follows).where(C.id == bindparam("key")).values(uri=bindparam("uri")))
REMOVE = Query(Follow, delete(follows).where(_PAIR).returning(*C))
FOLLOWER_INBOXES = Query(
    str,
    select(func.coalesce(func.nullif(accounts.c.shared_inbox_uri, ""), accounts.c.inbox_uri))
    .join(follows, C.follower_id == accounts.c.id)
    .where(C.target_id == bindparam("account_id"), C.accepted, accounts.c.host.is_not(None), accounts.c.suspended_at.is_(None))
    .distinct(),
)
LOCAL_FOLLOWERS = Query(
    int,
    select(C.follower_id)
    .join(accounts, accounts.c.id == C.follower_id)
    .where(
        C.target_id == bindparam("target_id"),
        C.accepted,
        C.follower_id > bindparam("after"),
        accounts.c.host.is_(None),
        accounts.c.suspended_at.is_(None),
    )
    .order_by(C.follower_id)
    .limit(bindparam("limit")),
)
FOLLOWERS = Query(
    tuple[int, Account],
    select(C.id.label("follow_id"), *accounts.c)
    .join(accounts, accounts.c.id == C.follower_id)
    .where(C.target_id == bindparam("target_id"), C.accepted == bindparam("accepted"), _WINDOW, accounts.c.suspended_at.is_(None))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
FOLLOWING = Query(
    tuple[int, Account],
    select(C.id.label("follow_id"), *accounts.c)
    .join(accounts, accounts.c.id == C.target_id)
    .where(C.follower_id == bindparam("follower_id"), C.accepted, _WINDOW, accounts.c.suspended_at.is_(None))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
FOLLOWER_URIS = Query(
    tuple[int, str],
    select(C.id, accounts.c.uri)
    .join(accounts, accounts.c.id == C.follower_id)
    .where(C.target_id == bindparam("target_id"), C.accepted, C.id < bindparam("below"))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
FOLLOWING_URIS = Query(
    tuple[int, str],
    select(C.id, accounts.c.uri)
    .join(accounts, accounts.c.id == C.target_id)
    .where(C.follower_id == bindparam("follower_id"), C.accepted, C.id < bindparam("below"))
    .order_by(C.id.desc())
    .limit(bindparam("limit")),
)
HOST_FOLLOWS = Query(
    int,
    select(func.count())
    .select_from(follows)
    .join(accounts, accounts.c.id == C.follower_id)
    .where(C.target_id == bindparam("target_id"), C.accepted, accounts.c.host == bindparam("host")),
)
FOLLOWED_LOCALLY = Query(
    int,
    select(C.follower_id)
    .join(accounts, accounts.c.id == C.follower_id)
    .where(C.target_id == bindparam("target_id"), C.accepted, accounts.c.host.is_(None))
    .limit(1),
)
A_LOCAL_FOLLOWER = Query(
    Account,
    select(accounts)
    .join(follows, accounts.c.id == C.follower_id)
    .where(
        C.target_id == bindparam("target_id"),
        C.accepted,
        accounts.c.host.is_(None),
        accounts.c.suspended_at.is_(None),
        accounts.c.deleted_at.is_(None),
    )
    .limit(1),
)
FOLLOWED_OF = Query(
    int, select(C.target_id).where(C.follower_id == bindparam("follower_id"), C.accepted, IdIn(C.target_id, "ids"))
)
SUBSCRIBERS = Query(
    int,
    select(C.follower_id).where(C.target_id == bindparam("target_id"), C.accepted, C.notifies, IdIn(C.follower_id, "ids")),
)
LANGUAGES = Query(
    tuple[int, tuple[str, ...]],
    select(C.follower_id, C.languages).where(
        C.target_id == bindparam("target_id"), C.accepted, C.languages != bindparam("none"), IdIn(C.follower_id, "ids")
    ),
)
COUNTS_AT_HOST = Query(
    tuple[str, int],
    union_all(
        select(literal("following").label("kind"), func.count().label("count"))
        .select_from(follows.join(accounts, accounts.c.id == C.target_id))
        .where(C.follower_id == bindparam("account_id"), C.accepted, accounts.c.host == bindparam("host")),
        select(literal("followers").label("kind"), func.count().label("count"))
        .select_from(follows.join(accounts, accounts.c.id == C.follower_id))
        .where(C.target_id == bindparam("account_id"), C.accepted, accounts.c.host == bindparam("host")),
    ),
)
REQUESTS = Query(
    int, select(func.count()).select_from(follows).where(C.target_id == bindparam("target_id"), C.accepted.is_(False))
)


def find(tx: Tx, *, follower_id: int, target_id: int) -> Follow | None:
    """The follow, or the request for one, of this pair."""
    return tx.one(BY_PAIR, follower_id=follower_id, target_id=target_id)


def get(tx: Tx, *, follower_id: int, target_id: int) -> Follow:
    """The same; NotFound."""
    found = find(tx, follower_id=follower_id, target_id=target_id)
    if found is None:
        raise NotFound("follow")
    return found


def find_by_id(tx: Tx, follow_id: int) -> Follow | None:
    """The follow with this id of ours."""
    return tx.one(BY_ID, id=follow_id)


def find_by_uri(tx: Tx, uri: str, *, follower_id: int) -> Follow | None:
    """The follow that its follower made with this activity id."""
    return tx.one(BY_URI, uri=uri, follower_id=follower_id)


def find_by_activity(tx: Tx, uri: str, *, target_id: int) -> Follow | None:
    """The follow of this target that was made with this activity id."""
    return tx.one(BY_ACTIVITY, uri=uri, target_id=target_id)


def ids_at_host(tx: Tx, *, account_id: int, host: str) -> list[int]:
    """Accounts of a server that follow `account_id` or are followed by it."""
    return tx.all(AT_HOST, account_id=account_id, host=host)


def insert_once(tx: Tx, follow: Follow) -> bool:
    """Store it unless the pair has one; False when it has."""
    return tx.exec(INSERT_ONCE, follow) == 1


def accept(tx: Tx, *, follower_id: int, target_id: int) -> bool:
    """Turn a request into a follow; False when there was none waiting."""
    return tx.exec(ACCEPT, follower_id=follower_id, target_id=target_id) == 1


def change(tx: Tx, follow_id: int, *, shows_reblogs: bool, notifies: bool, languages: tuple[str, ...]) -> None:
    """What the follower wants to see of the target."""
    tx.exec(CHANGE, key=follow_id, shows_reblogs=shows_reblogs, notifies=notifies, languages=languages)


def rename(tx: Tx, follow_id: int, uri: str) -> None:
    """The follower sent the same wish under a new activity id."""
    tx.exec(RENAME, key=follow_id, uri=uri)


def remove(tx: Tx, *, follower_id: int, target_id: int) -> Follow | None:
    """End it; what it was."""
    return tx.one(REMOVE, follower_id=follower_id, target_id=target_id)


def follower_inboxes(tx: Tx, account_id: int) -> list[str]:
    """Inboxes of accepted remote followers, shared where offered, each once, in no particular order."""
    return tx.all(FOLLOWER_INBOXES, account_id=account_id)


def local_follower_ids(tx: Tx, target_id: int, *, after: int = 0, limit: int = 500) -> list[int]:
    """Local accepted followers by account id, those above `after`."""
    return tx.all(LOCAL_FOLLOWERS, target_id=target_id, after=after, limit=limit)


def followers(tx: Tx, target_id: int, page: Page, *, accepted: bool = True) -> list[tuple[int, Account]]:
    """Followers (or those who ask to be), newest first, each with the hidden id that pages them."""
    return tx.all(FOLLOWERS, target_id=target_id, accepted=accepted, below=page.below, above=page.above, limit=page.limit)


def following(tx: Tx, follower_id: int, page: Page) -> list[tuple[int, Account]]:
    """Whom an account follows, newest first, each with the hidden id that pages them."""
    return tx.all(FOLLOWING, follower_id=follower_id, below=page.below, above=page.above, limit=page.limit)


def follower_uris(tx: Tx, target_id: int, *, below: int, limit: int) -> list[tuple[int, str]]:
    """Actor ids of followers for the collection, newest first."""
    return tx.all(FOLLOWER_URIS, target_id=target_id, below=below, limit=limit)


def following_uris(tx: Tx, follower_id: int, *, below: int, limit: int) -> list[tuple[int, str]]:
    """Actor ids of the followed for the collection, newest first."""
    return tx.all(FOLLOWING_URIS, follower_id=follower_id, below=below, limit=limit)


def host_follows(tx: Tx, *, host: str, target_id: int) -> bool:
    """Whether somebody of that server is an accepted follower."""
    return (tx.one(HOST_FOLLOWS, host=host, target_id=target_id) or 0) > 0


def followed_locally(tx: Tx, target_id: int) -> bool:
    """Whether somebody here follows the account (ING-11)."""
    return tx.one(FOLLOWED_LOCALLY, target_id=target_id) is not None


def a_local_follower(tx: Tx, target_id: int) -> Account | None:
    """Somebody here who follows the account, whoever it is."""
    return tx.one(A_LOCAL_FOLLOWER, target_id=target_id)


def followed_of(tx: Tx, follower_id: int, ids: list[int]) -> set[int]:
    """Which of these accounts `follower_id` follows."""
    return set(tx.all(FOLLOWED_OF, follower_id=follower_id, ids=ids)) if ids else set()


def subscribers_of(tx: Tx, target_id: int, ids: list[int]) -> list[int]:
    """Which of these followers asked to be told of each post."""
    return tx.all(SUBSCRIBERS, target_id=target_id, ids=ids) if ids else []


def languages_of(tx: Tx, target_id: int, ids: list[int]) -> dict[int, tuple[str, ...]]:
    """The languages that these followers chose for the account's posts; those who read all are missing."""
    return dict(tx.all(LANGUAGES, target_id=target_id, ids=ids, none=b"[]")) if ids else {}


def counts_at_host(tx: Tx, account_id: int, *, host: str) -> tuple[int, int]:
    """How many of a server an account follows, and how many of it follow the account."""
    found = dict(tx.all(COUNTS_AT_HOST, account_id=account_id, host=host))
    return found["following"], found["followers"]


def requests_count(tx: Tx, target_id: int) -> int:
    """How many wait for an answer."""
    return tx.one(REQUESTS, target_id=target_id) or 0
