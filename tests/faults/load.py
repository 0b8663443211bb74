"""What peers and clients do to a server that ends now and then, and what it acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from tests.faults.plan import Plan
from tests.faults.world import FOLLOWED, World
from tests.support.peers import Actor, Document
from tests.support.server import Person

SENDERS, WRITERS = 6, 4  # tasks
AGAIN = 0.1  # seconds until a request is tried again
STUCK = 90.0  # seconds without any progress: the server is not coming back
BROKEN = (aiohttp.ClientError, OSError, TimeoutError)


T = TypeVar("T")


class NoAnswer(Exception):
    """The server ended before it answered, or is not there, or asks to come back later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An activity that was acknowledged: its id, its actor, and the note it brought or the post it likes."""

    id: str
    actor: str
    about: str


@dataclass(slots=True)
class Load:
    """Runs until all is acknowledged.

    Attributes:
        posts: texts of acknowledged posts, with the author's id and the post's id.
        unsure: texts of posts without a key whose request broke: there at most once.
        favourites: post and who favoured it.
    """

    world: World
    plan: Plan
    ends_at: float
    notes: list[Sent] = field(default_factory=list)
    mentions: list[Sent] = field(default_factory=list)
    likes: list[Sent] = field(default_factory=list)
    posts: dict[str, tuple[str, str]] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    favourites: set[tuple[str, str]] = field(default_factory=set)
    retries: int = 0
    _activities: int = 0
    _writes: int = 0
    _to_favour: list[str] = field(default_factory=list)

    @property
    def inbound(self) -> int:
        """Activities acknowledged."""
        return len(self.notes) + len(self.mentions) + len(self.likes)

    @property
    def writes(self) -> int:
        """Requests of clients acknowledged."""
        return len(self.posts) + len(self.favourites)

    @property
    def done(self) -> int:
        """Everything acknowledged."""
        return self.inbound + self.writes

    @property
    def is_over(self) -> bool:
        """All that was planned is acknowledged, or the time is up."""
        return time.monotonic() > self.ends_at or (self.inbound >= self.plan.inbound and self.writes >= self.plan.writes)

    async def run(self) -> None:
        """Send and write until it is over."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(SENDERS):
                tasks.create_task(self._send())
            for _ in range(WRITERS):
                tasks.create_task(self._write())

    async def reaches(self, count: int) -> bool:
        """Wait for so many acknowledgements; False when the load is over before."""
        before, since = self.done, time.monotonic()
        while self.done < count and not self.is_over:
            await asyncio.sleep(0.005)
            if self.done > before:
                before, since = self.done, time.monotonic()
            assert time.monotonic() - since < STUCK, f"nothing was acknowledged for {STUCK} s"
        return self.done >= count

    async def _send(self) -> None:
        while self._activities < self.plan.inbound and time.monotonic() < self.ends_at:
            self._activities += 1
            actor, activity, about, kept = self._activity(self._activities - 1)
            await self._until_answered(lambda actor=actor, activity=activity: self._post(actor, activity))
            kept.append(Sent(id=activity["id"], actor=actor.uri, about=about))

    def _activity(self, number: int) -> tuple[Actor, Document, str, list[Sent]]:
        """Two notes of somebody who is followed, a mention by a stranger, a like; the list of its kind."""
        turn, which = divmod(number, 4)
        if which == 3:
            post, by = divmod(turn, len(self.world.actors))
            actor, liked = self.world.actors[by], self.world.liked[post]
            return actor, actor.activity("Like", liked), liked, self.likes
        if which == 2:
            strangers = self.world.actors[FOLLOWED:]
            actor = strangers[turn % len(strangers)]
            note = actor.note(f"Mention {number}", **self._to(self.world.ben))
            return actor, actor.activity("Create", note), note["id"], self.mentions
        actor = self.world.actors[number % FOLLOWED]
        note = actor.note(f"Note {number}")
        return actor, actor.activity("Create", note), note["id"], self.notes

    def _to(self, person: Person) -> Document:
        uri = f"{self.world.server.origin}/ap/actors/{person.id}"
        return {"cc": [uri], "tag": [{"type": "Mention", "href": uri, "name": f"@{person.handle}"}]}

    async def _post(self, actor: Actor, activity: Document) -> None:
        try:
            status = await self.world.send(actor, activity)
        except BROKEN as error:
            raise NoAnswer from error
        if status == 503:
            raise NoAnswer
        assert status == 202, (status, activity)

    async def _write(self) -> None:
        while self.writes < self.plan.writes and time.monotonic() < self.ends_at:
            self._writes += 1
            number = self._writes
            person = self.world.people[number % len(self.world.people)]
            if number % 6 == 0 and self._to_favour:
                await self._favour(person, self._to_favour.pop())
            else:
                await self._publish(person, f"Write {number}", key=None if number % 7 == 0 else f"key {number}")

    async def _publish(self, person: Person, text: str, *, key: str | None) -> None:
        form = {"status": text} | ({"key": key} if key else {})
        try:
            if key is None:
                post_id = await self._ask(person, "/api/v1/statuses", **form)
            else:
                post_id = await self._until_answered(lambda: self._ask(person, "/api/v1/statuses", **form))
        except NoAnswer:
            self.unsure.add(text)
            await asyncio.sleep(AGAIN)
            return
        self.posts[text] = person.id, post_id
        self._to_favour.append(post_id)

    async def _favour(self, person: Person, post_id: str) -> None:
        await self._until_answered(lambda: self._ask(person, f"/api/v1/statuses/{post_id}/favourite"))
        self.favourites.add((post_id, person.id))

    async def _ask(self, person: Person, path: str, **form: str) -> str:
        try:
            status, body = await self.world.ask(person, "POST", path, **form)
        except BROKEN as error:
            raise NoAnswer from error
        if status == 503:
            raise NoAnswer
        assert status == 200, (status, body, form)
        return str(body["id"])

    async def _until_answered(self, request: Callable[[], Awaitable[T]]) -> T:
        """Try the same again, signed anew, until it is acknowledged."""
        while True:
            try:
                return await request()
            except NoAnswer:
                self.retries += 1
                await asyncio.sleep(AGAIN)
