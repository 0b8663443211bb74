"""Where browsers and phones are told (mastodon-api.md, section 2.17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.crypto import webpush
from fedisw.model.errors import Invalid, Malformed, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.push import PushPolicy, PushSubscription
from fedisw.storage.db import Tx
from fedisw.storage.queries import push
from fedisw.web import answers, forms
from fedisw.web.keys import BEARER, DB, NOW, PEER, SEALER
from fedisw.web.mastodon.context import me, site_of
from fedisw.web.mastodon.entities.push import subscription_entity
from fedisw.web.routes import Auth, Route

MAX_ENDPOINT: Final = 2_048  # characters
KNOWN: Final = frozenset(kind.value for kind in NotificationType)


class Keys(msgspec.Struct, kw_only=True):
    """`subscription[keys]`, base64url."""

    p256dh: str = ""
    auth: str = ""


class Subscription(msgspec.Struct, kw_only=True):
    """`subscription`"""

    endpoint: str = ""
    keys: Keys = msgspec.field(default_factory=Keys)
    standard: bool = False


class Data(msgspec.Struct, kw_only=True):
    """`data`: what is sent; replaces what was said before as a whole."""

    alerts: dict[str, object] = {}
    policy: PushPolicy = PushPolicy.ALL

    @property
    def wanted(self) -> dict[str, bool]:
        """Each type that was named and that we know."""
        given = {name: forms.truth(value) for name, value in self.alerts.items() if name in KNOWN}
        return {name: value for name, value in given.items() if value is not None}


class Change(msgspec.Struct, kw_only=True):
    """What PUT takes."""

    data: Data = msgspec.field(default_factory=Data)


class New(Change, kw_only=True):
    """What POST takes."""

    subscription: Subscription | None = None


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/push/subscription"""
    form, token = await forms.decode(request, New), request[BEARER].token
    if form.subscription is None:
        raise Malformed("param is missing or the value is empty or invalid: subscription")
    wanted, now = form.subscription, request.app[NOW]()
    if not wanted.endpoint or len(wanted.endpoint) > MAX_ENDPOINT:
        raise Invalid("endpoint", "can't be blank" if not wanted.endpoint else "is too long")
    webpush.check_keys(wanted.keys.p256dh, wanted.keys.auth)
    _check_endpoint(request, wanted.endpoint)
    known = webpush.Secrets(p256dh=wanted.keys.p256dh, auth=wanted.keys.auth, token=_token_text(request))
    made = await request.app[DB].write(
        push.put,
        PushSubscription(
            id=0,
            token_id=token.id,
            account_id=me(request).id,
            endpoint=wanted.endpoint,
            sealed=webpush.sealed(known, sealer=request.app[SEALER], token_id=token.id),
            standard=wanted.standard,
            alerts=form.data.wanted,
            policy=form.data.policy,
            created_at=now,
            updated_at=now,
        ),
    )
    return _answer(request, made)


def _check_endpoint(request: web.Request, endpoint: str) -> None:
    """Only an address that we would call: https, of a public host (security NET-2)."""
    try:
        request.app[PEER].client.check(endpoint)
    except Invalid as error:
        raise Invalid("endpoint", "is not a valid URL") from error


def _token_text(request: web.Request) -> str:
    """The token as the client sent it: messages carry it, so that an app with several accounts knows whose they are."""
    return request.headers.get("Authorization", "").partition(" ")[2].strip()


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/push/subscription"""
    return _answer(request, await request.app[DB].read(push.of_token, request[BEARER].token.id))


async def change(request: web.Request) -> web.Response:
    """PUT /api/v1/push/subscription"""
    form, token = await forms.decode(request, Change), request[BEARER].token
    changed = await request.app[DB].write(_change, token.id, form.data.wanted, form.data.policy, now=request.app[NOW]())
    return _answer(request, changed)


def _change(tx: Tx, token_id: int, alerts: Mapping[str, bool], policy: PushPolicy, *, now: datetime) -> PushSubscription | None:
    return push.change(tx, token_id, alerts=alerts, policy=policy, now=now)


async def remove(request: web.Request) -> web.Response:
    """DELETE /api/v1/push/subscription"""
    await request.app[DB].write(push.remove_of_token, request[BEARER].token.id)
    return answers.json({})


def _answer(request: web.Request, subscription: PushSubscription | None) -> web.Response:
    if subscription is None:
        raise NotFound("push subscription")
    return answers.json(subscription_entity(subscription, site_of(request)))


AUTH: Final = Auth.user("push")
PATH: Final = "/api/v1/push/subscription"
ROUTES: Final = (
    Route("POST", PATH, create, AUTH),
    Route("GET", PATH, get, AUTH),
    Route("PUT", PATH, change, AUTH),
    Route("DELETE", PATH, remove, AUTH),
)
