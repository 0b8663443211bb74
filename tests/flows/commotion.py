"""Many people on several servers do things at random while servers go away and come back; in the end all must agree.

What a server says of its own people is true. Everybody else must say the same of them, as far as they were told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp
from sqlalchemy import select

from fedisw.model.accounts import Account
from fedisw.model.jobs import JobState
from fedisw.storage.db import Tx
from fedisw.storage.statements import Query
from fedisw.storage.tables.accounts import accounts
from fedisw.storage.tables.relations import favourites, follows
from fedisw.storage.tables.statuses import poll_votes, statuses
from tests.support.fediverse import Fediverse, Server
from tests.support.jobs import JobRow, all_jobs

NAMES = ("amy", "ben", "cai", "dot", "eve", "fay", "gus", "hal", "ida", "jon")
EXPECTED = frozenset({200, 403, 404, 422})  # 403: not theirs to pass on; 404: gone meanwhile; 422: not that post, or done before
ROUNDS = 120  # of half an hour each, until all that was to be tried again has been


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as one server has it; a boost if `boosted` is not None."""

    uri: str
    author: str
    host: str | None
    visibility: str
    content: str
    spoiler: str
    boosted: str | None
    favourites_count: int
    reblogs_count: int
    poll: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that one server knows."""

    posts: dict[str, Post]
    follows: set[tuple[str, str]]
    asked: set[tuple[str, str]]
    likes: set[tuple[str, str]]
    votes: set[tuple[str, str, int]]

    @property
    def boosts(self) -> set[tuple[str, str]]:
        """(who, what)."""
        return {(post.author, post.boosted) for post in self.posts.values() if post.boosted is not None}


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody who does things."""

    server: Server
    account: Account
    token: str


_boosted, _writer = statuses.alias("boosted_post"), accounts.alias("writer")
_follower, _target = accounts.alias("follower"), accounts.alias("target")
POSTS = Query(
    Post,
    select(
        statuses.c.uri,
        _writer.c.uri.label("author"),
        statuses.c.host,
        statuses.c.visibility,
        statuses.c.content,
        statuses.c.spoiler_text.label("spoiler"),
        _boosted.c.uri.label("boosted"),
        statuses.c.favourites_count,
        statuses.c.reblogs_count,
        statuses.c.poll_id.label("poll"),
    )
    .join(_writer, _writer.c.id == statuses.c.account_id)
    .outerjoin(_boosted, _boosted.c.id == statuses.c.reblog_of_id),
)
FOLLOWS = Query(
    tuple[str, str, bool],
    select(_follower.c.uri.label("one"), _target.c.uri.label("other"), follows.c.accepted)
    .join(_follower, _follower.c.id == follows.c.follower_id)
    .join(_target, _target.c.id == follows.c.target_id),
)
LIKES = Query(
    tuple[str, str],
    select(accounts.c.uri.label("who"), statuses.c.uri.label("what"))
    .select_from(favourites)
    .join(accounts, accounts.c.id == favourites.c.account_id)
    .join(statuses, statuses.c.id == favourites.c.status_id),
)
VOTES = Query(
    tuple[str, str, int],
    select(accounts.c.uri.label("who"), statuses.c.uri.label("what"), poll_votes.c.choice)
    .select_from(poll_votes)
    .join(accounts, accounts.c.id == poll_votes.c.account_id)
    .join(statuses, statuses.c.poll_id == poll_votes.c.poll_id),
)


def following(tx: Tx) -> set[tuple[str, str]]:
    """Who follows whom, as this server sees it."""
    return {(one, other) for one, other, accepted in tx.all(FOLLOWS) if accepted}


def look(tx: Tx) -> View:
    """Read everything."""
    pairs = tx.all(FOLLOWS)
    return View(
        posts={post.uri: post for post in tx.all(POSTS)},
        follows={(one, other) for one, other, accepted in pairs if accepted},
        asked={(one, other) for one, other, accepted in pairs if not accepted},
        likes=set(tx.all(LIKES)),
        votes=set(tx.all(VOTES)),
    )


