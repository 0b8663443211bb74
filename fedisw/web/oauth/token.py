"""Tokens: given for a code or to an application alone, and ended (security OAU-1, OAU-4, OAU-8, OAU-9; RFC 6749, RFC 7009)."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import unquote_plus

import msgspec
from aiohttp import web

from fedisw.crypto.tokens import challenge_of, new_token, same
from fedisw.model import scopes
from fedisw.model.errors import FediswError, Forbidden, TooMany, Unreachable
from fedisw.model.oauth import App, Token
from fedisw.services import oauth
from fedisw.storage.queries import oauth as queries
from fedisw.web import answers, forms
from fedisw.web.keys import DB, NEW_ID, NOW, SETTINGS
from fedisw.web.middleware import sessions
from fedisw.web.routes import Auth, Route

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
WORDS: Final = {
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included, or unsupported "
    "authentication method.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in "
    "the authorization request, or was issued to another client.",
    "invalid_request": "Missing required parameter, or the request is malformed.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
}


class Form(msgspec.Struct, kw_only=True):
    grant_type: str = ""
    code: str = ""
    client_id: str = ""
    client_secret: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""
    token: str = ""


class Fault(Exception):
    """An error in the words of RFC 6749, section 5.2."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


async def token(request: web.Request) -> web.Response:
    """POST /oauth/token"""
    return await _told(_token, request)


async def revoke(request: web.Request) -> web.Response:
    """POST /oauth/revoke: 200 whether or not there was such a token (OAU-9)."""
    return await _told(_revoke, request)


async def _told(work: Callable[[web.Request], Awaitable[web.Response]], request: web.Request) -> web.Response:
    try:
        return await work(request)
    except Fault as fault:
        error = fault.error
    except (TooMany, Unreachable):
        raise
    except FediswError:
        error = "invalid_request"
    body = {"error": error, "error_description": WORDS[error]}
    response = answers.json(body, status=401 if error == "invalid_client" else 400, headers=NO_STORE)
    if error == "invalid_client":
        response.headers["WWW-Authenticate"] = 'Basic realm="fedisw"'
    return response


async def _token(request: web.Request) -> web.Response:
    form = await forms.decode(request, Form)
    if not form.grant_type:
        raise Fault("invalid_request")
    if form.grant_type not in ("authorization_code", "client_credentials"):
        raise Fault("unsupported_grant_type")
    app = await _client(request, form)
    text = new_token()
    made = await (_redeem if form.grant_type == "authorization_code" else _alone)(request, form, app, text)
    return answers.json(
        {
            "access_token": text,
            "token_type": "Bearer",
            "scope": made.scopes,
            "created_at": int(made.created_at.timestamp()),
        },
        headers=NO_STORE,
    )


async def _redeem(request: web.Request, form: Form, app: App, text: str) -> Token:
    made = await request.app[DB].write(
        oauth.redeem_code,
        code_hash=sessions.stored(request.app[SETTINGS], form.code),
        app=app,
        redirect_uri=form.redirect_uri,
        challenge=challenge_of(form.code_verifier) if form.code_verifier else "",
        token_id=request.app[NEW_ID](),
        token_hash=sessions.stored(request.app[SETTINGS], text),
        now=request.app[NOW](),
    )
    if made is None:
        raise Fault("invalid_grant")
    return made


async def _alone(request: web.Request, form: Form, app: App, text: str) -> Token:
    wanted = scopes.parse(form.scope) or (scopes.DEFAULT,)
    if not scopes.all_within(wanted, scopes.parse(app.scopes)):
        raise Fault("invalid_scope")
    return await request.app[DB].write(
        oauth.issue_token,
        app=app,
        account_id=None,
        wanted=" ".join(wanted),
        token_id=request.app[NEW_ID](),
        token_hash=sessions.stored(request.app[SETTINGS], text),
        now=request.app[NOW](),
    )


async def _revoke(request: web.Request) -> web.Response:
    form = await forms.decode(request, Form)
    app = await _client(request, form)
    token_hash = sessions.stored(request.app[SETTINGS], form.token)
    try:
        await request.app[DB].write(oauth.revoke, token_hash=token_hash, app=app)
    except Forbidden:
        return answers.json({}, headers=NO_STORE)  # another application's: nothing happened, and nothing is told
    return answers.json({}, headers=NO_STORE)


async def _client(request: web.Request, form: Form) -> App:
    client_id, secret = _credentials(request, form)
    app = await request.app[DB].read(queries.find_app, client_id)
    stored = sessions.stored(request.app[SETTINGS], secret)
    if app is None or not same(app.secret_hash, stored):
        raise Fault("invalid_client")
    return app


def _credentials(request: web.Request, form: Form) -> tuple[str, str]:
    """Id and secret from the body, or from Basic authentication (RFC 6749, section 2.3.1: form-encoded inside)."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.client_id, form.client_secret
    try:
        client_id, _, secret = b64decode(text, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError) as error:
        raise Fault("invalid_client") from error
    return unquote_plus(client_id), unquote_plus(secret)


ROUTES: Final = (
    Route("POST", "/oauth/token", token, Auth.client()),
    Route("POST", "/oauth/revoke", revoke, Auth.client()),
)
