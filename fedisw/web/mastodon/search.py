"""Looking for people, posts and tags; on demand also on other servers (mastodon-api.md, sections 2.3 and 2.18)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from fedisw.federation import resolve
from fedisw.live.buckets import SEARCH_RESOLVE
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Malformed, Unauthenticated
from fedisw.model.ids import id_of
from fedisw.model.paging import Page
from fedisw.model.search import author_mark
from fedisw.model.statuses import Status, Tag
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, follows, statuses, tags
from fedisw.storage.queries import search as posts
from fedisw.text import marks, seeking
from fedisw.text.hashtags import normalise
from fedisw.text.marks import Handle
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NOW, PEER
from fedisw.web.mastodon.context import caching, me, site_of, viewer_id_of, visible
from fedisw.web.mastodon.entities.account import Account as Entity
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.lists import Tag as TagEntity
from fedisw.web.mastodon.entities.lists import TagSight, tag_entity
from fedisw.web.mastodon.people import without_blocked
from fedisw.web.mastodon.posts import Eyes, Gathered, eyes_of, gather_ids, rendered
from fedisw.web.mastodon.tags import look_at_tags
from fedisw.web.middleware.limits import take
from fedisw.web.paging import limit_of, offset_of, page_of
from fedisw.web.routes import Auth, Route

LIMIT, MOST = 20, 40
PEOPLE, MOST_PEOPLE = 40, 80
MAX_OFFSET: Final = 2_000
MAX_QUERY: Final = 2_048  # characters
NO_RESOLVE: Final = "Search queries that resolve remote resources are not supported without authentication"
NO_OFFSET: Final = "Search queries pagination is not supported without authentication"
FIRST: Final = Page()
ACCOUNTS, STATUSES, HASHTAGS = "accounts", "statuses", "hashtags"


class PeopleForm(msgspec.Struct, kw_only=True):
    """What the search for accounts takes."""

    q: str
    resolve: bool = False
    following: bool = False


class SearchForm(PeopleForm, kw_only=True):
    """What the search for all kinds takes."""

    type: str = ""
    account_id: int = 0


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """What was found; every kind is always there."""

    accounts: list[Entity]
    statuses: list[msgspec.Raw]
    hashtags: list[TagEntity]
    collections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search: `text` as it was typed, `named` what it names exactly (by handle or address), found or fetched before."""

    text: str
    limit: int
    offset: int = 0
    following: bool = False
    named: Account | Status | None = None
    exact: bool = False
    author_id: int = 0
    page: Page = FIRST
    own_hosts: frozenset[str] = frozenset()


async def search(request: web.Request) -> web.Response:
    """GET /api/v2/search"""
    form = await forms.decode(request, SearchForm)
    asked = await _asked(request, form, limit=limit_of(request, limit=LIMIT, most=MOST))
    if viewer_id_of(request) is None and (form.resolve or "offset" in request.query):
        raise Unauthenticated(NO_RESOLVE if form.resolve else NO_OFFSET)
    asked = replace(asked, author_id=form.account_id, page=page_of(request, limit=LIMIT, most=MOST))
    wanted = {form.type} if form.type else {ACCOUNTS, STATUSES, HASHTAGS}
    people, gathered, (found, seen) = await request.app[DB].read(_search, asked, wanted, eyes_of(request))
    site, now = site_of(request), request.app[NOW]()
    result = Search(
        accounts=[account_entity(account, site) for account in people],
        statuses=rendered(gathered, request.app[FRAGMENTS]),
        hashtags=[tag_entity(tag, site, seen=seen, now=now) for tag in found],
    )
    return answers.json(result, headers=caching(request))


async def search_people(request: web.Request) -> web.Response:
    """GET /api/v1/accounts/search"""
    form = await forms.decode(request, PeopleForm)
    asked = await _asked(request, form, limit=limit_of(request, limit=PEOPLE, most=MOST_PEOPLE))
    found = await request.app[DB].read(_people, asked, eyes_of(request))
    return answers.json([account_entity(account, site_of(request)) for account in found])


async def _asked(request: web.Request, form: PeopleForm, *, limit: int) -> Asked:
    text = form.q.strip()
    if not text or len(text) > MAX_QUERY:
        raise Malformed("param is missing or the value is empty or invalid: q")
    if request.query.get("limit", "").startswith("-"):
        raise Malformed("Pagination values for `offset` and `limit` must be positive")
    asked = Asked(
        text=text,
        limit=limit,
        offset=offset_of(request, most=MAX_OFFSET),
        following=form.following,
        own_hosts=request.app[PEER].own_hosts,
    )
    exact = _is_address(text) or _handle(text) is not None
    return replace(asked, exact=exact, named=await _named(request, text, resolves=form.resolve) if exact else None)


