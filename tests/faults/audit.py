"""Compares what was acknowledged with what the database holds: nothing missing, nothing twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from fedisw.model.jobs import JobState
from fedisw.model.notifications import NotificationType
from fedisw.storage.db import Database, Tx
from fedisw.storage.opening import open_database
from fedisw.storage.queries import job_keeping
from fedisw.storage.queries.feeds import KEPT
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.lists import notifications
from fedisw.storage.tables.peers import deliveries, inbound
from fedisw.storage.tables.relations import favourites
from fedisw.storage.tables.statuses import home_feed, statuses
from tests.faults.load import Load
from tests.faults.world import FOLLOWED
from tests.support.server import Person

QUIET = 90.0  # seconds without any progress of the background work
PAGE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    id: int
    uri: str
    statuses_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Status:
    id: int
    uri: str
    account_id: int
    text: str
    favourites_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Favourite:
    status_id: int
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notification:
    account_id: int
    type: str
    from_id: int
    status_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    activity_id: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _FeedRow:
    account_id: int
    status_id: int


S, N = statuses.c, notifications.c
ACCOUNTS = Query(_Account, select(accounts.c.id, accounts.c.uri, accounts.c.statuses_count))
STATUSES = Query(_Status, select(S.id, S.uri, S.account_id, S.text, S.favourites_count))
FAVOURITES = Query(_Favourite, select(favourites.c.status_id, favourites.c.account_id))
NOTIFICATIONS = Query(_Notification, select(N.account_id, N.type, N.from_id, N.status_id))
ARRIVED = Query(_Arrived, select(inbound.c.activity_id, inbound.c.state, inbound.c.reason))
FEEDS = Query(_FeedRow, select(home_feed.c.account_id, home_feed.c.status_id))
DELIVERY_STATES = Query(str, select(deliveries.c.state))


@dataclass(slots=True, kw_only=True)
class Found:
    """All that the database holds."""

    accounts: list[_Account]
    statuses: list[_Status]
    favourites: list[_Favourite]
    notifications: list[_Notification]
    arrived: list[_Arrived]
    feeds: list[_FeedRow]
    delivered: list[str]
    dead: list[job_keeping.JobRow]

    def status_id(self, uri: str) -> int:
        """The post with this address; fails unless there is exactly one."""
        (found,) = [one.id for one in self.statuses if one.uri == uri]
        return found

    def feed(self, person: Person) -> set[int]:
        """Ids in somebody's home feed."""
        return {row.status_id for row in self.feeds if row.account_id == int(person.id)}


async def quiet(url: str) -> Database:
    """The database, opened, as soon as no work waits in it."""
    db = await open_database(url)
    before, since = -1, time.monotonic()
    while (left := sum(one.count for one in await db.read(job_keeping.depths) if one.state is not JobState.DEAD)) > 0:
        if left != before:
            before, since = left, time.monotonic()
        assert time.monotonic() - since < QUIET, f"{left} jobs are left"
        await asyncio.sleep(0.2)
    return db


def read_all(tx: Tx) -> Found:
    """Everything that is compared, at one moment."""
    return Found(
        accounts=tx.all(ACCOUNTS),
        statuses=tx.all(STATUSES),
        favourites=tx.all(FAVOURITES),
        notifications=tx.all(NOTIFICATIONS),
        arrived=tx.all(ARRIVED),
        feeds=tx.all(FEEDS),
        delivered=tx.all(DELIVERY_STATES),
        dead=job_keeping.dead_letters(tx, below=1 << 62),
    )


def check(load: Load, found: Found) -> None:
    """Everything acknowledged is there once and counted right, and nothing else is there."""
    assert [(job.kind, job.cause, job.last_error) for job in found.dead] == []
    assert set(found.delivered) == {"delivered"}
    _check_arrived(load, found)
    _check_posts(load, found)
    _check_favourites(load, found)
    _check_counts(found)
    _check_notifications(load, found)
    _check_feeds(load, found)
    _check_sent(load, found)


def _check_arrived(load: Load, found: Found) -> None:
    rows = {one.activity_id: one for one in found.arrived}
    sent = {one.id for kind in (load.notes, load.mentions, load.likes) for one in kind}
    assert len(rows) == len(found.arrived)
    assert len(sent) == load.inbound
    assert sent - rows.keys() == set(), "acknowledged, but not kept"
    assert len(rows.keys() - sent) == FOLLOWED + 1, "kept, but never sent"  # they accept ann, and one follows her
    # a like that was counted before the process ended, and looked at again, says so; _check_favourites sees that it counts
    likes = {one.id for one in load.likes}
    assert [
        one for one in found.arrived if one.state != "done" and not (one.state == "ignored" and one.activity_id in likes)
    ] == []


