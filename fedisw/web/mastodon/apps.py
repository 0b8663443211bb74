"""Applications: registering them, and telling them who they are (mastodon-api.md, section 2.2; security OAU-2, OAU-11)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import new_token, stored_hash
from fedisw.live.buckets import APPS
from fedisw.model import scopes
from fedisw.model.errors import Invalid
from fedisw.model.oauth import App
from fedisw.services import oauth
from fedisw.text.names import clean_name
from fedisw.web import answers, forms
from fedisw.web.keys import BEARER, DB, NEW_ID, NOW, SETTINGS
from fedisw.web.mastodon.context import site_of
from fedisw.web.mastodon.entities.application import application_entity, credential_application_entity
from fedisw.web.routes import Auth, Route

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
MAX_NAME, MAX_WEBSITE = 60, 2_000  # characters
MAX_REDIRECTS, MAX_REDIRECT_TEXT = 10, 2_000
# Host and port, nothing else: they become part of a page's Content-Security-Policy.
HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE | re.ASCII)
REFUSED_SCHEMES: Final = frozenset({"javascript", "data", "file", "vbscript", "blob", "about"})


class AppForm(msgspec.Struct, kw_only=True):
    """What POST takes; `redirect_uris` is a text split at blanks, or a list."""

    client_name: str = ""
    redirect_uris: list[str] = []
    scopes: str = scopes.DEFAULT
    website: str = ""


async def create(request: web.Request) -> web.Response:
    """POST /api/v1/apps"""
    form = await forms.decode(request, AppForm)
    redirects = check_redirects(form.redirect_uris)
    secret, app_id = new_token(), request.app[NEW_ID]()
    app = App(
        id=app_id,
        client_id=new_token(),
        secret_hash=stored_hash(secret, key=request.app[SETTINGS].secrets.session_key.key()),
        name=_name(form.client_name),
        website=_website(form.website),
        redirect_uris=redirects,
        scopes=_scopes(form.scopes),
        created_at=request.app[NOW](),
    )
    await request.app[DB].write(oauth.register_app, app=app)
    return answers.json(credential_application_entity(app, secret=secret, vapid_key=site_of(request).vapid_key))


async def verify(request: web.Request) -> web.Response:
    """GET /api/v1/apps/verify_credentials"""
    return answers.json(application_entity(request[BEARER].app, vapid_key=site_of(request).vapid_key))


def check_redirects(texts: list[str]) -> tuple[str, ...]:
    """Addresses to which codes may go, as they were written, each once.

    Raises:
        Invalid: none, too many, not absolute, or of a kind that must not get codes (OAU-2).
    """
    found = tuple(dict.fromkeys(uri for text in texts for uri in text.split()))
    if not found:
        raise Invalid("redirect_uri", "can't be blank", code="ERR_BLANK")
    if len(found) > MAX_REDIRECTS or sum(map(len, found)) > MAX_REDIRECT_TEXT:
        raise Invalid("redirect_uri", "is too long", code="ERR_TOO_LONG")
    for uri in found:
        _check_redirect(uri)
    return found


def _check_redirect(uri: str) -> None:
    if uri == OUT_OF_BAND:
        return
    try:
        parts = urlsplit(uri)
        usable = parts.port != 0  # asking for a port that is no number raises
    except ValueError as error:
        raise Invalid("redirect_uri", "must be an absolute URI.") from error
    if not usable or not parts.scheme or not (parts.netloc or parts.path):
        raise Invalid("redirect_uri", "must be an absolute URI.")
    if parts.scheme in ("http", "https") and not HOST.fullmatch(parts.netloc):
        raise Invalid("redirect_uri", "must be an absolute URI.")
    if parts.scheme.lower() in REFUSED_SCHEMES:
        raise Invalid("redirect_uri", "has a scheme that is forbidden.")
    if "#" in uri:
        raise Invalid("redirect_uri", "cannot contain a fragment.")
    if "@" in parts.netloc or "*" in parts.netloc or any(unicodedata.category(char) == "Cc" for char in uri):
        raise Invalid("redirect_uri", "is invalid")


def _name(text: str) -> str:
    name = clean_name(text)
    if not name:
        raise Invalid("name", "can't be blank", code="ERR_BLANK")
    if len(name) > MAX_NAME:
        raise Invalid("name", f"is too long (maximum is {MAX_NAME} characters)", code="ERR_TOO_LONG")
    return name


def _website(text: str) -> str:
    website = text.strip()
    if not website:
        return ""
    try:
        parts = urlsplit(website)
    except ValueError as error:
        raise Invalid("website", "must be a valid URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Invalid("website", "must be a valid URL")
    if len(website) > MAX_WEBSITE:
        raise Invalid("website", f"is too long (maximum is {MAX_WEBSITE} characters)", code="ERR_TOO_LONG")
    return website


def _scopes(text: str) -> str:
    wanted = scopes.parse(text) or (scopes.DEFAULT,)
    if not set(wanted) <= scopes.KNOWN:
        raise Invalid("scopes", "doesn't match configured on the server.")
    return " ".join(wanted)


ROUTES: Final = (
    Route("POST", "/api/v1/apps", create, Auth.public(), rules=(APPS,)),
    Route("GET", "/api/v1/apps/verify_credentials", verify, Auth.any_token()),
)
