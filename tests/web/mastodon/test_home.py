"""What stands in home and list timelines, and what does not (mastodon-api.md, section 7)."""

from __future__ import annotations

from typing import Any

from fedisw.services import blocking
from fedisw.storage.queries import feeds
from tests.support.factories import new_id, put_follow
from tests.web.mastodon.conftest import Api

HOME = "/api/v1/timelines/home"


async def home(api: Api, who: str = "amy", path: str = HOME) -> list[str]:
    return [post["id"] for post in await api.ok("GET", path, who)]


async def boost(api: Api, who: str, post: Any) -> Any:
    made = await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", who)
    await api.fan_out(int(made["id"]))
    return made


async def team(api: Api, *names: str, **more: Any) -> str:
    """A list of amy's; its timeline."""
    made = await api.ok("POST", "/api/v1/lists", "amy", json={"title": "Team"} | more)
    members = {"account_ids": [api.accounts[name].id for name in names]}
    await api.ok("POST", f"/api/v1/lists/{made['id']}/accounts", "amy", json=members)
    return f"/api/v1/timelines/list/{made['id']}"


async def test_posts_that_name_somebody_unwanted_are_left_out(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    rob = await api.remote()
    await api.follow("amy", "ben")
    path = await team(api, "ben")
    plain = await api.post("ben", "hello")
    named = await api.post("ben", "hello @cat")
    boosted = await boost(api, "ben", await api.post("cat", "@rob@beta.test hello"))
    own = await api.post("amy", "hello @cat")
    everything = [own["id"], boosted["id"], named["id"], plain["id"]]
    assert await home(api) == everything
    cat = f"/api/v1/accounts/{api.accounts['cat'].id}"
    await api.ok("POST", f"{cat}/mute", "amy", json={"duration": 60})
    assert await home(api) == [own["id"], plain["id"]]
    assert await home(api, path=path) == [plain["id"]]
    api.clock.forward(seconds=61)
    assert await home(api) == everything
    assert await home(api, path=path) == everything[1:]
    await api.db.write(blocking.block_host, account=api.accounts["amy"], host=rob.host or "", block_id=new_id(), now=api.clock())
    assert await home(api) == [own["id"], named["id"], plain["id"]]
    await api.ok("POST", f"{cat}/block", "amy")
    assert await home(api) == [own["id"], plain["id"]]


async def test_a_post_that_several_boost_stands_there_once(api: Api) -> None:
    await api.join("amy", "ben", "cat", "dan")
    for name in ("ben", "cat"):
        await api.follow("amy", name)
    far, near = await api.post("dan", "from afar"), await api.post("ben", "from near")
    first = await boost(api, "ben", far)
    await boost(api, "cat", far)
    await boost(api, "cat", near)
    assert await home(api) == [first["id"], near["id"]]
    await api.write_many("ben", feeds.AGAIN)
    await api.ok("POST", f"/api/v1/statuses/{far['id']}/unreblog", "cat")
    again = await boost(api, "cat", far)
    assert (await home(api))[0] == again["id"]


async def test_a_list_shows_replies_as_its_policy_says(api: Api) -> None:
    await api.join("amy", "ben", "cat", "dan")
    for name in ("ben", "cat", "dan"):
        await api.follow("amy", name)
    posts = {name: await api.post(name, "hello") for name in ("amy", "cat", "dan", "ben")}
    replies = {
        name: await api.post("ben", f"@{name} yes", in_reply_to_id=posts[name]["id"]) for name in ("amy", "cat", "dan", "ben")
    }
    always = {posts["ben"]["id"], replies["ben"]["id"], replies["amy"]["id"]}
    for policy, more in (("none", ()), ("list", ("cat",)), ("followed", ("cat", "dan"))):
        path = await team(api, "ben", "cat", replies_policy=policy)
        shown = set(await home(api, path=path)) - {posts["cat"]["id"]}
        assert shown == always | {replies[name]["id"] for name in more}, policy


async def test_those_on_an_exclusive_list_stand_there_only(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    for name in ("ben", "cat"):
        await api.follow("amy", name)
    path = await team(api, "ben", exclusive=True)
    hidden, shown = await api.post("ben", "hello"), await api.post("cat", "hello")
    assert await home(api) == [shown["id"]]
    assert await home(api, path=path) == [hidden["id"]]


async def test_answers_stand_at_home_of_those_who_follow_both(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    rob = await api.remote()
    cats, bens = await api.post("cat", "hello"), await api.post("ben", "hello")
    to_stranger = await api.post("ben", "@cat yes", in_reply_to_id=cats["id"])
    own = await api.post("ben", "more", in_reply_to_id=bens["id"])
    await api.follow("amy", "ben")
    await api.db.write(put_follow, api.accounts["amy"], rob)
    assert await home(api) == [own["id"], bens["id"]]  # what was there before the follow
    later = await api.post("ben", "@cat again", in_reply_to_id=cats["id"])
    await api.receive(rob, "to somebody unknown", in_reply_to_uri="https://gamma.test/notes/1")
    opening = await api.receive(rob, "to everybody")
    assert set(await home(api)) == {str(opening.id), own["id"], bens["id"]}
    await api.follow("amy", "cat")
    answer = await api.post("ben", "@cat now", in_reply_to_id=cats["id"])
    seen = await home(api)
    assert answer["id"] in seen
    assert not {to_stranger["id"], later["id"]} & set(seen)
