"""Figures and the reasons of health, on an address of their own that is never public (contract, section 4)."""

from __future__ import annotations

from aiohttp import hdrs, web

from fedisw.observe import metrics
from fedisw.runtime import State
from fedisw.web import answers
from fedisw.web.keys import STATE


def private_app(state: State) -> web.Application:
    """The application behind `metrics.address`."""
    app = web.Application()
    app[STATE] = state
    app.router.add_get("/metrics", figures)
    app.router.add_get("/health", detail)
    app.router.add_get("/health/ready", detail)
    return app


async def figures(_request: web.Request) -> web.Response:
    """GET /metrics, in the text form of Prometheus."""
    return web.Response(body=metrics.render(), headers={hdrs.CONTENT_TYPE: metrics.CONTENT_TYPE})


async def detail(request: web.Request) -> web.Response:
    """GET /health: what keeps the process from being ready."""
    state = request.app[STATE]
    reasons = list(state.reasons) + (["draining"] if state.draining else [])
    able = state.ready and not state.draining
    return answers.json({"status": "ready" if able else "not ready", "reasons": reasons}, status=200 if able else 503)
