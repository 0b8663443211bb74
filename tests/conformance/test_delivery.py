"""Where an activity goes, how often it is tried, and what an answer means (federation, sections 5.1 to 5.3)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime

from fedisw.jobs.worker import Worker
from fedisw.model.accounts import Account
from fedisw.model.jobs import Cause
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.paging import MAX_ID
from fedisw.model.statuses import Visibility
from fedisw.net.breaker import CLOSED
from fedisw.services import blocking, editing
from fedisw.storage.queries import accounts, domains, follows, hosts, job_keeping
from tests.security.arriving import ONE
from tests.support.factories import HERE, new_id
from tests.support.sending import Receiver, Said, Sending

OPEN = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.PRIVATE)


@ONE
async def test_095_there_is_one_post_for_each_inbox_and_the_shared_one_is_used_where_it_may_be(us: Sending):
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben, cai, _ = [await us.follower(amy, name, "beta.test") for name in ("ben", "cai", "dot")]
    gil, gus = [await us.follower(amy, name, "gamma.test", shared_inbox_uri="") for name in ("gil", "gus")]
    for visibility in OPEN:
        await us.post(amy, visibility=visibility, mentioned=(ben.id, cai.id))
        await us.run()
    assert beta.paths == ["/inbox"] * 3
    assert sorted(gamma.paths) == sorted(["/users/gil/inbox", "/users/gus/inbox"] * 3)
    assert len({got.document["id"] for got in gamma.got}) == 3
    await us.post(amy, visibility=Visibility.DIRECT, mentioned=(ben.id, cai.id, gil.id))
    await us.run()
    assert sorted(beta.paths[3:]) == ["/users/ben/inbox", "/users/cai/inbox"]
    assert gamma.paths[6:] == ["/users/gil/inbox"]
    assert gus.id not in (ben.id, cai.id, gil.id)
    assert set(await us.states()) == {"delivered"}


async def _unwanted(us: Sending, amy: Account) -> None:
    """Followers of amy at servers that get nothing, each for its own reason."""
    await us.follower(amy, "mirror", HERE.authority, inbox_uri=f"{HERE}/inbox")
    await us.follower(amy, "bad", "blocked.test")
    await us.db.write(domains.put, DomainRule(host="blocked.test", severity=Severity.SUSPEND, created_at=us.clock()))
    await us.follower(amy, "sub", "deep.blocked.test")
    await us.follower(amy, "quiet", "away.test")
    await us.db.write(hosts.mark_dead, "away.test", now=us.clock())
    await us.follower(amy, "gone", "gone.test", suspended_at=us.clock())
    await us.follower(amy, "hers", "unloved.test")
    await us.db.write(blocking.block_host, account=amy, host="unloved.test", block_id=new_id(), now=us.clock())
    enemy = await us.follower(amy, "enemy", "beta.test", shared_inbox_uri="")
    wish = {"uri": f"{HERE}/ap/activities/9", "block_id": new_id(), "now": us.clock()}
    await us.db.write(blocking.block, account=amy, target=enemy, **wish)


@ONE
async def test_096_nothing_goes_to_ourselves_to_blocked_or_to_unavailable_servers(us: Sending):
    amy, beta = await us.person(), await us.server("beta.test")
    others = [await us.server(name) for name in ("blocked.test", "deep.blocked.test", "away.test", "gone.test", "unloved.test")]
    await us.follower(amy, "ben", "beta.test")
    await _unwanted(us, amy)
    await us.run()
    ended = len(beta.got)  # what the block ended is told
    status = await us.post(amy, mentioned=((await us.person("ann")).id,))
    await us.run()
    assert beta.paths[ended:] == ["/inbox"]
    assert [server.host for server in others if "Create" in server.types] == []
    assert HERE.authority not in {item.host for item in await us.deliveries()}
    await us.db.write(domains.put, DomainRule(host="beta.test", severity=Severity.SUSPEND, created_at=us.clock()))
    await us.post(amy, "After the block")
    await us.run()
    assert len(beta.got) == ended + 1
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=us.clock())
    await us.run()
    assert [server.host for server in others if {"Create", "Delete"} & set(server.types)] == []  # they never had the post


def restarted(us: Sending, *, jitter: float = 0.0) -> None:
    """Another process goes on: it knows what the database knows."""
    us.peer.client.breakers.put("beta.test", CLOSED)
    us.worker = Worker(us.db, us._run, us.clock, asyncio.Event(), jitter=lambda: jitter)


async def _one_post(us: Sending, host: str = "beta.test") -> tuple[Account, Receiver]:
    amy, beta = await us.person(), await us.server(host)
    await us.follower(amy, "ben", host)
    await us.post(amy)
    return amy, beta


@ONE
async def test_097_retries_keep_their_times_over_a_restart_and_end_as_a_visible_dead_letter(us: Sending):
    amy, beta = await _one_post(us)
    beta.always = Said(status=500)
    await us.run()
    minute, hour = 60, 3_600
    for number, seconds in enumerate((30, 2 * minute, 10 * minute, 30 * minute, hour, 3 * hour, 6 * hour, 12 * hour, 12 * hour)):
        if number == 2:
            restarted(us)
        await us.run(seconds=seconds - 1)
        assert len(beta.got) == number + 1
        await us.run(seconds=1)
        assert len(beta.got) == number + 2
    for _ in range(6 * 24):
        await us.run(hours=1)
    (delivery,) = await us.deliveries()
    assert delivery.ended_at is not None
    assert (delivery.state, delivery.answer) == ("expired", 500)
    assert timedelta(days=6) < delivery.ended_at - delivery.created_at <= timedelta(days=7)
    (letter,) = await us.db.read(job_keeping.dead_letters, host="beta.test", below=MAX_ID)
    assert (letter.kind, letter.cause) == ("Deliver", Cause.EXPIRED)
    tried, beta.always = len(beta.got), None
    await us.db.write(job_keeping.revive, letter.id, now=us.clock())
    restarted(us)
    await us.run()
    assert len(beta.got) == tried + 1
    assert await us.states() == ["delivered"]

    for jitter, earliest in ((1.0, 36), (-1.0, 24)):  # within a fifth
        restarted(us, jitter=jitter)
        before = len(beta.got)
        beta.say(500)
        await us.post(amy, f"With jitter {jitter}")
        await us.run()
        await us.run(seconds=earliest - 1)
        assert len(beta.got) == before + 1
        await us.run(seconds=1)
        assert len(beta.got) == before + 2


FINAL = (300, 301, 302, 303, 307, 308, 400, 402, 405, 406, 409, 411, 413, 414, 415, 418, 422, 423, 431, 451, 501)
GOES_ON = (408, 425, 429, 500, 502, 503, 504)


async def _ends_at_once(us: Sending, amy: Account, beta: Receiver, status: int) -> None:
    beta.always = Said(status=status, headers={"Location": "https://beta.test/elsewhere"})
    before = len(beta.got)
    await us.post(amy, f"Answered with {status}")
    await us.run()
    await us.run(days=1)
    assert (await us.deliveries())[-1].state == "refused", status
    assert len(beta.got) - before == (2 if status == 400 else 1), status  # 400: once in the other form of signature
    assert set(beta.paths) == {"/inbox"}


async def _goes_on(us: Sending, amy: Account, beta: Receiver, status: int) -> None:
    restarted(us)
    beta.always = Said(status=status)
    await us.post(amy, f"Answered with {status}")
    await us.run()
    assert (await us.deliveries())[-1].state == "waiting", status
    beta.always = None
    restarted(us)
    await us.run(minutes=1)
    assert (await us.deliveries())[-1].state == "delivered", status


async def _refused_three_times(us: Sending, amy: Account, beta: Receiver, status: int) -> None:
    beta.always, before = Said(status=status), len(beta.got)
    await us.post(amy, f"Refused with {status}")
    await us.run()
    for _ in range(24):
        await us.run(hours=1)
    delivery = (await us.deliveries())[-1]
    assert (delivery.state, delivery.answer, delivery.refusals) == ("refused", status, 3)
    assert len(beta.got) - before == (6 if status == 401 else 3)  # 401: each time in both forms


@ONE
async def test_098_what_an_answer_means(us: Sending):
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    for status in FINAL:
        await _ends_at_once(us, amy, beta, status)
    for status in GOES_ON:
        await _goes_on(us, amy, beta, status)
    for status in (401, 403):
        await _refused_three_times(us, amy, beta, status)
    beta.always = None

    gamma = await us.server("gamma.test")
    gil = await us.follower(amy, "gil", "gamma.test", shared_inbox_uri="")
    gamma.documents["/users/gil"] = 410
    gamma.say(410)
    await us.post(amy, "To somebody who left")
    await us.run()
    assert (await us.db.read(accounts.get, gil.id)).deleted_at is not None
    await us.post(amy, "To those who are there")
    await us.run()
    assert len(gamma.got) == 1
    assert await us.db.read(follows.find, follower_id=ben.id, target_id=amy.id) is not None

    for status in (429, 503):
        for in_seconds in (True, False):
            moment = format_datetime(us.clock() + timedelta(seconds=600), usegmt=True)
            asked = "600" if in_seconds else moment
            restarted(us)
            before = len(beta.got)
            beta.say(Said(status=status, headers={"Retry-After": asked}))
            await us.post(amy, "First")
            await us.run()
            await us.post(amy, "Second")  # the whole server is left in peace
            await us.run(seconds=595)
            assert len(beta.got) == before + 1
            await us.run(seconds=10)
            assert len(beta.got) == before + 3
            assert [item.state for item in (await us.deliveries())[-2:]] == ["delivered", "delivered"]
