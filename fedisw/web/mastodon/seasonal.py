"""Looks back at a year, calls for donations (mastodon-api.md, section 2.22).

This server makes no reports of years and calls for nothing: these methods say so.
"""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.web import answers
from fedisw.web.mastodon.context import id_in
from fedisw.web.routes import Auth, Route

NO_REPORTS: Final[dict[str, list[str]]] = {"annual_reports": [], "accounts": [], "statuses": []}


async def reports(request: web.Request) -> web.Response:
    """GET /api/v1/annual_reports"""
    return answers.json(NO_REPORTS)


async def no_report(request: web.Request) -> web.Response:
    """GET /api/v1/annual_reports/{year}, POST /api/v1/annual_reports/{year}/generate and /read"""
    raise NotFound("annual report", id_in(request, "year"))


async def state(request: web.Request) -> web.Response:
    """GET /api/v1/annual_reports/{year}/state"""
    id_in(request, "year")
    return answers.json({"state": "ineligible"})


async def donations(_request: web.Request) -> web.Response:
    """GET /api/v1/donation_campaigns"""
    return web.Response(status=204)


READ, WRITE = Auth.user("read:accounts"), Auth.user("write:accounts")
ROUTES: Final = (
    Route("GET", "/api/v1/annual_reports", reports, READ),
    Route("GET", "/api/v1/annual_reports/{year}", no_report, READ),
    Route("GET", "/api/v1/annual_reports/{year}/state", state, READ),
    Route("POST", "/api/v1/annual_reports/{year}/generate", no_report, WRITE),
    Route("POST", "/api/v1/annual_reports/{year}/read", no_report, WRITE),
    Route("GET", "/api/v1/donation_campaigns", donations, Auth.user()),
)
