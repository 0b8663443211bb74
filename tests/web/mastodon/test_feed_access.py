"""Staff may close the feeds of everybody's posts, or one half of them (section 2.14)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.model.feeds import Access, FeedAccess, TimelinesAccess
from fedisw.storage.queries import instance
from fedisw.web.middleware.auth import NEEDS_USER
from tests.web.mastodon.conftest import Api
from tests.web.streaming.conftest import listen

LIVE, TAG = "/api/v1/timelines/public", "/api/v1/timelines/tag/care"


async def choose(api: Api, feed: FeedAccess) -> None:
    access = TimelinesAccess(live_feeds=feed, hashtag_feeds=feed, trending_link_feeds=feed)
    await api.db.write(instance.put_timelines_access, access, now=api.clock())
    api.clock.forward(seconds=31)


async def seen(api: Api, path: str, who: str = "") -> list[str] | int:
    answer = await api.call("GET", path, who)
    if answer.status != 200:
        assert answer.json == {"error": NEEDS_USER}
        return answer.status
    return [post["id"] for post in answer.json]


async def two_posts(api: Api) -> tuple[Any, Any]:
    await api.join("amy")
    here = await api.post("amy", "here #care")
    there = await api.receive(await api.remote(), "there", tags=("care",))
    return here["id"], str(there.id)


async def test_each_half_of_a_feed_opens_for_those_whom_staff_chose(api: Api) -> None:
    here, there = await two_posts(api)
    await choose(api, FeedAccess(local=Access.PUBLIC, remote=Access.AUTHENTICATED))
    for path in (LIVE, TAG):
        assert await seen(api, path) == 422
        assert await seen(api, f"{path}?remote=true") == 422
        assert await seen(api, f"{path}?local=true") == [here]
        assert set(await seen(api, path, "amy")) == {here, there}  # type: ignore[arg-type]  # a list of ids
    await choose(api, FeedAccess(local=Access.DISABLED, remote=Access.AUTHENTICATED))
    for path in (LIVE, TAG):
        assert await seen(api, f"{path}?local=true") == 422
        assert await seen(api, f"{path}?local=true", "amy") == []
        assert await seen(api, path, "amy") == await seen(api, f"{path}?remote=1", "amy") == [there]
    found = (await api.ok("GET", "/api/v2/instance"))["configuration"]["timelines_access"]
    assert found["live_feeds"] == found["hashtag_feeds"] == {"local": "disabled", "remote": "authenticated"}
    assert here not in str((await api.call("GET", "/local")).text)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_streams_obey_the_same_choice(api: Api) -> None:
    await two_posts(api)
    await choose(api, FeedAccess(local=Access.DISABLED))
    async with listen(api, "amy", "public", "public:local") as ears:
        await ears.say(type="subscribe", stream="hashtag", tag="care")
        await ears.say(type="subscribe", stream="hashtag:local", tag="care")
        await ears.ready()
        await api.post("amy", "here #care")
        far = await api.receive(api.accounts["rob@beta.test"], "there", tags=("care",))
        heard = await ears.rest()
        assert {(said["stream"][0], said["payload"]["id"]) for said in heard} == {
            ("public", str(far.id)), ("hashtag", str(far.id)),
        }  # fmt: skip
