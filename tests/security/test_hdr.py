"""Headers by surface (security section 14): the table, asked of every address of the real application."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientResponse

from fedisw.media.keys import new_key
from fedisw.media.probe import Kind as FileKind
from fedisw.model.accounts import Account, Reach
from fedisw.model.media import Media, MediaKind
from fedisw.model.statuses import Visibility
from fedisw.services import media as files
from fedisw.storage.queries import accounts
from fedisw.web.app import ROUTES
from fedisw.web.assets import assets
from fedisw.web.middleware.headers import DENIED
from fedisw.web.routes import Kind
from tests.security.conftest import SignIn
from tests.support import factories
from tests.web.mastodon.conftest import Api

NAMES = re.compile(r"\{[^}]*\}")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self'; font-src 'self'; "
    "connect-src 'self' wss://alpha.test; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OF_PAGES = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in DENIED),
}
SHARED = ("/api/", "/media/", "/static/", "/favicon.ico", "/.well-known/", "/nodeinfo/", "/ap/", "/actor")
PRIVATE = "private, no-store"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)
GPS = "geolocation=()"


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Headers do not depend on it."""
    return str(request.param)


async def everything(api: Api, cookie_of: SignIn) -> AsyncIterator[tuple[str, str, ClientResponse]]:
    """An answer of every address that can be looked at: to strangers, with a token, with a session."""
    (amy,) = await api.join("amy")
    await api.post("amy", "hello #tag")
    style = assets().path("site.css").removeprefix("/static/")
    wheres = {"/@{handle}": "/@amy", "/tags/{tag}": "/tags/tag", "/static/{name}": f"/static/{style}"}
    proofs = {"nobody": {}, "token": api.tokens["amy"], "session": await cookie_of(amy)}
    for route in ROUTES:
        if route.method != "GET" or route.auth.kind is Kind.STREAM or route.path == "/actor":
            continue  # the actor of these tests has no keys
        path = wheres.get(route.path, NAMES.sub("1", route.path))
        for proof, headers in proofs.items():
            async with api.client.get(path, headers=headers | {"Accept": "*/*"}, allow_redirects=False) as answer:
                yield path, proof, answer
    for path in ("/nothing/here", "/api/nothing", "/@nobody", "/@amy/7", "/ap/objects/1", "/media/local/aa/bb/cc"):
        async with api.client.get(path, headers={"Accept": "text/html"}) as answer:
            yield path, "nobody", answer


async def test_hdr_every_answer_has_what_all_https_answers_have(api: Api, cookie_of: SignIn) -> None:
    async for path, proof, answer in everything(api, cookie_of):
        headers, where = answer.headers, (path, proof, answer.status)
        age = re.fullmatch(r"max-age=(\d+)", headers["Strict-Transport-Security"])
        assert age is not None, where
        assert int(age[1]) >= 31_536_000, where
        assert headers["X-Content-Type-Options"] == "nosniff", where
        shared = "cross-origin" if (path.startswith(SHARED) and answer.status != 404) or path.startswith(SHARED[:2]) else None
        assert headers["Cross-Origin-Resource-Policy"] in ({shared} if shared else {"same-origin", "cross-origin"}), where
        if answer.content_type == "text/html":
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", where
        assert "Server" not in headers, where
        assert headers["X-Request-Id"], where
        assert "Cache-Control" in headers, where


async def test_hdr_every_page_has_the_strict_policy_and_nothing_inline(api: Api, cookie_of: SignIn) -> None:
    seen = 0
    async for path, proof, answer in everything(api, cookie_of):
        if answer.content_type != "text/html" or not (html := await answer.text()):
            continue
        seen += 1
        for name, value in OF_PAGES.items():
            found = answer.headers[name]
            if path == "/oauth/authorize" or path.startswith("/auth/sign_in"):
                found = re.sub(r"form-action 'self' [^;]+;", "form-action 'self';", found)
            assert found == value, (path, name)
        assert INLINE.search(html) is None, (path, proof)
        assert "Set-Cookie" not in answer.headers, path
    assert seen > 20
    assert GPS in OF_PAGES["Permissions-Policy"]


