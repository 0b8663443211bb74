"""How deliveries end: the table of answers, signatures, the breaker, and the audience at the last moment (P-3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import bindparam, update

from fedisw.crypto.signed import Scheme
from fedisw.federation import resolve
from fedisw.federation.delivery import restore_breakers
from fedisw.jobs.work import Deliver
from fedisw.model.jobs import Cause, JobState
from fedisw.model.peers import DeliveryState
from fedisw.net.breaker import CLOSED
from fedisw.services import editing
from fedisw.storage.db import Tx
from fedisw.storage.queries import deliveries, hosts, job_keeping
from fedisw.storage.statements import Command
from fedisw.storage.tables.jobs import jobs
from tests.net.servers import Names
from tests.support.jobs import all_jobs
from tests.support.peers import PeerServer
from tests.support.sending import Receiver, Said, Sending

BURY = Command(update(jobs).where(jobs.c.id == bindparam("key")).values(state=JobState.DEAD, finished_at=bindparam("at")))


async def one_post(us: Sending, **changes: object) -> Receiver:
    """A post that waits to be sent to one server."""
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test", **changes)
    await us.post(amy)
    return beta


FINAL = (405, 406, 413, 415, 422, 501)
LATER = (408, 425, 429, 500, 503)


@pytest.mark.parametrize("status", [200, 202])
async def test_a_2xx_is_the_end(us: Sending, status: int) -> None:
    beta = await one_post(us)
    beta.say(status)
    await us.run()
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer, delivery.attempts) == ("delivered", status, 1)
    assert delivery.ended_at == us.clock()


@pytest.mark.parametrize("status", FINAL)
async def test_what_another_try_cannot_help_is_the_end(us: Sending, status: int) -> None:
    beta = await one_post(us)
    beta.say(status)
    await us.run()
    await us.run(days=1)
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer) == ("refused", status)
    assert len(beta.got) == 1


@pytest.mark.parametrize("status", LATER)
async def test_a_passing_failure_is_tried_again(us: Sending, status: int) -> None:
    beta = await one_post(us)
    beta.say(status)
    await us.run()
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer, delivery.attempts) == ("waiting", status, 1)
    await us.run(seconds=29)
    assert len(beta.got) == 1
    await us.run(seconds=2)
    assert len(beta.got) == 2
    assert await us.states() == ["delivered"]


@pytest.mark.parametrize("status", [302, 308])
async def test_a_redirect_is_never_followed(us: Sending, status: int) -> None:
    beta = await one_post(us)
    beta.say(Said(status=status, headers={"Location": "https://beta.test/elsewhere"}))
    await us.run()
    assert beta.paths == ["/inbox"]
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer) == ("refused", status)


async def test_a_400_to_both_forms_of_signature_is_the_end(us: Sending) -> None:
    beta = await one_post(us)
    beta.say(400, 400)
    await us.run()
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421]
    assert await us.states() == ["refused"]


@pytest.mark.parametrize(("status", "body", "requests"), [(401, b"", 2), (403, b"", 1), (403, b"Invalid Signature", 2)])
async def test_a_refusal_is_tried_three_times(us: Sending, status: int, body: bytes, requests: int) -> None:
    beta = await one_post(us)
    beta.always = Said(status=status, body=body)
    await us.run()
    assert len(beta.got) == requests
    await us.run(seconds=31)
    assert await us.states() == ["waiting"]
    await us.run(minutes=3)
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer, delivery.refusals) == ("refused", status, 3)
    await us.run(days=1)
    assert len(beta.got) == requests * 3


async def test_failures_of_other_kinds_do_not_count_as_refusals(us: Sending) -> None:
    beta = await one_post(us)
    beta.say(500, 500, 500, 403)
    await us.run()
    for seconds in (31, 121, 601):
        await us.run(seconds=seconds)
    assert await us.states() == ["waiting"]


async def test_the_other_form_of_signature_is_tried_at_once_and_remembered(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(401)
    await us.post(amy)
    await us.run()
    await us.post(amy)
    await us.run()
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421, Scheme.RFC9421]
    assert beta.got[0].body == beta.got[1].body
    assert {item.verify() for item in beta.got} == {f"{amy.uri}#main-key"}
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock()) == "rfc9421"


async def test_a_remembered_form_that_is_refused_is_given_up(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.db.write(hosts.remember_scheme, "beta.test", "rfc9421", now=us.clock())
    beta.say(401)
    await us.post(amy)
    await us.run()
    assert [item.scheme for item in beta.got] == [Scheme.RFC9421, Scheme.CAVAGE]
    assert await us.db.read(hosts.scheme_of, "beta.test", now=us.clock()) == "cavage"


@pytest.mark.parametrize("status", [500, 429])
async def test_there_is_no_second_knock_where_the_signature_is_not_the_matter(us: Sending, status: int) -> None:
    beta = await one_post(us)
    beta.say(status)
    await us.run()
    assert len(beta.got) == 1


async def test_an_inbox_with_a_query_gets_three_requests_at_most_the_last_without_it(us: Sending) -> None:
    inbox = "https://beta.test/?author=0"
    beta = await one_post(us, inbox_uri=inbox, shared_inbox_uri="")
    beta.always = Said(status=401)
    await us.run()
    assert [item.scheme for item in beta.got] == [Scheme.CAVAGE, Scheme.RFC9421, Scheme.CAVAGE]
    assert set(beta.paths) == {"/?author=0"}
    for item in beta.got:
        item.verify()
    assert beta.got[0].headers["Signature"] != beta.got[2].headers["Signature"]


async def test_every_try_is_signed_anew_over_the_same_body(us: Sending) -> None:
    beta = await one_post(us)
    beta.say(500)
    await us.run()
    await us.run(seconds=31)
    first, second = beta.got
    assert first.body == second.body
    assert first.headers["Date"] == "Sat, 21 Nov 2026 12:00:00 GMT"
    assert second.headers["Date"] == "Sat, 21 Nov 2026 12:00:31 GMT"
    assert first.headers["Digest"] == second.headers["Digest"]
    assert first.headers["Content-Type"] == "application/activity+json"
    for item in beta.got:
        item.verify()


async def test_the_host_may_ask_for_a_pause(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(Said(status=429, headers={"Retry-After": "600"}))
    await us.post(amy)
    await us.run()
    await us.post(amy)
    await us.run(minutes=9)
    assert len(beta.got) == 1
    await us.run(minutes=2)
    assert await us.states() == ["delivered", "delivered"]
    assert [item.attempts for item in await us.deliveries()] == [2, 1]


async def test_a_pause_of_one_inbox_does_not_hold_the_host(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(Said(status=408, headers={"Retry-After": "600"}))
    await us.post(amy)
    await us.run()
    await us.post(amy)
    await us.run()
    assert await us.states() == ["waiting", "delivered"]
    await us.run(seconds=599)
    assert len(beta.got) == 2
    await us.run(seconds=2)
    assert await us.states() == ["delivered", "delivered"]


async def test_a_host_that_fails_is_left_alone_probed_and_heard_of_again(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.always = Said(status=500)
    for _ in range(5):
        await us.post(amy)
    await us.run()
    assert len(beta.got) == 5
    kept = await us.db.read(hosts.find, "beta.test")
    assert kept is not None
    assert kept.open_until == us.clock() + timedelta(minutes=1)
    await us.post(amy)
    await us.run(seconds=45)
    assert len(beta.got) == 5  # those whose time has come wait too, and it is no attempt
    assert [item.attempts for item in await us.deliveries()] == [1, 1, 1, 1, 1, 0]
    await us.run(seconds=16)
    assert len(beta.got) == 6  # one probe
    await us.run(seconds=30)
    assert len(beta.got) == 6
    beta.always = None
    await us.run(minutes=2)
    assert await us.states() == ["delivered"] * 6
    after = await us.db.read(hosts.find, "beta.test")
    assert after is not None
    assert (after.failures, after.open_until) == (0, None)


async def test_a_host_that_is_heard_of_gets_all_that_waits_at_once(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.always = Said(status=500)
    for _ in range(3):
        await us.post(amy)
    await us.run()
    await us.run(minutes=1)
    beta.always = None
    us.peer.client.breakers.succeeded("beta.test")
    assert await us.db.write(deliveries.release, "beta.test", now=us.clock()) == 3
    await us.run()
    assert await us.states() == ["delivered"] * 3


async def test_a_connection_that_fails_is_tried_again(us: Sending, names: Names) -> None:
    beta = await one_post(us)
    beta.always = Said(hangs_up=True)
    await us.run()
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.answer, delivery.attempts) == ("waiting", None, 1)
    names.places.pop("beta.test")
    await us.run(seconds=31)
    assert (await us.deliveries())[0].attempts == 2


async def test_a_delivery_that_never_succeeds_is_given_up_after_a_week_and_can_be_revived(us: Sending) -> None:
    beta = await one_post(us)
    beta.always = Said(status=500)
    for _ in range(8 * 24):
        await us.run(hours=1)
    (delivery,) = await us.deliveries()
    assert delivery.state == "expired"
    assert delivery.ended_at is not None
    assert timedelta(days=6) < delivery.ended_at - delivery.created_at <= timedelta(days=7)
    dead = [job for job in await all_jobs(us.db) if job.state is JobState.DEAD]
    assert [(job.kind, job.cause) for job in dead] == [("Deliver", Cause.EXPIRED)]
    sent = len(beta.got)
    beta.always = None
    await us.db.write(job_keeping.revive, dead[0].id, now=us.clock())
    us.peer.client.breakers.succeeded("beta.test")
    await us.run()
    assert len(beta.got) == sent + 1
    assert await us.states() == ["delivered"]


async def test_a_delivery_whose_job_died_of_a_fault_is_over_too(us: Sending) -> None:
    beta = await one_post(us)
    beta.say(500)
    await us.run()
    (job,) = [job for job in await all_jobs(us.db) if job.kind == "Deliver"]
    await us.db.write(bury, job.id, us.clock())
    assert await us.db.write(deliveries.give_up_dead, since=us.clock() - timedelta(hours=1), now=us.clock()) == 1
    assert await us.states() == ["expired"]
    assert await us.db.write(deliveries.give_up_dead, since=us.clock() - timedelta(hours=1), now=us.clock()) == 0


def bury(tx: Tx, job_id: int, now: datetime) -> None:
    tx.exec(BURY, key=job_id, at=now)


async def test_a_job_that_runs_twice_sends_once(us: Sending) -> None:
    beta = await one_post(us)
    await us.run()
    (delivery,) = await us.deliveries()
    await us.enqueue(
        Deliver(delivery_id=delivery.id, to_host="beta.test", about="x"), Deliver(delivery_id=1, to_host="b", about="y")
    )
    await us.run()
    assert us.ran.count("Deliver") == 3
    assert len(beta.got) == 1


async def test_where_it_stands_is_told_to_the_author(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "gamma.test")
    gamma.say(422)
    status = await us.post(amy)
    await us.run()
    tally = await us.db.read(deliveries.tally, status.id)
    assert tally == {DeliveryState.DELIVERED: 1, DeliveryState.REFUSED: 1}
    assert len(beta.got) == len(gamma.got) == 1


async def test_killed_between_sending_and_noting_it_is_sent_again_under_the_same_id(us: Sending) -> None:
    beta = await one_post(us)

    async def killed() -> None:
        await us.db.write(job_keeping.give_back_owned, owner="worker-0/", now=us.clock())

    beta.meanwhile = killed
    await us.run()
    first, second = beta.got
    assert first.document["id"] == second.document["id"]
    assert await us.states() == ["delivered"]


async def test_a_job_cancelled_while_it_was_sent_changes_nothing_any_more(us: Sending) -> None:
    beta = await one_post(us)

    async def cancelled() -> None:
        (job,) = [job for job in await all_jobs(us.db) if job.kind == "Deliver"]
        await us.db.write(job_keeping.cancel, job.id, now=us.clock())

    beta.meanwhile = cancelled
    await us.run()
    assert len(beta.got) == 1
    assert await us.states() == ["waiting"]


async def test_a_deletion_waits_for_the_post_that_is_being_sent(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)

    async def deleted() -> None:
        await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=us.clock())

    beta.meanwhile = deleted
    await us.run()
    assert beta.types == ["Create", "Delete"]
    assert await us.states() == ["delivered", "delivered"]


async def test_a_request_from_a_host_that_was_left_alone_brings_it_all_that_waits(us: Sending, gamma: PeerServer) -> None:
    amy = await us.person()
    ben = gamma.person("ben")
    known = await resolve.account(us.peer, ben.uri)
    await us.follow(known, amy)
    await us.post(amy)
    for _ in range(5):
        us.peer.client.breakers.failed("gamma.test")
    await us.run()
    assert gamma.taken == []
    assert await us.home.take(ben.signed(ben.activity("Like", "https://home.test/ap/objects/1"))) == 202
    await us.run()
    assert [document["type"] for document in gamma.taken] == ["Create"]


async def test_hosts_that_were_left_alone_are_left_alone_after_a_restart(us: Sending) -> None:
    beta = await one_post(us)
    beta.always = Said(status=500)
    for _ in range(4):
        us.peer.client.breakers.failed("beta.test")
    await us.run()
    assert len(beta.got) == 1
    us.peer.client.breakers.put("beta.test", CLOSED)  # what a new process knows
    assert await restore_breakers(us.peer) == 1
    await us.run(seconds=31)
    assert len(beta.got) == 1
    await us.run(seconds=31)
    assert len(beta.got) == 2