async def _named(request: web.Request, text: str, *, resolves: bool) -> Account | Status | None:
    """What a handle or an address names: as we know it; on demand of a person also at its own server."""
    peer, handle = request.app[PEER], _handle(text)
    known = await request.app[DB].read(_known, text, handle, own_hosts=peer.own_hosts, origin=site_of(request).origin)
    if known is not None or not resolves or viewer_id_of(request) is None:
        return known
    take(request, SEARCH_RESOLVE)
    try:
        if handle is not None:
            return await resolve.handle(peer, handle.username, handle.host, by=me(request))
        return await resolve.thing(peer, text, by=me(request))
    except FediswError:
        return None  # what cannot be had now is not found


def _known(tx: Tx, text: str, handle: Handle | None, *, own_hosts: frozenset[str], origin: str) -> Account | Status | None:
    if handle is not None:
        return accounts.find_by_handle(tx, handle.username, None if handle.host in own_hosts else handle.host)
    if text.startswith(f"{origin}/@"):
        return _of_own_page(tx, text.removeprefix(f"{origin}/@"))
    return accounts.find_by_uri(tx, text) or statuses.find_by_uri(tx, text)


def _of_own_page(tx: Tx, path: str) -> Account | Status | None:
    """What one of our own pages shows: `name`, `name@host` or `name/123`."""
    acct, _, number = path.partition("?")[0].rstrip("/").partition("/")
    if number:
        status_id = id_of(number)
        return statuses.find(tx, status_id) if status_id is not None else None
    username, _, host = acct.partition("@")
    return accounts.find_by_handle(tx, username, host or None)


def _search(tx: Tx, asked: Asked, wanted: set[str], eyes: Eyes) -> tuple[list[Account], Gathered, tuple[list[Tag], TagSight]]:
    people = _people(tx, asked, eyes) if ACCOUNTS in wanted else []
    post = _posts(tx, asked, eyes) if STATUSES in wanted else []
    found = _tags(tx, asked) if HASHTAGS in wanted and not asked.exact else []
    return people, gather_ids(tx, post, eyes), (found, look_at_tags(tx, found, eyes))


def _posts(tx: Tx, asked: Asked, eyes: Eyes) -> list[int]:
    """The post that is named exactly, else those whose words fit; these are for people who are signed in."""
    if isinstance(asked.named, Status):
        return [asked.named.id]
    if asked.exact or eyes.viewer_id is None:
        return []
    sought = seeking.read(asked.text, who=lambda name: _who(tx, name, me=eyes.viewer_id, own_hosts=asked.own_hosts))
    if asked.author_id:
        sought = replace(sought, marks=(*sought.marks, author_mark(asked.author_id)))
    return posts.found(tx, sought, viewer_id=eyes.viewer_id, now=eyes.now, page=asked.page, offset=asked.offset)


def _who(tx: Tx, name: str, *, me: int | None, own_hosts: frozenset[str]) -> int | None:
    """The account after `from:`."""
    if name == "me":
        return me
    username, _, host = name.removeprefix("@").partition("@")
    account = accounts.find_by_handle(tx, username, None if host.lower() in {"", *own_hosts} else host.lower())
    return None if account is None else account.id


def _people(tx: Tx, asked: Asked, eyes: Eyes) -> list[Account]:
    """The account that is named exactly, else those whose names fit."""
    if isinstance(asked.named, Account):
        found = [asked.named]
    elif asked.exact or asked.text.startswith("#"):
        found = []
    else:
        found = accounts.matching(tx, asked.text.removeprefix("@"), limit=asked.limit, offset=asked.offset)
    shown = without_blocked(tx, visible(tx, found, viewer_id=eyes.viewer_id), viewer_id=eyes.viewer_id)
    if asked.following and eyes.viewer_id is not None:
        followed = follows.followed_of(tx, eyes.viewer_id, [account.id for account in shown])
        return [account for account in shown if account.id in followed]
    return shown


def _tags(tx: Tx, asked: Asked) -> list[Tag]:
    """Tags that begin with the text, the shortest first."""
    prefix = normalise(asked.text)
    return tags.beginning_with(tx, prefix, limit=asked.limit, offset=asked.offset) if prefix else []


def _is_address(text: str) -> bool:
    if " " in text:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _handle(text: str) -> Handle | None:
    """A whole handle: `@user@host` or `user@host`."""
    found = marks.handle_at(f"@{text.removeprefix('@')}", 0)
    whole = found is not None and found[1] == len(text.removeprefix("@")) + 1
    return found[0] if found is not None and whole and found[0].host is not None else None


ROUTES: Final = (
    Route("GET", "/api/v2/search", search, Auth.optional("read:search")),
    Route("GET", "/api/v1/accounts/search", search_people, Auth.user("read:accounts")),
)
