"""Accepted requests: what was kept apart goes among the other notifications, a chunk at a time."""

from __future__ import annotations

from fedisw.jobs.notices import MergeNotifications
from fedisw.services import notices
from fedisw.storage.db import Database


async def merge(db: Database, job: MergeNotifications) -> None:
    """Until nothing of the sender is apart; safe to run twice."""
    while await db.write(notices.merge, account_id=job.account_id, from_id=job.from_id):
        pass