async def test_hdr_what_was_made_for_one_person_is_kept_by_nobody(api: Api, cookie_of: SignIn) -> None:
    async for path, proof, answer in everything(api, cookie_of):
        route_is_page = answer.content_type == "text/html" or path.startswith(("/auth/", "/oauth/authorize", "/compose"))
        personal = (proof == "token" and path.startswith(("/api/", "/oauth/userinfo"))) or (proof == "session" and route_is_page)
        if answer.status == 404 or not personal:
            continue
        public = [route for route in ROUTES if NAMES.sub("1", route.path) == path and route.auth.kind is Kind.PUBLIC]
        if public:
            continue  # neither token nor cookie is looked at
        assert answer.headers["Cache-Control"] in (PRIVATE, "no-store"), (path, proof)
        varied = {name.strip() for name in answer.headers["Vary"].split(",")}
        assert "Authorization" in varied, (path, proof)
        assert "Cookie" in varied or path.startswith(("/api/", "/oauth/userinfo")), (path, proof)


async def test_hdr_errors_are_kept_by_nobody(api: Api, cookie_of: SignIn) -> None:
    async for path, proof, answer in everything(api, cookie_of):
        if answer.status >= 400 and not path.startswith("/.well-known/webfinger"):  # the same for everybody
            assert "no-store" in answer.headers["Cache-Control"], (path, proof, answer.status)


async def test_hdr_search_engines_list_only_what_its_author_wants_listed(api: Api) -> None:
    await api.join("ida", "una")
    ida = replace(api.accounts["ida"], indexable=True)
    await api.db.write(accounts.replace, ida)
    api.accounts["ida"] = ida
    for name, visibility, listed in (
        ("ida", "public", True), ("ida", "unlisted", False), ("ida", "local", False), ("una", "public", False),
    ):  # fmt: skip
        made = await api.post(name, "hello", visibility=visibility)
        cookie = {"Accept": "text/html"}
        page = await api.call("GET", f"/@{name}/{made['id']}", headers=cookie)
        assert ("X-Robots-Tag" not in page.headers) == listed, (name, visibility)
        assert ('name="robots" content="noindex"' not in page.text) == listed, (name, visibility)
    for name, listed in (("ida", True), ("una", False)):
        page = await api.call("GET", f"/@{name}", headers={"Accept": "text/html"})
        assert ("X-Robots-Tag" not in page.headers) == listed


async def stored(api: Api, owner: Account) -> Media:
    """A file of somebody, ready to be attached."""
    names = {"key": new_key(FileKind.PNG), "preview_key": new_key(FileKind.PNG)}
    item = Media(id=api.runtime.new_id(), account_id=owner.id, kind=MediaKind.IMAGE, created_at=api.clock(), **names)
    for key in (item.key, item.preview_key):
        await api.runtime.store.put(key, b"0123456789")
    await api.db.write(files.begin_upload, item=item)
    await api.db.write(files.end_upload, media_id=item.id)
    return item


@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("visibility", list(Visibility))
async def test_hdr_files_may_be_kept_by_those_who_may_see_their_post(api: Api, reach: Reach, visibility: Visibility) -> None:
    """MED-7, MED-8: reach counts as much as visibility; no file is a page."""
    (amy,) = await api.join("amy", reach=reach, indexable=True)
    is_open = reach is Reach.PUBLIC and visibility in (Visibility.PUBLIC, Visibility.UNLISTED)
    item = await stored(api, amy)
    await api.db.write(factories.post, amy, visibility=visibility, media_ids=(item.id,))
    for key in (item.key, item.preview_key):
        answer = await api.client.get(f"/media/{key}")
        assert answer.status == 200
        assert answer.headers["Cache-Control"].startswith("public" if is_open else "private")
        assert ("X-Robots-Tag" not in answer.headers) == is_open
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; form-action 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Type"] == "image/png"
        assert "Set-Cookie" not in answer.headers
