"""A browser gets its session: the last step of every way in (security SES-1)."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

from aiohttp import web

from fedisw.crypto import passwords
from fedisw.crypto.tokens import new_token
from fedisw.model.accounts import Account, User
from fedisw.model.oauth import Session
from fedisw.services import signing_in
from fedisw.web import answers
from fedisw.web.auth import device
from fedisw.web.keys import ADDRESS, DB, NEW_ID, NOW, PASSWORDS, SETTINGS
from fedisw.web.middleware import sessions
from fedisw.web.middleware.auth import CHOOSE_PAGE, refusal

WAITING_PAGE: Final = "/auth/waiting"
MAX_AGENT: Final = 200  # characters


async def let_in(
    request: web.Request, user: User, *, place: str, password: str = "", factor_at: datetime | None = None
) -> web.Response:
    """A new session in place of the one the browser had, and on to `place`, a path of ours.

    Args:
        password: the one that was right, where one was asked for: hashed anew when the parameters have risen (AUT-1).
        factor_at: when a second factor was given, if it was (AUT-14).
    """
    token, old, now = new_token(), request.get(sessions.SESSION), request.app[NOW]()
    session = Session(
        token_hash=sessions.stored(request.app[SETTINGS], token),
        id=request.app[NEW_ID](),
        account_id=user.id,
        csrf=secrets.token_bytes(32),
        user_agent=request.headers.get("User-Agent", "")[:MAX_AGENT],
        address=request[ADDRESS],
        created_at=now,
        seen_at=now,
        login_at=now,
        factor_at=factor_at,
    )
    better = await request.app[PASSWORDS].hash(password) if password and passwords.needs_rehash(user.password_hash) else None
    replaced = old.token_hash if isinstance(old, Session) else None
    await request.app[DB].write(signing_in.begin_session, session=session, password_hash=better, replaced=replaced, now=now)
    response = answers.see_other(place)
    sessions.set_cookie(request, response, token)
    device.remember(request, response, user.id)
    return response


def place_for(wanted: str, user: User, account: Account) -> str:
    """Where somebody goes after the sign-in: what has to be done first comes first (AUT-10)."""
    place = answers.local_path(wanted)
    if refusal(user, account):
        return WAITING_PAGE
    return f"{CHOOSE_PAGE}?next={quote(place, safe='')}" if user.must_change_password else place
