"""Who is calling, and whether the route wants them (security OAU, AUT-10, ARC-3, ARC-4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, assert_never
from urllib.parse import quote

from aiohttp import web

from fedisw.crypto.tokens import stored_hash
from fedisw.model.accounts import STAFF, Account, User
from fedisw.model.errors import Forbidden, Invalid, Unauthenticated
from fedisw.model.oauth import App, Session, Token, Viewer
from fedisw.model.scopes import allows, parse
from fedisw.storage.db import Tx
from fedisw.storage.queries import oauth, users
from fedisw.storage.queries import sessions as session_queries
from fedisw.web.keys import BEARER, CALLER, DB, NOW, SETTINGS, VIEWER, Bearer, Caller
from fedisw.web.middleware import sessions
from fedisw.web.routes import ROUTES, Auth, Kind, Route

TOUCH_EVERY: Final = timedelta(hours=1)
FORCE: Final = "force_login"
BAD_PROOF: Final = "The access token is invalid"
NEEDS_USER: Final = "This method requires an authenticated user"
NEEDS_APP: Final = "This method requires an client credentials authentication"  # the words that clients know
OUT_OF_SCOPE: Final = "This action is outside the authorized scopes"
DISABLED: Final = "Your login is currently disabled"
UNCONFIRMED: Final = "Your login is missing a confirmed e-mail address"
UNAPPROVED: Final = "Your login is currently pending approval"
CHOOSE_PAGE: Final = "/auth/password"
MAX_BEARERS: Final = 1_024
Holder = tuple[Token, App, User | None, Account | None]
_BEARERS: Final[dict[int, tuple[Holder, Bearer]]] = {}
SIGN_IN_PAGE: Final = "/auth/sign_in"
AGAIN_PAGE: Final = "/auth/again"
RECENT: Final = timedelta(minutes=10)  # AUT-6


class GoTo(Exception):
    """A person is led to another page of ours first: to sign in, or to choose a password."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def identify(request: web.Request, route: Route) -> None:
    """Find out who calls, leave it in the request, and refuse whoever the route does not want.

    Raises:
        Unauthenticated, Forbidden, Invalid: with the words that clients know (mastodon-api.md, section 3.6).
        GoTo: a person has to sign in, or to choose a password, first.
    """
    request[VIEWER] = None
    match route.auth.kind:
        case Kind.PUBLIC | Kind.CLIENT | Kind.SIGNED:
            return
        case Kind.VISITOR | Kind.SESSION:
            await _by_cookie(request, route.auth)
        case Kind.OPTIONAL | Kind.USER | Kind.APP | Kind.ANY | Kind.STREAM | Kind.ADMIN:
            await _by_token(request, route.auth)
        case _:
            assert_never(route.auth.kind)


def refusal(user: User, account: Account) -> str:
    """Why somebody may not use the service now; empty if they may (AUT-10)."""
    if user.disabled_at is not None or not account.usable:
        return DISABLED
    if user.confirmed_at is None:
        return UNCONFIRMED
    return UNAPPROVED if user.approved_at is None else ""


async def _by_token(request: web.Request, auth: Auth) -> None:
    text = _token_of(request, auth)
    if not text:
        if auth.kind is Kind.OPTIONAL:
            return
        raise Unauthenticated(BAD_PROOF)
    bearer = await _find_bearer(request, text)
    request[BEARER] = bearer
    _check_bearer(auth, bearer)
    if bearer.caller is not None:
        request[CALLER], request[VIEWER] = bearer.caller, bearer.caller.viewer


def _check_bearer(auth: Auth, bearer: Bearer) -> None:
    caller, scopes = bearer.caller, parse(bearer.token.scopes)
    if auth.kind in (Kind.USER, Kind.STREAM, Kind.ADMIN) and caller is None:
        raise Invalid("", NEEDS_USER)
    if auth.kind is Kind.APP and caller is not None:
        raise Forbidden(NEEDS_APP)
    if caller is not None and not auth.waiting and (why := refusal(caller.user, caller.account)):
        raise Forbidden(why)
    if auth.scopes and not any(allows(scopes, scope) for scope in auth.scopes):
        raise Forbidden(OUT_OF_SCOPE)
    if auth.kind is Kind.ADMIN and (caller is None or caller.user.role not in STAFF):
        raise Forbidden("This action is not allowed")


