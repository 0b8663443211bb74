"""The section with all browsers in which somebody is signed in (security SES-1, AUT-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import msgspec
from aiohttp import web

from fedisw.model.oauth import Session
from fedisw.services import signing_in
from fedisw.storage.queries import sessions as rows
from fedisw.web import answers, forms
from fedisw.web.keys import DB, caller_of, translator_of
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.agents import device_of
from fedisw.web.settings.places import settings_page

KEY: Final = "devices"
PAGE: Final = "/settings/devices"


class Change(msgspec.Struct, kw_only=True):
    what: Literal["end", "others", "everything"]
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A browser as its owner knows it again."""

    id: int
    name: str
    address: str
    since: datetime
    seen: datetime
    here: bool


async def show(request: web.Request) -> web.Response:
    """GET /settings/devices"""
    caller = caller_of(request)
    found: list[Session] = await request.app[DB].read(rows.of_account, caller.account.id)
    here = caller.session.id if caller.session is not None else 0
    words = translator_of(request)
    devices = [
        Device(
            id=session.id,
            name=device_of(session.user_agent, words),
            address=session.address,
            since=session.created_at,
            seen=session.seen_at,
            here=session.id == here,
        )
        for session in found
    ]
    return settings_page(request, "settings/devices.html", here=KEY, devices=sorted(devices, key=lambda one: not one.here))


async def change(request: web.Request) -> web.Response:
    """POST /settings/devices: sign one out, or all but this one, with or without the apps."""
    form, caller, db = await forms.decode(request, Change), caller_of(request), request.app[DB]
    here = caller.session.id if caller.session is not None else 0
    match form.what:
        case "end":
            await db.write(signing_in.end_one, account_id=caller.account.id, session_id=form.id)
        case "others":
            await db.write(signing_in.end_others, account_id=caller.account.id, keep_session=here)
        case "everything":
            await db.write(signing_in.end_everything, account_id=caller.account.id, keep_session=here)
    return answers.see_other("/" if form.id == here and form.what == "end" else PAGE)


ROUTES: Final = (Route("GET", PAGE, show, Auth.session()), Route("POST", PAGE, change, Auth.session()))
