"""Following, blocking, muting; requests to follow (mastodon-api.md, sections 2.3 and 2.5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
from aiohttp import web

from fedisw.live.buckets import FOLLOWING
from fedisw.model.accounts import Account
from fedisw.model.errors import Invalid
from fedisw.model.paging import Page
from fedisw.model.relations import Mute, Relationship
from fedisw.model.urls import Origin, activity_uri
from fedisw.services import blocking, following
from fedisw.services.following import Wish
from fedisw.storage.db import Tx
from fedisw.storage.queries import blocks, follows, mutes, relationships
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS
from fedisw.web.mastodon.context import id_in, me, site_of, visible_account
from fedisw.web.mastodon.entities.account import muted_entity
from fedisw.web.mastodon.entities.relationship import relationship_entity
from fedisw.web.mastodon.people import Found, listed
from fedisw.web.mastodon.posts import Eyes, eyes_of
from fedisw.web.paging import link_header, page_of
from fedisw.web.routes import Auth, Handler, Route

PEOPLE, MOST_PEOPLE = 40, 80
HOSTS, MOST_HOSTS = 100, 200
MAX_MUTE: Final = 10 * 365 * 86_400  # seconds; longer is for ever
Act = Callable[[Tx, Account], object]


class FollowForm(msgspec.Struct, kw_only=True):
    """What following takes; what is absent stays as it is."""

    reblogs: bool | None = None
    notify: bool | None = None
    languages: list[str] | None = None


class MuteForm(msgspec.Struct, kw_only=True):
    """What muting takes; `duration` in seconds, 0 for ever."""

    notifications: bool = True
    duration: int = 0


class HostForm(msgspec.Struct, kw_only=True):
    """`domain`."""

    domain: str = ""


async def changed(request: web.Request, act: Act, *, name: str = "id") -> web.Response:
    """Change something between the person and the account of the path; answer with what is between them now."""
    between = await request.app[DB].write(_acted, act, id_in(request, name), me(request).id, eyes_of(request))
    return answers.json(relationship_entity(between))


def _acted(tx: Tx, act: Act, other_id: int, own_id: int, eyes: Eyes) -> Relationship:
    act(tx, visible_account(tx, other_id, viewer_id=own_id))
    return relationships.between(tx, own_id, [other_id], now=eyes.now)[0]


async def follow(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/follow"""
    form = await forms.decode(request, FollowForm)
    languages = None if form.languages is None else following.check_languages(tuple(form.languages))
    wish = Wish(shows_reblogs=form.reblogs, notifies=form.notify, languages=languages)
    account, follow_id, now = me(request), request.app[NEW_ID](), request.app[NOW]()
    uri = activity_uri(request.app[SETTINGS].origin, follow_id)

    def act(tx: Tx, target: Account) -> None:
        following.request_follow(tx, follower=account, target=target, uri=uri, follow_id=follow_id, now=now, wish=wish)

    return await changed(request, act)


