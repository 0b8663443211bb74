"""The same server as for the other methods of the client API, on both databases, with streams."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from fedisw.live import topics
from tests.web.mastodon.conftest import Api, api, database_kind, runtime, settings

__all__ = ["Api", "Stream", "api", "database_kind", "listen", "runtime", "settings"]

SOON = 5.0  # seconds; the machine of the tests may be busy
PATH = "/api/v1/streaming"
NONSENSE = {"error": "Unknown stream type", "status": 400}


class Stream:
    """One WebSocket, as a client sees it."""

    def __init__(self, socket: ClientWebSocketResponse, server: Api, who: str) -> None:
        self.socket, self._server, self._who = socket, server, who

    async def say(self, **message: Any) -> None:
        """A command."""
        await self.socket.send_json(message)

    async def hear(self) -> Any:
        """The next message; its payload decoded."""
        message = await self.socket.receive(timeout=SOON)
        assert message.type is WSMsgType.TEXT, message
        said = json.loads(message.data)
        if said.get("event") in ("update", "status.update", "notification"):
            said["payload"] = json.loads(said["payload"])
        return said

    async def events(self, count: int) -> list[tuple[str, str]]:
        """Event and id of the next messages."""
        found = []
        for _ in range(count):
            said = await self.hear()
            found.append((said["event"], said["payload"]["id"] if isinstance(said["payload"], dict) else said["payload"]))
        return found

    async def ready(self) -> None:
        """Everything that was said before has been obeyed, and nothing else came: nonsense gets its answer last."""
        await self.say(type="subscribe", stream="nonsense")
        assert await self._until(NONSENSE) == []

    async def rest(self) -> list[Any]:
        """All that was sent until now, and its end: a change of filters on a stream that is otherwise empty."""
        await self.say(type="subscribe", stream="direct")
        await self.say(type="subscribe", stream="nonsense")
        before = await self._until(NONSENSE)
        account = self._server.accounts[self._who]
        self._server.runtime.bus.publish(topics.direct(account.id), topics.FiltersChanged())
        return before + await self._until({"stream": ["direct"], "event": "filters_changed"})

    async def _until(self, last: dict[str, Any]) -> list[Any]:
        heard = []
        while (said := await self.hear()) != last:
            heard.append(said)
        return heard

    async def silent(self) -> None:
        """Nothing was sent until now."""
        assert await self.rest() == []

    async def closed(self) -> int | None:
        """The code with which the server ends it."""
        while True:
            message = await self.socket.receive(timeout=SOON)
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED):
                return self.socket.close_code


@asynccontextmanager
async def listen(server: Api, who: str, *streams: str, **parameters: str) -> AsyncIterator[Stream]:
    """A connection of somebody that listens to these streams."""
    async with server.client.ws_connect(PATH, headers=server.tokens[who], params=parameters) as socket:
        stream = Stream(socket, server, who)
        for name in streams:
            await stream.say(type="subscribe", stream=name)
        await stream.ready()
        yield stream
