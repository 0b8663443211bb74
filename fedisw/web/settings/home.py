"""The first page of the settings: all sections."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.web import answers
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import HOME, settings_page


async def show(request: web.Request) -> web.Response:
    """GET /settings"""
    return settings_page(request, "settings/home.html", here="")


async def slash(_request: web.Request) -> web.Response:
    """GET /settings/: the same place, as some write it."""
    return answers.see_other(HOME)


ROUTES: Final = (Route("GET", HOME, show, Auth.session()), Route("GET", f"{HOME}/", slash, Auth.visitor()))
