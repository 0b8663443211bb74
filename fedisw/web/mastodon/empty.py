"""Methods that have nothing to tell yet: what clients ask for at start must answer, or they show nothing at all.

At start, or before the first screen: custom emojis (Tusky, Pachli).
"""

from __future__ import annotations

from typing import Final

from aiohttp import hdrs, web

from fedisw.web import answers
from fedisw.web.mastodon.context import OF_THE_SERVER
from fedisw.web.routes import Auth, Route


async def nothing_for_all(request: web.Request) -> web.Response:
    """An empty list for everybody, kept by caches."""
    return answers.json([], headers={hdrs.CACHE_CONTROL: OF_THE_SERVER})


ROUTES: Final = (Route("GET", "/api/v1/custom_emojis", nothing_for_all, Auth.public()),)