@dataclass(slots=True, kw_only=True)
class Commotion:
    """The people, and what each of them must have got.

    Attributes:
        told: followers who must have a post in the end: those who were when it was written, and stayed.
    """

    fediverse: Fediverse
    chance: Random
    people: list[Person] = field(default_factory=list)
    away: dict[str, AsyncExitStack] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    async def begin(self, servers: int, *, people: int) -> None:
        """Start the servers and let everybody follow some others."""
        for number in range(servers):
            server = await self.fediverse.start(f"{'abcde'[number]}.test", username=NAMES[number * people])
            self.people.append(Person(server=server, account=server.account, token=server.token))
            for extra in range(1, people):
                account = await server.person(NAMES[number * people + extra])
                self.people.append(Person(server=server, account=account, token=await server.sign_in(account)))
        for person in self.people:
            for other in self.chance.sample(self.people, 2):
                await self._follow(person, other)
        await self.fediverse.settle()

    async def act(self) -> None:
        """Somebody does something; sometimes a server goes or comes, sometimes what waits is done."""
        self.fediverse.clock.forward(seconds=self.chance.randint(1, 90))
        if self.chance.random() < 0.06:
            await self._go_or_come()
        kinds: dict[str, tuple[int, Callable[[Person], Awaitable[None]]]] = {
            "post": (6, self._write),
            "answer": (3, self._answer),
            "edit": (3, self._edit),
            "delete": (2, self._delete),
            "boost": (4, lambda who: self._mark(who, "reblog")),
            "unboost": (2, lambda who: self._mark(who, "unreblog")),
            "like": (4, lambda who: self._mark(who, "favourite")),
            "unlike": (2, lambda who: self._mark(who, "unfavourite")),
            "follow": (3, self._follow_somebody),
            "unfollow": (2, self._unfollow_somebody),
            "vote": (3, self._vote),
            "pin": (1, lambda who: self._mark(who, "pin", own=True)),
        }
        names = list(kinds)
        name = self.chance.choices(names, [kinds[one][0] for one in names])[0]
        self.done[name] += 1
        await kinds[name][1](self.chance.choice(self.people))
        if self.chance.random() < 0.4:
            await self.fediverse.settle(allowed=_comes_back)

    async def end(self) -> None:
        """Everybody is back, and all that is still to be done is done."""
        for parts in self.away.values():
            await parts.aclose()
        self.away.clear()
        for _ in range(ROUNDS):
            await self.fediverse.settle(allowed=_comes_back)
            if not [job for server in self.fediverse.servers for job in await all_jobs(server.db) if _is_left(job)]:
                break
            self.fediverse.clock.forward(minutes=30)
        left = [(server.host, job) for server in self.fediverse.servers for job in await all_jobs(server.db) if _is_left(job)]
        assert left == []

    async def views(self) -> dict[str, View]:
        """What each server knows, by host."""
        return {server.host: await server.db.read(look) for server in self.fediverse.servers}

    async def _go_or_come(self) -> None:
        server = self.chance.choice(self.fediverse.servers)
        parts = self.away.pop(server.host, None)
        if parts is not None:
            await parts.aclose()
        elif len(self.away) < len(self.fediverse.servers) // 2:
            self.away[server.host] = parts = AsyncExitStack()
            await parts.enter_async_context(self.fediverse.without(server))

    async def _call(self, who: Person, method: str, path: str, json: Any = None) -> Any:
        try:
            answer = await who.server.call(method, path, json=json, by=who.token)
        except aiohttp.ServerDisconnectedError:  # a kept connection, hung up when the server went away: nothing was asked
            answer = await who.server.call(method, path, json=json, by=who.token)
        assert answer.status in EXPECTED or (answer.status == 503 and self.away), (method, path, answer.status, answer.body)
        return answer.body if answer.status == 200 else None

    async def _write(self, who: Person) -> None:
        text = f"Case load {self.chance.randrange(10**9)}"
        body: dict[str, Any] = {
            "status": text,
            "visibility": self.chance.choice(("public", "public", "unlisted", "private")),
        }
        if self.chance.random() < 0.3:
            body["spoiler_text"] = "About work"
        if self.chance.random() < 0.3:
            body["poll"] = {"options": ["Yes", "No", "Later"], "expires_in": 3_600, "multiple": self.chance.random() < 0.5}
        await self._say(who, body)

    async def _answer(self, who: Person) -> None:
        post = await self._some_post(who)
        if post is not None:
            handle = f"@{post['account']['acct']}"
            await self._say(who, {"status": f"{handle} I see {self.chance.randrange(10**9)}", "in_reply_to_id": post["id"]})

    async def _say(self, who: Person, body: dict[str, Any]) -> None:
        """Write, and note who must get it."""
        post = await self._call(who, "POST", "/api/v1/statuses", body)
        if post is not None:
            self.told[post["uri"]] = await self._followers(who)

    async def _followers(self, who: Person) -> set[str]:
        """Those who follow as both sides see it; what one of them ended need not have reached the other."""
        of_all = [await server.db.read(following) for server in self.fediverse.servers]
        seen = Counter(pair for pairs in of_all for pair in pairs if pair[1] == who.account.uri)
        own = await who.server.db.read(following)
        return {
            one
            for (one, other), times in seen.items()
            if (one, other) in own and times == (1 if one.split("/")[2] == who.server.host else 2)
        }

    async def _edit(self, who: Person) -> None:
        post = await self._own_post(who)
        if post is not None:
            body = {"status": f"Changed {self.chance.randrange(10**9)}", "spoiler_text": post["spoiler_text"]}
            await self._call(who, "PUT", f"/api/v1/statuses/{post['id']}", body)

    async def _delete(self, who: Person) -> None:
        post = await self._own_post(who)
        if post is not None and await self._call(who, "DELETE", f"/api/v1/statuses/{post['id']}") is not None:
            self.told.pop(post["uri"], None)

    async def _mark(self, who: Person, what: str, *, own: bool = False) -> None:
        post = await (self._own_post(who) if own else self._some_post(who))
        if post is not None:
            await self._call(who, "POST", f"/api/v1/statuses/{post['id']}/{what}", {})

    async def _vote(self, who: Person) -> None:
        found = [post for post in await self._timeline(who) if post["poll"] is not None]
        if found:
            poll = self.chance.choice(found)["poll"]
            choices = self.chance.sample(range(3), 2 if poll["multiple"] else 1)
            await self._call(who, "POST", f"/api/v1/polls/{poll['id']}/votes", {"choices": choices})

    async def _follow_somebody(self, who: Person) -> None:
        await self._follow(who, self.chance.choice(self.people))

    async def _follow(self, who: Person, other: Person) -> None:
        found = await self._known(who, other)
        if other is not who and found is not None:
            await self._call(who, "POST", f"/api/v1/accounts/{found}/follow", {})

    async def _unfollow_somebody(self, who: Person) -> None:
        other = self.chance.choice(self.people)
        found = await self._known(who, other)
        if other is not who and found is not None and await self._call(who, "POST", f"/api/v1/accounts/{found}/unfollow", {}):
            for uri, followers in self.told.items():
                if uri.startswith(f"https://{other.server.host}/"):
                    followers.discard(who.account.uri)

    async def _known(self, who: Person, other: Person) -> str | None:
        handle = f"{other.account.username}@{other.server.host}"
        found = await self._call(who, "GET", f"/api/v1/accounts/lookup?acct={handle}")
        if found is None:
            found = await self._call(who, "GET", f"/api/v2/search?q=@{handle}&resolve=true&type=accounts")
            found = found["accounts"][0] if found is not None and found["accounts"] else None
        return None if found is None else str(found["id"])

    async def _timeline(self, who: Person) -> list[Any]:
        path = self.chance.choice(("/api/v1/timelines/home", "/api/v1/timelines/public"))
        found = await self._call(who, "GET", f"{path}?limit=40") or []
        return [post["reblog"] or post for post in found]

    async def _some_post(self, who: Person) -> Any:
        found = await self._timeline(who)
        return self.chance.choice(found) if found else None

    async def _own_post(self, who: Person) -> Any:
        found = await self._call(who, "GET", f"/api/v1/accounts/{who.account.id}/statuses?exclude_reblogs=true") or []
        return self.chance.choice(found) if found else None


def _is_left(job: JobRow) -> bool:
    return job.state not in (JobState.DONE, JobState.CANCELLED)


def _comes_back(job: JobRow) -> bool:
    """A failure to allow while somebody is away: it will be tried again."""
    return job.state is not JobState.DEAD
