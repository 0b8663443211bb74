"""Which addresses scripts of other sites may read, always without cookies (security SES-3)."""

from __future__ import annotations

from typing import Final

from aiohttp import web

API: Final = "/api/"
TOKENS: Final = ("/oauth/token", "/oauth/revoke", "/oauth/userinfo")
READABLE: Final = ("/.well-known/", "/nodeinfo/", "/actor", "/ap/", "/media/")
EXPOSED: Final = ", ".join(
    ("Link", "Mastodon-Async-Refresh", "X-RateLimit-Reset", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-Request-Id")
)
MAX_AGE: Final = "7200"  # seconds that a browser remembers a preflight


def methods_of(path: str) -> str:
    """Methods that other sites may use on an address; empty for none."""
    if path.startswith(API):
        return "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    if path.startswith(TOKENS):
        return "GET, POST, OPTIONS"
    return "GET, OPTIONS" if path.startswith(READABLE) else ""


def preflight(request: web.Request) -> web.Response | None:
    """The answer to a browser's question whether it may; needs no token. None where the question has no place."""
    if request.method != "OPTIONS" or not methods_of(request.path):
        return None
    asked = request.headers.get("Access-Control-Request-Headers", "Authorization, Content-Type, Idempotency-Key")
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": methods_of(request.path),
            "Access-Control-Allow-Headers": asked,
            "Access-Control-Max-Age": MAX_AGE,
        },
    )


def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Let other sites read an answer, errors too; without `Link` browser clients would show one page only."""
    if methods_of(request.path):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