def _token_of(request: web.Request, auth: Auth) -> str:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return text.strip()
    if auth.kind is Kind.STREAM:
        return request.query.get("access_token", "") or request.headers.get("Sec-WebSocket-Protocol", "").strip()
    return ""


async def _find_bearer(request: web.Request, text: str) -> Bearer:
    db, now = request.app[DB], request.app[NOW]()
    found = await db.read(oauth.holder, stored_hash(text, key=request.app[SETTINGS].secrets.session_key.key()))
    if found is None:
        raise Unauthenticated(BAD_PROOF)
    if _long_ago(found[0].last_used_at, now):
        await db.write(_touch_token, token=found[0], now=now)
    return _bearer_of(found)


def _bearer_of(found: Holder) -> Bearer:
    """What the row says, put together once for rows that come again unchanged: the same object then (`remembered`)."""
    known = _BEARERS.get(id(found))
    if known is not None and known[0] is found:
        return known[1]
    if len(_BEARERS) >= MAX_BEARERS:
        _BEARERS.clear()
    _BEARERS[id(found)] = found, (bearer := _made_of(found))
    return bearer


def _made_of(found: Holder) -> Bearer:
    token, app, user, account = found
    caller = None
    if user is not None and account is not None:
        viewer = Viewer(account_id=account.id, app_id=app.id, token_id=token.id, scopes=frozenset(parse(token.scopes)))
        caller = Caller(viewer=viewer, account=account, user=user, token=token, app=app)
    return Bearer(token=token, app=app, caller=caller)


async def _by_cookie(request: web.Request, auth: Auth) -> None:
    found = await sessions.find(request)
    if found is None:
        if auth.kind is Kind.SESSION:
            raise GoTo(f"{SIGN_IN_PAGE}?next={quote(_place(request), safe='')}")
        return
    session, user, account = found
    request[sessions.SESSION] = session
    if _long_ago(session.seen_at, now := request.app[NOW]()):
        await request.app[DB].write(_touch_session, session=session, now=now)
    why = refusal(user, account)
    if not auth.waiting and why:
        raise Forbidden(why)
    if not auth.waiting and user.must_change_password:
        raise GoTo(f"{CHOOSE_PAGE}?next={quote(_place(request), safe='')}")
    if auth.recent and now - session.login_at > RECENT:
        raise GoTo(f"{AGAIN_PAGE}?next={quote(_page_of(request), safe='')}")
    if auth.kind is Kind.VISITOR and (why or user.must_change_password):
        return
    viewer = Viewer(account_id=account.id, session_id=session.id)
    request[CALLER], request[VIEWER] = Caller(viewer=viewer, account=account, user=user, session=session), viewer


def _place(request: web.Request) -> str:
    """Where to go after the sign-in. That will be a fresh one: the app that forces it is not asked again."""
    if request.method not in sessions.SAFE:
        return "/"
    return str(request.rel_url.without_query_params(FORCE)) if FORCE in request.query else request.raw_path


def _page_of(request: web.Request) -> str:
    """Where a form stands: pages send theirs to their own address, or below it."""
    if request.method in sessions.SAFE:
        return request.raw_path
    pages, path = {route.path for route in request.app[ROUTES].values() if route.method == "GET"}, request.path
    while path and path not in pages:
        path = path.rpartition("/")[0]
    return path or "/"


def _long_ago(at: datetime | None, now: datetime) -> bool:
    return at is None or now - at > TOUCH_EVERY


def _touch_token(tx: Tx, *, token: Token, now: datetime) -> None:
    oauth.touch(tx, token, at=now)
    if token.account_id is not None:
        users.touch(tx, token.account_id, at=now)


def _touch_session(tx: Tx, *, session: Session, now: datetime) -> None:
    session_queries.touch(tx, session.id, at=now)
    users.touch(tx, session.account_id, at=now)
