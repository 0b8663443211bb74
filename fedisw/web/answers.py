"""Answers: JSON and redirects, in one form each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from aiohttp import web

JSON: Final = "application/json"
_ENCODER: Final = msgspec.json.Encoder()


def json(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """An answer of the API: Structs, lists, dicts; `msgspec.Raw` for what is JSON already."""
    return raw_json(_ENCODER.encode(value), status=status, headers=headers)


def raw_json(body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """The same for bytes that are JSON already."""
    return web.Response(body=body, status=status, headers=headers, content_type=JSON, charset="utf-8")


def see_other(location: str) -> web.Response:
    """A redirect that is fetched with GET. The caller has checked where it leads (SES-4, OAU-2).

    `location` is sent as it is, byte for byte: it may have a scheme of its own (`tusky://…`).
    """
    return web.Response(status=303, headers={"Location": location})


def local_path(text: str, *, otherwise: str = "/") -> str:
    """A place on this server to go on to, or `otherwise` for anything that leads, or may lead, elsewhere (SES-4)."""
    safe = text.startswith("/") and text[1:2] not in ("/", "\\") and text.isprintable() and " " not in text and "\\" not in text
    return text if safe else otherwise
