"""Join: a wish to take part in a group or an event (federation, sections 4.6 and 7.2)."""

from __future__ import annotations

from fedisw.federation.context import Peer
from fedisw.federation.effect import NotWanted, apply
from fedisw.jobs.consent import Answer
from fedisw.model.accounts import Account
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts
from fedisw.vocab.activities import Join


async def handle_join(peer: Peer, sender: Account, join: Join) -> None:
    """Join of somebody here, who is no group: answered with no, so that the sender does not wait (Smithereen)."""
    if join.id is None:
        raise NotWanted("without an id nobody could answer it")
    if not await apply(peer, join, _refuse, asker=sender, uri=join.id, object_uri=join.object):
        raise NotWanted("nothing here that can be joined")


def _refuse(tx: Tx, *, asker: Account, uri: str, object_uri: str) -> bool:
    account = accounts.find_by_uri(tx, object_uri)
    if account is None or not account.local or not account.usable:
        return False
    tx.enqueue(Answer(account_id=account.id, asker_id=asker.id, agreed=False, about=uri, request="Join", object_uri=object_uri))
    return True
