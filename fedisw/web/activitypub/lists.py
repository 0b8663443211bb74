"""Lists of an actor: outbox, followers, following, pinned posts, tags (federation, sections 1.1 and 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from aiohttp import web

from fedisw.federation.represent import activity, collection, status
from fedisw.federation.represent.collection import Part
from fedisw.federation.represent.here import Here
from fedisw.model.accounts import Account
from fedisw.model.paging import MAX_ID, Page
from fedisw.model.policies import HELD
from fedisw.storage.db import Tx
from fedisw.storage.queries import audience, follows, marks, shared_followers, statuses, tag_marks, timelines
from fedisw.vocab.build_notes import hashtag
from fedisw.vocab.read import Document
from fedisw.vocab.tags import Hashtag
from fedisw.web.activitypub import access, answering, parameters
from fedisw.web.activitypub.actors import active_account
from fedisw.web.keys import DB, NOW, SETTINGS
from fedisw.web.routes import Auth, Route

POSTS, PEOPLE = 20, 40  # items of one page

Uris: TypeAlias = Callable[[Tx, Account, int], list[tuple[int, str]]]


async def _admitted(request: web.Request) -> tuple[Account, bool]:
    account = await request.app[DB].read(active_account, parameters.number(request))
    return account, await access.admit_to_account(request, account.id, reach=account.reach)


async def outbox(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/outbox: open posts and boosts, newest first."""
    form = answering.form_of(request)
    account, public = await _admitted(request)
    uri = f"{account.uri}/outbox"
    if not parameters.wants_page(request):
        return answering.document(collection.head(uri, total=account.statuses_count), form, public=public)
    cursor, here = parameters.cursor(request), Here.of(request.app[SETTINGS])
    found = await request.app[DB].read(_posts, account, cursor, here, request.app[NOW]())
    return answering.document(collection.part(uri, found, cursor=cursor), form, public=public)


def _posts(tx: Tx, account: Account, cursor: int | None, here: Here, now: datetime) -> Part:
    refs = timelines.of_account(tx, None, account.id, Page(limit=POSTS, max_id=cursor))
    posted = status.load(tx, [ref.id for ref in refs])
    items: list[str | Document] = [
        activity.announce(item) if item.view.reblog is not None else status.create(item, here, now=now)
        for item in posted
        if item.view.status.approval not in HELD
    ]
    return Part(items=items, next_cursor=refs[-1].id if len(refs) == POSTS else None)


async def followers(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/followers"""
    return await _people(
        request,
        "followers",
        lambda account: account.followers_count,
        lambda tx, account, below: follows.follower_uris(tx, account.id, below=below, limit=PEOPLE),
    )


async def following(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/following"""
    return await _people(
        request,
        "following",
        lambda account: account.following_count,
        lambda tx, account, below: follows.following_uris(tx, account.id, below=below, limit=PEOPLE),
    )


async def _people(request: web.Request, name: str, total: Callable[[Account], int], uris: Uris) -> web.Response:
    """Actor ids, newest first; whoever hides them tells only how many (VIS-10)."""
    form = answering.form_of(request)
    account, public = await _admitted(request)
    uri, hidden = f"{account.uri}/{name}", account.hides_network
    if hidden or not parameters.wants_page(request):
        return answering.document(collection.head(uri, total=total(account), hidden=hidden), form, public=public)
    cursor = parameters.cursor(request)
    found = await request.app[DB].read(uris, account, MAX_ID if cursor is None else cursor)
    part = Part(items=[item for _, item in found], next_cursor=found[-1][0] if len(found) == PEOPLE else None)
    return answering.document(collection.part(uri, part, cursor=cursor), form, public=public)


async def synchronization(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/followers_synchronization: the followers on the server that asks, and no others (FEP-8fcf)."""
    form = answering.form_of(request)
    proof = await access.prove(request)
    account = await request.app[DB].read(active_account, parameters.number(request))
    await access.admit_to_account(request, account.id, reach=account.reach)
    uris = await request.app[DB].read(shared_followers.at_origin, account.id, origin=proof.origin)
    return answering.document(collection.whole(f"{account.uri}/followers_synchronization", sorted(uris)), form, public=False)


async def featured(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/featured: pinned posts that everybody may read, by their ids."""
    form = answering.form_of(request)
    account, public = await _admitted(request)
    uris = await request.app[DB].read(_pinned, account.id)
    return answering.document(collection.whole(f"{account.uri}/featured", uris), form, public=public)


def _pinned(tx: Tx, account_id: int) -> list[str]:
    ids = marks.pinned_ids(tx, account_id)
    allowed = audience.readable(tx, ids, None)
    uris = {row.id: row.uri for row in statuses.by_ids(tx, allowed)}
    return [uris[item] for item in ids if item in uris]


async def tags(request: web.Request) -> web.Response:
    """GET /ap/actors/{id}/tags: those on the profile."""
    form = answering.form_of(request)
    account, public = await _admitted(request)
    found = await request.app[DB].read(tag_marks.featured, account.id)
    here = Here.of(request.app[SETTINGS])
    items: list[str | Document] = [hashtag(Hashtag(name=tag.display, href=here.tag(tag.name))) for tag in found]
    return answering.document(collection.whole(f"{account.uri}/tags", items, ordered=False), form, public=public)


ROUTES: Final = (
    Route("GET", "/ap/actors/{id}/outbox", outbox, Auth.signed()),
    Route("GET", "/ap/actors/{id}/followers", followers, Auth.signed()),
    Route("GET", "/ap/actors/{id}/followers_synchronization", synchronization, Auth.signed()),
    Route("GET", "/ap/actors/{id}/following", following, Auth.signed()),
    Route("GET", "/ap/actors/{id}/featured", featured, Auth.signed()),
    Route("GET", "/ap/actors/{id}/tags", tags, Auth.signed()),
)
