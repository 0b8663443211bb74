"""Checking that a page which somebody names in their profile names them back (`rel="me"`; federation, section 2.4)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

from fedisw.federation import policy
from fedisw.federation.context import Peer
from fedisw.model.accounts import Account, Field
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.urls import authority_of
from fedisw.net.limits import HTML_BYTES, HTML_KINDS
from fedisw.services import accounts as services
from fedisw.storage.queries import accounts
from fedisw.text.own_links import link_of, names_one_of, owners_of

ACCEPT: Final = "text/html, application/xhtml+xml;q=0.9"
MOST: Final = 10  # links of one profile that are looked at
AGAIN_AFTER: Final = timedelta(days=30)


async def check_links(peer: Peer, account_id: int) -> None:
    """Fetch the pages that a profile names, ours or a copy, and that were not checked this month (job CheckLinks).

    Raises:
        Unreachable: one of them cannot be asked now; what the others said is noted.
    """
    account = await peer.db.read(accounts.find, account_id)
    if account is None or not account.usable:
        return
    waiting: Unreachable | None = None
    found: dict[str, bool] = {}
    linking = [row for row in account.fields if link_of(row.value)][:MOST]
    due = [row for row in linking if _is_due(peer, row)]
    for row in due:
        try:
            found[row.value] = await _names_back(peer, link_of(row.value), account)
        except Unreachable as error:
            waiting = error
    if due:
        await peer.db.write(services.mark_checked, account_id=account_id, found=found, now=peer.now())
    if waiting is not None:
        raise waiting


def _is_due(peer: Peer, row: Field) -> bool:
    """A proof holds for a month; pages of ours prove nothing."""
    old = row.verified_at is None or peer.now() - row.verified_at >= AGAIN_AFTER
    return old and not peer.owns(link_of(row.value))


async def _names_back(peer: Peer, url: str, account: Account) -> bool:
    """Whether the page links to the profile, or the first of its links is redirected there."""
    wanted = (account.url, account.uri)
    try:
        await peer.db.read(policy.check_host, authority_of(url), mode=peer.settings.federation.mode)
        answer = await peer.client.get(url, accept=ACCEPT, kinds=HTML_KINDS, max_bytes=HTML_BYTES, cut=True)
    except Unreachable:
        raise
    except FediswError:
        return False  # refused, too strange, or no page at all
    if answer.status >= 500:
        raise Unreachable(f"answered {answer.status}")
    if answer.status != 200:
        return False
    found = await asyncio.to_thread(owners_of, answer.body.decode("utf-8", "replace"), at=answer.url)
    return names_one_of(found, wanted) or bool(found and names_one_of([await _redirected(peer, found[0])], wanted))


async def _redirected(peer: Peer, url: str) -> str:
    """Where a link leads in one step; empty where it is the end, or is not to be asked."""
    if not url.startswith("https://") or peer.owns(url):
        return ""
    try:
        await peer.db.read(policy.check_host, authority_of(url), mode=peer.settings.federation.mode)
        return await peer.client.leads_to(url)
    except FediswError:
        return ""
