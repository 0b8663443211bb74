"""What people do with posts, and what they saved."""

from __future__ import annotations

import pytest

from tests.web.mastodon.conftest import Api

PATH = "/api/v1/statuses"


@pytest.mark.parametrize(
    ("do", "undo", "flag", "counter"),
    [
        ("favourite", "unfavourite", "favourited", "favourites_count"),
        ("reblog", "unreblog", "reblogged", "reblogs_count"),
        ("bookmark", "unbookmark", "bookmarked", ""),
        ("mute", "unmute", "muted", ""),
    ],
)
async def test_marks_are_set_once_and_taken_back(api: Api, do: str, undo: str, flag: str, counter: str) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy")
    for _ in range(2):
        done = await api.ok("POST", f"{PATH}/{post['id']}/{do}", "ben")
        shown = done["reblog"] or done
        assert (done[flag], shown[flag], shown["id"]) == (True, True, post["id"])
        assert not counter or shown[counter] == 1
    assert (await api.ok("GET", f"{PATH}/{post['id']}", "amy"))[flag] is False
    for _ in range(2):
        undone = await api.ok("POST", f"{PATH}/{post['id']}/{undo}", "ben")
        assert (undone["id"], undone[flag]) == (post["id"], False)
        assert not counter or undone[counter] == 0


