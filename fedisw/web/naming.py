"""People whom a text names: looked for here, then at their own servers."""

from __future__ import annotations

from collections.abc import Collection

from aiohttp import web

from fedisw.federation import resolve
from fedisw.model.accounts import Account
from fedisw.services import naming
from fedisw.text.marks import Handle
from fedisw.web.keys import CALLER, DB, PEER


async def mentioned(request: web.Request, handles: Collection[Handle]) -> dict[str, Account]:
    """Whom a text names, by `Handle.key`; what nobody elsewhere bears stays text.

    Raises:
        Invalid: a handle of our own host does not exist (GRP-10).
    """
    if not handles:
        return {}
    peer = request.app[PEER]
    found = await request.app[DB].read(naming.known, handles, own_hosts=peer.own_hosts)
    naming.check_own(handles, found, own_hosts=peer.own_hosts)
    missing = [handle for handle in handles if handle.key not in found]
    if missing:
        elsewhere = await resolve.mentioned(peer, missing, by=request[CALLER].account)
        found |= {handle.key: account for handle, account in elsewhere.items() if naming.can_be_named(account)}
    return found
