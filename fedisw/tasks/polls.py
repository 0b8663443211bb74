"""Polls that end."""

from __future__ import annotations

from datetime import datetime

from fedisw.jobs.work import ClosePoll
from fedisw.services import polls
from fedisw.storage.db import Database


async def close(db: Database, job: ClosePoll, *, now: datetime) -> None:
    """Tell those concerned, once each; a poll whose end was moved is left alone."""
    await db.write(polls.close, poll_id=job.poll_id, now=now)
