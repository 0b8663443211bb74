"""Quotes between servers of ours: asked for, agreed to, seen by third parties, taken back (federation, section 4.12)."""

from __future__ import annotations

from typing import Any

from tests.support.fediverse import Fediverse, Server


async def posted(server: Server, text: str, **more: Any) -> Any:
    """A post of the person of a server."""
    return await server.do("/api/v1/statuses", json={"status": text, **more})


async def copy_of(server: Server, post: Any) -> Any:
    """The same post as another server has it."""
    return next(item for item in await server.ask("/api/v1/timelines/home") if item["uri"] == post["uri"])


async def three(fediverse: Fediverse) -> tuple[Server, Server, Server]:
    """ben (beta) follows amy (alpha), amy follows ben, cat (gamma) follows both."""
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    gamma = await fediverse.start("gamma.test", username="cat")
    await beta.follow(alpha.account)
    await alpha.follow(beta.account)
    await gamma.follow(alpha.account)
    await gamma.follow(beta.account)
    await fediverse.settle()
    return alpha, beta, gamma


async def test_a_quote_is_asked_for_and_seen_everywhere(fediverse: Fediverse) -> None:
    alpha, beta, gamma = await three(fediverse)
    original = await posted(alpha, "Supervision", quote_approval_policy="public")
    await fediverse.settle()
    there = await copy_of(beta, original)
    assert there["quote_approval"] == {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    made = await posted(beta, "Worth reading", quoted_status_id=there["id"])
    assert made["quote"]["state"] == "pending"
    await fediverse.settle()
    for server in (beta, gamma):
        shown = await copy_of(server, made)
        assert shown["quote"]["state"] == "accepted", server.host
        assert shown["quote"]["quoted_status"]["uri"] == original["uri"]
    (told,) = [item for item in await alpha.ask("/api/v1/notifications") if item["type"] == "quote"]
    assert told["status"]["uri"] == made["uri"]
    (quoting,) = await alpha.ask(f"/api/v1/statuses/{original['id']}/quotes")
    assert quoting["quote"]["quoted_status"]["id"] == original["id"]
    await alpha.do(f"/api/v1/statuses/{original['id']}/quotes/{quoting['id']}/revoke")
    await fediverse.settle()
    assert (await copy_of(beta, made))["quote"] == {"state": "revoked", "quoted_status": None}
    assert (await alpha.ask(f"/api/v1/statuses/{original['id']}"))["quotes_count"] == 0


async def test_an_author_who_does_not_follow_is_asked_too(fediverse: Fediverse) -> None:
    alpha, beta = await fediverse.start("alpha.test", username="amy"), await fediverse.start("beta.test", username="ben")
    await beta.follow(alpha.account)
    await fediverse.settle()
    original = await posted(alpha, "Supervision", quote_approval_policy="public")
    await fediverse.settle()
    made = await posted(beta, "Worth reading", quoted_status_id=(await copy_of(beta, original))["id"])
    await fediverse.settle()
    assert (await beta.ask(f"/api/v1/statuses/{made['id']}"))["quote"]["state"] == "accepted"


async def test_a_quote_that_is_not_for_its_author_to_make_is_refused(fediverse: Fediverse) -> None:
    alpha, beta, _ = await three(fediverse)
    original = await posted(alpha, "Mine", quote_approval_policy="public")
    await fediverse.settle()
    there = await copy_of(beta, original)
    policy = f"/api/v1/statuses/{original['id']}/interaction_policy"
    answer = await alpha.call("PUT", policy, json={"quote_approval_policy": "nobody"})
    assert answer.status == 200
    made = await posted(beta, "Too late", quoted_status_id=there["id"])  # beta has not heard of it yet
    await fediverse.settle()
    assert (await copy_of(beta, made))["quote"] == {"state": "rejected", "quoted_status": None}
    assert (await copy_of(beta, original))["quote_approval"]["automatic"] == []
    again = await beta.call("POST", "/api/v1/statuses", json={"status": "x", "quoted_status_id": there["id"]})
    assert again.status == 404
    assert [item for item in await alpha.ask("/api/v1/notifications") if item["type"] == "quote"] == []


async def test_a_quote_for_followers_tells_the_quoted_author_only_if_it_is_for_them(fediverse: Fediverse) -> None:
    alpha, beta, gamma = await three(fediverse)
    theirs = await posted(gamma, "Loud", quote_approval_policy="public", visibility="public")
    found = await beta.ask(f"/api/v2/search?q={theirs['uri']}&resolve=true")
    there = found["statuses"][0]
    made = await posted(beta, "Between us", quoted_status_id=there["id"], visibility="private")
    await fediverse.settle()  # cat follows ben, so the request may go
    assert (await beta.ask(f"/api/v1/statuses/{made['id']}"))["quote"]["state"] == "accepted"
    seen = await copy_of(alpha, made)
    assert (seen["quote"]["state"], seen["visibility"]) == ("accepted", "private")
    stranger = await fediverse.start("delta.test", username="dan")
    loud = await posted(stranger, "Loud", quote_approval_policy="public")
    there = (await beta.ask(f"/api/v2/search?q={loud['uri']}&resolve=true"))["statuses"][0]
    made = await posted(beta, "Between us", quoted_status_id=there["id"], visibility="private")
    await fediverse.settle()
    assert (await beta.ask(f"/api/v1/statuses/{made['id']}"))["quote"]["state"] == "pending"
    assert (await stranger.ask("/api/v1/notifications")) == []


async def test_a_quote_among_people_of_one_server_is_shown_elsewhere(fediverse: Fediverse) -> None:
    alpha = await fediverse.start("alpha.test", username="amy")
    gamma = await fediverse.start("gamma.test", username="cat")
    eve = await alpha.person("eve")
    await gamma.follow(alpha.account)
    await fediverse.settle()
    by_eve = await alpha.sign_in(eve)
    original = (
        await alpha.call("POST", "/api/v1/statuses", json={"status": "eve", "quote_approval_policy": "public"}, by=by_eve)
    ).body
    made = await posted(alpha, "look", quoted_status_id=original["id"])
    await fediverse.settle()
    shown = await copy_of(gamma, made)
    assert shown["quote"]["state"] == "accepted"
    assert shown["quote"]["quoted_status"]["uri"] == original["uri"]
    await alpha.call("DELETE", f"/api/v1/statuses/{original['id']}", by=by_eve)
    await fediverse.settle()
    assert (await alpha.ask(f"/api/v1/statuses/{made['id']}"))["quote"]["state"] == "deleted"
