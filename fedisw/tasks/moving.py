"""Followers here of somebody who moved."""

from __future__ import annotations

from fedisw.jobs.own import MoveFollowers
from fedisw.services import moving
from fedisw.storage.db import Tx
from fedisw.tasks.house import House


async def move_followers(house: House, job: MoveFollowers) -> None:
    """One chunk; the next one is a job of its own, added in the same transaction. Safe to run twice."""
    await house.db.write(_chunk, job, house)


def _chunk(tx: Tx, job: MoveFollowers, house: House) -> None:
    origin, now = house.settings.origin, house.now()
    if job.after == 0:
        moving.carry_over(tx, old_id=job.account_id, target_id=job.target_id, origin=origin, new_id=house.new_id, now=now)
    last = moving.move_followers(
        tx,
        old_id=job.account_id,
        target_id=job.target_id,
        after=job.after,
        origin=origin,
        new_id=house.new_id,
        now=now,
    )
    if last is not None:
        tx.enqueue(MoveFollowers(account_id=job.account_id, target_id=job.target_id, after=last))
