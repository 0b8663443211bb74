from __future__ import annotations

from datetime import timedelta

from fedisw.federation import jobs as federation
from fedisw.jobs import kinds
from fedisw.jobs.work import ClosePoll
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.statuses import PollDraft
from fedisw.runtime.work import BETWEEN
from fedisw.services import polls
from fedisw.storage.db import Tx
from fedisw.storage.queries import notifications
from fedisw.tasks import jobs
from fedisw.tasks.house import House
from tests.support.clock import Clock
from tests.support.factories import post, put_account


def test_every_kind_of_job_is_done_by_one_part() -> None:
    known = {kind for kind in kinds.KINDS.values() if kind.__module__.startswith("fedisw.") and not kind.__subclasses__()}
    parts = [set(jobs.TASKS), set(federation.KINDS), set(BETWEEN)]
    assert sum(map(len, parts)) == len(set.union(*parts))
    assert {kind for kind in known if not issubclass(kind, tuple(set.union(*parts)))} == set()


async def test_the_end_of_a_poll_is_told_once_and_not_before(house: House, clock: Clock) -> None:
    def ask(tx: Tx) -> tuple[int, int, int]:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        draft = PollDraft(options=("a", "b"), expires_at=clock() + timedelta(hours=1))
        status = post(tx, amy, poll=draft, now=clock())
        polls.vote(tx, account=ben, poll_id=status.poll_id or 0, choices=[0], now=clock())
        return amy.id, ben.id, status.poll_id or 0

    amy, ben, poll_id = await house.db.write(ask)

    async def told() -> list[int]:
        found = [
            await house.db.read(notifications.page, account, Page(), types=[NotificationType.POLL], now=clock())
            for account in (amy, ben)
        ]
        return [len(items) for items in found]

    await jobs.run(house, ClosePoll(poll_id=poll_id))
    assert await told() == [0, 0]
    clock.forward(hours=1)
    for _ in range(2):
        await jobs.run(house, ClosePoll(poll_id=poll_id))
    assert await told() == [1, 1]
