"""What the handlers of the client API share: who asks, this server as entities need it, what may be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web

from fedisw.crypto import vapid
from fedisw.model.accounts import Account, Reach
from fedisw.model.errors import NotFound, Unauthenticated
from fedisw.model.ids import id_of
from fedisw.model.visibility import Verdict
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, audience, users
from fedisw.web.assets import assets
from fedisw.web.keys import BEARER, CALLER, LINKS, SETTINGS, STORE, VIEWER
from fedisw.web.mastodon.entities.fragments import FRAGMENTS
from fedisw.web.mastodon.entities.site import Site

NEEDS_USER: Final = "This method requires an authenticated user"
FOR_EVERYBODY: Final = "max-age=15, public, stale-while-revalidate=30, stale-if-error=86400"  # seconds
OF_THE_SERVER: Final = "max-age=300, public"  # seconds


def make_site(app: web.Application) -> Site:
    """This server as entities need it; of an application that has SETTINGS, STORE and LINKS."""
    settings = app[SETTINGS]
    origin = str(settings.origin)
    return Site(
        origin=origin,
        account_domain=settings.account_domain,
        avatar=f"{origin}{assets().path('avatar.png')}",
        header=f"{origin}{assets().path('header.png')}",
        mark=f"{origin}{assets().path('mark-512.png')}",
        streaming=f"{'wss' if settings.origin.scheme == 'https' else 'ws'}://{settings.origin.authority}",
        vapid_key=vapid.public_text(vapid.load(settings.secrets.vapid_private_key.reveal())),
        links=app[LINKS],
        store_url=app[STORE].url,
    )


def site_of(request: web.Request) -> Site:
    """This server as entities need it."""
    return request.app[FRAGMENTS].site


def viewer_id_of(request: web.Request) -> int | None:
    """Account of the person who asks; None for callers without proof."""
    viewer = request.get(VIEWER)
    return None if viewer is None else viewer.account_id


def me(request: web.Request) -> Account:
    """The person who asks, on routes that want one."""
    return request[CALLER].account


def caching(request: web.Request) -> dict[str, str]:
    """How long others may keep an answer that everybody gets; nothing for callers with a token (VIS-8)."""
    return {} if BEARER in request else {hdrs.CACHE_CONTROL: FOR_EVERYBODY}


def id_in(request: web.Request, name: str = "id") -> int:
    """An id of the path; NotFound for what is no number, as for an unknown one."""
    text = request.match_info[name]
    number = id_of(text)
    if number is None:
        raise NotFound("record", text)
    return number


def visible_account(tx: Tx, account_id: int, *, viewer_id: int | None) -> Account:
    """An account that may be shown to this caller; suspended ones are, with little in them.

    Raises:
        NotFound: unknown, waiting for confirmation or approval, or only for people here.
        Unauthenticated: only for those who prove who they are (reach `fediverse`).
    """
    account = accounts.get(tx, account_id)
    if not visible(tx, [account], viewer_id=viewer_id):
        raise hidden(account)
    return account


def visible(tx: Tx, found: Sequence[Account], *, viewer_id: int | None) -> list[Account]:
    """Those of some accounts that may be shown to this caller, in one statement."""
    waiting = users.waiting(tx, [account.id for account in found if account.local and account.id != viewer_id])
    return [
        account for account in found if account.id not in waiting and (viewer_id is not None or account.reach is Reach.PUBLIC)
    ]


def hidden(account: Account) -> NotFound | Unauthenticated:
    """The error for an account that may not be shown: only reach `fediverse` tells callers to sign in."""
    return Unauthenticated(NEEDS_USER) if account.reach is Reach.FEDIVERSE else NotFound("account", account.id)


def refuse(tx: Tx, status_id: int, *, viewer_id: int | None) -> NotFound | Unauthenticated:
    """The error for a post that this caller may not read: only reach `fediverse` tells callers to sign in."""
    if viewer_id is None and audience.verdict_for_remote(tx, status_id=status_id, host=None) is Verdict.SIGN_IN:
        return Unauthenticated(NEEDS_USER)
    return NotFound("status", status_id)
