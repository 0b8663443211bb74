"""The cookie of a browser that has given the password and not yet the second factor; it gives no rights (security AUT-5)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.model.accounts import User
from fedisw.services import factors
from fedisw.web.keys import DB, NOW, SETTINGS
from fedisw.web.middleware import sessions

SECURE_NAME: Final = "__Host-fedisw_step"
PLAIN_NAME: Final = "fedisw_step"


def set_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Let the browser prove that it has done the first step."""
    settings = request.app[SETTINGS]
    response.set_cookie(
        _name(settings),
        token,
        max_age=int(factors.PENDING_FOR.total_seconds()),
        path="/",
        secure=settings.origin.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """The browser has its session now."""
    settings = request.app[SETTINGS]
    secure = settings.origin.scheme == "https"
    response.del_cookie(_name(settings), path="/", secure=secure, httponly=True, samesite="Lax")


def stored(request: web.Request) -> bytes:
    """What is stored of the cookie's token."""
    settings = request.app[SETTINGS]
    return sessions.stored(settings, request.cookies.get(_name(settings), ""))


async def person(request: web.Request) -> User | None:
    """Whose second factor is awaited in this browser."""
    now = request.app[NOW]()
    return await request.app[DB].read(factors.person_between_steps, token_hash=stored(request), now=now)


def _name(settings: Settings) -> str:
    return SECURE_NAME if settings.origin.scheme == "https" else PLAIN_NAME
