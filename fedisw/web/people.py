"""Accounts as pages name them."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from fedisw.media.remote import Part
from fedisw.media.wire import Purpose
from fedisw.model.accounts import Account, Picture
from fedisw.web.frame import PersonView
from fedisw.web.keys import LINKS, SETTINGS, STORE

TINTS: Final = 6  # colours behind the letters of people without a picture
LETTERS: Final = 2


def person_of(app: web.Application, account: Account) -> PersonView:
    """Somebody with name and full handle (HTM-5)."""
    return PersonView(
        name=account.display_name.strip() or account.username,
        handle=f"@{account.username}@{account.host or app[SETTINGS].account_domain}",
        page=page_of(account),
        url=account.url or account.uri,
        host=account.host,
        avatar=picture_url(app, account.avatar),
        letters=letters_of(account),
        tint=account.id % TINTS,
        bot=account.bot,
        group=account.group,
    )


def page_of(account: Account) -> str:
    """Path of our page about somebody."""
    return f"/@{account.acct}"


def picture_url(app: web.Application, picture: Picture, *, purpose: Purpose = Purpose.AVATAR) -> str:
    """Address of an avatar or header, in the form that does not move; always one of ours (MED-10), or empty."""
    if picture.key:
        return app[STORE].url(picture.static_key or picture.key)
    if not picture.remote_url:
        return ""
    return app[LINKS].url(picture.remote_url, purpose=purpose, part=Part.PREVIEW)


def letters_of(account: Account) -> str:
    """One or two capitals that stand for somebody without a picture."""
    words = [word for word in account.display_name.split() if word[0].isalnum()] or [account.username]
    return "".join(word[0] for word in words[:LETTERS]).upper()
