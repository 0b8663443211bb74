"""Stories between servers of ours."""

from __future__ import annotations

from tests.support.fediverse import Fediverse


async def test_posts_reach_a_follower_on_another_server(fediverse: Fediverse):
    alpha = await fediverse.start("alpha.test", username="amy")
    beta = await fediverse.start("beta.test", username="ben")
    await beta.follow(alpha.account)
    await fediverse.settle()
    await alpha.do("/api/v1/statuses", json={"status": "Supervision group, Tuesday 18:00"})
    await fediverse.settle()
    seen = await beta.ask("/api/v1/timelines/home")
    assert [post["content"] for post in seen] == ["<p>Supervision group, Tuesday 18:00</p>"]


async def test_an_unsigned_activity_is_refused(fediverse: Fediverse):
    alpha = await fediverse.start("alpha.test")
    answer = await alpha.call(
        "POST",
        f"/ap/actors/{alpha.account.id}/inbox",
        json={"type": "Follow"},
        signed_in=False,
        headers={"Content-Type": "application/activity+json"},
    )
    assert answer.status == 401
