from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from fedisw.config import Settings
from fedisw.jobs.chores import MoveFiles
from fedisw.jobs.work import RemoveFiles
from fedisw.media.images import Images
from fedisw.media.keys import new_key
from fedisw.media.links import ProxyLinks
from fedisw.media.local import LocalStore
from fedisw.media.probe import Kind
from fedisw.media.remote import Part, RemoteCopies
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account
from fedisw.model.media import Media, MediaKind
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.statuses import Visibility
from fedisw.net.address import AddressPolicy
from fedisw.services import accounts, editing
from fedisw.services import media as services
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import domains, remote_files
from fedisw.tasks import media as tasks
from fedisw.tasks.copies import Copier
from fedisw.web import media
from fedisw.web.keys import COPIES, LINKS, STORE
from tests.media.pictures import SECRET, opened, telltale
from tests.net.servers import LOOPBACK, Names, client_of, serving
from tests.support.clock import Clock
from tests.support.factories import new_id, post, put_account

Client = TestClient[web.Request, web.Application]
Start = Callable[..., Awaitable[Client]]
URL = "https://far.test/a.png"
NOTHING = "default-src 'none'; form-action 'none'; sandbox"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media", public_url="https://alpha.test/media", free=lambda _: 1.0)


@pytest.fixture
def links(settings: Settings) -> ProxyLinks:
    return ProxyLinks(settings.origin, secret=b"s" * 32)


class Far:
    """https://far.test: counts what it is asked for."""

    def __init__(self) -> None:
        self.names, self.asked = Names(), 0
        self.body, self.kind, self.status = telltale("PNG"), "image/png", 200

    async def say(self, request: web.Request) -> web.Response:
        self.asked += 1
        await asyncio.sleep(0.05)
        if request.path == "/inside":
            return web.Response(status=302, headers={"Location": "https://10.0.0.1/"})
        return web.Response(status=self.status, body=self.body, content_type=self.kind)


MakeProxy = Callable[..., Awaitable[Client]]


@pytest.fixture
async def proxy(
    start: Start, db: Database, settings: Settings, clock: Clock, store: LocalStore, links: ProxyLinks
) -> AsyncIterator[MakeProxy]:
    """The media proxy before a far server: `await proxy(far)`."""
    async with AsyncExitStack() as stack:

        async def make(far: Far, *, policy: AddressPolicy = LOOPBACK) -> Client:
            images = Images(temp=store.temp, children=1)
            stack.push_async_callback(images.close)
            client = await stack.enter_async_context(client_of(far.names, policy=policy))
            copies = RemoteCopies(store, images, secret=b"c" * 32)
            copier = Copier(db=db, client=client, copies=copies, settings=settings, now=clock)
            return await start(media.ROUTES, parts={STORE: store, LINKS: links, COPIES: copier})

        yield make


def path_of(address: str) -> str:
    return address.removeprefix("https://alpha.test")


async def stored(db: Database, store: LocalStore, owner: Account, **changes: str) -> Media:
    key, preview = new_key(Kind.PNG), new_key(Kind.PNG)
    item = Media(
        id=new_id(), account_id=owner.id, kind=MediaKind.IMAGE, key=key, preview_key=preview, created_at=owner.created_at
    )
    await store.put(key, b"0123456789")
    await store.put(preview, b"preview")
    await db.write(services.begin_upload, item=item)
    await db.write(services.end_upload, media_id=item.id)
    return item


