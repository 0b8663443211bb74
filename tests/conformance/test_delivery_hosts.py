"""Servers that fail, come back or are gone, order, and how much one post costs (federation, sections 5.1, 5.2, 5.4)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from fedisw.federation import publish
from fedisw.jobs.work import PublishStatus
from fedisw.model.accounts import Account
from fedisw.model.errors import Unauthenticated, Unreachable
from fedisw.model.statuses import Draft, Status
from fedisw.services import accounts as profiles
from fedisw.services import editing, reaching, settling
from fedisw.storage.db import Tx
from fedisw.storage.queries import follows, hosts
from fedisw.storage.statements import Query
from fedisw.storage.tables.peers import activities
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.factories import new_id
from tests.support.jobs import all_jobs
from tests.support.peers import Actor, PeerServer
from tests.support.sending import Receiver, Said, Sending

ACTIVITIES = Query(int, select(func.count()).select_from(activities))


async def _friends(us: Sending, beta: PeerServer) -> tuple[Account, Actor]:
    """Amy here, and ben of a server that can also speak, who follows her."""
    amy, ben = await us.person(), beta.person("ben")
    await us.home.take(ben.signed(ben.activity("Follow", amy.uri)))
    await us.run()
    assert await us.db.read(follows.host_follows, host="beta.test", target_id=amy.id)
    beta.taken.clear()
    return amy, ben


@ONE
async def test_099_a_breaker_opens_after_five_failures_and_closes_on_success_or_a_verified_request(us: Sending, beta: PeerServer):
    amy, ben = await _friends(us, beta)
    gamma = await us.server("gamma.test")
    await us.follower(amy, "gil", "gamma.test")
    beta.takes_with = 500
    for number in range(6):
        await us.post(amy, f"Number {number}")
        await us.run()
    assert len(beta.taken) == 5
    assert len(gamma.got) == 6  # others do not wait
    assert [item.attempts for item in await us.deliveries() if item.host == "beta.test"][-6:] == [1, 1, 1, 1, 1, 0]
    for pause in (1, 2, 4):  # minutes; one probe each
        before = len(beta.taken)
        await us.run(minutes=pause, seconds=-1)
        assert len(beta.taken) == before
        await us.run(seconds=1)
        assert len(beta.taken) == before + 1
    (view,) = await us.db.read(reaching.troubled_hosts)
    assert (view.host, view.health, view.waiting) == ("beta.test", "left alone", 6)

    beta.takes_with = 202
    await us.run(minutes=8)  # a probe that succeeds
    assert {item.state for item in await us.deliveries()} == {"delivered"}

    beta.takes_with = 503
    for number in range(5):
        await us.post(amy, f"Again {number}")
        await us.run()
    beta.takes_with, waiting = 202, len(beta.taken)
    await us.run()
    assert len(beta.taken) == waiting
    forged = ben.signed(ben.activity("Like", "https://home.test/1"), key=beta.person("eve").key)
    with pytest.raises((Unauthenticated, Unreachable)):  # its key cannot be looked up now
        await us.home.take(forged)
    await us.run()
    assert len(beta.taken) == waiting
    assert await us.home.take(ben.signed(ben.activity("Like", "https://home.test/1"))) == 202
    await us.run()
    texts = [document["object"]["content"] for document in beta.taken[waiting:]]
    assert texts == [f"<p>Again {number}</p>" for number in range(5)]  # oldest first
    assert await us.db.read(reaching.troubled_hosts) == []


@ONE
async def test_100_a_host_dead_for_thirty_days_is_unavailable_until_it_is_heard_of(us: Sending, beta: PeerServer):
    amy, ben = await _friends(us, beta)
    await us.post(amy, "Before")
    await us.run()
    beta.takes_with = 503
    old = await us.post(amy, "Old")
    for day in range(31):
        if day % 10 == 0:  # a quiet account: not enough failures at once for a breaker
            await us.post(amy, f"Day {day}")
        for _ in range(2):
            await us.run(hours=12)
        known = await us.db.read(hosts.find, "beta.test")
        assert known is not None
        assert (known.dead_since is None) == (day < 30), day
    (view,) = await us.db.read(reaching.troubled_hosts)
    assert (view.health, view.delivered_at) == ("unavailable", factories.NOW)
    made = len(await us.deliveries())
    await us.post(amy, "For nobody there")
    await us.run()
    assert len(await us.deliveries()) == made
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=old.id, now=us.clock())
    await us.run()
    assert len(await us.deliveries()) == made + 1  # erasures go on
    beta.takes_with, before = 202, len(beta.taken)
    assert await us.home.take(ben.signed(ben.activity("Like", "https://home.test/1"))) == 202
    await us.post(amy, "You are back")
    await us.run()
    kinds = [document["type"] for document in beta.taken[before:]]
    assert "Delete" in kinds
    assert beta.taken[-1]["object"]["content"] == "<p>You are back</p>"
    known = await us.db.read(hosts.find, "beta.test")
    assert known is not None
    assert (known.dead_since, known.unanswered_since) == (None, None)


async def _edit(us: Sending, author: Account, status: Status, text: str) -> None:
    draft = Draft(html=f"<p>{text}</p>", text=text)
    await us.db.write(editing.edit_status, author=author, status_id=status.id, draft=draft, now=us.clock(), new_id=new_id)


async def _delete(us: Sending, status: Status) -> None:
    await us.db.write(editing.delete_status, author_id=status.account_id, status_id=status.id, now=us.clock())


@ONE
async def test_101_what_is_about_one_post_arrives_in_order_and_what_was_never_sent_is_cancelled(us: Sending):
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(500)
    status = await us.post(amy)
    await us.run()
    await _edit(us, amy, status, "Edited")
    await us.run()
    assert beta.types == ["Create"]
    await us.run(seconds=31)
    assert beta.types == ["Create", "Create", "Update"]
    beta.say(500)
    await _edit(us, amy, status, "Edited again")
    await us.run()
    await _delete(us, status)
    for _ in range(5):
        await us.run(minutes=1)
    assert beta.types[3:] == ["Update", "Delete"]  # the edit that waited is not sent after all

    for _ in range(5):
        us.peer.client.breakers.failed("beta.test")
    never = await us.post(amy, "Never sent")
    await us.run()
    await _edit(us, amy, never, "Nor this")
    await _delete(us, never)
    await us.run()
    us.peer.client.breakers.succeeded("beta.test")
    sent = len(beta.got)
    await us.run(hours=2)
    assert len(beta.got) == sent
    about = [item.state for item in await us.deliveries()][-1]
    assert about == "cancelled"


async def _liked(us: Sending, amy: Account, delta: Receiver) -> None:
    """Somebody follows amy and does not any more."""
    dan = await us.follower(amy, "dan", delta.host)
    await us.post(amy, "For dan as well")
    await us.run()
    await us.db.write(follows.remove, follower_id=dan.id, target_id=amy.id)


@ONE
async def test_102_a_deleted_account_reaches_every_server_that_ever_got_something(us: Sending):
    amy = await us.person()
    beta, gamma, delta, away = [await us.server(f"{name}.test") for name in ("beta", "gamma", "delta", "away")]
    await _liked(us, amy, delta)
    us.clock.forward(days=40)
    while await us.db.write(settling.settle_some, now=us.clock()):
        pass  # what was sent long ago is tidied, and known all the same
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "ann", "away.test")
    cai = await us.stranger("cai", "gamma.test")
    await us.post(amy, "Hello", mentioned=(cai.id,))
    away.say(500)
    await us.run()
    await us.db.write(hosts.mark_dead, "away.test", now=us.clock())
    silent = await us.server("silent.test")
    await us.stranger("sam", "silent.test")

    await us.db.write(profiles.delete_local_account, account_id=amy.id, now=us.clock())
    beta.say(Said(hangs_up=True), Said(hangs_up=True))
    for _ in range(5):
        await us.run(minutes=1)
    for server in (beta, gamma, delta, away):
        gone = server.got[-1]
        assert (gone.document["type"], gone.document["actor"], gone.document["object"]) == ("Delete", amy.uri, amy.uri)
        assert gone.verify() == f"{amy.uri}#main-key"
        assert server.types.count("Delete") == (3 if server is beta else 1), server.host
    assert silent.got == []


def _crowd(tx: Tx, author: Account, servers: int, each: int) -> None:
    for number in range(servers):
        for person in range(each):
            factories.put_follow(tx, factories.put_account(tx, f"p{person}", f"s{number}.test"), author)


@ONE
async def test_106_a_post_to_ten_thousand_followers_is_one_job_and_a_bounded_number_of_statements(us: Sending):
    amy = await us.person()
    await us.db.write(_crowd, amy, 500, 20)
    known = len(await all_jobs(us.db))
    with us.db.counting() as asked:
        status = await us.post(amy)
    jobs = [job.kind for job in (await all_jobs(us.db))[known:]]
    assert jobs.count("PublishStatus") == 1
    assert "Deliver" not in jobs
    costs = [len(asked)]
    await us.follower(amy, "one", "one.test")
    alone = await us.person("ann")
    await us.follower(alone, "two", "two.test")
    with us.db.counting() as asked:
        small = await us.post(alone)
    assert len(asked) == costs[0]  # the request does not know how many follow
    for post in (status, small):
        with us.db.counting() as asked:
            await _expand(us, post)
        costs.append(len(asked))
    assert costs[1] < 60
    assert costs[1] - costs[2] < 30
    made = await us.deliveries()
    assert len({item.inbox for item in made}) == len(made) == 502
    assert await us.db.read(lambda tx: tx.one(ACTIVITIES)) == 2
    jobs = [job.kind for job in (await all_jobs(us.db))[known:]]
    assert jobs.count("Deliver") == 502


async def _expand(us: Sending, post: Status) -> None:
    """Do the one job of a post, and none of the deliveries that it adds."""
    await publish.publish_status(us.peer, PublishStatus(status_id=post.id))
