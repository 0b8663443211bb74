"""What is still being fetched while an answer is given already (mastodon-api.md, section 2.22): the rest of a thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.errors import NotFound
from fedisw.model.peers import Crawl
from fedisw.services import threads
from fedisw.services.threads import Rest
from fedisw.storage.db import Tx
from fedisw.storage.queries import timelines
from fedisw.web import answers
from fedisw.web.keys import DB, NOW
from fedisw.web.mastodon.context import id_in, me
from fedisw.web.routes import Auth, Route

HEADER: Final = "Mastodon-Async-Refresh"
RETRY: Final = 3  # seconds until a client may ask again


class AsyncRefresh(msgspec.Struct, frozen=True, kw_only=True):
    """mastodon-entities.md: how far something is that was begun because somebody looked; `id` is that of the post."""

    id: str
    status: str
    result_count: int | None


async def begun(request: web.Request, rest: Rest) -> dict[str, str]:
    """Have the rest of a thread fetched if it is time; the header that tells of it while that lasts."""
    now = request.app[NOW]()
    if rest.is_due and await request.app[DB].write(threads.look, rest.status_id, now=now):
        return {HEADER: f'id="{rest.status_id}", retry={RETRY}, result_count=0'}
    if rest.known is None or rest.known.ended_at is not None:
        return {}
    return {HEADER: f'id="{rest.status_id}", retry={RETRY}, result_count={rest.known.found}'}


async def show(request: web.Request) -> web.Response:
    """GET /api/v1_alpha/async_refreshes/{id}"""
    number = id_in(request)
    known = await request.app[DB].read(_known, number, me(request).id, request.app[NOW]())
    status = "running" if known.ended_at is None else "finished"
    return answers.json({"async_refresh": AsyncRefresh(id=str(number), status=status, result_count=known.found)})


def _known(tx: Tx, status_id: int, viewer_id: int, now: datetime) -> Crawl:
    """Only who may read the post hears of its thread."""
    known = threads.progress(tx, status_id, now=now)
    if known is None or not timelines.refs(tx, [status_id], viewer_id):
        raise NotFound("refresh", status_id)
    return known


ROUTES: Final = (Route("GET", "/api/v1_alpha/async_refreshes/{id}", show, Auth.user("read")),)
