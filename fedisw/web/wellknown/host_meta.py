"""host-meta: where WebFinger is, for those who look here first (RFC 6415; federation, section 1.2)."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

from aiohttp import hdrs, web

from fedisw.web import answers
from fedisw.web.keys import SETTINGS
from fedisw.web.routes import Auth, Route

CACHE: Final = "public, max-age=259200"  # seconds: three days
XRD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" template={template}/>
</XRD>
"""


def _template(request: web.Request) -> str:
    return f"{request.app[SETTINGS].origin}/.well-known/webfinger?resource={{uri}}"


async def xml(request: web.Request) -> web.Response:
    """GET /.well-known/host-meta"""
    text = XRD.replace("{template}", quoteattr(_template(request)))
    return web.Response(text=text, content_type="application/xrd+xml", charset="utf-8", headers={hdrs.CACHE_CONTROL: CACHE})


async def json(request: web.Request) -> web.Response:
    """GET /.well-known/host-meta.json"""
    return answers.json({"links": [{"rel": "lrdd", "template": _template(request)}]}, headers={hdrs.CACHE_CONTROL: CACHE})


ROUTES: Final = (
    Route("GET", "/.well-known/host-meta", xml, Auth.public()),
    Route("GET", "/.well-known/host-meta.json", json, Auth.public()),
)
