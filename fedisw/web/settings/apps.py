"""The section with all apps that may use somebody's account, and their end (mastodon-api.md, section 3.2; OAU-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
from aiohttp import web

from fedisw.model.oauth import App, Token
from fedisw.model.scopes import parse
from fedisw.services import oauth
from fedisw.storage.queries import oauth as rows
from fedisw.web import answers, forms
from fedisw.web.keys import DB, caller_of, translator_of
from fedisw.web.oauth.words import in_words
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

KEY: Final = "apps"
PAGE: Final = "/settings/apps"


class Change(msgspec.Struct, kw_only=True):
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """An app with all that it was given, however often."""

    id: int
    name: str
    website: str
    since: datetime
    used: datetime | None
    may: list[str]


async def show(request: web.Request) -> web.Response:
    """GET /settings/apps"""
    found: list[tuple[Token, App]] = await request.app[DB].read(rows.of_account, caller_of(request).account.id)
    by_app: dict[int, list[tuple[Token, App]]] = {}
    for token, app in found:
        by_app.setdefault(app.id, []).append((token, app))
    words = translator_of(request)
    granted = []
    for pairs in by_app.values():
        app, tokens = pairs[0][1], [token for token, _ in pairs]
        scopes = dict.fromkeys(scope for token in tokens for scope in parse(token.scopes))
        granted.append(
            Granted(
                id=app.id,
                name=app.name,
                website=app.website,
                since=min(token.created_at for token in tokens),
                used=max((token.last_used_at for token in tokens if token.last_used_at is not None), default=None),
                may=in_words(scopes, words),
            )
        )
    return settings_page(request, "settings/apps.html", here=KEY, apps=granted)


async def revoke(request: web.Request) -> web.Response:
    """POST /settings/apps: the app's tokens end, with their streams and push subscriptions."""
    form, account = await forms.decode(request, Change), caller_of(request).account
    await request.app[DB].write(oauth.end_app, account_id=account.id, app_id=form.id)
    return answers.see_other(PAGE)


ROUTES: Final = (Route("GET", PAGE, show, Auth.session()), Route("POST", PAGE, revoke, Auth.session()))
