"""How far what was sent came: told to authors and admins; and what is kept of it in the long run."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from fedisw.federation.catching_up import catch_up
from fedisw.jobs.work import Deliver
from fedisw.model.accounts import Account
from fedisw.model.jobs import JobState
from fedisw.model.statuses import Draft
from fedisw.services import editing, interactions, reaching, settling
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, deliveries, hosts
from fedisw.storage.statements import Query
from fedisw.storage.tables import peers
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.factories import HERE, new_id
from tests.support.jobs import all_jobs
from tests.support.sending import Said, Sending

COUNTS = Query(
    tuple[int, int],
    select(
        select(func.count()).select_from(peers.activities).scalar_subquery(),
        select(func.count()).select_from(peers.deliveries).scalar_subquery(),
    ),
)


async def counts(us: Sending) -> tuple[int, int]:
    """Activities and deliveries that are there."""
    return await us.db.read(lambda tx: tx.one(COUNTS)) or (0, 0)


async def settle(us: Sending, **later: float) -> None:
    """What the daily sweep does, after some time."""
    us.clock.forward(**later)
    while await us.db.write(settling.settle_some, now=us.clock()):
        pass


async def test_an_author_learns_which_servers_did_not_get_a_post(us: Sending):
    amy = await us.person()
    beta, gamma, delta = [await us.server(f"{name}.test") for name in ("beta", "gamma", "delta")]
    for name, host in (("ben", "beta.test"), ("bea", "beta.test"), ("gil", "gamma.test"), ("dan", "delta.test")):
        await us.follower(amy, name, host)
    gamma.say(422)
    delta.always = Said(status=503)
    status = await us.post(amy)
    assert await us.db.read(reaching.of_post, status.id) == reaching.Reached(delivered=0, waiting=0, missed=0, names=())
    await us.run()
    told = await us.db.read(reaching.of_post, status.id)
    assert told == reaching.Reached(delivered=1, waiting=1, missed=1, names=("gamma.test",))
    delta.always = None
    await us.run(minutes=2)
    assert (await us.db.read(reaching.of_post, status.id)).waiting == 0
    assert len(beta.got) == 1


@ONE
async def test_admins_see_servers_by_name_and_those_in_trouble_apart(us: Sending):
    amy = await us.person()
    beta, gamma = await us.server("beta.test"), await us.server("gamma.test")
    for name, host in (("ben", "beta.test"), ("gil", "gamma.test")):
        await us.follower(amy, name, host)
    gamma.always = Said(status=500)
    await us.post(amy)
    await us.run()
    first, second = await us.db.read(reaching.hosts)
    assert (first.host, first.health, first.delivered_at, first.failed_at) == ("beta.test", "well", us.clock(), None)
    assert (second.host, second.health, second.delivered_at, second.waiting) == ("gamma.test", "failing", None, 1)
    assert second.failed_at == us.clock()
    assert await us.db.read(reaching.hosts, after="beta.test") == [second]
    assert await us.db.read(reaching.troubled_hosts) == [second]
    for _ in range(8 * 24):
        await us.run(hours=1)
    (late,) = await us.db.read(reaching.troubled_hosts)
    assert (late.waiting, late.given_up) == (0, 1)
    await us.db.write(hosts.mark_dead, "gamma.test", now=us.clock())
    assert (await us.db.read(reaching.troubled_hosts))[0].health == "unavailable"
    assert len(beta.got) == 1


async def _like(us: Sending, amy: Account) -> None:
    ben = await us.stranger("bob", "beta.test")
    post = (await us.db.write(factories.receive, ben)).id
    uri = f"{HERE}/ap/activities/{new_id()}"
    await us.db.write(interactions.favourite, account=amy, status_id=post, uri=uri, favourite_id=new_id(), now=us.clock())
    await us.run()


async def test_after_a_month_only_what_deletions_need_is_kept(us: Sending):
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await us.run()
    draft = Draft(html="<p>Two</p>", text="Two")
    await us.db.write(editing.edit_status, author=amy, status_id=status.id, draft=draft, now=us.clock(), new_id=new_id)
    await us.run()
    await _like(us, amy)
    assert await counts(us) == (3, 3)
    await settle(us, days=30)
    assert await counts(us) == (3, 3)
    await settle(us, days=2)
    assert await counts(us) == (1, 1)  # who got the post; the edit went to the same, the like is over
    made = await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    assert made is not None
    assert (made.body, made.settled_at) == (b"", us.clock())
    await settle(us)
    assert made == await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=us.clock())
    await us.run()
    assert beta.types[-1] == "Delete"
    await settle(us, days=32)
    assert await counts(us) == (0, 0)
    kept = await us.db.read(deliveries.reached_by, amy.id, limit=10)
    assert [(inbox.host, inbox.shared) for inbox in kept if inbox.shared] == [("beta.test", True)]


@ONE
async def test_what_is_still_being_sent_stays_whatever_its_age(us: Sending):
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    for _ in range(5):
        us.peer.client.breakers.failed("beta.test")
    await us.post(amy)
    await us.run()
    us.clock.forward(days=40)
    assert await us.db.write(settling.settle_some, now=us.clock()) == 0
    assert await counts(us) == (1, 1)
    assert beta.got == []


def _many_waiting(tx: Tx, count: int, later: datetime) -> None:
    for number in range(count):
        tx.enqueue(Deliver(delivery_id=number + 1, to_host="beta.test", about=f"{number}"), run_at=later)


@ONE
async def test_all_that_waits_for_a_server_may_go_when_it_is_back_however_much_it_is(us: Sending):
    await us.db.write(_many_waiting, deliveries.RELEASED + 2, us.clock() + timedelta(hours=12))
    await catch_up(us.peer, "beta.test")
    assert {job.state for job in await all_jobs(us.db)} == {JobState.READY}
