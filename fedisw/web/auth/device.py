"""A cookie by which we know a browser in which somebody has signed in before.

Strangers who try passwords use up the account's own bucket; a known browser has a bucket to itself, so that nobody
can lock others out (security AUT-3). The cookie gives no rights.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64encode
from typing import Final

from aiohttp import web

from fedisw.config import Settings
from fedisw.crypto.tokens import same
from fedisw.web.keys import SETTINGS

SECURE_NAME: Final = "__Host-fedisw_device"
PLAIN_NAME: Final = "fedisw_device"
YEAR: Final = 365 * 86_400  # seconds


def known(request: web.Request, account_id: int) -> str:
    """The number of this browser, if the account has been used in it; else empty."""
    settings = request.app[SETTINGS]
    number, _, proof = request.cookies.get(_name(settings), "").partition(".")
    return number if proof and same(proof, _proof(settings, number, account_id)) else ""


def remember(request: web.Request, response: web.StreamResponse, account_id: int) -> None:
    """Know this browser the next time."""
    settings, number = request.app[SETTINGS], secrets.token_urlsafe(16)
    response.set_cookie(
        _name(settings),
        f"{number}.{_proof(settings, number, account_id)}",
        max_age=YEAR,
        path="/",
        secure=settings.origin.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def _name(settings: Settings) -> str:
    return SECURE_NAME if settings.origin.scheme == "https" else PLAIN_NAME


def _proof(settings: Settings, number: str, account_id: int) -> str:
    mac = hmac.digest(settings.secrets.session_key.key(), f"device {number} {account_id}".encode(), "sha256")
    return urlsafe_b64encode(mac).decode("ascii").rstrip("=")
