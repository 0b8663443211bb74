"""Stories over three servers: amy on alpha, ben on beta, gus on gamma."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import aiohttp
import orjson
import pytest

from fedisw.crypto import cavage
from fedisw.storage.queries import accounts
from tests.support.clock import Clock
from tests.support.fediverse import Fediverse, Server
from tests.support.peers import rsa
from tests.support.pictures import picture

AJ = "application/activity+json"


class Three(NamedTuple):
    """The servers of amy, ben and gus."""

    fediverse: Fediverse
    alpha: Server
    beta: Server
    gamma: Server

    async def settle(self) -> None:
        """All background work of all three."""
        await self.fediverse.settle()


@pytest.fixture
async def three(fediverse: Fediverse) -> Three:
    """Three servers with one person each; nobody knows anybody."""
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    gamma = await fediverse.start("gamma.test", username="gus")
    return Three(fediverse, alpha, beta, gamma)


async def everybody_follows(three: Three, target: Server) -> None:
    for server in (three.alpha, three.beta, three.gamma):
        if server is not target:
            await server.follow(target.account)
    await three.settle()


async def post(three: Three, server: Server, text: str, **more: Any) -> Any:
    made = await server.do("/api/v1/statuses", json={"status": text} | more)
    await three.settle()
    return made


async def upload(server: Server, description: str) -> str:
    form = aiohttp.FormData({"description": description})
    form.add_field("file", picture(), filename="p.png", content_type="image/png")
    url, head = f"https://127.0.0.1:{server.port}/api/v2/media", {"Host": server.host, "Authorization": f"Bearer {server.token}"}
    async with server.session.post(url, data=form, headers=head, server_hostname=server.host) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["id"])


async def home(server: Server) -> list[Any]:
    return list(await server.ask("/api/v1/timelines/home"))


async def kinds(server: Server) -> list[str]:
    return sorted(one["type"] for one in await server.ask("/api/v1/notifications"))


async def seen_at(server: Server, uri: str) -> Any:
    """A post of another server as it is found by its address; None when it is not."""
    found = await server.ask(f"/api/v2/search?resolve=true&type=statuses&q={uri}")
    return found["statuses"][0] if found["statuses"] else None


async def relation(server: Server, account_id: str) -> Any:
    return (await server.ask(f"/api/v1/accounts/relationships?id[]={account_id}"))[0]


async def test_a_post_with_an_image_reaches_all_followers_and_their_files_come_from_their_own_server(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    media_id = await upload(three.alpha, "A green door")
    made = await post(three, three.alpha, "Open house", media_ids=[media_id], spoiler_text="party", language="en")
    for server in (three.beta, three.gamma):
        (seen,) = await home(server)
        (image,) = seen["media_attachments"]
        assert (seen["uri"], seen["spoiler_text"], seen["language"]) == (made["uri"], "party", "en")
        assert (image["type"], image["description"]) == ("image", "A green door")
        address = image["url"]
        assert address.startswith(f"https://{server.host}/media/proxy/")
        assert (await server.call("GET", address.removeprefix(f"https://{server.host}"), signed_in=False)).status == 200


async def test_a_thread_goes_over_three_servers(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    question = await post(three, three.alpha, "Who knows a good supervisor?")
    (seen,) = await home(three.beta)
    answer = await post(three, three.beta, "@amy@alpha.test I do", in_reply_to_id=seen["id"])
    at_gamma = await seen_at(three.gamma, answer["uri"])
    more = await post(three, three.gamma, "@ben@beta.test @amy@alpha.test me too", in_reply_to_id=at_gamma["id"])
    assert await kinds(three.alpha) == ["follow", "follow", "mention", "mention"]
    assert await kinds(three.beta) == ["mention"]
    for server in (three.alpha, three.beta, three.gamma):
        first = question["id"] if server is three.alpha else (await seen_at(server, question["uri"]))["id"]
        below = (await server.ask(f"/api/v1/statuses/{first}/context"))["descendants"]
        assert [one["uri"] for one in below] == [answer["uri"], more["uri"]], server.host


async def test_a_boost_brings_a_post_to_a_server_that_did_not_know_its_author(three: Three) -> None:
    await three.beta.follow(three.alpha.account)
    await three.gamma.follow(three.beta.account)
    await three.settle()
    made = await post(three, three.alpha, "Pass it on")
    (seen,) = await home(three.beta)
    await three.beta.do(f"/api/v1/statuses/{seen['id']}/reblog")
    await three.settle()
    (boost,) = await home(three.gamma)
    assert (boost["account"]["acct"], boost["reblog"]["uri"]) == ("ben@beta.test", made["uri"])
    assert (await three.alpha.ask(f"/api/v1/statuses/{made['id']}"))["reblogs_count"] == 1
    await three.beta.do(f"/api/v1/statuses/{seen['id']}/unreblog")
    await three.settle()
    assert await home(three.gamma) == []
    assert (await three.alpha.ask(f"/api/v1/statuses/{made['id']}"))["reblogs_count"] == 0


async def test_likes_are_counted_where_the_post_is_and_taken_back(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    made = await post(three, three.alpha, "Well done")
    for server in (three.beta, three.gamma):
        await server.do(f"/api/v1/statuses/{(await home(server))[0]['id']}/favourite")
    await three.settle()
    assert (await three.alpha.ask(f"/api/v1/statuses/{made['id']}"))["favourites_count"] == 2
    assert await kinds(three.alpha) == ["favourite", "favourite", "follow", "follow"]
    await three.beta.do(f"/api/v1/statuses/{(await home(three.beta))[0]['id']}/unfavourite")
    await three.settle()
    likers = await three.alpha.ask(f"/api/v1/statuses/{made['id']}/favourited_by")
    assert [one["acct"] for one in likers] == ["gus@gamma.test"]


async def test_changes_and_the_end_of_a_post_reach_everybody_who_got_it(three: Three, clock: Clock) -> None:
    await everybody_follows(three, three.alpha)
    made = await post(three, three.alpha, "On Mnoday")
    clock.forward(minutes=1)
    await three.alpha.do(f"/api/v1/statuses/{made['id']}", method="PUT", json={"status": "On Monday"})
    await three.settle()
    for server in (three.beta, three.gamma):
        (seen,) = await home(server)
        assert (seen["content"], seen["edited_at"] is None) == ("<p>On Monday</p>", False)
        history = await server.ask(f"/api/v1/statuses/{seen['id']}/history")
        assert [one["content"] for one in history] == ["<p>On Mnoday</p>", "<p>On Monday</p>"]
    await three.alpha.do(f"/api/v1/statuses/{made['id']}", method="DELETE")
    await three.settle()
    for server in (three.beta, three.gamma):
        assert await home(server) == []


async def test_votes_from_two_servers_are_counted_and_told(three: Three, clock: Clock) -> None:
    await everybody_follows(three, three.alpha)
    poll = {"options": ["Monday", "Friday"], "expires_in": 3600, "multiple": True}
    made = await post(three, three.alpha, "When?", poll=poll)
    for server, choices in ((three.beta, [1]), (three.gamma, [0, 1])):
        (seen,) = await home(server)
        voted = await server.do(f"/api/v1/polls/{seen['poll']['id']}/votes", json={"choices": choices})
        assert voted["own_votes"] == choices
        await three.settle()
    counted = (await three.alpha.ask(f"/api/v1/statuses/{made['id']}"))["poll"]
    assert ([one["votes_count"] for one in counted["options"]], counted["voters_count"]) == ([1, 2], 2)
    clock.forward(minutes=1)
    await three.settle()
    at_beta = (await home(three.beta))[0]["poll"]
    assert [one["votes_count"] for one in at_beta["options"]] == [1, 2]


async def test_who_is_blocked_is_cut_off_and_stays_out(three: Three, clock: Clock) -> None:
    await everybody_follows(three, three.alpha)
    before = await post(three, three.alpha, "For all")
    gus = await three.alpha.meet(three.gamma.account)
    await three.alpha.do(f"/api/v1/accounts/{gus}/block")
    await three.settle()
    amy = await three.gamma.meet(three.alpha.account)
    assert not (await relation(three.gamma, amy))["following"]
    clock.forward(seconds=5)
    await post(three, three.alpha, "Without gus", visibility="private")
    assert [one["content"] for one in await home(three.beta)] == ["<p>Without gus</p>", "<p>For all</p>"]
    assert await home(three.gamma) == []
    at_gamma = await seen_at(three.gamma, before["uri"])
    await post(three, three.gamma, "@amy@alpha.test hear me", in_reply_to_id=at_gamma["id"])
    await three.gamma.do(f"/api/v1/accounts/{amy}/follow")
    await three.settle()
    assert (await three.alpha.ask(f"/api/v1/statuses/{before['id']}/context"))["descendants"] == []
    assert await kinds(three.alpha) == ["follow"]
    state = await relation(three.gamma, amy)
    assert (state["following"], state["requested"]) == (False, False)


async def test_posts_for_followers_never_reach_a_server_without_one(three: Three) -> None:
    await three.beta.follow(three.alpha.account)
    await three.gamma.follow(three.beta.account)
    await three.settle()
    secret = await post(three, three.alpha, "Only for you", visibility="private")
    (seen,) = await home(three.beta)
    assert (seen["content"], seen["visibility"]) == ("<p>Only for you</p>", "private")
    boosted = await three.beta.call("POST", f"/api/v1/statuses/{seen['id']}/reblog", json={})
    assert boosted.status == 403
    answer = await post(three, three.beta, "@amy@alpha.test thanks", in_reply_to_id=seen["id"])
    assert answer["visibility"] == "private"
    assert await seen_at(three.gamma, secret["uri"]) is None
    path = secret["uri"].removeprefix("https://alpha.test")
    unsigned = await three.alpha.call("GET", path, signed_in=False, headers={"Accept": AJ})
    assert unsigned.status == 404
    assert "Only for you" not in str(await three.gamma.ask("/api/v1/timelines/public"))
    assert "Only for you" not in str(await home(three.gamma))


async def test_a_direct_post_reaches_only_those_it_names(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    await three.alpha.meet(three.beta.account)
    made = await post(three, three.alpha, "@ben@beta.test in confidence", visibility="direct")
    assert await kinds(three.beta) == ["mention"]
    assert (await three.beta.ask("/api/v1/notifications"))[0]["status"]["visibility"] == "direct"
    assert await home(three.gamma) == []
    assert await seen_at(three.gamma, made["uri"]) is None


async def test_who_approves_followers_decides_over_each(three: Three) -> None:
    await three.alpha.do("/api/v1/accounts/update_credentials", method="PATCH", json={"locked": True})
    await three.settle()
    amy = {server.host: await server.follow(three.alpha.account) for server in (three.beta, three.gamma)}
    await three.settle()
    assert (await relation(three.beta, amy["beta.test"]))["requested"]
    assert await kinds(three.alpha) == ["follow_request", "follow_request"]
    waiting = {one["acct"]: one["id"] for one in await three.alpha.ask("/api/v1/follow_requests")}
    assert set(waiting) == {"ben@beta.test", "gus@gamma.test"}
    await three.alpha.do(f"/api/v1/follow_requests/{waiting['ben@beta.test']}/authorize")
    await three.alpha.do(f"/api/v1/follow_requests/{waiting['gus@gamma.test']}/reject")
    await three.settle()
    states = [await relation(server, amy[server.host]) for server in (three.beta, three.gamma)]
    assert [(one["following"], one["requested"]) for one in states] == [(True, False), (False, False)]
    await post(three, three.alpha, "For those I know", visibility="private")
    assert [len(await home(server)) for server in (three.beta, three.gamma)] == [1, 0]


async def test_who_stops_to_follow_gets_nothing_more(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    amy = await three.beta.meet(three.alpha.account)
    await three.beta.do(f"/api/v1/accounts/{amy}/unfollow")
    await three.settle()
    followers = await three.alpha.ask(f"/api/v1/accounts/{three.alpha.account.id}/followers")
    assert [one["acct"] for one in followers] == ["gus@gamma.test"]
    await post(three, three.alpha, "Who is left?")
    assert [len(await home(server)) for server in (three.beta, three.gamma)] == [0, 1]


async def test_a_changed_profile_is_seen_by_followers(three: Three) -> None:
    await everybody_follows(three, three.alpha)
    changes = {"display_name": "Amy Adler", "note": "Youth work", "fields_attributes": [{"name": "Where", "value": "Kiel"}]}
    await three.alpha.do("/api/v1/accounts/update_credentials", method="PATCH", json=changes)
    await three.settle()
    for server in (three.beta, three.gamma):
        seen = await server.ask(f"/api/v1/accounts/{await server.meet(three.alpha.account)}")
        assert (seen["display_name"], seen["note"]) == ("Amy Adler", "<p>Youth work</p>")
        assert [(one["name"], one["value"]) for one in seen["fields"]] == [("Where", "Kiel")]


async def test_who_signs_with_the_wrong_key_is_refused_and_leaves_nothing(three: Three, clock: Clock) -> None:
    await everybody_follows(three, three.alpha)
    before = await kinds(three.alpha)
    uri = three.beta.account.uri
    stolen = {"@context": "https://www.w3.org/ns/activitystreams", "id": f"{uri}#1", "type": "Block", "actor": uri}
    body = orjson.dumps(stolen | {"object": three.alpha.account.uri})
    signed = cavage.sign(
        method="POST",
        url="https://alpha.test/inbox",
        key_id=f"{uri}#main-key",
        key=rsa(9),
        now=clock(),
        body_sha256=hashlib.sha256(body).digest(),
        headers={"Content-Type": AJ},
    )
    url = f"https://127.0.0.1:{three.alpha.port}/inbox"
    async with three.alpha.session.post(url, data=body, headers=signed, server_hostname="alpha.test") as answer:
        assert answer.status == 401
    await three.settle()
    assert await kinds(three.alpha) == before
    ben = await three.alpha.db.read(accounts.find_by_uri, uri)
    assert ben is not None
    assert not (await relation(three.alpha, str(ben.id)))["blocked_by"]


async def test_an_answer_by_a_follower_of_a_post_for_followers_reaches_third_servers(three: Three):
    """Beta does not know who follows gus on gamma: what his policy gives to followers is believed."""
    await three.alpha.follow(three.gamma.account)
    await three.beta.follow(three.gamma.account)
    await three.beta.follow(three.alpha.account)
    await three.settle()
    await three.gamma.do("/api/v1/statuses", json={"status": "For my followers", "visibility": "private"})
    await three.settle()
    (seen,) = await three.alpha.ask("/api/v1/timelines/home")
    answer = {"status": "@gus@gamma.test I follow you", "in_reply_to_id": seen["id"], "visibility": "private"}
    said = await three.alpha.do("/api/v1/statuses", json=answer)
    await three.settle()
    for server in (three.beta, three.gamma):
        author = await server.meet(three.alpha.account)
        assert [item["uri"] for item in await server.ask(f"/api/v1/accounts/{author}/statuses")] == [said["uri"]], server.host
