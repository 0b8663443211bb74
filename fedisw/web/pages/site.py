"""All pages together: their addresses, and what they need in the application."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.web.errors import ERROR_PAGE
from fedisw.web.keys import NOW
from fedisw.web.pages import arriving, compose, files, front, profile, source, status
from fedisw.web.pages.errors import error_page
from fedisw.web.render import TEMPLATES, Templates

ROUTES: Final = (*arriving.ROUTES, *compose.ROUTES, *files.ROUTES, *front.ROUTES, *profile.ROUTES, *source.ROUTES, *status.ROUTES)


def furnish(app: web.Application) -> None:
    """Give the application templates and error pages; its clock is there already."""
    app[TEMPLATES] = Templates(now=app[NOW])
    app[ERROR_PAGE] = error_page
