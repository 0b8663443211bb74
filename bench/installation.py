"""An installation to be measured: a data folder, a database that has grown, people with tokens, peers that take posts."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from bench.data import Maker, Size, World, fill, keys_of, put_keys, put_tokens
from bench.processes import Process, running, wait_for
from fedisw.config import Settings, load, make_secrets
from fedisw.crypto import cavage, keys
from fedisw.crypto.seal import Sealer
from fedisw.crypto.tokens import stored_hash
from fedisw.model.accounts import Account, ActorKey
from fedisw.storage import migrate
from fedisw.storage.opening import open_database

ROLES = "web,stream,worker,scheduler"
AS = "https://www.w3.org/ns/activitystreams"
KIND = "application/activity+json"
_numbers = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where it is, who is there."""

    folder: Path
    port: int
    env: Mapping[str, str]
    settings: Settings
    world: World
    tokens: Sequence[str]
    key: RSAPrivateKey

    @property
    def database(self) -> Path:
        """The file."""
        return self.folder / "fedisw.db"

    @property
    def host(self) -> str:
        """The authority of the origin."""
        return f"127.0.0.1:{self.port}"

    @contextmanager
    def serving(self, *, roles: str = ROLES, **env: str) -> Iterator[Process]:
        """Run the server; ends it at the end."""
        lag = self.folder / "lag"
        lag.unlink(missing_ok=True)
        with running("-m", "bench.server", env={**self.env, "FEDISW_RUN_ROLES": roles, "BENCH_LAG": str(lag), **env}) as server:
            if "web" in roles:
                wait_for(server, self.port, "/health/ready")
            yield server

    def lags(self) -> list[float]:
        """What the probe of the server wrote, seconds."""
        return [float(line) for line in (self.folder / "lag").read_text().split()]

    def forget_lags(self) -> None:
        """From here on count anew."""
        (self.folder / "lag").write_text("")

    def number(self, sql: str) -> int:
        """One number from the database, beside the server."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return int(connection.execute(sql).fetchone()[0] or 0)

    def get(self, path: str, token: str) -> bytes:
        """A GET of a client."""
        return self._request("GET", path, {"Authorization": f"Bearer {token}"})

    def post(self, path: str, token: str, document: object) -> bytes:
        """A POST of a client with a JSON body."""
        fields = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._request("POST", path, fields, orjson.dumps(document))

    def arrival(self, author: Account) -> bytes:
        """A new post of somebody elsewhere, signed, for the shared inbox."""
        body = orjson.dumps(a_create(author))
        fields = cavage.sign(
            method="POST",
            url=f"http://{self.host}/inbox",
            key_id=f"{author.uri}#main-key",
            key=self.key,
            now=datetime.now(UTC),
            body_sha256=hashlib.sha256(body).digest(),
            headers={"Content-Type": KIND},
        )
        return self._request("POST", "/inbox", {name: value for name, value in fields.items() if name != "Host"}, body)

    def _request(self, method: str, path: str, fields: Mapping[str, str], body: bytes = b"") -> bytes:
        every = {"Host": self.host, **fields, **({"Content-Length": str(len(body))} if method == "POST" else {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in every.items())
        return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def a_create(author: Account) -> dict[str, object]:
    """A Create of a Note as Mastodon sends it, about 2.3 kB, with markup that only the thorough sanitiser takes."""
    number, here = next(_numbers), author.uri.partition("/users/")[0]
    uri, now = f"{author.uri}/statuses/new-{number}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tag = f'<a href="{here}/tags/care" class="mention hashtag" rel="tag">#<span>care</span></a>'
    link = '<a href="https://example.org/a/long/path" target="_blank" rel="nofollow noopener" translate="no">example.org</a>'
    text = "Supervision group meets on Tuesday; bring one case each. We begin at six and end in time for the bus."
    note = {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": now,
        "url": f"{author.url}/new-{number}",
        "attributedTo": author.uri,
        "to": [f"{AS}#Public"],
        "cc": [author.followers_uri],
        "sensitive": False,
        "conversation": f"tag:{here},2026:objectId={number}:objectType=Conversation",
        "content": f"<p>{text} Number {number}.</p><p>{text}<br>{text} {link} {tag}</p>",
        "contentMap": {"en": f"<p>{text} Number {number}.</p><p>{text}<br>{text} {link} {tag}</p>"},
        "attachment": [],
        "tag": [{"type": "Hashtag", "href": f"{here}/tags/care", "name": "#care"}],
        "replies": {"id": f"{uri}/replies", "type": "Collection", "first": {"type": "CollectionPage", "items": []}},
    }
    return {
        "@context": [AS, {"sensitive": "as:sensitive", "Hashtag": "as:Hashtag", "conversation": "ostatus:conversation"}],
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": author.uri,
        "published": now,
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def environment(folder: Path, port: int) -> dict[str, str]:
    """Settings of a server on loopback that counts requests but takes a thousand times as many."""
    return {
        "FEDISW_ORIGIN": f"http://127.0.0.1:{port}",
        "FEDISW_DATA_DIR": str(folder),
        "FEDISW_LISTEN_ADDRESS": f"127.0.0.1:{port}",
        "FEDISW_ALLOW_PRIVATE_NETWORK": "1",
        "FEDISW_ALLOW_HTTP": "1",
        "FEDISW_LIMITS_RATE_FACTOR": "1000",
        "FEDISW_LOG_LEVEL": "error",
    }


async def install(folder: Path, *, port: int, peers: Sequence[str], size: Size) -> Installation:
    """Make all of it; half a minute with 100,000 posts."""
    env = environment(folder, port)
    make_secrets(folder / "secrets.toml")
    settings = load(None, env)
    migrate.upgrade(settings.database.url)
    now = datetime.now(UTC)
    world = Maker(size, origin=settings.origin, now=now, peers=peers).world()
    key = keys.generate_rsa()
    session_key = settings.secrets.session_key.key()
    database = await open_database(settings.database.url)
    try:
        await fill(database, world, now=now)
        await put_keys(database, list(_keys(world, key, Sealer(settings.secrets.master_key.key()), now)))
        tokens = await put_tokens(database, world.local, hashed=lambda text: stored_hash(text, key=session_key), now=now)
    finally:
        await database.close()
    return Installation(folder=folder, port=port, env=env, settings=settings, world=world, tokens=tokens, key=key)


def _keys(world: World, key: RSAPrivateKey, sealer: Sealer, now: datetime) -> Iterator[ActorKey]:
    public, private = keys.public_pem(key.public_key()), keys.private_pem(key)
    for account in (*world.local, *world.remote):
        sealed = sealer.seal(private, row=f"{account.uri}#main-key") if account.local else None
        yield keys_of(account, public=public, private_sealed=sealed, now=now)
