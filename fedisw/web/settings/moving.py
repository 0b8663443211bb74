"""Moving to another account, and letting another one move here (federation, section 4.10)."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedisw.federation import resolve
from fedisw.i18n import later
from fedisw.live.buckets import SEARCH_RESOLVE
from fedisw.model.accounts import Account
from fedisw.model.errors import Conflict, FediswError, Invalid
from fedisw.services import moving
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from fedisw.text import marks
from fedisw.web import answers, forms
from fedisw.web.frame import FormView
from fedisw.web.keys import CALLER, DB, NEW_ID, NOW, PEER, caller_of, translator_of
from fedisw.web.middleware.limits import take
from fedisw.web.people import person_of
from fedisw.web.routes import Auth, Route
from fedisw.web.settings.places import settings_page

PAGE: Final = "/settings/moving"
UNKNOWN: Final = later("We cannot find this account. Write it as @name@server.")
WORDS: Final = {
    ("alias", "ERR_INVALID"): later("This is the account that you are using now."),
    ("alias", "ERR_TOO_LONG"): later("You can name at most ten other accounts."),
    ("target", "ERR_INVALID"): later("You cannot move there: it is this account, or it is gone or has moved itself."),
    ("target", "ERR_ALIAS"): later("The new account does not name this one yet. Add this account there as an alias first."),
}
TOO_SOON: Final = later("You have moved in the last 30 days. Please wait until you can move again.")


class HandleForm(msgspec.Struct, kw_only=True):
    """An account as people write it, `@name@server`, or its id."""

    alias: str = ""
    target: str = ""
    uri: str = ""


async def show(request: web.Request) -> web.Response:
    """GET /settings/moving"""
    return await _page(request, FormView())


async def add_alias(request: web.Request) -> web.Response:
    """POST /settings/moving/aliases"""
    form = await forms.decode(request, HandleForm)
    try:
        other = await _find(request, form.alias, field="alias")
        await request.app[DB].write(moving.add_alias, account_id=_me(request).id, other=other, now=request.app[NOW]())
    except Invalid as error:
        return await _again(request, error, {"alias": form.alias})
    return answers.see_other(PAGE)


async def remove_alias(request: web.Request) -> web.Response:
    """POST /settings/moving/aliases/remove"""
    form = await forms.decode(request, HandleForm)
    await request.app[DB].write(moving.remove_alias, account_id=_me(request).id, uri=form.uri, now=request.app[NOW]())
    return answers.see_other(PAGE)


async def move(request: web.Request) -> web.Response:
    """POST /settings/moving: to an account that names this one; asked anew of its server."""
    form = await forms.decode(request, HandleForm)
    try:
        target = await _find(request, form.target, field="target")
        await request.app[DB].write(
            moving.move, account_id=_me(request).id, target=target, move_id=request.app[NEW_ID](), now=request.app[NOW]()
        )
    except Conflict:
        return await _again(request, Invalid("target", TOO_SOON), {"target": form.target})
    except Invalid as error:
        return await _again(request, error, {"target": form.target})
    return answers.see_other(PAGE)


async def come_back(request: web.Request) -> web.Response:
    """POST /settings/moving/back"""
    await request.app[DB].write(moving.come_back, account_id=_me(request).id, now=request.app[NOW]())
    return answers.see_other(PAGE)


def _me(request: web.Request) -> Account:
    return request[CALLER].account


async def _find(request: web.Request, text: str, *, field: str) -> Account:
    """The account that somebody wrote, as its own server describes it now."""
    written = f"@{text.strip().removeprefix('@')}"
    found = marks.handle_at(written, 0)
    if found is None or found[1] != len(written):
        raise Invalid(field, UNKNOWN, code="ERR_UNKNOWN")
    take(request, SEARCH_RESOLVE)
    peer, handle = request.app[PEER], found[0]
    try:
        account = await resolve.handle(peer, handle.username, handle.host, by=_me(request))
        if account is not None and not account.local:
            account = await resolve.account(peer, account.uri, by=_me(request), refresh=True)
    except FediswError as error:
        raise Invalid(field, UNKNOWN, code="ERR_UNKNOWN") from error
    if account is None:
        raise Invalid(field, UNKNOWN, code="ERR_UNKNOWN")
    return account


async def _again(request: web.Request, error: Invalid, values: dict[str, str]) -> web.Response:
    problem = translator_of(request).gettext(WORDS.get((error.field, error.code), error.problem))
    return await _page(request, FormView(values=values, problems={error.field: problem}), status=422)


async def _page(request: web.Request, form: FormView, *, status: int = 200) -> web.Response:
    account, others, target, again_at = await request.app[DB].read(_state, caller_of(request).account.id, request)
    return settings_page(
        request,
        "settings/moving.html",
        here="moving",
        status=status,
        form=form,
        aliases=[(uri, person_of(request.app, others[uri]).handle if uri in others else uri) for uri in account.also_known_as],
        target=None if target is None else person_of(request.app, target),
        target_uri=account.moved_to_uri,
        again_at=again_at,
        followers=account.followers_count,
    )


def _state(tx: Tx, account_id: int, request: web.Request) -> tuple[Account, dict[str, Account], Account | None, object]:
    account = accounts.get(tx, account_id)
    others = {other.uri: other for other in accounts.by_uris(tx, account.also_known_as)}
    target = accounts.find_by_uri(tx, account.moved_to_uri) if account.moved_to_uri else None
    return account, others, target, moving.next_move_at(tx, account_id=account_id, now=request.app[NOW]())


FRESH: Final = Auth.session(recent=True)
ROUTES: Final = (
    Route("GET", PAGE, show, Auth.session()),
    Route("POST", PAGE, move, FRESH),
    Route("POST", f"{PAGE}/back", come_back, FRESH),
    Route("POST", f"{PAGE}/aliases", add_alias, FRESH),
    Route("POST", f"{PAGE}/aliases/remove", remove_alias, FRESH),
)
