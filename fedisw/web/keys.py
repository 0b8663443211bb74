"""What handlers find in the application and in a request, by typed keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from fedisw.config import Settings
from fedisw.crypto.passwords import Passwords
from fedisw.crypto.seal import Sealer
from fedisw.federation.context import Peer
from fedisw.i18n import LANGUAGES, Translator, preferred, translator
from fedisw.live.buckets import Buckets
from fedisw.live.bus import Bus
from fedisw.media.films import Films
from fedisw.media.images import Images
from fedisw.media.links import ProxyLinks
from fedisw.media.store import MediaStore
from fedisw.model.accounts import Account, User
from fedisw.model.errors import Unauthenticated
from fedisw.model.oauth import App, Session, Token, Viewer
from fedisw.runtime.watch import State
from fedisw.storage.db import Database
from fedisw.tasks.copies import Copier


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person who proved who they are: by a token (`token`, `app`) or by a session cookie (`session`)."""

    viewer: Viewer
    account: Account
    user: User
    token: Token | None = None
    app: App | None = None
    session: Session | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A valid access token with its application; `caller` is None for a token of an application alone."""

    token: Token
    app: App
    caller: Caller | None


SETTINGS: Final = web.AppKey("settings", Settings)
DB: Final = web.AppKey("db", Database)
BUS: Final = web.AppKey("bus", Bus)
STORE: Final = web.AppKey[MediaStore]("store", MediaStore)
UPLOADS: Final = web.AppKey("uploads", Path)  # folder for files on their way in
IMAGES: Final = web.AppKey("images", Images)
FILMS: Final = web.AppKey("films", Films)
COPIES: Final = web.AppKey("copies", Copier)  # of images of other servers
LINKS: Final = web.AppKey("links", ProxyLinks)  # addresses under which readers get them
BUCKETS: Final = web.AppKey("buckets", Buckets)
PEER: Final = web.AppKey("peer", Peer)
SEALER: Final = web.AppKey("sealer", Sealer)
PASSWORDS: Final = web.AppKey("passwords", Passwords)
STATE: Final = web.AppKey("state", State)
NOW: Final = web.AppKey[Callable[[], datetime]]("now")  # aware, UTC
NEW_ID: Final = web.AppKey[Callable[[], int]]("new_id")

REQUEST_ID: Final = web.RequestKey("request_id", str)
ADDRESS: Final = web.RequestKey("address", str)  # of the client, as listed proxies tell it (RAT-1)
VIEWER: Final = web.RequestKey[Viewer | None]("viewer")
CALLER: Final = web.RequestKey[Caller]("caller", Caller)  # present where a person proved who they are
BEARER: Final = web.RequestKey[Bearer]("bearer", Bearer)  # present where a valid token was sent
TRANSLATOR: Final = web.RequestKey("translator", Translator)


def caller_of(request: web.Request) -> Caller:
    """Who calls, on routes that want a person; Unauthenticated elsewhere."""
    caller = request.get(CALLER)
    if not isinstance(caller, Caller):
        raise Unauthenticated("The access token is invalid")
    return caller


def translator_of(request: web.Request) -> Translator:
    """The language of an answer: what the address asks for (`lang`), else the person's own, else what the browser wants."""
    known: Translator | None = request.get(TRANSLATOR)
    if known is None:
        caller: Caller | None = request.get(CALLER)
        default = request.app[SETTINGS].instance.languages[0]
        wanted = preferred(request.headers.get("Accept-Language", ""), default=default) if caller is None else caller.user.locale
        wanted = _asked_for(request) or wanted
        request[TRANSLATOR] = known = translator(wanted)
    return known


def _asked_for(request: web.Request) -> str:
    """The `lang` of an address, or of the one that a sign-in leads on to; empty for none that we have."""
    asked = request.query.get("lang", "")
    if not asked and "lang=" in (onward := request.query.get("next", "")):
        asked = dict(parse_qsl(urlsplit(onward).query)).get("lang", "")
    base = asked.partition("-")[0].lower()
    return base if base in LANGUAGES else ""