async def unfollow(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/unfollow"""
    account = me(request)
    return await changed(request, lambda tx, target: following.unfollow(tx, follower=account, target=target))


async def remove_from_followers(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/remove_from_followers"""
    account = me(request)
    return await changed(request, lambda tx, other: following.remove_follower(tx, target=account, follower_id=other.id))


async def block(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/block"""
    account, block_id, now = me(request), request.app[NEW_ID](), request.app[NOW]()
    uri = activity_uri(request.app[SETTINGS].origin, block_id)
    return await changed(
        request, lambda tx, target: blocking.block(tx, account=account, target=target, uri=uri, block_id=block_id, now=now)
    )


async def unblock(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/unblock"""
    account = me(request)
    return await changed(request, lambda tx, target: blocking.unblock(tx, account=account, target=target))


async def mute(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/mute"""
    form = await forms.decode(request, MuteForm)
    account_id, mute_id, now = me(request).id, request.app[NEW_ID](), request.app[NOW]()
    until = now + timedelta(seconds=form.duration) if 0 < form.duration <= MAX_MUTE else None

    def act(tx: Tx, target: Account) -> None:
        blocking.mute(
            tx,
            account_id=account_id,
            target_id=target.id,
            mute_id=mute_id,
            now=now,
            hides_notifications=form.notifications,
            expires_at=until,
        )

    return await changed(request, act)


async def unmute(request: web.Request) -> web.Response:
    """POST /api/v1/accounts/{id}/unmute"""
    account_id = me(request).id
    return await changed(request, lambda tx, target: blocking.unmute(tx, account_id=account_id, target_id=target.id))


async def authorize(request: web.Request) -> web.Response:
    """POST /api/v1/follow_requests/{account_id}/authorize"""
    account, now = me(request), request.app[NOW]()

    def act(tx: Tx, follower: Account) -> None:
        following.accept_request(tx, target=account, follower_id=follower.id, now=now)

    return await changed(request, act, name="account_id")


async def reject(request: web.Request) -> web.Response:
    """POST /api/v1/follow_requests/{account_id}/reject"""
    account = me(request)
    return await changed(
        request, lambda tx, follower: following.reject_request(tx, target=account, follower_id=follower.id), name="account_id"
    )


def _own(find: Callable[[Tx, int, Page], Found]) -> Handler:
    """A list of accounts that belongs to the person who asks."""

    async def handler(request: web.Request) -> web.Response:
        page = page_of(request, limit=PEOPLE, most=MOST_PEOPLE)
        found = await request.app[DB].read(find, me(request).id, page)
        return listed(request, found, [account for _, account in found], page)

    return handler


def _requests(tx: Tx, account_id: int, page: Page) -> Found:
    return follows.followers(tx, account_id, page, accepted=False)


async def muted(request: web.Request) -> web.Response:
    """GET /api/v1/mutes"""
    page = page_of(request, limit=PEOPLE, most=MOST_PEOPLE)
    found: list[tuple[Mute, Account]] = await request.app[DB].read(mutes.page, me(request).id, page, now=request.app[NOW]())
    shown = [muted_entity(account, site_of(request), expires_at=item.expires_at) for item, account in found]
    return answers.json(shown, headers=link_header(request, [item.id for item, _ in found], page, back="since_id"))


async def hosts(request: web.Request) -> web.Response:
    """GET /api/v1/domain_blocks"""
    page = page_of(request, limit=HOSTS, most=MOST_HOSTS)
    found = await request.app[DB].read(blocks.hosts, me(request).id, page)
    headers = link_header(request, [cursor for cursor, _ in found], page, back="since_id")
    return answers.json([host for _, host in found], headers=headers)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """How many follows a block of a server would end."""

    following_count: int
    followers_count: int


async def preview(request: web.Request) -> web.Response:
    """GET /api/v1/domain_blocks/preview"""
    host = _host((await forms.decode(request, HostForm)).domain)
    following_count, followers_count = await request.app[DB].read(follows.counts_at_host, me(request).id, host=host)
    return answers.json(Preview(following_count=following_count, followers_count=followers_count))


async def block_host(request: web.Request) -> web.Response:
    """POST /api/v1/domain_blocks"""
    host = _host((await forms.decode(request, HostForm)).domain)
    await request.app[DB].write(
        blocking.block_host, account=me(request), host=host, block_id=request.app[NEW_ID](), now=request.app[NOW]()
    )
    return answers.json({})


async def unblock_host(request: web.Request) -> web.Response:
    """DELETE /api/v1/domain_blocks"""
    host = _host((await forms.decode(request, HostForm)).domain)
    await request.app[DB].write(blocking.unblock_host, account_id=me(request).id, host=host)
    return answers.json({})


def _host(text: str) -> str:
    """A host as we store it: lower case, ASCII, with the port where it is not the usual one."""
    plain = text.strip()
    if not plain:
        raise Invalid("domain", "can't be blank", code="ERR_BLANK")
    if "/" in plain or "." not in plain.strip("."):
        raise Invalid("domain", "is not a valid domain name")
    try:
        return Origin.of(f"https://{plain}").authority
    except Invalid as error:
        raise Invalid("domain", "is not a valid domain name") from error


FOLLOW, BLOCK, MUTE = Auth.user("write:follows"), Auth.user("write:blocks"), Auth.user("write:mutes")
ROUTES: Final = (
    Route("POST", "/api/v1/accounts/{id}/follow", follow, FOLLOW, rules=(FOLLOWING,)),
    Route("POST", "/api/v1/accounts/{id}/unfollow", unfollow, FOLLOW),
    Route("POST", "/api/v1/accounts/{id}/remove_from_followers", remove_from_followers, FOLLOW),
    Route("POST", "/api/v1/accounts/{id}/block", block, BLOCK),
    Route("POST", "/api/v1/accounts/{id}/unblock", unblock, BLOCK),
    Route("POST", "/api/v1/accounts/{id}/mute", mute, MUTE),
    Route("POST", "/api/v1/accounts/{id}/unmute", unmute, MUTE),
    Route("GET", "/api/v1/follow_requests", _own(_requests), Auth.user("read:follows")),
    Route("POST", "/api/v1/follow_requests/{account_id}/authorize", authorize, FOLLOW),
    Route("POST", "/api/v1/follow_requests/{account_id}/reject", reject, FOLLOW),
    Route("GET", "/api/v1/blocks", _own(blocks.page), Auth.user("read:blocks")),
    Route("GET", "/api/v1/mutes", muted, Auth.user("read:mutes")),
    Route("GET", "/api/v1/domain_blocks", hosts, Auth.user("read:blocks")),
    Route("GET", "/api/v1/domain_blocks/preview", preview, BLOCK),
    Route("POST", "/api/v1/domain_blocks", block_host, BLOCK),
    Route("DELETE", "/api/v1/domain_blocks", unblock_host, BLOCK),
)
