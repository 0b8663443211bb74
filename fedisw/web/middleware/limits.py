"""Rate limits at the edge, and what is left of them in the headers (security section 15; mastodon-api.md, section 3.5)."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from aiohttp import web

from fedisw.live.buckets import API_NETWORK, API_TOKEN, API_USER, PAGING, Rule, Standing, network_of
from fedisw.model.errors import TooMany
from fedisw.web.keys import ADDRESS, BEARER, BUCKETS, CALLER
from fedisw.web.routes import Route

LIMITED: Final = ("/api/", "/oauth/", "/auth/")
CURSORS: Final = ("max_id", "min_id", "since_id", "page")
STANDING: Final = web.RequestKey("standing", Standing)


def network(request: web.Request) -> str:
    """The network that an anonymous request is counted for."""
    return network_of(request[ADDRESS])


def count(request: web.Request, route: Route) -> None:
    """Count a request whose caller is known as far as the route wants to know; TooMany when a bucket is used up."""
    if request.path.startswith(LIMITED):
        if BEARER in request:
            take(request, API_TOKEN, request[BEARER].token.id)
        if CALLER in request:
            take(request, API_USER, request[CALLER].account.id)
        else:
            take(request, API_NETWORK, network(request))
        if any(cursor in request.query for cursor in CURSORS):
            take(request, PAGING)
    for rule in route.rules:
        take(request, rule)


def count_refused(request: web.Request) -> None:
    """Count a request that was not let in: guessing tokens is slow, and a token that may not do something gains nothing."""
    if BEARER in request:
        take(request, API_TOKEN, request[BEARER].token.id)
    else:
        take(request, API_NETWORK, network(request))


def count_unknown(request: web.Request) -> None:
    """Count a request for an address that there is not, so that looking for one is slow too."""
    if request.path.startswith(LIMITED):
        take(request, API_NETWORK, network(request))


def take(request: web.Request, rule: Rule, key: str | int | None = None, *, cost: int = 1) -> None:
    """Count one rule, by `key`, else as the rule says for the person who calls or their network; the tightest goes into
    the headers.

    Raises:
        TooMany: the bucket is used up.
    """
    known_by = network(request) if rule.per_network or CALLER not in request else request[CALLER].account.id
    subject, buckets = known_by if key is None else key, request.app[BUCKETS]
    try:
        standing = buckets.take(rule, subject, cost=cost)
    except TooMany:
        request[STANDING] = buckets.look(rule, subject)
        raise
    known: Standing | None = request.get(STANDING)
    if known is None or standing.remaining < known.remaining:
        request[STANDING] = standing


def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """All three headers or none: clients stumble over a half set."""
    standing: Standing | None = request.get(STANDING)
    if standing is not None:
        response.headers["X-RateLimit-Limit"] = str(standing.limit)
        response.headers["X-RateLimit-Remaining"] = str(0 if response.status == 429 else standing.remaining)
        response.headers["X-RateLimit-Reset"] = _moment(standing.end)


@lru_cache(maxsize=1_024)  # the end of a window is told with every answer in it
def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
