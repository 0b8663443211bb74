"""What an application asks a person for: the query of `/oauth/authorize`, checked (security OAU-1..3).

Known to the consent page and to the pages on the way to it, which must let their forms lead on to the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import is_challenge
from fedisw.model import scopes
from fedisw.model.errors import Invalid
from fedisw.model.oauth import App
from fedisw.storage.queries import oauth
from fedisw.web.keys import DB

PATH: Final = "/oauth/authorize"
OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
MAX_STATE: Final = 4_096  # characters


class Query(msgspec.Struct, kw_only=True, frozen=True):
    """The parameters as they came; all are texts, and any may be missing."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    force_login: bool = False


class NoSuchApp(Invalid):
    """Client or redirect address are not known: shown on a page of ours, never sent anywhere (OAU-3)."""


class Refused(Exception):
    """Something else is wrong: the application is told, at its own address.

    Args:
        location: where to send the browser.
    """

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checked request; `redirect_uri` is byte for byte what was asked for."""

    app: App
    query: Query
    scopes: tuple[str, ...]

    @property
    def redirect_uri(self) -> str:
        """Where the browser goes with the answer."""
        return self.query.redirect_uri

    @property
    def shows_code(self) -> bool:
        """Whether the person copies the code by hand instead of being sent on."""
        return self.redirect_uri == OUT_OF_BAND

    @property
    def form_target(self) -> str:
        """What the page's form-action must allow: the origin of the redirect, or its scheme when that is its own."""
        return "" if self.shows_code else form_target(self.redirect_uri)

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The parameters again, for the consent form."""
        query = self.query
        return (
            ("response_type", "code"),
            ("client_id", query.client_id),
            ("redirect_uri", query.redirect_uri),
            ("scope", " ".join(self.scopes)),
            ("state", query.state),
            ("code_challenge", query.code_challenge),
            ("code_challenge_method", query.code_challenge_method),
        )

    def location(self, **answer: str) -> str:
        """The redirect with an answer: nothing of the address is changed, `state` comes back as it was."""
        return with_query(self.redirect_uri, answer | ({"state": self.query.state} if self.query.state else {}))


async def read(request: web.Request, query: Query) -> Request:
    """Check a request for consent.

    Raises:
        NoSuchApp: unknown client, or a redirect address that it has not registered.
        Refused: the application has asked for something that it cannot have.
    """
    app = await request.app[DB].read(oauth.find_app, query.client_id)
    if app is None:
        raise NoSuchApp("client_id", "is not known here")
    if not is_registered(query.redirect_uri, app.redirect_uris):
        raise NoSuchApp("redirect_uri", "is not one that the application has registered")
    wanted = scopes.parse(query.scope) or (scopes.DEFAULT,)
    asked = Request(app=app, query=query, scopes=wanted)
    fault = _fault(asked)
    if fault is not None:
        raise Refused(asked.location(error=fault[0], error_description=fault[1]))
    return asked


async def on_the_way(request: web.Request, path: str) -> Request | None:
    """The request for consent that a sign-in leads on to, or None when it leads elsewhere."""
    parts = urlsplit(path)
    if parts.path.rstrip("/") != PATH:
        return None
    values = {name: texts[-1] for name, texts in parse_qs(parts.query).items() if name in Query.__struct_fields__}
    try:
        return await read(request, msgspec.convert(values | {"force_login": False}, Query))
    except (NoSuchApp, Refused):
        return None


def is_registered(redirect_uri: str, registered: Iterable[str]) -> bool:
    """Byte for byte one of the registered ones; of loopback addresses the port may differ (OAU-2; RFC 8252, 7.3)."""
    return any(redirect_uri == known or _same_loopback(redirect_uri, known) for known in registered)


def form_target(redirect_uri: str) -> str:
    """A source expression of a Content-Security-Policy for an address."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def with_query(address: str, values: Mapping[str, str]) -> str:
    """An address with more parameters at its end; what it had stays as it is."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"


def _same_loopback(asked: str, known: str) -> bool:
    try:
        one, other = urlsplit(asked), urlsplit(known)
        _ = (one.port, other.port)  # looks at them, and raises for those that are none
    except ValueError:
        return False
    if one.scheme != "http" or one.hostname not in LOOPBACK or one.username is not None:
        return False
    return one._replace(netloc=one.hostname) == other._replace(netloc=other.hostname or "") and "#" not in asked


def _fault(asked: Request) -> tuple[str, str] | None:
    query = asked.query
    if len(query.state) > MAX_STATE:
        return "invalid_request", "The state is too long."
    if query.response_type != "code":
        return "unsupported_response_type", "The authorization server does not support this response type."
    if not scopes.all_within(asked.scopes, scopes.parse(asked.app.scopes)):
        return "invalid_scope", "The requested scope is invalid, unknown, or malformed."
    if query.code_challenge_method not in ("", "S256"):
        return "invalid_request", "The code_challenge_method must be S256."
    if (query.code_challenge or query.code_challenge_method) and not is_challenge(query.code_challenge):
        return "invalid_request", "The code_challenge is not a SHA-256."
    return None
