"""Checking that a page which somebody names in their profile names them back (`rel="me"`)."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Final

from fedisw.federation import policy
from fedisw.federation.context import Peer
from fedisw.model.accounts import Account
from fedisw.model.errors import FediswError, Unreachable
from fedisw.model.urls import authority_of
from fedisw.net.limits import HTML_BYTES, HTML_KINDS
from fedisw.services import accounts as services
from fedisw.storage.queries import accounts
from fedisw.text.own_links import names_one_of, owners_of

LINK: Final = re.compile(r'<a href="([^"]+)"[^>]*>.*?</a>')
ACCEPT: Final = "text/html, application/xhtml+xml;q=0.9"


async def check_links(peer: Peer, account_id: int) -> None:
    """Fetch the pages that a local profile names and that are not checked yet (job CheckLinks).

    Raises:
        Unreachable: one of them cannot be asked now; those that answered are marked.
    """
    account = await peer.db.read(accounts.find, account_id)
    if account is None or not account.local or not account.usable:
        return
    waiting: Unreachable | None = None
    for row in account.fields:
        url = link_of(row.value)
        if url is None or row.verified_at is not None or peer.owns(url):
            continue
        try:
            named_back = await _names_back(peer, url, account)
        except Unreachable as error:
            waiting = error
            continue
        if named_back:
            await peer.db.write(services.mark_checked, account_id=account_id, value=row.value, now=peer.now())
    if waiting is not None:
        raise waiting


def link_of(value: str) -> str | None:
    """The https address that a row of a profile consists of; None for all other rows."""
    match = LINK.fullmatch(value)
    url = unescape(match[1]) if match is not None else ""
    return url if url.startswith("https://") else None


async def _names_back(peer: Peer, url: str, account: Account) -> bool:
    try:
        await peer.db.read(policy.check_host, authority_of(url) or "", mode=peer.settings.federation.mode)
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
    return names_one_of(found, (account.url, account.uri))
