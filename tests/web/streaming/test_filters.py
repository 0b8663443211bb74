"""Filters in streams: the owner hears of a change, and every post carries what matches for its listener."""

from __future__ import annotations

from fedisw.live import topics
from tests.web.streaming.conftest import Api, listen

FILTER = {"title": "Grief", "context": ["home"], "keywords_attributes": [{"keyword": "grief"}]}
CHANGED = {"stream": ["user"], "event": "filters_changed"}


async def test_every_change_of_a_filter_is_told_to_its_owner_only(api: Api) -> None:
    await api.join("amy", "ben")
    async with listen(api, "amy", "user", "user:notification") as amy, listen(api, "ben", "user") as ben:
        one = await api.ok("POST", "/api/v2/filters", "amy", json=FILTER)
        assert await amy.hear() == CHANGED
        path = f"/api/v2/filters/{one['id']}"
        word = await api.ok("POST", f"{path}/keywords", "amy", json={"keyword": "loss"})
        await api.ok("DELETE", f"/api/v2/filters/keywords/{word['id']}", "amy")
        await api.ok("PUT", path, "amy", json={"title": "Loss"})
        await api.ok("DELETE", path, "amy")
        assert await amy.rest() == [CHANGED] * 4
        assert (await api.call("DELETE", path, "amy")).status == 404
        await amy.silent()
        await ben.silent()


async def test_posts_are_held_against_the_filters_of_each_listener(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    await api.follow("amy", "ben")
    await api.ok("POST", "/api/v2/filters", "amy", json=FILTER)
    async with listen(api, "amy", "user", "public") as amy, listen(api, "cat", "public") as cat:
        post = await api.post("ben", "Good grief @amy")
        heard = await amy.rest()
        statuses = [said["payload"].get("status", said["payload"]) for said in heard]
        assert {said["event"] for said in heard} == {"update", "notification"}
        assert [[item["keyword_matches"] for item in status["filtered"]] for status in statuses] == [[["grief"]]] * 3
        (told,) = await cat.rest()
        assert (told["payload"]["id"], told["payload"]["filtered"]) == (post["id"], [])
        await api.ok("PUT", f"/api/v1/statuses/{post['id']}", "ben", json={"status": "Good @amy"})
        edits = [said["payload"] for said in await amy.rest() if said["event"] == "status.update"]
        assert [status["filtered"] for status in edits] == [[], []]


async def test_a_change_of_filters_is_no_matter_of_notifications(api: Api) -> None:
    (amy,) = await api.join("amy")
    async with listen(api, "amy", "user:notification") as ears:
        api.runtime.bus.publish(topics.home(amy.id), topics.FiltersChanged())
        await ears.silent()
