"""Recorded documents of other servers through the whole inbox, against the table in tests/data/inbox.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fedisw.federation import resolve
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError
from fedisw.model.peers import InboundState
from fedisw.model.statuses import Status
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, media, polls, statuses
from fedisw.storage.statements import Query
from fedisw.storage.tables import lists, moderation, relations
from fedisw.storage.tables.accounts import accounts as account_rows
from fedisw.storage.tables.statuses import statuses as status_rows
from fedisw.vocab import read
from tests.federation import reading
from tests.federation.recorded_world import World, activities, actors
from tests.net.servers import Names
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import RequestParts

TABLE: Mapping[str, Mapping[str, Any]] = tomllib.loads((Path(__file__).parents[1] / "data" / "inbox.toml").read_text("utf-8"))
TEXT = 70  # characters of a text that are compared


@pytest.mark.timeout(300)  # 450 requests, one after the other
async def test_each_recorded_document_has_the_effect_that_the_table_says(home: Home, names: Names):
    found = await outcomes(home, names)
    assert found.keys() == TABLE.keys()
    wrong = {name: (row, dict(TABLE[name])) for name, row in found.items() if row != TABLE[name]}
    assert wrong == {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is: ids of posts, and how many of all else."""

    posts: frozenset[int]
    counts: Mapping[str, int]


POSTS = Query(int, select(status_rows.c.id))
COUNTED = {
    "follows": relations.follows,
    "likes": relations.favourites,
    "blocks": relations.blocks,
    "pins": relations.pins,
    "notifications": lists.notifications,
    "reports": moderation.reports,
}
COUNTS = {name: Query(int, select(func.count()).select_from(table)) for name, table in COUNTED.items()}
GONE = Query(int, select(func.count()).where(account_rows.c.deleted_at.is_not(None)))


def _seen(tx: Tx) -> Seen:
    counts = {name: tx.one(query) or 0 for name, query in COUNTS.items()}
    return Seen(posts=frozenset(tx.all(POSTS)), counts=counts | {"accounts that are gone": tx.one(GONE) or 0})


async def outcomes(home: Home, names: Names) -> dict[str, dict[str, Any]]:
    """What comes of each document, one after the other, amy following everybody who sends."""
    world = World(names, home.clock)
    found: dict[str, dict[str, Any]] = {}
    async with world.answering():
        amy = await home.person("amy")
        for name, uri in actors(world):
            found[name] = await _resolved(home, uri)
        for name, document in activities(world):
            uri = read.as_id(document.get("actor"))
            if uri is None or not uri.startswith("https://"):
                found[name] = {"end": "nobody who could have signed it"}
                continue
            home.clock.forward(seconds=1)
            await _follow(home, amy, uri)
            found[name] = await _taken(home, world.actor(uri).signed(document))
    return found


async def _follow(home: Home, amy: Account, uri: str) -> None:
    """What the sender posts is wanted, if it can be an account at all."""
    try:
        sender = await resolve.account(home.peer, uri)
    except FediswError:
        return
    if await home.db.read(follows.find, follower_id=amy.id, target_id=sender.id) is None:
        await home.db.write(factories.put_follow, amy, sender)


async def _resolved(home: Home, uri: str) -> dict[str, Any]:
    try:
        account = await resolve.account(home.peer, uri)
    except FediswError as error:
        return {"end": f"{type(error).__name__}: {error}"}
    return {"end": "stored", "account": f"{account.actor_type.value} {account.acct} {account.display_name}".strip()}


async def _taken(home: Home, parts: RequestParts) -> dict[str, Any]:
    """How a request ended, and what it left."""
    before, ends = await home.db.read(_seen), len(await reading.ends(home))
    try:
        await home.take(parts)
    except FediswError as error:
        return {"end": f"{type(error).__name__}: {error}"}
    while await home.worker.run_ready():
        pass
    after, new_ends = await home.db.read(_seen), await reading.ends(home)
    row: dict[str, Any] = {"end": _end(new_ends[-1]) if len(new_ends) > ends else "not kept"}
    posts = [await home.db.read(_described, post_id) for post_id in sorted(after.posts - before.posts)]
    changed = {name: count - before.counts[name] for name, count in after.counts.items() if count != before.counts[name]}
    return row | ({"posts": posts} if posts else {}) | ({"changed": changed} if changed else {})


def _end(ended: tuple[InboundState, str]) -> str:
    state, reason = ended
    return f"{state.value}: {reason}" if reason else state.value


def _described(tx: Tx, status_id: int) -> str:
    """A post in one line: what it is, who sees it, its warning, its text, what hangs on it."""
    post = statuses.get(tx, status_id)
    parts = [post.object_type.value, post.visibility.value]
    if post.reblog_of_id is not None:
        return f"Boost {post.visibility.value} of {statuses.get(tx, post.reblog_of_id).uri}"
    parts += [f"[{post.language}]"] if post.language else []
    parts += [f"({post.spoiler_text})"] if post.spoiler_text else []
    parts += ["sensitive"] if post.sensitive else []
    return " ".join([*parts, post.content[:TEXT].strip(), *_attached(tx, post)]).strip()


def _attached(tx: Tx, post: Status) -> list[str]:
    counts = {
        "media": len(media.of_statuses(tx, [post.id])),
        "tags": len(statuses.tags_of(tx, [post.id])),
        "mentions": len(statuses.mentions_of(tx, [post.id])),
        "options": len(polls.get(tx, post.poll_id).options) if post.poll_id is not None else 0,
        "emojis": len(post.emojis),
    }
    answer = ["answer"] if post.in_reply_to_uri else []
    return [*answer, *(f"{name}:{count}" for name, count in counts.items() if count)]
