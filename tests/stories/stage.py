"""Our server and one of another software, over TLS: what a story is played on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import aiohttp

from fedisw.crypto import cavage
from fedisw.jobs.work import CheckLinks
from fedisw.model.accounts import Account
from fedisw.net.limits import AS2_ACCEPT, AS2_KINDS
from fedisw.web.middleware.sessions import cookie_name
from tests.stories.server import SoftwareServer, software
from tests.stories.software import Dialect, Target
from tests.stories.strict import AJ
from tests.support.clock import Clock
from tests.support.fediverse import Fediverse, Server
from tests.support.peers import Actor, Document
from tests.support.pictures import picture

ACCEPTED = 202


@dataclass(slots=True, kw_only=True)
class Stage:
    """Amy, who lives at alpha.test, and somebody on a server of another software.

    Attributes:
        us: our server, as clients and browsers see it.
        them: theirs; `me` is who lives there, `group` where they post, if their software has such.
    """

    fediverse: Fediverse
    us: Server
    them: SoftwareServer
    dialect: Dialect
    me: Actor
    group: Actor | None
    cookie: str

    @property
    def clock(self) -> Clock:
        """The time of everybody."""
        return self.fediverse.clock

    @property
    def amy(self) -> Account:
        """Who lives here."""
        return self.us.account

    @property
    def handle(self) -> str:
        """How the other one is called here."""
        return self.handle_of(self.me)

    @property
    def followed(self) -> Actor:
        """Whom amy follows: them, or their group."""
        return self.group or self.me

    @property
    def author(self) -> Actor:
        """Whose their posts are."""
        return self.followed if self.dialect.by_group else self.me

    def handle_of(self, one: Actor) -> str:
        """Name and host, in small letters."""
        return f"{one.document['preferredUsername']}@{self.them.host}".lower()

    async def send(self, *activities: Document, by: Actor | None = None) -> None:
        """Their server delivers, each activity some seconds after the one before; we take it and do what follows."""
        for activity in activities:
            self.clock.forward(seconds=5)
            to = f"https://{self.us.host}" + ("/inbox" if self.dialect.shared_inbox else f"/ap/actors/{self.amy.id}/inbox")
            parts = (by or self.me).signed(activity, to=to, scheme=self.dialect.scheme)
            answer = await self._ask(parts.method, parts.target, dict(parts.headers), parts.body)
            assert answer[0] == ACCEPTED, (self.dialect.name, activity, answer)
            await self.settle()

    async def publish(self, activity: Document) -> None:
        """What is for everybody: from who did it, or from the group that it was done in."""
        if self.group is None or self.dialect.relay is None:
            await self.send(activity)
        else:
            for by, passed_on in self.dialect.relay(self.group, self.me, activity):
                await self.send(passed_on, by=by)

    async def settle(self) -> None:
        """All background work of ours; pages that recorded profiles name are not there to be looked at."""
        try:
            await self.fediverse.settle(allowed=lambda job: job.kind == CheckLinks.__name__)
        except AssertionError:
            assert self.them.refused == []  # says more than the failed delivery
            raise

    async def ask(self, path: str) -> Any:
        """The client API, as amy; GET."""
        return await self.us.ask(path)

    async def do(self, path: str, method: str = "POST", **form: Any) -> Any:
        """A change by amy over the client API, with all that follows."""
        self.clock.forward(seconds=5)
        done = await self.us.do(path, method=method, json=form)
        await self.settle()
        return done

    async def missing(self, path: str) -> bool:
        """Whether the client API says 404 to amy."""
        return (await self.us.call("GET", path)).status == 404

    async def upload(self, description: str) -> str:
        """A picture of amy's; its id."""
        form = aiohttp.FormData()
        form.add_field("file", picture(), filename="a.png", content_type="image/png")
        form.add_field("description", description)
        headers = {"Host": self.us.host, "Authorization": f"Bearer {self.us.token}"}
        url = f"https://127.0.0.1:{self.us.port}/api/v2/media"
        async with self.us.session.post(url, data=form, headers=headers, server_hostname=self.us.host) as answer:
            assert answer.status == 200, await answer.text()
            made = await answer.json()
        return str(made["id"])

    async def page(self, path: str, *, signed_in: bool = False) -> tuple[int, str]:
        """What a browser is shown: status, and the text (with that of pictures) without markup, white space folded."""
        headers = {"Accept": "text/html", "Accept-Language": "en"} | ({"Cookie": self.cookie} if signed_in else {})
        status, body = await self._ask("GET", path, headers, b"")
        words = re.sub(r'<(style|script).*?</\1>|<img[^>]* alt="|<[^>]+>', " ", body.decode(), flags=re.DOTALL)
        return status, " ".join(unescape(words).split())

    async def look_up(self, uri: str, *, by: Actor | None = None) -> tuple[int, Document | None]:
        """Their server reads one of our ids, signed, as secure ones do."""
        one = by or self.me
        fields = cavage.sign(method="GET", url=uri, key_id=one.key_id, key=one.key, now=self.clock(), headers={"Accept": AJ})
        answer = await self.us.call("GET", uri.partition(self.us.host)[2], headers=fields, signed_in=False)
        return answer.status, answer.body

    async def read_unsigned(self, uri: str) -> int:
        """What their server says to somebody who reads one of its ids without a signature."""
        answer = await self.us.runtime.peer.client.get(uri, accept=AS2_ACCEPT, kinds=AS2_KINDS)
        return answer.status

    async def status(self, status_id: str) -> Any:
        """A post as amy's client has it."""
        return await self.ask(f"/api/v1/statuses/{status_id}")

    async def notified(self, kind: str) -> Any:
        """The newest notification of a kind, which must be about them."""
        found = await self.ask(f"/api/v1/notifications?types[]={kind}")
        assert found, f"no notification: {kind}"
        assert found[0]["account"]["acct"].lower() == self.handle
        return found[0]

    def target(self, status: Any) -> Target:
        """One of amy's posts as the others know it."""
        return Target(uri=status["uri"], author=self.amy.uri, handle=f"@{self.amy.username}@{self.us.host}", url=status["url"])

    async def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        async with self.us.session.request(
            method,
            f"https://127.0.0.1:{self.us.port}{path}",
            data=body or None,
            headers={"Host": self.us.host} | headers,
            server_hostname=self.us.host,
            allow_redirects=False,
        ) as answer:
            return answer.status, await answer.read()


@asynccontextmanager
async def staging(fediverse: Fediverse, dialect: Dialect) -> AsyncIterator[Stage]:
    """Both servers, nobody knowing anybody."""
    us = await fediverse.start("alpha.test", username="amy")
    await us.do("/api/v1/accounts/update_credentials", method="PATCH", json={"hide_collections": False})
    await fediverse.settle()

    async def actor_of(uri: str) -> Document | None:
        """Our actor as anybody may read it, without a signature."""
        headers = {"Accept": AJ}
        found = await us.call("GET", uri.partition(us.host)[2], headers=headers, signed_in=False)
        return found.body if found.status == 200 else None

    _, text = await us.people.session(us.account)
    cookie = f"{cookie_name(us.runtime.settings)}={text}"
    async with software(fediverse.names, dialect, fediverse.clock, actor_of) as them:
        me = dialect.join(them)
        group = dialect.group(them) if dialect.group is not None else None
        yield Stage(fediverse=fediverse, us=us, them=them, dialect=dialect, me=me, group=group, cookie=cookie)
