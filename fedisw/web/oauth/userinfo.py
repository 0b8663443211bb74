"""Claims about the person whom a token stands for (OpenID Connect Core, section 5.3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.web import answers
from fedisw.web.keys import SETTINGS, caller_of
from fedisw.web.people import picture_url
from fedisw.web.routes import Auth, Route


async def show(request: web.Request) -> web.Response:
    """GET and POST /oauth/userinfo"""
    account = caller_of(request).account
    claims = {
        "iss": f"{request.app[SETTINGS].origin}/",
        "sub": account.uri,
        "name": account.display_name or account.username,
        "preferred_username": account.username,
        "profile": account.url,
    }
    picture = picture_url(request.app, account.avatar)
    return answers.json(claims | ({"picture": picture} if picture else {}))


ROUTES: Final = (
    Route("GET", "/oauth/userinfo", show, Auth.user("profile")),
    Route("POST", "/oauth/userinfo", show, Auth.user("profile")),
)
