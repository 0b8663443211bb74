"""How far a person has read (mastodon-api.md, section 2.14)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import Invalid
from fedisw.model.notifications import Marker
from fedisw.storage.db import Tx
from fedisw.storage.queries import notifications
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import me
from fedisw.web.mastodon.entities.lists import marker_entity
from fedisw.web.routes import Auth, Route

TIMELINES: Final = ("home", "notifications")


class Wanted(msgspec.Struct, kw_only=True):
    """`timeline[]`, also as plain `timeline=`."""

    timeline: list[str] = []


class Mark(msgspec.Struct, kw_only=True):
    """`home[last_read_id]`."""

    last_read_id: int


class Marks(msgspec.Struct, kw_only=True):
    """What POST takes."""

    home: Mark | None = None
    notifications: Mark | None = None


async def get(request: web.Request) -> web.Response:
    """GET /api/v1/markers"""
    wanted = [name for name in (await forms.decode(request, Wanted)).timeline if name in TIMELINES]
    account = me(request)
    found = {mark.timeline: mark for mark in await request.app[DB].read(notifications.markers_of, account.id, wanted)}
    nothing_read = {name: _mark(account.id, name, 0, account.created_at) for name in wanted}  # Elk fails where one is absent
    return answers.json({name: marker_entity(mark) for name, mark in (nothing_read | found).items()})


async def put(request: web.Request) -> web.Response:
    """POST /api/v1/markers"""
    form, now = await forms.decode(request, Marks), request.app[NOW]()
    given = {"home": form.home, "notifications": form.notifications}
    if any(mark is not None and mark.last_read_id < 0 for mark in given.values()):
        raise Invalid("last_read_id", "is invalid")
    marks = [_mark(me(request).id, name, mark.last_read_id, now) for name, mark in given.items() if mark is not None]
    moved = await request.app[DB].write(_put, marks)
    return answers.json({mark.timeline: marker_entity(mark) for mark in moved})


def _put(tx: Tx, marks: list[Marker]) -> list[Marker]:
    return [notifications.put_marker(tx, mark) for mark in marks]


def _mark(account_id: int, timeline: str, last_read_id: int, at: datetime) -> Marker:
    return Marker(account_id=account_id, timeline=timeline, last_read_id=last_read_id, version=0, updated_at=at)


ROUTES: Final = (
    Route("GET", "/api/v1/markers", get, Auth.user("read:statuses")),
    Route("POST", "/api/v1/markers", put, Auth.user("write:statuses")),
)
