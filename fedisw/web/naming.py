"""People whom a text names: looked for here, then at their own servers."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from aiohttp import web

from fedisw.federation import resolve
from fedisw.model.accounts import Account, ActorType
from fedisw.model.errors import Invalid
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, users
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
    found = await request.app[DB].read(known, handles, own_hosts=peer.own_hosts)
    missing = [handle for handle in handles if handle.key not in found]
    if any(handle.host is None or handle.host in peer.own_hosts for handle in missing):
        raise Invalid("text", "mentions somebody who does not exist here")
    if missing:
        elsewhere = await resolve.mentioned(peer, missing, by=request[CALLER].account)
        found |= {handle.key: account for handle, account in elsewhere.items() if _can_be_named(account)}
    return found


def known(tx: Tx, handles: Iterable[Handle], *, own_hosts: frozenset[str]) -> dict[str, Account]:
    """Those of these handles that we know, by `Handle.key`; nobody here who still waits to be let in (ENU-3)."""
    found = {}
    for handle in handles:
        host = None if handle.host in own_hosts else handle.host
        account = accounts.find_by_handle(tx, handle.username, host)
        if account is not None and _can_be_named(account):
            found[handle.key] = account
    waiting = users.waiting(tx, [account.id for account in found.values() if account.local])
    return {key: account for key, account in found.items() if account.id not in waiting}


def _can_be_named(account: Account) -> bool:
    return account.usable and account.actor_type is not ActorType.APPLICATION
