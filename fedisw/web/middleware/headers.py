"""Headers of every answer (security section 14); set when it is sent, so that streams and errors have them too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from fedisw.config import Settings
from fedisw.model.urls import Origin
from fedisw.web.keys import BEARER, CALLER, REQUEST_ID, SETTINGS
from fedisw.web.middleware import cors, limits
from fedisw.web.routes import route_of

HSTS: Final = "max-age=63072000"  # seconds: two years
PRIVATE: Final = "private, no-store"
DENIED: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer", "microphone",
    "midi", "payment", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
FIXED_OF_PAGES: Final[Mapping[str, str]] = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in DENIED),
}
CROSS_ORIGIN: Final = ("/api/", "/media/", "/.well-known/", "/nodeinfo/", "/ap/", "/actor")


def content_policy(settings: Settings, *, form_targets: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of our pages.

    Args:
        form_targets: origins, or schemes such as `tusky:`, to which a form of this page may lead in the end.
    """
    media = _media_origin(settings)
    stream = f"{'wss' if settings.origin.scheme == 'https' else 'ws'}://{settings.origin.authority}"
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self'{media} data: blob:",
            f"media-src 'self'{media}",
            "font-src 'self'",
            f"connect-src 'self' {stream}",
            "manifest-src 'self'",
            " ".join(("form-action 'self'", *form_targets)),
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


async def complete(request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`: what a handler has set stays."""
    settings, headers, path = request.app[SETTINGS], response.headers, request.path
    headers.pop(hdrs.SERVER, None)
    headers["X-Request-Id"] = request.get(REQUEST_ID, "")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if settings.origin.scheme == "https":
        headers["Strict-Transport-Security"] = HSTS
    shared = path.startswith(CROSS_ORIGIN)
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if shared else "same-origin")
    if headers.get(hdrs.CONTENT_TYPE, "").startswith("text/html"):
        for name, value in FIXED_OF_PAGES.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", content_policy(settings))
    _keep_from_caches(request, response)
    cors.add_headers(request, response)
    limits.add_headers(request, response)


def _keep_from_caches(request: web.Request, response: web.StreamResponse) -> None:
    """VIS-8: nobody keeps what was made for one person, or what no handler has called public."""
    headers, route = response.headers, route_of(request)
    if CALLER in request or BEARER in request:
        headers[hdrs.CACHE_CONTROL] = PRIVATE
    headers.setdefault(hdrs.CACHE_CONTROL, PRIVATE)
    if route is not None and route.auth.page:
        headers.setdefault(hdrs.VARY, "Authorization, Cookie")
    elif BEARER in request or request.path.startswith("/api/"):
        headers.setdefault(hdrs.VARY, "Authorization, Origin")


def _media_origin(settings: Settings) -> str:
    parts = urlsplit(settings.media.public_url)
    origin = Origin.of(f"{parts.scheme}://{parts.netloc}")
    return "" if origin == settings.origin else f" {origin}"
