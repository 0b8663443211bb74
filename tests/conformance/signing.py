"""Requests signed in every shape that others use, and in shapes that nobody should accept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

import orjson

from fedisw.crypto import cavage, digest, rfc9421
from fedisw.crypto.signed import Request
from fedisw.federation.inbox import RequestParts
from tests.support.peers import AJ, Actor, Document

INBOX = "https://home.test/inbox"
HOST = ("Host", "home.test")
MASTODON = ("@method", "@target-uri", "content-digest")
FEDIFY = ("@method", "@target-uri", "@authority", "host", "date", "content-digest")


def old(
    actor: Actor,
    activity: Document,
    *,
    covers: str = "(request-target) host date digest",
    to: str = INBOX,
    signed_as: str = "",
    method: str = "POST",
    at: datetime | None = None,
    created: int | None = None,
    expires: int | None = None,
    body: bytes | None = None,
    digests: str = "",
) -> RequestParts:
    """A draft-cavage request to `to`, signed over exactly `covers` as if it went to `signed_as` with `method`.

    Args:
        body: instead of the activity.
        digests: another value of `Digest`.
    """
    body = body or orjson.dumps(activity)
    moment = format_datetime(at or actor.server.now(), usegmt=True)
    value = digests or digest.digest_value(hashlib.sha256(body).digest())
    fields = {"Date": moment, "Digest": value, "Content-Type": AJ}
    request = Request.to(method=method, url=signed_as or to, headers=fields.items())
    value = cavage.signature_value(request, covers.split(), key_id=actor.key_id, key=actor.key, created=created, expires=expires)
    return RequestParts(method="POST", target=_target(to), headers=(HOST, *fields.items(), ("Signature", value)), body=body)


def new(
    actor: Actor,
    activity: Document,
    components: Iterable[str] = MASTODON,
    named: Mapping[str, str | int | None] | None = None,
    *,
    to: str = INBOX,
    at: datetime | None = None,
    label: str = "sig1",
) -> RequestParts:
    """An RFC 9421 request signed over exactly `components`; `named` adds parameters, None takes one out."""
    body, moment = orjson.dumps(activity), at or actor.server.now()
    fields = {
        "Date": format_datetime(moment, usegmt=True),
        "Content-Digest": digest.content_digest_value(hashlib.sha256(body).digest()),
        "Content-Type": AJ,
    }
    wanted: dict[str, str | int | None] = {"created": int(moment.timestamp()), "keyid": actor.key_id} | dict(named or {})
    request = Request.to(method="POST", url=to, headers=fields.items())
    kept = {name: value for name, value in wanted.items() if value is not None}
    signature = rfc9421.signature_fields(request, list(components), kept, key=actor.key, label=label)
    return RequestParts(method="POST", target=_target(to), headers=(HOST, *fields.items(), *signature.items()), body=body)


def _target(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