@pytest.mark.parametrize(
    ("visibility", "kept"),
    [
        (Visibility.PUBLIC, "public, max-age=31536000, immutable"),
        (Visibility.UNLISTED, "public, max-age=31536000, immutable"),
        (Visibility.PRIVATE, "private, max-age=86400"),
        (Visibility.DIRECT, "private, max-age=86400"),
    ],
)
async def test_who_may_keep_a_file_follows_its_post(
    start: Start, db: Database, store: LocalStore, visibility: Visibility, kept: str
) -> None:
    amy = await db.write(put_account, indexable=True)
    item = await stored(db, store, amy)
    client = await start(media.ROUTES, parts={STORE: store})
    loose = await client.get(f"/media/{item.key}")
    assert (loose.status, loose.headers["Cache-Control"]) == (200, "private, no-store")

    await db.write(post, amy, visibility=visibility, media_ids=(item.id,))
    for key, body in ((item.key, b"0123456789"), (item.preview_key, b"preview")):
        answer = await client.get(f"/media/{key}")
        assert (answer.status, await answer.read(), answer.content_type) == (200, body, "image/png")
        assert answer.headers["Cache-Control"] == kept
        assert answer.headers["Content-Security-Policy"] == NOTHING
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert ("X-Robots-Tag" in answer.headers) is kept.startswith("private")
        assert "Set-Cookie" not in answer.headers


async def test_parts_of_a_file_and_what_a_browser_has_already(start: Start, db: Database, store: LocalStore) -> None:
    item = await stored(db, store, await db.write(put_account))
    client = await start(media.ROUTES, parts={STORE: store})
    part = await client.get(f"/media/{item.key}", headers={"Range": "bytes=2-4"})
    assert (part.status, await part.read(), part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (await client.get(f"/media/{item.key}", headers={"Range": "bytes=90-"})).status == 416
    same = await client.get(f"/media/{item.key}", headers={"If-None-Match": part.headers["ETag"]})
    assert (same.status, await same.read()) == (304, b"")
    head = await client.head(f"/media/{item.key}")
    assert (head.status, head.headers["Content-Length"], await head.read()) == (200, "10", b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/local/ab/cd/abcd.png",
        "/media/local/../../secrets.toml",
        "/media/local/..%2f/..%2f/secrets.toml",
        "/media/remote/ab/cd/abcd0000000000000000000000000000.png",
        "/media/local/ab/cd/abcd0000000000000000000000000000.png",
        "/media/local/ab/cd/abcd0000000000000000000000000000.svg",
        "/media/",
    ],
)
async def test_there_is_nothing_else_to_be_had(start: Start, store: LocalStore, path: str) -> None:
    client = await start(media.ROUTES, parts={STORE: store})
    assert (await client.get(path)).status == 404


async def test_a_file_dies_with_its_post_and_with_its_owner(start: Start, db: Database, store: LocalStore, clock: Clock) -> None:
    amy = await db.write(put_account)
    freed, gone, kept = [await stored(db, store, amy) for _ in range(3)]
    first, second = [await db.write(post, amy, media_ids=(item.id,)) for item in (freed, gone)]
    client = await start(media.ROUTES, parts={STORE: store})

    view = await db.write(editing.delete_status, author_id=amy.id, status_id=first.id, now=clock())
    now = view.media[0]
    await tasks.move_files(store, MoveFiles(moves=((freed.key, now.key), (freed.preview_key, now.preview_key))))
    assert (await client.get(f"/media/{freed.key}")).status == 404
    assert (await client.get(f"/media/{now.key}")).status == 200

    await db.write(editing.delete_status, author_id=amy.id, status_id=second.id, now=clock(), delete_media=True)
    await tasks.remove_files(store, RemoveFiles(keys=(gone.key, gone.preview_key)))
    assert (await client.get(f"/media/{gone.key}")).status == 404

    await db.write(accounts.suspend, account_id=amy.id, now=clock())
    assert (await client.get(f"/media/{kept.key}")).status == 404


async def test_a_remote_image_is_fetched_once_made_safe_and_outlives_its_server(
    proxy: MakeProxy, links: ProxyLinks, db: Database, clock: Clock
) -> None:
    far = Far()
    client = await proxy(far)
    original, preview = (path_of(links.url(URL, part=part)) for part in (Part.ORIGINAL, Part.PREVIEW))
    async with serving(far.names, "far.test", far.say):
        answers = await asyncio.gather(*(client.get(path) for path in (original, preview, original, preview)))
    assert [answer.status for answer in answers] == [200] * 4
    assert far.asked == 1
    body = await answers[0].read()
    assert SECRET.encode() not in body
    assert opened(body).size == (64, 48)
    assert answers[0].headers["Content-Security-Policy"] == NOTHING
    assert (answers[0].headers["Cache-Control"], answers[0].headers["X-Robots-Tag"]) == ("private, max-age=86400", "noindex")

    assert (await client.get(original)).status == 200
    rows = await db.read(remote_files.unused_since, clock() + timedelta(days=1))
    assert {(row.host, row.media_type) for row in rows} == {("far.test", "image/png")}
    assert len(rows) == 2


