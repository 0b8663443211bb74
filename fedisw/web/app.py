"""The application: middleware, headers and routes around the parts of a process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.web.keys import SETTINGS
from fedisw.web.middleware.entry import guard, outside
from fedisw.web.middleware.headers import complete
from fedisw.web.routes import Route, check, register

MAX_FIELD_BYTES: Final = 8_190  # of one header field
MAX_FIELDS: Final = 64


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
