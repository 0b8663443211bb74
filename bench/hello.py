"""The floor of every answer: aiohttp as fast as it gets, a constant JSON document on uvloop. `python -m bench.hello PORT`."""

from __future__ import annotations

import asyncio
import sys

import orjson
import uvloop
from aiohttp import web


async def hello(_request: web.Request) -> web.Response:
    """Say hello."""
    return web.Response(body=orjson.dumps({"hello": "world"}), content_type="application/json")


async def serve(port: int) -> None:
    """Serve until the process is ended."""
    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