async def test_an_avatar_may_be_kept_by_everybody(proxy: MakeProxy, links: ProxyLinks) -> None:
    far = Far()
    client = await proxy(far)
    async with serving(far.names, "far.test", far.say):
        answer = await client.get(path_of(links.url(URL, purpose=Purpose.AVATAR)))
    assert answer.headers["Cache-Control"] == "public, max-age=604800"


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"<svg/>", "image/svg+xml", 200), (b"<html>", "text/html", 200), (b"no", "image/png", 200), (b"", "image/png", 404)],
)
async def test_what_is_no_image_is_refused_and_not_asked_for_again(
    proxy: MakeProxy, links: ProxyLinks, body: bytes, kind: str, status: int
) -> None:
    far = Far()
    far.body, far.kind, far.status = body, kind, status
    client = await proxy(far)
    async with serving(far.names, "far.test", far.say):
        for _ in range(2):
            answer = await client.get(path_of(links.url(URL)))
            assert (answer.status, await answer.json()) == (404, {"error": "Record not found"})
    assert far.asked == 1


async def test_a_server_that_is_away_can_be_asked_again(proxy: MakeProxy, links: ProxyLinks) -> None:
    far = Far()
    client = await proxy(far)
    assert (await client.get(path_of(links.url(URL)))).status == 503
    far.status = 502
    async with serving(far.names, "far.test", far.say):
        assert (await client.get(path_of(links.url(URL)))).status == 503
        far.status = 200
        assert (await client.get(path_of(links.url(URL)))).status == 200


async def test_the_proxy_never_reaches_into_a_private_network(proxy: MakeProxy, links: ProxyLinks) -> None:
    far = Far()
    guarded = await proxy(far, policy=AddressPolicy())
    async with serving(far.names, "far.test", far.say):
        assert (await guarded.get(path_of(links.url(URL)))).status == 404
        assert far.asked == 0
        open_to_loopback = await proxy(far)
        for url in ("https://far.test/inside", "https://10.0.0.1/x", "https://localhost/x", "ftp://far.test/x", "x"):
            assert (await open_to_loopback.get(path_of(links.url(url)))).status == 404


async def test_only_addresses_that_we_made_are_fetched(proxy: MakeProxy, links: ProxyLinks) -> None:
    far = Far()
    client = await proxy(far)
    async with serving(far.names, "far.test", far.say):
        for signed in ("x", path_of(links.url(URL))[len("/media/proxy/") : -1], f"{URL}.x"):
            assert (await client.get(f"/media/proxy/{signed}")).status == 404
    assert far.asked == 0


@pytest.mark.parametrize("rule", [{"severity": Severity.SUSPEND}, {"severity": Severity.NONE, "reject_media": True}])
async def test_files_of_unwelcome_servers_are_not_shown_even_from_our_copy(
    proxy: MakeProxy, links: ProxyLinks, db: Database, clock: Clock, rule: dict[str, object]
) -> None:
    def refuse(tx: Tx) -> None:
        domains.put(tx, DomainRule(host="far.test", created_at=clock(), **rule))  # type: ignore[arg-type]  # names of fields

    far = Far()
    client = await proxy(far)
    async with serving(far.names, "far.test", far.say):
        assert (await client.get(path_of(links.url(URL)))).status == 200
        await db.write(refuse)
        assert (await client.get(path_of(links.url(URL)))).status == 404
        assert (await client.get(path_of(links.url("https://sub.far.test/x")))).status == 404
