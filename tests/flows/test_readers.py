"""Who fetched a post hears of its edits and its end, though nobody there follows its author (PRI-2)."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from fedisw.storage.statements import Query
from fedisw.storage.tables.jobs import jobs
from fedisw.storage.tables.peers import readers
from tests.support.fediverse import Fediverse, Server

PAYLOADS = Query(bytes, select(jobs.c.payload).where(jobs.c.kind == "NoteReader").order_by(jobs.c.id))
HOSTS = Query(str, select(readers.c.host).order_by(readers.c.host))
AJ = {"Accept": "application/activity+json"}


async def hosts(server: Server) -> list[str]:
    return await server.db.read(lambda tx: tx.all(HOSTS))


async def a_boosted_post(fediverse: Fediverse) -> tuple[Server, Server, str]:
    """Amy of alpha is followed by ben of beta only; gus of gamma gets her post because ben passes it on."""
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    gamma = await fediverse.start("gamma.test", username="gus")
    await beta.follow(alpha.account)
    await gamma.follow(beta.account)
    await fediverse.settle()
    post = await alpha.do("/api/v1/statuses", json={"status": "Notes of the team"})
    await fediverse.settle()
    (seen,) = await beta.ask("/api/v1/timelines/home")
    await beta.do(f"/api/v1/statuses/{seen['id']}/reblog")
    await fediverse.settle()
    return alpha, gamma, post["id"]


async def test_an_edit_and_the_end_of_a_post_reach_who_fetched_it(fediverse: Fediverse):
    alpha, gamma, post_id = await a_boosted_post(fediverse)
    assert [item["reblog"]["content"] for item in await gamma.ask("/api/v1/timelines/home")] == ["<p>Notes of the team</p>"]
    assert "gamma.test" in await hosts(alpha)
    fediverse.clock.forward(minutes=1)
    await alpha.do(f"/api/v1/statuses/{post_id}", method="PUT", json={"status": "Without names"})
    await fediverse.settle()
    assert [item["reblog"]["content"] for item in await gamma.ask("/api/v1/timelines/home")] == ["<p>Without names</p>"]
    await alpha.do(f"/api/v1/statuses/{post_id}", method="DELETE")
    await fediverse.settle()
    assert await gamma.ask("/api/v1/timelines/home") == []
    assert await hosts(alpha) == []


async def test_a_signature_that_is_wrong_is_not_noted(fediverse: Fediverse):
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    post = await alpha.do("/api/v1/statuses", json={"status": "For everybody"})
    forged = {
        "Date": alpha.runtime.now().strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Signature": 'keyId="https://beta.test/actor#main-key",algorithm="rsa-sha256",headers="(request-target) host date",'
        'signature="bm90IGEgc2lnbmF0dXJl"',
    }
    path = str(post["uri"]).removeprefix("https://alpha.test")
    assert (await alpha.call("GET", path, signed_in=False, headers=AJ | forged)).status == 200
    await fediverse.settle()
    assert await hosts(alpha) == []
    found = await beta.ask(f"/api/v2/search?q={post['uri']}&resolve=true&type=statuses")
    assert [item["uri"] for item in found["statuses"]] == [post["uri"]]
    await fediverse.settle()
    assert await hosts(alpha) == ["beta.test"]


async def test_of_a_signed_request_only_what_the_signature_rests_on_is_kept(fediverse: Fediverse):
    alpha = await fediverse.start("alpha.test", username="amy")
    post = await alpha.do("/api/v1/statuses", json={"status": "For everybody"})
    signed = {
        "Date": alpha.runtime.now().strftime("%a, %d %b %Y %H:%M:%S GMT"),
        "Signature": 'keyId="https://beta.test/actor#main-key",algorithm="rsa-sha256",'
        'headers="(request-target) host date cookie",signature="bm90IGEgc2lnbmF0dXJl"',
        "Cookie": "session=a-secret",
        "X-Odd": "a-secret",
    }
    path = str(post["uri"]).removeprefix("https://alpha.test")
    assert (await alpha.call("GET", path, headers=AJ | signed)).status == 200  # with a token besides
    (kept,) = await alpha.db.read(lambda tx: tx.all(PAYLOADS))
    assert {name for name, _ in orjson.loads(kept)["headers"]} == {"Host", "Date", "Signature"}
    assert alpha.token.encode() not in kept
    odd = signed | {"Signature": signed["Signature"].replace("cookie", "x-odd"), "X-Odd": "\udcff"}
    other = await alpha.do("/api/v1/statuses", json={"status": "Another"})
    path = str(other["uri"]).removeprefix("https://alpha.test")
    assert (await alpha.call("GET", path, signed_in=False, headers=AJ | odd)).status == 200
    for number in range(80):
        claimed = signed | {"Signature": signed["Signature"].replace("beta.test", f"beta{number}.test")}
        assert (await alpha.call("GET", path, signed_in=False, headers=AJ | claimed)).status == 200
    assert len(await alpha.db.read(lambda tx: tx.all(PAYLOADS))) <= 61, "as many as keys may be asked for in a minute"


async def test_what_was_edited_before_its_reader_could_be_verified_is_told_afterwards(fediverse: Fediverse):
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    post = await alpha.do("/api/v1/statuses", json={"status": "With a name"})
    gone = await alpha.do("/api/v1/statuses", json={"status": "Gone soon"})
    await fediverse.settle()
    async with fediverse.without(beta):
        for uri in (post["uri"], gone["uri"]):
            await beta.ask(f"/api/v2/search?q={uri}&resolve=true&type=statuses")
        await fediverse.settle(allowed=lambda job: job.kind == "NoteReader")
        fediverse.clock.forward(minutes=1)
        await alpha.do(f"/api/v1/statuses/{post['id']}", method="PUT", json={"status": "Without"})
        await alpha.do(f"/api/v1/statuses/{gone['id']}", method="DELETE")
        await fediverse.settle(allowed=lambda job: job.kind == "NoteReader")
    for _ in range(12):
        fediverse.clock.forward(minutes=20)
        await fediverse.settle(allowed=lambda job: True)
    await fediverse.settle()
    assert [item["content"] for item in await beta.ask("/api/v1/timelines/public")] == ["<p>Without</p>"]
