"""What must hold when servers are away, strict, or left (reliability F-7; federation, tests 57, 58 and 102)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.jobs.work import Deliver
from fedisw.services import accounts as profiles
from fedisw.storage.queries import accounts
from tests.support.fediverse import Fediverse, Server, waits_for_delivery
from tests.support.jobs import all_jobs

AJ = {"Accept": "application/activity+json"}


async def home(server: Server) -> list[dict[str, Any]]:
    return list(await server.ask("/api/v1/timelines/home"))


async def two_friends(fediverse: Fediverse, **settings: str) -> tuple[Server, Server]:
    """Amy of alpha and ben of beta, who follow each other."""
    alpha = await fediverse.start("alpha.test", username="amy", **settings)
    beta = await fediverse.start("beta.test", username="ben", **settings)
    await alpha.follow(beta.account)
    await beta.follow(alpha.account)
    await fediverse.settle()
    return alpha, beta


async def test_what_was_due_while_a_server_was_away_arrives_in_order_when_it_is_back(fediverse: Fediverse):
    alpha, beta = await two_friends(fediverse)
    async with fediverse.without(beta):
        post = await alpha.do("/api/v1/statuses", json={"status": "First"})
        await fediverse.settle(allowed=waits_for_delivery)
        fediverse.clock.forward(seconds=1)
        await alpha.do(f"/api/v1/statuses/{post['id']}", method="PUT", json={"status": "Second"})
        gone = await alpha.do("/api/v1/statuses", json={"status": "Gone before it came"})
        await fediverse.settle(allowed=waits_for_delivery)
        await alpha.do(f"/api/v1/statuses/{gone['id']}", method="DELETE")
        await fediverse.settle(allowed=waits_for_delivery)
        assert [job for job in await all_jobs(alpha.db) if job.kind == Deliver.__name__ and job.host == "beta.test"]
        assert await home(beta) == []
    for _ in range(12):
        fediverse.clock.forward(minutes=20)
        await fediverse.settle(allowed=waits_for_delivery)
    await fediverse.settle()
    assert [item["content"] for item in await home(beta)] == ["<p>Second</p>"]


async def test_servers_that_show_nothing_to_strangers_follow_each_other_from_scratch(fediverse: Fediverse):
    alpha, beta = await two_friends(fediverse, FEDISW_FEDERATION_AUTHORIZED_FETCH="on")
    post = await alpha.do("/api/v1/statuses", json={"status": "Seen by those who sign"})
    await fediverse.settle()
    assert [item["uri"] for item in await home(beta)] == [post["uri"]]
    path = post["uri"].removeprefix("https://alpha.test")
    assert (await alpha.call("GET", path, signed_in=False, headers=AJ)).status == 401


async def test_who_leaves_is_gone_everywhere_and_does_not_come_back(fediverse: Fediverse):
    alpha, beta = await two_friends(fediverse)
    await alpha.do("/api/v1/statuses", json={"status": "Good bye"})
    await fediverse.settle()
    await alpha.db.write(profiles.delete_local_account, account_id=alpha.account.id, now=fediverse.clock())
    await fediverse.settle()
    copy = await beta.db.read(accounts.find_by_uri, alpha.account.uri)
    assert copy is not None
    assert (copy.deleted_at is not None, copy.display_name) == (True, "")
    assert await home(beta) == []
    found = await beta.ask("/api/v2/search?q=@amy@alpha.test&resolve=true&type=accounts")
    assert found["accounts"] == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_pinned_post_is_pinned_elsewhere(fediverse: Fediverse):
    alpha, beta = await two_friends(fediverse)
    post = await alpha.do("/api/v1/statuses", json={"status": "Read me first"})
    await alpha.do(f"/api/v1/statuses/{post['id']}/pin")
    await fediverse.settle()
    amy_id = await beta.meet(alpha.account)
    assert [item["uri"] for item in await beta.ask(f"/api/v1/accounts/{amy_id}/statuses?pinned=true")] == [post["uri"]]
    await alpha.do(f"/api/v1/statuses/{post['id']}/unpin")
    await fediverse.settle()
    assert await beta.ask(f"/api/v1/accounts/{amy_id}/statuses?pinned=true") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_an_answer_to_somebody_unknown_brings_the_thread_with_it(fediverse: Fediverse):
    alpha, beta = await two_friends(fediverse)
    gamma = await fediverse.start("gamma.test", username="gil")
    root = await gamma.do("/api/v1/statuses", json={"status": "Nobody follows gil"})
    found = await beta.ask(f"/api/v2/search?q={root['uri']}&resolve=true&type=statuses")
    answer = {"status": "Ben answers gil", "in_reply_to_id": found["statuses"][0]["id"]}
    await beta.do("/api/v1/statuses", json=answer)
    await fediverse.settle()
    assert await home(alpha) == [], "answers to people whom amy does not follow stay out of her home"
    (copy,) = await alpha.ask(f"/api/v1/accounts/{await alpha.meet(beta.account)}/statuses")
    thread = await alpha.ask(f"/api/v1/statuses/{copy['id']}/context")
    assert [above["uri"] for above in thread["ancestors"]] == [root["uri"]]
