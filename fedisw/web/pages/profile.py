"""Pages of people: `/@name`, and `/@name@host` for those of other servers."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.accounts import Account
from fedisw.web.frame import Head
from fedisw.web.keys import DB, SETTINGS, VIEWER, translator_of
from fedisw.web.pages import lists, present, reading
from fedisw.web.pages.accept import wants_document
from fedisw.web.people import person_of
from fedisw.web.render import page
from fedisw.web.routes import Auth, Route

FOUND: Final = 302


async def profile(request: web.Request) -> web.Response:
    """GET /@{handle}: a profile with its posts; with an ActivityPub `Accept`, on to the document."""
    username, host = handle_of(request)
    viewer, part = request[VIEWER], lists.wanted_page(request)
    viewer_id = None if viewer is None else viewer.account_id
    found = await request.app[DB].read(reading.person, username=username, host=host, viewer_id=viewer_id, page=part)
    account = found.account
    if wants_document(request.headers.get("Accept", "")):
        return to_document(account.uri)
    if found.closed:
        return closed_page(request, account)
    if account.host is not None and viewer_id is None:
        return elsewhere_page(request, account, account.url or account.uri)
    view = present.profile_of(request.app, account)
    return page(
        request,
        "profile.html",
        head=Head(
            title=f"{view.person.name} ({view.person.handle})",
            description=view.summary,
            canonical=view.person.url,
            document=account.uri,
            image=absolute(request, view.person.avatar),
            kind="profile",
            indexable=account.indexable and account.local and not (part.max_id or part.min_id),
        ),
        public=True,
        profile=view,
        timeline=[present.post_of(request.app, post) for post in found.shelf.posts],
        links=lists.pager(part, found.shelf.ids),
    )


def handle_of(request: web.Request) -> tuple[str, str | None]:
    """Name and host of an address; our own host is none."""
    settings = request.app[SETTINGS]
    username, _, host = request.match_info["handle"].lower().partition("@")
    return username, None if host in ("", settings.account_domain, settings.origin.authority) else host


def to_document(uri: str) -> web.Response:
    """On to the ActivityPub document; the answer depends on what was asked for."""
    return web.Response(status=FOUND, headers={"Location": uri, "Vary": "Accept"})


def closed_page(request: web.Request, account: Account) -> web.Response:
    """Reach `fediverse`: name and picture, and where to sign in (security, section 6)."""
    who = person_of(request.app, account)
    head = Head(title=who.name)
    return page(request, "closed.html", head=head, person=who, next=request.raw_path)


def elsewhere_page(request: web.Request, account: Account, url: str) -> web.Response:
    """Something of another server, for readers who are not signed in: names the host and links there (SES-4)."""
    title = translator_of(request).gettext("On another server")
    return page(
        request, "remote.html", head=Head(title=title), person=person_of(request.app, account), host=account.host, url=url
    )


def absolute(request: web.Request, path: str) -> str:
    """The URL of an address on a page; empty stays empty."""
    return f"{request.app[SETTINGS].origin}{path}" if path.startswith("/") else path


ROUTES: Final = (Route("GET", "/@{handle}", profile, Auth.visitor()),)
