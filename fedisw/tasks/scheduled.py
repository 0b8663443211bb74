"""Posts whose time has come."""

from __future__ import annotations

import asyncio

import structlog

from fedisw.jobs.work import PublishScheduled
from fedisw.model.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from fedisw.model.scheduled import ScheduledStatus
from fedisw.model.urls import object_uri
from fedisw.services import naming, scheduling
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, scheduled
from fedisw.tasks.house import House
from fedisw.text import mentions

log = structlog.get_logger("fedisw.tasks")


async def publish(house: House, job: PublishScheduled) -> None:
    """Post what waited for its time; safe to run twice. What cannot be posted is held until its author acts (GRP-10)."""
    found = await house.db.read(_waiting, job.scheduled_id)
    if found is None:
        return
    post, username = found
    try:
        await _publish(house, post, username)
    except (Conflict, Forbidden, Gone, Invalid, NotFound) as error:
        log.info("scheduled.held", scheduled=post.id, error=type(error).__name__)
        await house.db.write(scheduled.hold, post.id, why=error.problem if isinstance(error, Invalid) else str(error))


def _waiting(tx: Tx, scheduled_id: int) -> tuple[ScheduledStatus, str] | None:
    post = scheduled.find(tx, scheduled_id)
    return None if post is None else (post, accounts.get(tx, post.account_id).username)


async def _publish(house: House, post: ScheduledStatus, username: str) -> None:
    handles, origin = mentions.find(post.plan.text), house.settings.origin
    people = await house.db.read(naming.known, handles, own_hosts=house.own_hosts)
    naming.check_own(handles, people, own_hosts=house.own_hosts)
    status_id = house.new_id()
    await house.db.write(
        scheduling.publish,
        scheduled_id=post.id,
        html=await asyncio.to_thread(naming.to_html, post.plan.text, people, origin=str(origin)),
        mentioned=tuple(dict.fromkeys(person.id for person in people.values() if person.id != post.account_id)),
        status_id=status_id,
        uri=object_uri(origin, status_id),
        url=f"{origin}/@{username}/{status_id}",
        now=house.now(),
        new_id=house.new_id,
    )
