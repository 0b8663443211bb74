from __future__ import annotations

import pytest

from fedisw.jobs.work import FanOut
from fedisw.live import topics
from fedisw.model.accounts import Account
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.statuses import Visibility
from fedisw.services import editing
from fedisw.storage.db import Tx
from fedisw.storage.queries import feeds, notifications
from fedisw.tasks import fan_out, jobs
from fedisw.tasks.house import House
from tests.support.factories import NOW, post, put_account, put_follow
from tests.support.jobs import all_jobs


def heard(tx: Tx, status_id: int) -> set[str]:
    return {topic for topic, message in tx.events if message == topics.encode(topics.Posted(status_id=status_id))}


async def test_a_post_reaches_every_follower_once_however_often_the_job_runs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fan_out, "CHUNK", 2)

    def people(tx: Tx) -> tuple[int, list[Account]]:
        amy = put_account(tx, "amy")
        followers = [put_account(tx, f"f{number}") for number in range(3)]
        for follower in followers:
            put_follow(tx, follower, amy, notifies=True)
        put_follow(tx, put_account(tx, "asks"), amy, accepted=False)
        put_follow(tx, put_account(tx, "eve", "far.test"), amy)
        return post(tx, amy).id, [amy, *followers]

    status_id, owners = await house.db.write(people)
    for _ in range(2):
        await jobs.run(house, FanOut(status_id=status_id))
        for row in await all_jobs(house.db):
            if row.kind == "FanOut":
                await jobs.run(house, FanOut.decode(row.payload))
    assert await house.db.read(feeds.feed_owners, status_id) == sorted(account.id for account in owners)
    for follower in owners[1:]:
        told = await house.db.read(notifications.page, follower.id, Page(), types=[NotificationType.STATUS], now=NOW)
        assert len(told) == 1


@pytest.mark.parametrize(
    ("visibility", "open_places"),
    [
        (Visibility.PUBLIC, {"public", "public:local", "hashtag:care", "hashtag:local:care"}),
        (Visibility.UNLISTED, set()),
        (Visibility.PRIVATE, set()),
        (Visibility.DIRECT, set()),
    ],
)
async def test_only_public_posts_are_told_to_everybody(house: House, visibility: Visibility, open_places: set[str]) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        put_follow(tx, ben, amy)
        status = post(tx, amy, "#care", tags=("Care",), visibility=visibility)
        fan_out.chunk(tx, status_id=status.id, after=0, now=NOW)
        followers = set() if visibility is Visibility.DIRECT else {topics.home(ben.id)}
        assert heard(tx, status.id) == open_places | followers | {topics.home(amy.id)}

    await house.db.write(unit)


async def test_a_reply_to_somebody_is_not_in_public_timelines(house: House) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        first = post(tx, amy)
        status = post(tx, ben, in_reply_to_id=first.id)
        fan_out.chunk(tx, status_id=status.id, after=0, now=NOW)
        assert heard(tx, status.id) == {topics.home(ben.id)}

    await house.db.write(unit)


async def test_a_post_that_is_gone_reaches_nobody(house: House) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx)
        status = post(tx, amy)
        editing.delete_status(tx, author_id=amy.id, status_id=status.id, now=NOW)
        fan_out.chunk(tx, status_id=status.id, after=0, now=NOW)
        assert heard(tx, status.id) == set()

    await house.db.write(unit)