def _check_posts(load: Load, found: Found) -> None:
    here = {int(person.id) for person in load.world.people}
    _same((one.uri for one in found.statuses if one.account_id not in here), (one.about for one in load.notes + load.mentions))
    wrote = [one for one in found.statuses if one.account_id in here and one.text.startswith("Write ")]
    texts = Counter(one.text for one in wrote)
    assert [text for text, count in texts.items() if count > 1] == [], "written twice"
    assert load.posts.keys() - texts.keys() == set(), "acknowledged, but not written"
    assert texts.keys() - load.posts.keys() - load.unsure == set(), "written, but never asked for"
    ids = {one.text: (str(one.account_id), str(one.id)) for one in wrote}
    assert {text: ids[text] for text in load.posts} == load.posts
    assert len(found.statuses) - len(wrote) == len(load.notes) + len(load.mentions) + len(load.world.liked)


def _check_favourites(load: Load, found: Found) -> None:
    by_uri, status_ids = {one.uri: one.id for one in found.accounts}, {one.uri: one.id for one in found.statuses}
    ours = {(int(status), int(account)) for status, account in load.favourites}
    theirs = {(status_ids[one.about], by_uri[one.actor]) for one in load.likes}
    _same(((one.status_id, one.account_id) for one in found.favourites), ours | theirs)


def _check_counts(found: Found) -> None:
    favoured = Counter(one.status_id for one in found.favourites)
    assert {one.id: one.favourites_count for one in found.statuses} == {one.id: favoured[one.id] for one in found.statuses}
    written = Counter(one.account_id for one in found.statuses)
    assert {one.id: one.statuses_count for one in found.accounts} == {one.id: written[one.id] for one in found.accounts}


def _check_notifications(load: Load, found: Found) -> None:
    world, by_uri = load.world, {one.uri: one.id for one in found.accounts}
    authors, status_ids = {one.id: one.account_id for one in found.statuses}, {one.uri: one.id for one in found.statuses}
    mentioned = {(int(world.ben.id), "mention", by_uri[one.actor], status_ids[one.about]) for one in load.mentions}
    favoured = {
        (authors[one.status_id], "favourite", one.account_id, one.status_id)
        for one in found.favourites
        if authors[one.status_id] != one.account_id
    }
    kinds = (NotificationType.MENTION, NotificationType.FAVOURITE)
    rows = [(one.account_id, one.type, one.from_id, one.status_id) for one in found.notifications if one.type in kinds]
    _same(rows, mentioned | favoured)


def _check_feeds(load: Load, found: Found) -> None:
    world = load.world
    followed = {found_id.id for found_id in found.accounts if found_id.uri in {one.uri for one in world.actors[:FOLLOWED]}}
    for person, authors in ((world.ann, {int(world.ann.id), *followed}), (world.ben, {int(world.ben.id), int(world.ann.id)})):
        expected = sorted(one.id for one in found.statuses if one.account_id in authors)
        assert set(expected[-KEPT:]) - found.feed(person) == set(), f"not in the home feed of {person.name}"
        assert found.feed(person) - set(expected) == set(), f"of nobody whom {person.name} follows"


def _check_sent(load: Load, found: Found) -> None:
    """A follower on another server got each post of ann, under one activity id however often it was sent."""
    ids: dict[str, set[str]] = {}
    for one in load.world.peer.taken:
        if one["type"] == "Create":
            ids.setdefault(one["object"]["id"], set()).add(one["id"])
    _same(ids.keys(), (one.uri for one in found.statuses if one.account_id == int(load.world.ann.id)))
    assert {uri: names for uri, names in ids.items() if len(names) > 1} == {}


async def check_home(load: Load, found: Found) -> None:
    """Ann pages through her home timeline: each post of her feed once, newest first."""
    seen: list[int] = []
    while page := await load.world.get(load.world.ann, "/api/v1/timelines/home", limit=str(PAGE), **_below(seen)):
        seen += [int(one["id"]) for one in page]
    assert seen == sorted(found.feed(load.world.ann), reverse=True)


def _below(seen: list[int]) -> dict[str, str]:
    return {"max_id": str(seen[-1])} if seen else {}


def _same(found: Iterable[object], expected: Iterable[object]) -> None:
    there, wanted = Counter(list(found)), set(expected)
    assert wanted - there.keys() == set(), "missing"
    assert there.keys() - wanted == set(), "too many"
    assert [one for one, count in there.items() if count > 1] == [], "twice"
