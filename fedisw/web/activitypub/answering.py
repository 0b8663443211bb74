"""Documents as answers: their type, and who may keep them (federation, section 1.1; security VIS-8)."""

from __future__ import annotations

from typing import Final

import orjson
from aiohttp import hdrs, web

from fedisw.config import FederationMode
from fedisw.model.errors import Forbidden
from fedisw.vocab.read import Document
from fedisw.web.activitypub import accept
from fedisw.web.activitypub.accept import Form
from fedisw.web.keys import SETTINGS

VARY: Final = "Accept, Signature, Signature-Input"
PRIVATE: Final = "private, no-store"
SHORT, LONG = 180, 600  # seconds


def form_of(request: web.Request) -> Form:
    """The form that is wanted.

    Raises:
        HTTPNotAcceptable: other types only.
        Forbidden: a document is wanted, and this server speaks with no other.
    """
    form = accept.choose(request.headers.get(hdrs.ACCEPT, ""))
    if form is None:
        raise web.HTTPNotAcceptable
    if form is not Form.PAGE and request.app[SETTINGS].federation.mode is FederationMode.OFF:
        raise Forbidden("federation is off")
    return form


def document(found: Document, form: Form, *, public: bool, seconds: int = SHORT, status: int = 200) -> web.Response:
    """A document; only what everybody gets may be kept by caches."""
    return raw(orjson.dumps(found), form, public=public, seconds=seconds, status=status)


def raw(body: bytes, form: Form, *, public: bool, seconds: int = SHORT, status: int = 200) -> web.Response:
    """The same for bytes as they were sent."""
    headers = {
        hdrs.CONTENT_TYPE: Form.ACTIVITY.value if form is Form.PAGE else form.value,
        hdrs.VARY: VARY,
        hdrs.CACHE_CONTROL: f"public, max-age={seconds}" if public else PRIVATE,
    }
    return web.Response(body=body, status=status, headers=headers)


def to_page(location: str) -> web.Response:
    """A browser is led to the page of the same thing."""
    return web.Response(status=302, headers={hdrs.LOCATION: location, hdrs.VARY: VARY, hdrs.CACHE_CONTROL: PRIVATE})
