"""The application: middleware, headers and routes around the parts of a process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.runtime import Runtime
from fedisw.web import health, media
from fedisw.web.activitypub import table as activitypub
from fedisw.web.auth import again, confirm, invitation, passkeys, password, second_step, signin, signup
from fedisw.web.keys import (
    BUCKETS,
    BUS,
    COPIES,
    DB,
    FILMS,
    IMAGES,
    LINKS,
    NEW_ID,
    NOW,
    PASSWORDS,
    PEER,
    SEALER,
    SETTINGS,
    STATE,
    STORE,
    UPLOADS,
)
from fedisw.web.mastodon import table as mastodon
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.live import Live
from fedisw.web.middleware.entry import guard, outside
from fedisw.web.middleware.headers import complete
from fedisw.web.oauth import authorize, token, userinfo
from fedisw.web.pages import site
from fedisw.web.routes import Route, check, register
from fedisw.web.settings import table as settings
from fedisw.web.streaming import sse, websocket
from fedisw.web.streaming.port import SHOWING
from fedisw.web.streaming.seats import SEATS, Seats, close_streams
from fedisw.web.wellknown import host_meta, nodeinfo, oauth_server, webfinger

ROUTES: Final = (
    *health.ROUTES,
    *oauth_server.ROUTES,
    *webfinger.ROUTES,
    *host_meta.ROUTES,
    *nodeinfo.ROUTES,
    *activitypub.ROUTES,
    *signin.ROUTES,
    *signup.ROUTES,
    *confirm.ROUTES,
    *invitation.ROUTES,
    *password.ROUTES,
    *again.ROUTES,
    *second_step.ROUTES,
    *passkeys.ROUTES,
    *authorize.ROUTES,
    *token.ROUTES,
    *userinfo.ROUTES,
    *websocket.ROUTES,
    *sse.ROUTES,
    *media.ROUTES,
    *mastodon.ROUTES,
    *settings.ROUTES,
    *site.ROUTES,
)


def create_app(runtime: Runtime) -> web.Application:
    """The whole application of a process.

    Raises:
        UndeclaredRoute: a route without a policy.
    """
    app = bare_app(runtime.settings, ROUTES)
    app[STATE] = runtime.state
    app[DB] = runtime.db
    app[PEER] = runtime.peer
    app[BUS] = runtime.bus
    app[STORE] = runtime.store
    app[IMAGES] = runtime.images
    app[FILMS] = runtime.films
    app[UPLOADS] = runtime.uploads
    app[BUCKETS] = runtime.buckets
    app[PASSWORDS] = runtime.passwords
    app[SEALER] = runtime.sealer
    app[NOW] = runtime.now
    app[NEW_ID] = runtime.new_id
    app[LINKS] = runtime.links
    app[COPIES] = runtime.copier
    mastodon.furnish(app)
    app[SHOWING], app[SEATS] = Live(app[FRAGMENTS]), Seats(runtime.bus)
    app.on_shutdown.append(close_streams)
    site.furnish(app)
    return app


def bare_app(settings: Settings, routes: Iterable[Route]) -> web.Application:
    """An application with everything that happens around handlers; the caller adds the parts that they need.

    Raises:
        UndeclaredRoute: a route without a policy.
    """
    app = web.Application(middlewares=(outside, guard), client_max_size=settings.limits.inbox_bytes)
    app[SETTINGS] = settings
    app.on_response_prepare.append(complete)
    register(app, routes)
    check(app)
    return app