async def test_a_boost_is_a_post_of_its_own_around_the_original(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    post = await api.post("amy", "Hello")
    boost = await api.ok("POST", f"{PATH}/{post['id']}/reblog", "ben", json={"visibility": "unlisted"})
    assert (boost["account"]["acct"], boost["reblog"]["account"]["acct"], boost["visibility"]) == ("ben", "amy", "unlisted")
    assert boost["id"] != boost["reblog"]["id"] == post["id"]
    assert boost["content"] == boost["reblog"]["content"] == "<p>Hello</p>"
    assert boost["reblog"]["reblog"] is None
    again = await api.ok("POST", f"{PATH}/{boost['id']}/reblog", "cat")
    assert again["reblog"]["id"] == post["id"]
    assert [one["acct"] for one in await api.ok("GET", f"{PATH}/{post['id']}/reblogged_by")] == ["cat", "ben"]
    assert (await api.ok("GET", f"{PATH}/{boost['id']}/favourited_by")) == []
    gone = await api.ok("DELETE", f"{PATH}/{boost['id']}", "ben")
    assert gone["reblog"]["id"] == post["id"]
    assert (await api.ok("GET", f"{PATH}/{post['id']}", "cat"))["reblogs_count"] == 1


async def test_who_may_not_see_a_post_may_do_nothing_with_it(api: Api) -> None:
    await api.join("amy", "ben")
    secret = await api.post("amy", "x", visibility="private")
    for verb in ("favourite", "reblog", "bookmark", "pin", "mute", "unfavourite", "unbookmark", "unreblog", "unmute", "unpin"):
        answer = await api.call("POST", f"{PATH}/{secret['id']}/{verb}", "ben")
        assert (answer.status, answer.json) == (404, {"error": "Record not found"}), verb
    for part in ("", "/context", "/history", "/source", "/favourited_by", "/reblogged_by"):
        assert (await api.call("GET", f"{PATH}/{secret['id']}{part}", "ben")).status == 404, part


async def test_a_post_for_followers_is_not_boosted_further(api: Api) -> None:
    await api.join("amy", "ben")
    await api.follow("ben", "amy")
    secret = await api.post("amy", "x", visibility="private")
    answer = await api.call("POST", f"{PATH}/{secret['id']}/reblog", "ben")
    assert (answer.status, answer.json["error"]) == (403, "This action is not allowed")
    own = await api.ok("POST", f"{PATH}/{secret['id']}/reblog", "amy", json={"visibility": "public"})
    assert own["visibility"] == "private"
    wrong = await api.call("POST", f"{PATH}/{secret['id']}/reblog", "amy", json={"visibility": "direct"})
    assert wrong.status == 422


async def test_what_was_undone_is_gone_though_the_post_is_for_others_now(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy")
    await api.ok("POST", f"{PATH}/{post['id']}/bookmark", "ben")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/block", "amy")
    assert await api.ok("GET", "/api/v1/bookmarks", "ben") == []
    assert (await api.call("POST", f"{PATH}/{post['id']}/unbookmark", "ben")).status == 404
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['ben'].id}/unblock", "amy")
    assert await api.ok("GET", "/api/v1/bookmarks", "ben") == []


async def test_five_own_posts_are_pinned(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    posts = [await api.post("amy", f"{number}") for number in range(6)]
    for post in posts[:5]:
        assert (await api.ok("POST", f"{PATH}/{post['id']}/pin", "amy"))["pinned"] is True
    boost = await api.ok("POST", f"{PATH}/{posts[0]['id']}/reblog", "amy")
    direct = await api.post("amy", "@ben x", visibility="direct")
    other = await api.post("ben")
    for status_id, text in (
        (posts[5]["id"], "You have already pinned the maximum number of posts"),
        (other["id"], "Someone else's post cannot be pinned"),
        (boost["id"], "A boost cannot be pinned"),
        (direct["id"], "Posts that are only visible to mentioned users cannot be pinned"),
    ):
        answer = await api.call("POST", f"{PATH}/{status_id}/pin", "amy")
        assert (answer.status, answer.json["error"]) == (422, f"Validation failed: {text}")
    shown = await api.ok("GET", f"/api/v1/accounts/{amy.id}/statuses?pinned=true", "ben")
    assert [post["id"] for post in shown] == [post["id"] for post in posts[4::-1]]
    assert "pinned" not in shown[0]
    assert (await api.ok("POST", f"{PATH}/{posts[0]['id']}/unpin", "amy"))["pinned"] is False
    assert "pinned" not in await api.ok("GET", f"{PATH}/{direct['id']}", "amy")


async def test_saved_posts_page_by_when_they_were_saved(api: Api) -> None:
    await api.join("amy", "ben")
    posts = [await api.post("amy", f"{number}") for number in range(5)]
    order = [posts[at]["id"] for at in (3, 0, 4, 1, 2)]
    for kind, verb in (("bookmarks", "bookmark"), ("favourites", "favourite")):
        for status_id in order:
            await api.ok("POST", f"{PATH}/{status_id}/{verb}", "ben")
        first = await api.call("GET", f"/api/v1/{kind}?limit=2", "ben")
        assert [post["id"] for post in first.json] == [order[4], order[3]]
        older = _link(first.headers["Link"], "next")
        second = await api.call("GET", older, "ben")
        assert [post["id"] for post in second.json] == [order[2], order[1]]
        newer = await api.call("GET", _link(second.headers["Link"], "prev"), "ben")
        assert [post["id"] for post in newer.json] == [order[4], order[3]]


def _link(header: str, rel: str) -> str:
    """Path and query of a link."""
    found = [part.split(">")[0].strip(" <") for part in header.split(",") if f'rel="{rel}"' in part]
    return found[0].removeprefix("https://alpha.test")


async def test_polls_take_a_vote_once(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    post = await api.post("amy", "?", poll={"options": ["a", "b"], "expires_in": 300})
    path = f"/api/v1/polls/{post['poll']['id']}"
    assert (await api.ok("GET", path, "amy"))["voted"] is True
    wrong = "The chosen vote option does not exist"
    for who, choices, text in (
        ("amy", [0], "You cannot vote in your own polls"),
        ("ben", [2], wrong),
        ("ben", [0, 1], wrong),
        ("ben", [], wrong),
    ):
        answer = await api.call("POST", f"{path}/votes", who, json={"choices": choices})
        assert (answer.status, answer.json["error"]) == (422, f"Validation failed: {text}")
    voted = await api.ok("POST", f"{path}/votes?choices[]=1", "ben")
    assert (voted["votes_count"], voted["own_votes"], voted["options"][1]["votes_count"]) == (1, [1], 1)
    answer = await api.call("POST", f"{path}/votes", "ben", json={"choices": ["0"]})
    assert answer.json["error"] == "Validation failed: You have already voted on this poll"
    assert (await api.call("POST", f"{path}/votes", "cat")).status == 400
    api.clock.forward(minutes=6)
    answer = await api.call("POST", f"{path}/votes", "cat", json={"choices": ["0"]})
    assert answer.json["error"] == "Validation failed: The poll has already ended"
    assert (await api.ok("GET", path))["expired"] is True
    assert (await api.call("GET", "/api/v1/polls/404", "amy")).status == 404
