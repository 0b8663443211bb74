"""Accounts in answers: lists of them, and who is left out."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from fedisw.model.accounts import Account, Reach
from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import blocks
from fedisw.web import answers
from fedisw.web.mastodon.context import caching, site_of
from fedisw.web.mastodon.entities.account import account_entity
from fedisw.web.paging import link_header

Found = list[tuple[int, Account]]  # each with the hidden id that pages the list


def without_blocked(tx: Tx, found: Sequence[Account], *, viewer_id: int | None) -> list[Account]:
    """Those of some accounts that the viewer may meet: no block between the two (VIS-3), neither suspended nor deleted.

    Callers without proof meet only people whose reach is `public` (professional, section 14.1).
    """
    if viewer_id is None:
        return [account for account in found if account.usable and account.reach is Reach.PUBLIC]
    hidden = blocks.around(tx, viewer_id, [account.id for account in found])
    return [account for account in found if account.usable and account.id not in hidden]


def listed(request: web.Request, found: Found, shown: Sequence[Account], page: Page) -> web.Response:
    """The answer with a list of accounts that is paged by hidden ids.

    Args:
        found: what was read, before anything was left out.
        shown: what the caller sees of it.
    """
    headers = caching(request) | link_header(request, [cursor for cursor, _ in found], page, back="since_id")
    return answers.json([account_entity(account, site_of(request)) for account in shown], headers=headers)
