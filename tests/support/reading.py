"""Our server read by others over HTTP: plain requests, and requests signed by an actor of a scripted server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient
from multidict import CIMultiDict

from fedisw.crypto import cavage, rfc9421
from fedisw.crypto.signed import Scheme
from fedisw.federation import resolve
from fedisw.federation.inbox import RequestParts
from fedisw.model.accounts import Account
from tests.support import factories
from tests.support.factories import HERE
from tests.support.home import Home
from tests.support.peers import Actor

SENT = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # what aiohttp would add by itself
AJ = "application/activity+json"
LD = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


class Reader:
    """https://home.test over HTTP."""

    def __init__(self, home: Home, client: TestClient[web.Request, web.Application]) -> None:
        self.home, self.db, self.client = home, home.db, client

    async def ask(
        self,
        where: str,
        *,
        accept: str | None = AJ,
        by: Actor | None = None,
        scheme: Scheme = Scheme.CAVAGE,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> ClientResponse:
        """Ask for a path or id, signed `by` somebody."""
        url = where if where.startswith("http") else f"{HERE}{where}"
        fields: dict[str, str] = {"Host": HERE.authority, **({"Accept": accept} if accept is not None else {})}
        if by is not None:
            sign = cavage.sign if scheme is Scheme.CAVAGE else rfc9421.sign
            fields |= sign(method=method, url=url, key_id=by.key_id, key=by.key, now=self.home.clock())
        path = url.removeprefix(str(HERE))
        return await self.client.request(method, path, headers=fields | dict(headers or {}), allow_redirects=False)

    async def status(self, where: str, **how: Any) -> int:
        """The status only."""
        return (await self.ask(where, **how)).status

    async def read(self, where: str, **how: Any) -> dict[str, Any]:
        """The document; fails unless it is there."""
        response = await self.ask(where, **how)
        assert response.status == 200, await response.text()
        return dict(await response.json(content_type=None))

    async def post(self, parts: RequestParts, **more: str) -> ClientResponse:
        """Send a signed activity as it is; a field may come several times. `more` are further headers."""
        headers = CIMultiDict({"Host": HERE.authority})
        for name, value in (*parts.headers, *more.items()):
            if name.lower() == "host":
                headers.popall("Host", None)
            headers.add(name, value)
        return await self.client.request(parts.method, parts.target, data=parts.body, headers=headers, skip_auto_headers=SENT)

    async def sent(self, parts: RequestParts, **more: str) -> int:
        """The status only."""
        return (await self.post(parts, **more)).status

    async def known(self, actor: Actor) -> Account:
        """The actor, stored here."""
        return await resolve.account(self.home.peer, actor.uri)

    async def follow(self, follower: Account, target: Account) -> None:
        """A follow that is there."""
        await self.db.write(factories.put_follow, follower, target)
