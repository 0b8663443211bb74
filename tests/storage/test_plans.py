"""Hot statements find their rows by an index in a database that has grown (dependencies, trap 2).

The statements are those that the functions really send, explained with their parameters while they run.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bench.data import Maker, Size, World, fill, keys_of, put_keys, put_tokens
from fedisw.model.ids import id_at
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.peers import Inbound
from fedisw.storage import outbox
from fedisw.storage.db import Tx
from fedisw.storage.hooks import Hooks
from fedisw.storage.opening import open_database, sqlite_path
from fedisw.storage.queries import (
    accounts,
    audience,
    discovery,
    feeds,
    follows,
    inbound,
    keys,
    marks,
    notifications,
    oauth,
    recipients,
    statuses,
    tag_marks,
    tags,
    timelines,
)
from fedisw.storage.queries.timelines import Only
from fedisw.storage.statements import Dialect
from tests.support import databases
from tests.support.factories import HERE, NOW

SIZE = Size(accounts=20_000, local=60, posts=20_000, followed=60, tags=100)
GROWN = ("statuses", "accounts", "home_feed", "follows", "favourites", "notifications", "mentions", "status_tags", "actor_keys")
PLAIN = Only(replies=False, reblogs=False)
PAGE = Page(limit=20)


@dataclass(slots=True)
class Explaining:
    """A cursor that keeps the plan of each statement before it runs it."""

    cursor: Any
    dialect: Dialect
    plans: list[str] = field(default_factory=list)

    @property
    def rowcount(self) -> int:
        """As the driver says."""
        return int(self.cursor.rowcount)

    def execute(self, sql: str, params: Sequence[object]) -> object:
        """Explain, then run."""
        prefix = "EXPLAIN QUERY PLAN " if self.dialect is Dialect.SQLITE else "EXPLAIN "
        rows = self.cursor.execute(prefix + sql, params).fetchall()
        self.plans.append("\n".join(str(row[-1]) for row in rows))
        return self.cursor.execute(sql, params)

    def executemany(self, sql: str, params: Sequence[Sequence[object]]) -> object:
        """Run; inserts have no plan worth a look."""
        return self.cursor.executemany(sql, params)

    def fetchall(self) -> list[Any]:
        """As the driver gives them."""
        return list(self.cursor.fetchall())

    def fetchmany(self, size: int) -> list[Any]:
        """As the driver gives them."""
        return list(self.cursor.fetchmany(size))


@dataclass(frozen=True, slots=True)
class Grown:
    """A database with many rows in it."""

    url: str
    world: World

    @contextmanager
    def explaining(self) -> Iterator[tuple[Tx, Explaining]]:
        """A transaction that is taken back at the end."""
        dialect = Dialect.SQLITE if self.url.startswith("sqlite") else Dialect.POSTGRES
        hooks = Hooks(clock=lambda: NOW, flush=outbox.flush)
        connection: Any
        if dialect is Dialect.SQLITE:
            connection = sqlite3.connect(sqlite_path(self.url), isolation_level=None)
            connection.execute("BEGIN")
        else:
            connection = psycopg.connect(self.url, cursor_factory=psycopg.ClientCursor)
        cursor = Explaining(connection.cursor(), dialect)
        try:
            yield Tx(cursor, dialect, writable=True, hooks=hooks), cursor
        finally:
            connection.rollback()
            connection.close()


async def _grow(url: str, world: World) -> None:
    database = await open_database(url, threads=2)
    try:
        await fill(database, world, now=NOW)
        made = [keys_of(account, public="", private_sealed=None, now=NOW) for account in (*world.local, *world.remote)]
        await put_keys(database, made)
        await put_tokens(database, world.local, hashed=str.encode, now=NOW)
    finally:
        await database.close()


@pytest.fixture(scope="module")
def world() -> World:
    """The rows, once for both databases."""
    return Maker(SIZE, origin=HERE, now=NOW).world()


@pytest.fixture(scope="module")
def made() -> dict[str, Grown]:
    """What was filled already."""
    return {}


@pytest.fixture
def grown(
    database_kind: str,
    world: World,
    made: dict[str, Grown],
    sqlite_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Grown:
    """A large database of each kind, filled once."""
    if database_kind not in made:
        if database_kind == "sqlite":
            path = tmp_path_factory.mktemp("grown") / "grown.db"
            path.write_bytes(sqlite_template.read_bytes())
            url = f"sqlite:///{path}"
        else:
            pool: databases.PostgresDatabases = request.getfixturevalue("postgres_databases")
            url = pool.url(pool.take())
        asyncio.run(_grow(url, world))
        if database_kind == "postgres":
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ANALYZE")
        made[database_kind] = Grown(url, world)
    return made[database_kind]


Hot = Callable[[Tx, World], object]
KINDS = tuple(NotificationType)


def _viewer(world: World) -> int:
    return world.local[3].id


def _arrived(tx: Tx, world: World) -> None:
    row = Inbound(id=1, activity_id="https://far.test/1", signer_id=world.remote[0].id, raw=b"{}", received_at=NOW)
    inbound.store_once(tx, row)
    inbound.find(tx, row.id)


def _fan_out(tx: Tx, world: World) -> None:
    author, post = world.local[0], world.posts[-1]
    found = follows.local_follower_ids(tx, author.id, limit=500)
    feeds.add_to_feeds(tx, status_id=post.id, author_id=author.id, follower_ids=found, reply_to=None, reblog_of=None)
    for turn in range(4 * feeds.TRIMMED):  # one feed in 64 is cut back at a post: enough posts for one to be
        feeds.trim(tx, [author.id], status_id=post.id + turn)


HOT: dict[str, tuple[Hot, str]] = {  # what asks, and a part of an index name that both plans must show
    "home": (lambda tx, w: timelines.home(tx, _viewer(w), PAGE, now=NOW), "home_feed"),
    "home, older": (lambda tx, w: timelines.home(tx, _viewer(w), Page(max_id=w.posts[-900].id), now=NOW), "home_feed"),
    "home, newer": (lambda tx, w: timelines.home(tx, _viewer(w), Page(min_id=w.posts[-900].id), now=NOW), "home_feed"),
    "list": (lambda tx, w: timelines.of_list(tx, _viewer(w), 7, PAGE, replies="list", now=NOW), "home_feed"),
    "public": (lambda tx, w: timelines.public(tx, _viewer(w), PAGE, only=PLAIN, now=NOW), "ix_statuses_public"),
    "public to strangers": (lambda tx, w: timelines.public(tx, None, PAGE, only=PLAIN, now=NOW), "ix_statuses_public"),
    "local": (lambda tx, w: timelines.public(tx, _viewer(w), PAGE, only=Only(local=True), now=NOW), "ix_statuses_host"),
    "local to strangers": (lambda tx, w: timelines.public(tx, None, PAGE, only=Only(local=True), now=NOW), "ix_statuses_host"),
    "remote": (lambda tx, w: timelines.public(tx, None, PAGE, only=Only(remote=True), now=NOW), "ix_statuses_public"),
    "files": (lambda tx, w: timelines.public(tx, None, PAGE, only=Only(media=True), now=NOW), "ix_media_status_id"),
    "tag": (lambda tx, w: timelines.tag(tx, _viewer(w), PAGE, any_of=["tag1"], only=Only(), now=NOW), "ix_status_tags_tag"),
    "rare tag": (lambda tx, w: timelines.tag(tx, None, PAGE, any_of=["tag90"], only=Only(), now=NOW), "ix_status_tags_tag"),
    "account": (lambda tx, w: timelines.of_account(tx, _viewer(w), w.local[0].id, PAGE), "ix_statuses_account"),
    "account to strangers": (
        lambda tx, w: timelines.of_account(tx, None, w.remote[0].id, PAGE, only=PLAIN),
        "ix_statuses_account",
    ),
    "refs": (lambda tx, w: timelines.refs(tx, [post.id for post in w.posts[-20:]], _viewer(w)), ""),
    "marks": (lambda tx, w: marks.marks(tx, _viewer(w), [post.id for post in w.posts[-20:]]), "ux_statuses_reblog"),
    "posts": (lambda tx, w: statuses.by_ids(tx, [post.id for post in w.posts[-20:]]), ""),
    "post by uri": (lambda tx, w: statuses.find_by_uri(tx, w.posts[9].uri), "uri"),
    "tags of posts": (lambda tx, w: statuses.tags_of(tx, [post.id for post in w.posts[-20:]]), "status_tags"),
    "waiting replies": (lambda tx, w: statuses.waiting_for(tx, "https://far.test/1"), "ix_statuses_orphans"),
    "notifications": (lambda tx, w: notifications.page(tx, _viewer(w), PAGE, types=KINDS, now=NOW), "notifications_"),
    "readable": (lambda tx, w: audience.readable(tx, [post.id for post in w.posts[-20:]], _viewer(w)), ""),
    "readable to strangers": (lambda tx, w: audience.readable(tx, [post.id for post in w.posts[-20:]], None), ""),
    "follower inboxes": (lambda tx, w: follows.follower_inboxes(tx, w.local[45].id), "ix_follows_target"),
    "fan out": (_fan_out, "home_feed"),
    "arrived": (_arrived, ""),
    "token": (lambda tx, w: oauth.holder(tx, f"bench-token-{w.local[0].id}".encode()), "token_hash"),
    "account by id": (lambda tx, w: accounts.find(tx, w.remote[5].id), ""),
    "account by uri": (lambda tx, w: accounts.find_by_uri(tx, w.remote[5].uri), "uri"),
    "account by handle": (lambda tx, w: accounts.find_by_handle(tx, "peer5", w.remote[5].host), "ix_accounts_handle"),
    "account by name": (lambda tx, w: accounts.find_local(tx, "person5"), "accounts_"),
    "key": (lambda tx, w: keys.find(tx, f"{w.remote[5].uri}#main-key"), "actor_keys"),
    "follow": (lambda tx, w: follows.find(tx, follower_id=w.local[0].id, target_id=w.remote[5].id), "follows"),
    "directory": (
        lambda tx, w: discovery.directory(tx, _viewer(w), active=True, local=False, limit=40, offset=0, now=NOW),
        "ix_accounts_active",
    ),
    "directory of newcomers": (
        lambda tx, w: discovery.directory(tx, None, active=False, local=True, limit=40, offset=0, now=NOW),
        "accounts_",
    ),
    "proposals": (lambda tx, w: discovery.most_followed(tx, _viewer(w), limit=40, now=NOW), "accounts_"),
    "friends of friends": (lambda tx, w: discovery.friends_of_friends(tx, _viewer(w), limit=40, now=NOW), "follows_"),
    "followers in common": (
        lambda tx, w: discovery.familiar_followers(tx, _viewer(w), [person.id for person in w.local[:9]]),
        "follows_",
    ),
    "history of tags": (lambda tx, w: tags.history(tx, [1, 2, 3], now=NOW), "ix_status_tags_tag"),
    "people of a tag": (lambda tx, w: tag_marks.followers(tx, w.posts[-1].id, after=0, limit=500), "followed_tags"),
    "recipients": (
        lambda tx, w: recipients.page(tx, recipients.Recipients(author_id=w.local[45].id, followers=True), limit=50),
        "ix_follows_target",
    ),
}


def _scans(plan: str, dialect: Dialect) -> list[str]:
    sign = "SCAN " if dialect is Dialect.SQLITE else "Seq Scan on "
    lines = [line.strip() for line in plan.splitlines() if sign in line]
    return [line for line in lines if line.partition(sign)[2].split()[0] in GROWN and "USING INDEX" not in line]


@pytest.mark.parametrize("name", HOT)
def test_a_hot_question_never_walks_a_table_that_grows(grown: Grown, name: str) -> None:
    ask, index = HOT[name]
    with grown.explaining() as (tx, cursor):
        ask(tx, grown.world)
    assert cursor.plans
    for plan in cursor.plans:
        assert not _scans(plan, tx.dialect), plan
    assert index in "\n".join(cursor.plans), "\n\n".join(cursor.plans)


def test_the_pages_are_full(grown: Grown) -> None:
    with grown.explaining() as (tx, _):
        for name in ("home", "public", "public to strangers", "local", "remote", "tag", "account", "refs", "notifications"):
            found = HOT[name][0](tx, grown.world)
            assert isinstance(found, list)
            assert len(found) >= 15, name


def test_the_window_of_a_page_lies_in_the_index(grown: Grown) -> None:
    """Old pages cost what new ones cost: the walk begins at the id asked for."""
    old = Page(max_id=id_at(int((NOW - timedelta(days=25)).timestamp() * 1_000), low=0))
    with grown.explaining() as (tx, cursor):
        assert len(timelines.public(tx, None, old, only=PLAIN, now=NOW)) == 20
    wanted = "(id>? AND id<?)" if tx.dialect is Dialect.SQLITE else "Index Cond: ((id <"
    assert wanted in cursor.plans[0]


def test_marks_cost_by_the_posts_of_a_page_and_not_by_whom_the_viewer_follows(grown: Grown) -> None:
    with grown.explaining() as (tx, cursor):
        assert any(mark.kind == "follows" for mark in marks.marks(tx, grown.world.local[0].id, _home_of(tx, grown.world)))
    assert "ix_follows_follower" not in cursor.plans[-1]


def _home_of(tx: Tx, world: World) -> list[int]:
    return [ref.id for ref in timelines.home(tx, world.local[0].id, PAGE, now=NOW)]
