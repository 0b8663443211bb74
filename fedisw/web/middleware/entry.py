"""The two things around every handler: `outside` names, times and logs a request and answers its errors; `guard` admits it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from time import perf_counter
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from fedisw.model.errors import FediswError, Forbidden, Invalid, NotFound, TooLarge, Unauthenticated
from fedisw.observe import metrics
from fedisw.observe.logging import is_wanted, logger, of_request
from fedisw.web import answers, errors, uploads
from fedisw.web.errors import Told
from fedisw.web.keys import ADDRESS, CALLER, REQUEST_ID, SETTINGS, VIEWER
from fedisw.web.middleware import auth, cors, limits, pace, sessions
from fedisw.web.middleware.address import client_address
from fedisw.web.routes import route_of

NUL: Final = "\x00"  # in no name of ours, and PostgreSQL takes it in no text
SECRET_NAMES: Final = ("{token}", "{code}")

log = logger("web")


def _made_in_advance() -> Iterator[str]:
    """Numbers of requests: the system is asked once for many, since each time it lets another thread take over."""
    while True:
        text = secrets.token_hex(8 * 256)
        yield from (text[at : at + 16] for at in range(0, len(text), 16))


_numbers: Final = _made_in_advance()


@web.middleware
async def outside(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give the request its number, run it, and log it: never its query, body or headers (LOG-1)."""
    began = perf_counter()
    number = request[REQUEST_ID] = next(_numbers)
    request[ADDRESS] = address_of(request)
    pace.begun(request)
    with of_request(number):
        status = 500
        try:
            response = cors.preflight(request) or await _answered(request, handler)
            status = response.status
            return response
        finally:
            await uploads.discard(request)
            pace.ended(request)
            _note(request, status, perf_counter() - began)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Admit whom the route wants, as often as the limits allow, and no form that is not ours."""
    route = route_of(request)
    request[VIEWER] = None
    if NUL in request.path:
        raise NotFound("address", "")
    if route is None:
        limits.count_unknown(request)
        return await handler(request)
    try:
        await auth.identify(request, route)
    except (Unauthenticated, Forbidden, Invalid):
        limits.count_refused(request)
        raise
    except auth.GoTo as place:
        return answers.see_other(place.path)
    limits.count(request, route)
    if route.auth.page:
        await sessions.check_form(request)
    try:
        return await handler(request)
    except auth.GoTo as place:
        return answers.see_other(place.path)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except FediswError as error:
        if errors.status_of(type(error)) is not None:
            return errors.answer(request, errors.told(error))
        log.error("web.failed", exc_info=error)
    except web.HTTPRequestEntityTooLarge:
        return errors.answer(request, errors.told(TooLarge()))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        message = errors.NOT_FOUND if error.status == 404 else error.reason
        kept = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return errors.answer(request, Told(status=error.status, message=message, headers=kept))
    except Exception as error:  # the edge: a fault of ours is logged and answered with 500
        log.error("web.failed", exc_info=error)
    return errors.answer(request, Told(status=500, message="Internal Server Error"))


def address_of(request: web.Request) -> str:
    """The client's address (RAT-1)."""
    return client_address(request, request.app[SETTINGS].listen.proxies)


def _note(request: web.Request, status: int, took: float) -> None:
    route = route_of(request)
    pattern = "none" if route is None else route.path
    metrics.http_request(request.method if route else "none", pattern, str(status)).observe(took)
    if not is_wanted(logging.INFO):
        return
    shown = pattern if any(name in pattern for name in SECRET_NAMES) else request.path
    log.info(
        "web.request",
        method=request.method,
        path=shown,
        status=status,
        ms=round(took * 1000, 1),
        account=request[CALLER].account.id if CALLER in request else None,
    )
