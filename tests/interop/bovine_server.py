"""A small server made with bovine that tests tell what to do: one JSON object a line on standard input, one answer a line on
standard output. People and groups have keys, documents and signatures by bovine; a group passes on what members send it.

It runs in the environment of the interoperability tools: `bovine_server.py PORT CERTIFICATE KEY`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bovine import BovineActor
from bovine.activitystreams import Actor, OrderedCollection
from bovine.activitystreams.activity_factory import ActivityFactory
from bovine.activitystreams.object_factory import ObjectFactory
from bovine.clients.lookup_account import lookup_with_webfinger
from bovine.crypto import build_validate_http_signature, generate_rsa_public_private_key
from bovine.crypto.types import CryptographicIdentifier
from bovine.types import Visibility
from bovine.utils import webfinger_response_json
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, request

Json = Any
AJ = {"content-type": "application/activity+json"}
GROUP = "Group"


class One:
    """A person or a group."""

    def __init__(self, origin: str, name: str, kind: str, new_id: Callable[[], str]) -> None:
        self.uri = f"{origin}/{name}"
        public, private = generate_rsa_public_private_key()
        actor = Actor(
            id=self.uri,
            type=kind,
            preferred_username=name,
            name=name.title(),
            inbox=f"{self.uri}/inbox",
            outbox=f"{self.uri}/outbox",
            followers=f"{self.uri}/followers",
            public_key=public,
            public_key_name="main-key",
        )
        self.kind, self.document = kind, actor.build(visibility=Visibility.OWNER)
        self.client = BovineActor(actor_id=self.uri, public_key_url=f"{self.uri}#main-key", secret=private)
        self.activities = ActivityFactory(self.document, id_generator=new_id)
        self.objects = ObjectFactory(actor_information=self.document, id_generator=new_id)
        self.followers: list[str] = []


class Server:
    """Everything in memory."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._numbers = count(1)
        self.clear()
        self.verify = build_validate_http_signature(self._key)

    def clear(self) -> None:
        """As at the beginning."""
        self.all: dict[str, One] = {}
        self.things: dict[str, Json] = {}
        self.taken: list[Json] = []
        self.refused = 0

    def new_id(self) -> str:
        return f"{self.origin}/things/{next(self._numbers)}"

    async def _key(self, key_id: str) -> CryptographicIdentifier:
        """Asked for by bovine: the key of who signs."""
        found = await self._any().client.get(key_id.split("#")[0])
        return CryptographicIdentifier.from_public_key(found["publicKey"])

    def _any(self) -> One:
        return next(iter(self.all.values()))

    async def send(self, by: One, activity: Json, to: list[str]) -> str:
        """Post it to the inbox of each; `followers` are all of them."""
        self.things[activity["id"]] = activity
        for uri in by.followers if to == ["followers"] else to:
            actor = await by.client.get(uri)
            await by.client.post(actor["inbox"], activity)
        return str(activity["id"])

    async def take(self, name: str) -> tuple[str, int]:
        """What was posted to somebody here."""
        signer = await self.verify(request)
        data = json.loads(await request.get_data())
        if signer is None or signer != data["actor"]:
            self.refused += 1
            return "not signed", 401
        self.taken.append({"to": name, "document": data})
        asyncio.get_running_loop().call_soon(asyncio.create_task, self.answer(self.all[name], data))
        return "", 202

    async def answer(self, one: One, data: Json) -> None:
        """Follows are accepted; a group announces the whole activity to its followers (FEP-1b12)."""
        if data["type"] == "Follow":
            one.followers.append(data["actor"])
            await self.send(one, one.activities.accept(data, include_activity=True).build(), [data["actor"]])
        elif one.kind == GROUP and data["type"] in ("Create", "Update", "Delete", "Like"):
            await self.send(one, one.activities.announce(data).as_public().build(), ["followers"])


