"""Files: our own people's by their unguessable names, remote ones through us (security MED-7, MED-8, MED-10)."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.media.keys import Area, check_key
from fedisw.media.store import Stored
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Reach
from fedisw.model.errors import NotFound
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import media
from fedisw.storage.queries.media import Place
from fedisw.web.keys import COPIES, DB, LINKS, STORE
from fedisw.web.ranges import stream
from fedisw.web.routes import Auth, Route

POLICY: Final = "default-src 'none'; form-action 'none'; sandbox"
FOR_EVER: Final = "public, max-age=31536000, immutable"  # seconds; a name never gets another content
FOR_READERS: Final = "private, max-age=86400"
FOR_A_WEEK: Final = "public, max-age=604800"
NOT_KEPT: Final = "private, no-store"
OPEN: Final = frozenset({Visibility.PUBLIC, Visibility.UNLISTED})


async def local(request: web.Request) -> web.StreamResponse:
    """GET /media/local/{first}/{second}/{name}: with ranges and ETag; dead at once when post or owner are gone."""
    key = request.path.removeprefix("/media/")
    if check_key(key)[0] is not Area.LOCAL:
        raise NotFound("file", key)
    place = await request.app[DB].read(media.place_of, key)
    if place is not None and not place.usable:
        raise NotFound("file", key)
    indexable = place is not None and place.indexable and _is_open(place)
    return await _file(request, await request.app[STORE].get(key), _caching(place), indexable=indexable)


async def remote(request: web.Request) -> web.StreamResponse:
    """GET /media/proxy/{signed}: a copy of a remote image, made when it is first asked for."""
    wanted = request.app[LINKS].read(request.match_info["signed"])
    stored = await request.app[COPIES].get(wanted)
    caching = FOR_READERS if wanted.purpose is Purpose.ATTACHMENT else FOR_A_WEEK
    return await _file(request, stored, caching, indexable=False)


def _caching(place: Place | None) -> str:
    """Who may keep a file: everybody, its readers, or nobody while it is part of no post."""
    if place is None:  # an avatar or header
        return FOR_EVER
    if place.status_id is None:
        return NOT_KEPT
    return FOR_EVER if _is_open(place) else FOR_READERS


def _is_open(place: Place) -> bool:
    """Whether everybody may see the post of a file (security, section 6)."""
    return place.visibility in OPEN and not place.local_only and place.reach is Reach.PUBLIC


async def _file(request: web.Request, stored: Stored, caching: str, *, indexable: bool) -> web.StreamResponse:
    headers = {
        hdrs.CONTENT_TYPE: stored.media_type,
        hdrs.CACHE_CONTROL: caching,
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if not indexable:
        headers["X-Robots-Tag"] = "noindex"
    if stored.path is None:  # in a bucket; where `media.public_url` is elsewhere, nobody asks here
        return await stream(request, request.app[STORE], stored, headers=headers)
    return web.FileResponse(stored.path, headers=headers)


ROUTES: Final = (
    Route("GET", "/media/local/{first}/{second}/{name}", local, Auth.public()),
    Route("GET", "/media/proxy/{signed}", remote, Auth.public()),
)
