"""What this server is and how large, for statistics (federation, section 1.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import hdrs, web

from fedisw.federation import nodeinfo
from fedisw.services import instance
from fedisw.services.instance import Usage
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.web import answers
from fedisw.web.keys import DB, NOW, SETTINGS
from fedisw.web.routes import Auth, Route

LINKS_CACHE: Final = "public, max-age=259200"  # seconds: three days
CACHE: Final = "public, max-age=1800"  # seconds: half an hour
KIND: Final = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"'


async def links(request: web.Request) -> web.Response:
    """GET /.well-known/nodeinfo"""
    return answers.json(nodeinfo.links(request.app[SETTINGS]), headers={hdrs.CACHE_CONTROL: LINKS_CACHE})


def _document(version: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def document(request: web.Request) -> web.StreamResponse:
        usage, staff = await request.app[DB].read(_numbers, now=request.app[NOW]())
        found = nodeinfo.document(request.app[SETTINGS], version=version, usage=usage, staff=staff)
        headers = {hdrs.CONTENT_TYPE: KIND.format(version=version), hdrs.CACHE_CONTROL: CACHE}
        return web.Response(body=msgspec.json.encode(found), headers=headers)

    return document


def _numbers(tx: Tx, *, now: datetime) -> tuple[Usage, list[str]]:
    staff = accounts.by_ids(tx, users.staff_ids(tx))
    return instance.usage(tx, now=now), sorted(account.uri for account in staff if account.usable)


ROUTES: Final = (
    Route("GET", "/.well-known/nodeinfo", links, Auth.public()),
    *(Route("GET", f"/nodeinfo/{version}", _document(version), Auth.public()) for version in nodeinfo.VERSIONS),
)
