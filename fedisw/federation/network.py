"""Whether somebody of another server lets others see whom they follow and who follows them (federation, section 2.3)."""

from __future__ import annotations

from fedisw.federation import fetch
from fedisw.federation.context import Peer
from fedisw.model.errors import FediswError
from fedisw.services import accounts as profiles
from fedisw.storage.queries import accounts
from fedisw.vocab.collections import parse_collection


async def look(peer: Peer, account_id: int) -> None:
    """Note whether one of both lists is hidden: it tells a number, and no first page; what cannot be read says nothing."""
    account = await peer.db.read(accounts.find, account_id)
    if account is None or account.local or not account.usable:
        return
    found = [hides for uri in (account.followers_uri, account.following_uri) if (hides := await _hides(peer, uri)) is not None]
    if found and any(found) is not account.hides_network:
        await peer.db.write(profiles.hide_network, account_id=account.id, hides=any(found))


async def _hides(peer: Peer, uri: str) -> bool | None:
    if not uri:
        return None
    try:
        collection = parse_collection((await fetch.document(peer, uri)).document)
    except FediswError:
        return None
    if collection.first is not None or collection.ids:
        return False
    return None if collection.total_items == 0 else True
