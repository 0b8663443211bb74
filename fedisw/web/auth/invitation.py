"""Invitations to sign up: there are none yet, so no code is a valid one (mastodon-api.md, section 2.1)."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.config.settings import RegistrationMode
from fedisw.model.errors import NotFound
from fedisw.web import answers
from fedisw.web.keys import SETTINGS
from fedisw.web.routes import Auth, Route


async def show(request: web.Request) -> web.Response:
    """GET /invite/{code}: apps ask for JSON, people get a page."""
    if "json" not in request.headers.get(hdrs.ACCEPT, ""):
        raise NotFound("invitation", request.match_info["code"])
    if request.app[SETTINGS].registrations.mode is RegistrationMode.CLOSED:
        return answers.json({"error": "This action is not allowed"}, status=403)
    return answers.json({"error": "This invite is not valid"}, status=401)


ROUTES: Final = (Route("GET", "/invite/{code}", show, Auth.visitor()),)
