"""NodeInfo: what software this is, and how many people and posts there are (federation, section 1.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import orjson
from aiohttp import hdrs, web

from fedisw.federation import nodeinfo
from fedisw.model.house import ShownTo
from fedisw.services import house_settings, instance
from fedisw.services.instance import Usage
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
from fedisw.web import answers
from fedisw.web.keys import DB, NOW, SETTINGS
from fedisw.web.routes import Auth, Route

PLACES_CACHE: Final = "public, max-age=259200"  # seconds: three days
CACHE: Final = "public, max-age=1800"
TYPE: Final = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"'


async def places(request: web.Request) -> web.Response:
    """GET /.well-known/nodeinfo"""
    return answers.json(nodeinfo.links(request.app[SETTINGS]), headers={hdrs.CACHE_CONTROL: PLACES_CACHE})


def _shows(version: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def show(request: web.Request) -> web.StreamResponse:
        usage, staff = await request.app[DB].read(_facts, request.app[NOW]())
        found = nodeinfo.document(request.app[SETTINGS], version=version, usage=usage, staff=staff)
        headers = {hdrs.CONTENT_TYPE: TYPE.format(version=version), hdrs.CACHE_CONTROL: CACHE}
        return web.Response(body=orjson.dumps(found), headers=headers)

    return show


def _facts(tx: Tx, now: datetime) -> tuple[Usage | None, list[str]]:
    """Numbers only where staff show to everybody what goes on here."""
    staff = accounts.by_ids(tx, users.staff_ids(tx))
    shown = house_settings.read(tx).activity_shown is ShownTo.ALL
    return instance.usage(tx, now=now) if shown else None, sorted(account.uri for account in staff if account.usable)


ROUTES: Final = (
    Route("GET", "/.well-known/nodeinfo", places, Auth.public()),
    *(Route("GET", f"/nodeinfo/{version}", _shows(version), Auth.public()) for version in nodeinfo.VERSIONS),
)
