"""Blocks, told to the other server only by people who want that (federation, section 4.6).

Silence is the rule: the Undo or Reject of the follow that ended says enough, and does not name the reason.
"""

from __future__ import annotations

from fedisw.federation import outgoing
from fedisw.federation.context import Peer
from fedisw.federation.outgoing import Outgoing
from fedisw.jobs import work
from fedisw.model.accounts import Account
from fedisw.model.relations import Block
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, activities, blocks, users
from fedisw.vocab import build


async def publish_block(peer: Peer, job: work.PublishBlock) -> None:
    """Block, to the server of who is blocked; nothing when the person did not ask for that, or took the block back."""
    found = await peer.db.read(_block, job.block_id)
    if found is None:
        return
    block, by, target = found
    document = build.block(id=block.uri, actor=by.uri, object=target.uri, to=(target.uri,))
    told = Outgoing(document=document, account_id=by.id, object_uri=block.uri, order=target.uri, target_id=target.id)
    await outgoing.send(peer, told, outgoing.to_exactly(target.id))


def _block(tx: Tx, block_id: int) -> tuple[Block, Account, Account] | None:
    block = blocks.find_by_id(tx, block_id)
    user = users.find(tx, block.account_id) if block is not None else None
    if block is None or user is None or not user.tells_blocks:
        return None
    return block, accounts.get(tx, block.account_id), accounts.get(tx, block.target_id)


async def publish_undo_block(peer: Peer, job: work.PublishUndoBlock) -> None:
    """Undo of a Block that may have been sent, to where it may have gone."""
    if not await peer.db.read(activities.was_made, account_id=job.account_id, kind="Block", object_uri=job.block_uri):
        return
    by, target = await peer.db.read(_two, job.account_id, job.target_id)
    inner = build.block(id=job.block_uri, actor=by.uri, object=target.uri, to=(target.uri,))
    document = build.undo(id=f"{job.block_uri}-undo", actor=by.uri, object=inner, to=(target.uri,))
    reached = await outgoing.take_back(peer, account_id=by.id, object_uri=job.block_uri)
    undone = Outgoing(document=document, account_id=by.id, object_uri=job.block_uri, order=target.uri, target_id=target.id)
    await outgoing.send(peer, undone, *reached)


def _two(tx: Tx, first_id: int, second_id: int) -> tuple[Account, Account]:
    return accounts.get(tx, first_id), accounts.get(tx, second_id)
