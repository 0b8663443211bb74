"""Compares every answer of an application with what its method's row names, without the tests knowing of it."""

from __future__ import annotations

import json

from aiohttp import web

from fedisw.web.keys import CALLER
from fedisw.web.routes import route_of
from tests.support.entities.rows import row_of, wrong

MOST = 40  # differences that are told of


def watch(app: web.Application, found: list[str]) -> None:
    """Look at what an application answers from now on; what is wrong comes into `found`. Before the application starts."""

    async def look(request: web.Request, response: web.StreamResponse) -> None:
        if len(found) < MOST:
            found.extend(differences(request, response))

    app.on_response_prepare.append(look)


def differences(request: web.Request, response: web.StreamResponse) -> list[str]:
    """What is wrong with one answer."""
    route = route_of(request)
    row = None if route is None else row_of(request.method, route.path)
    if row is None or not isinstance(response, web.Response) or response.content_type != "application/json":
        return []
    body = response.body if isinstance(response.body, bytes) else b""
    if not body:
        return [] if request.method == "HEAD" else [f"{row.name} {response.status}: an empty body is no JSON"]
    faults = wrong(row, response.status, json.loads(body), signed_in=CALLER in request)
    return [f"{row.name} {response.status}: {fault}" for fault in faults]