class Work:
    """What tests may ask for."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def clear(self) -> None:
        for one in self._server.all.values():
            await one.client.session.close()
        self._server.clear()

    async def start(self, *, name: str, kind: str = "Person") -> str:
        one = self._server.all[name] = One(self._server.origin, name, kind, self._server.new_id)
        await one.client.init()
        return one.uri

    async def find(self, *, by: str, handle: str) -> Json:
        client, host = self._server.all[by].client, handle.rsplit("@", 1)[1]
        place = f"https://{host}/.well-known/webfinger"
        uri = await lookup_with_webfinger(client.session, place, {"resource": f"acct:{handle}"})
        return None if uri is None else await client.get(uri)

    async def get(self, *, by: str, uri: str) -> Json:
        return await self._server.all[by].client.get(uri)

    async def post(self, *, by: str, to: list[str], content: str, reply: str = "", tag: list[Json] | None = None) -> str:
        one = self._server.all[by]
        members = {"content": content, "tag": tag or []}
        to_all = set(to) - {"followers"}
        answered = await one.client.get(reply) if reply else None
        made = one.objects.reply(answered, **members) if answered else one.objects.note(**members).as_public()
        made.cc |= to_all - made.to
        made.published = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")  # edits come later
        note = made.build()
        self._server.things[note["id"]] = note
        await self._server.send(one, one.activities.create(note).build(), to)
        return str(note["id"])

    async def change(self, *, by: str, to: list[str], uri: str, content: str) -> str:
        one, note = self._server.all[by], self._server.things[uri]
        note |= {"content": content, "updated": one.objects.note().build()["published"]}
        return await self._server.send(one, one.activities.update(note).build(), to)

    async def act(self, *, by: str, to: list[str], kind: str, what: str) -> str:
        """Follow, Like, Announce, Block, Delete of something; Undo of an activity by its id alone."""
        one = self._server.all[by]
        if kind == "Undo":
            activity = one.activities.undo(what, to=set(to))
        elif kind == "Announce":
            activity = one.activities.announce(what).as_public()
        else:
            activity = getattr(one.activities, kind.lower())(what)
        if kind == "Delete":
            self._server.things.pop(what, None)
        return await self._server.send(one, activity.build(), to)

    async def taken(self) -> list[Json]:
        return self._server.taken

    async def refused(self) -> int:
        return self._server.refused

    async def followers(self, *, of: str) -> list[str]:
        return self._server.all[of].followers


def app_of(server: Server) -> Quart:
    """The addresses of the server."""
    app = Quart("bovine_server")

    @app.get("/.well-known/webfinger")
    async def webfinger() -> Any:
        name, _, host = request.args["resource"].removeprefix("acct:").partition("@")
        if name not in server.all or f"https://{host}" != server.origin:
            return "", 404
        found = webfinger_response_json(f"acct:{name}@{host}", server.all[name].uri)
        return found, 200, {"content-type": "application/jrd+json"}

    @app.get("/things/<number>")
    async def thing(number: str) -> Any:
        found = server.things.get(f"{server.origin}/things/{number}")
        return ("", 404) if found is None else (found, 200, AJ)

    @app.get("/<name>")
    async def actor(name: str) -> Any:
        return (server.all[name].document, 200, AJ) if name in server.all else ("", 404)

    @app.get("/<name>/<collection>")
    async def listed(name: str, collection: str) -> Any:
        items = server.all[name].followers if collection == "followers" else []
        uri = f"{server.origin}/{name}/{collection}"
        return OrderedCollection(id=uri, items=items, count=len(items)).build(), 200, AJ

    @app.post("/<name>/inbox")
    async def inbox(name: str) -> Any:
        return await server.take(name)

    return app


async def main(port: str, certificate: str, key: str) -> None:
    """Serve, and do what is asked for until standard input ends."""
    server = Server(f"https://127.0.0.1:{port}")
    config = Config()
    config.bind, config.certfile, config.keyfile, config.loglevel = [f"127.0.0.1:{port}"], certificate, key, "ERROR"
    serving = asyncio.create_task(serve(app_of(server), config, shutdown_trigger=asyncio.Event().wait))
    work = Work(server)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        try:
            answer = {"result": await getattr(work, asked.pop("work"))(**asked)}
        except Exception:  # noqa: BLE001  # told to the test
            answer = {"error": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    serving.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
