"""The cookie of a signed-in browser, and the token that its forms carry (security SES-1, SES-2)."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import timedelta
from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.crypto import tokens
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Forbidden
from fedisw.model.oauth import Session
from fedisw.storage.queries import sessions as queries
from fedisw.web import forms
from fedisw.web.keys import DB, NOW, SETTINGS

IDLE: Final = timedelta(days=14)
ABSOLUTE: Final = timedelta(days=90)
SECURE_NAME: Final = "__Host-fedisw_session"
PLAIN_NAME: Final = "fedisw_session"  # with an http origin, in development only
FIELD: Final = "csrf_token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MAC_BYTES: Final = 32
SESSION: Final = web.RequestKey("session", Session)  # present where a valid cookie was sent, whatever the person may do


def cookie_name(settings: Settings) -> str:
    """Name of the session cookie."""
    return SECURE_NAME if settings.origin.scheme == "https" else PLAIN_NAME


def stored(settings: Settings, token: str) -> bytes:
    """What is stored of a session's token, or of any other that we made."""
    return tokens.stored_hash(token, key=settings.secrets.session_key.key())


def set_cookie(request: web.Request, response: web.StreamResponse, token: str) -> None:
    """Give the browser its session."""
    settings = request.app[SETTINGS]
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=settings.origin.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget its session."""
    settings = request.app[SETTINGS]
    secure = settings.origin.scheme == "https"
    response.del_cookie(cookie_name(settings), path="/", secure=secure, httponly=True, samesite="Lax")


async def find(request: web.Request) -> tuple[Session, User, Account] | None:
    """The session of the request's cookie with its person; None without one, or when it has ended or grown old."""
    settings, now = request.app[SETTINGS], request.app[NOW]()
    token = request.cookies.get(cookie_name(settings), "")
    if not token:
        return None
    found = await request.app[DB].read(queries.holder, stored(settings, token))
    if found is None or now - found[0].seen_at > IDLE or now - found[0].created_at > ABSOLUTE:
        return None
    return found


def form_token(session: Session) -> str:
    """A token for the forms of a session; another one each time, so that compression cannot be used to guess it."""
    pad = secrets.token_bytes(MAC_BYTES)
    return base64.urlsafe_b64encode(pad + _mixed(pad, _mac(session))).decode("ascii")


async def check_form(request: web.Request) -> None:
    """Refuse a change that did not come from a form of ours.

    Raises:
        Forbidden: the browser says that it came from elsewhere, or says nothing; or the form's token is not right.
    """
    if request.method in SAFE:
        return
    _check_source(request)
    session: Session | None = request.get(SESSION)
    if session is not None and not _belongs((await forms.parameters(request)).get(FIELD), session):
        raise Forbidden("This form has grown old. Please go back, load the page anew, and try again.")


def _check_source(request: web.Request) -> None:
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    ours = origin == str(request.app[SETTINGS].origin) if origin is not None else site is not None
    if not ours or site not in (None, "same-origin"):
        raise Forbidden("This form did not come from a page of this server.")


def _belongs(token: object, session: Session) -> bool:
    try:
        both = base64.urlsafe_b64decode(token) if isinstance(token, str) else b""
    except (binascii.Error, ValueError):
        return False
    return len(both) == 2 * MAC_BYTES and tokens.same(_mixed(both[:MAC_BYTES], both[MAC_BYTES:]), _mac(session))


def _mac(session: Session) -> bytes:
    return hmac.digest(session.csrf, b"form", "sha256")


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
