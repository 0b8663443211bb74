"""The section in which people say who they are: name, picture, words about themselves, and who may find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

import msgspec
from aiohttp import web

from fedisw.i18n import Translator, later
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, Picture, User
from fedisw.model.errors import FediswError, Invalid, TooLarge, UnsupportedMedia
from fedisw.services import accounts as services
from fedisw.services.accounts import ProfileChanges
from fedisw.storage.db import Tx
from fedisw.storage.queries import users
from fedisw.web import forms
from fedisw.web.frame import FormView
from fedisw.web.keys import DB, NOW, caller_of, translator_of
from fedisw.web.mastodon.entities.account import typed_value
from fedisw.web.mastodon.profile import BODY_BYTES, MAX_FIELDS, MAX_NAME, MAX_NOTE, wanted
from fedisw.web.people import picture_url
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

KEY: Final = "profile"
PAGE: Final = "/settings/profile"
SWITCHES: Final = {
    "locked": (later("I approve new followers"), later("Nobody follows you before you say yes.")),
    "discoverable": (later("Recommend me"), later("Your profile may appear in the directory and in recommendations.")),
    "indexable": (later("Let people search my public posts"), later("Here and in search engines.")),
    "hide_collections": (later("Hide whom I follow and who follows me"), ""),
    "tells_blocks": (
        later("When I block somebody, tell their server"),
        later("Otherwise they are not told. Some servers show it to them."),
    ),
    "bot": (later("This account is automated"), later("Its posts are written by a program.")),
}
AUDIENCES: Final = {
    "public": later("Everyone"),
    "unlisted": later("Everyone, but quietly"),
    "private": later("Followers only"),
}
PROBLEMS: Final = {
    "display_name": later("The name may have at most 40 characters."),
    "note": later("This may have at most 500 characters."),
    "fields": later("Each of these may have at most 255 characters."),
}
BAD_PICTURE: Final = later("We cannot read this picture. JPEG, PNG, GIF, WebP and AVIF up to 8 MB will do.")
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
SAVED: Final = later("Saved.")


class Extra(msgspec.Struct, kw_only=True):
    remove_avatar: bool = False
    remove_header: bool = False


async def show(request: web.Request) -> web.Response:
    """GET /settings/profile"""
    caller = caller_of(request)
    return _form(request, caller.account, caller.user)


async def save(request: web.Request) -> web.Response:
    """POST /settings/profile: the same checks as PATCH /api/v1/accounts/update_credentials."""
    words, caller = translator_of(request), caller_of(request)
    try:
        changes = await _changes(request)
    except (Invalid, TooLarge, UnsupportedMedia) as error:
        return _form(request, caller.account, caller.user, problems=_problems(error, words))
    account, user = await request.app[DB].write(_save, caller.account.id, changes, now=request.app[NOW]())
    return _form(request, account, user, notice=words.gettext(SAVED))


async def _changes(request: web.Request) -> ProfileChanges:
    changes, extra = await wanted(request), await forms.decode(request, Extra)
    if extra.remove_avatar:
        changes = replace(changes, avatar=Picture())
    return replace(changes, header=Picture()) if extra.remove_header else changes


def _problems(error: FediswError, words: Translator) -> dict[str, str]:
    found = (error, *error.others) if isinstance(error, Invalid) else ()
    texts = {one.field if one.field in PROBLEMS else "": PROBLEMS.get(one.field, BAD_PICTURE) for one in found}
    return {name: words.gettext(text) for name, text in (texts or {"": BAD_PICTURE}).items()}


def _save(tx: Tx, account_id: int, changes: ProfileChanges, *, now: datetime) -> tuple[Account, User]:
    account = services.update_profile(tx, account_id=account_id, changes=changes, now=now)
    return account, users.get(tx, account_id)


def _form(
    request: web.Request, account: Account, user: User, *, problems: Mapping[str, str] = NOTHING, notice: str = ""
) -> web.Response:
    words = translator_of(request)
    rows = [(row.name, typed_value(row.value)) for row in account.fields]
    values = {"display_name": account.display_name, "note": account.note_source}
    on = {
        "locked": account.approves_followers,
        "discoverable": account.discoverable,
        "indexable": account.indexable,
        "hide_collections": account.hides_network,
        "tells_blocks": user.tells_blocks,
        "bot": account.bot,
    }
    return settings_page(
        request,
        "settings/profile.html",
        here=KEY,
        status=422 if problems else 200,
        form=FormView(values=values, problems=problems, notice=notice),
        action=PAGE,
        rows=[*rows, *[("", "")] * (MAX_FIELDS - len(rows))],
        switches=[
            (name, words.gettext(label), words.gettext(hint) if hint else "", on[name])
            for name, (label, hint) in SWITCHES.items()
        ],
        audiences=[(name, words.gettext(label), name == user.posting_visibility) for name, label in AUDIENCES.items()],
        sensitive=user.posting_sensitive,
        avatar=picture_url(request.app, account.avatar),
        header=picture_url(request.app, account.header, purpose=Purpose.HEADER),
        longest_name=MAX_NAME,
        longest_note=MAX_NOTE,
    )


ROUTES: Final = (
    Route("GET", PAGE, show, Auth.session()),
    Route("POST", PAGE, save, Auth.session(), body=BODY_BYTES),
)
