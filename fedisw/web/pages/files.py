"""Files of our own for browsers and crawlers: /static/, icons, manifest, robots.txt."""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.model.errors import NotFound
from fedisw.web import answers
from fedisw.web.assets import Asset, assets
from fedisw.web.keys import SETTINGS
from fedisw.web.routes import Auth, Route

FOREVER: Final = "public, max-age=31536000, immutable"  # seconds; the address changes with the content
A_DAY: Final = "public, max-age=86400"  # seconds
THEME: Final = "#14655a"
GROUND: Final = "#f7f3ec"
ROBOTS: Final = """\
User-agent: *
Disallow: /api/
Disallow: /auth/
Disallow: /authorize_interaction
Disallow: /compose
Disallow: /media/proxy/
Disallow: /oauth/
Disallow: /remote
Disallow: /search
"""


async def static(request: web.Request) -> web.Response:
    """GET /static/{name}: only what is in the package, by the name with its hash."""
    asset = assets().by_address.get(request.match_info["name"])
    if asset is None:
        raise NotFound("file")
    return _sent(asset, cache=FOREVER)


async def favicon(_request: web.Request) -> web.Response:
    """GET /favicon.ico"""
    return _sent(assets().by_name["favicon.ico"], cache=A_DAY)


async def robots(_request: web.Request) -> web.Response:
    """GET /robots.txt: what no crawler needs; each page says for itself whether it may be listed."""
    return web.Response(text=ROBOTS, content_type="text/plain", headers={hdrs.CACHE_CONTROL: A_DAY})


async def manifest(request: web.Request) -> web.Response:
    """GET /manifest.webmanifest: name and icon for a home screen."""
    name = request.app[SETTINGS].instance.name
    response = answers.json(
        {
            "name": name,
            "short_name": name,
            "start_url": "/",
            "scope": "/",
            "display": "minimal-ui",
            "background_color": GROUND,
            "theme_color": THEME,
            "icons": [
                {"src": assets().path("mark.svg"), "sizes": "any", "type": "image/svg+xml"},
                {"src": assets().path("mark-512.png"), "sizes": "512x512", "type": "image/png"},
            ],
        },
        headers={hdrs.CACHE_CONTROL: A_DAY},
    )
    response.content_type = "application/manifest+json"
    return response


def _sent(asset: Asset, *, cache: str) -> web.Response:
    """Pictures for people without one are shown in web clients too, so everybody may embed them."""
    headers = {
        hdrs.CONTENT_TYPE: asset.media_type,
        hdrs.CACHE_CONTROL: cache,
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return web.Response(body=asset.body, headers=headers)


ROUTES: Final = (
    Route("GET", "/static/{name}", static, Auth.public()),
    Route("GET", "/favicon.ico", favicon, Auth.public()),
    Route("GET", "/robots.txt", robots, Auth.public()),
    Route("GET", "/manifest.webmanifest", manifest, Auth.public()),
)
