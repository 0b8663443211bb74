"""Timelines and how clients walk through them (mastodon-api.md, sections 2.14, 3.4, 3.5)."""

from __future__ import annotations

import pytest

from tests.web.mastodon.conftest import Answer, Api
from tests.web.mastodon.test_actions import _link

HOME, PUBLIC = "/api/v1/timelines/home", "/api/v1/timelines/public"


def ids(answer: Answer) -> list[int]:
    """Ids of the posts of a page."""
    return [int(post["id"]) for post in answer.json]


async def walk(api: Api, path: str, rel: str, who: str = "amy") -> list[list[int]]:
    """Pages of ids, following one link until a page is empty."""
    pages = []
    while True:
        answer = await api.call("GET", path, who)
        assert answer.status == 200
        if not answer.json:
            assert "Link" not in answer.headers
            return pages
        pages.append(ids(answer))
        path = _link(answer.headers["Link"], rel)


async def test_a_timeline_is_walked_forth_and_back_without_gap_or_repeat(api: Api) -> None:
    await api.join("amy")
    made = await api.write_many("amy", 65)
    for path in (HOME, PUBLIC, f"/api/v1/accounts/{api.accounts['amy'].id}/statuses"):
        if path.endswith("statuses"):
            path += "?limit=13"
        else:
            older = await walk(api, f"{path}?limit=20", "next")
            assert [len(page) for page in older] == [20, 20, 20, 5]
            assert [one for page in older for one in page] == made[::-1]
        newer = await walk(api, f"{path}{'&' if '?' in path else '?'}limit=13&min_id=0", "prev")
        assert [one for page in newer for one in page[::-1]] == made
        assert all(page == sorted(page, reverse=True) for page in newer)


async def test_cursors_give_the_windows_that_clients_expect(api: Api) -> None:
    await api.join("amy")
    made = await api.write_many("amy", 30)

    async def window(query: str) -> list[int]:
        return [made.index(one) for one in ids(await api.call("GET", f"{HOME}?{query}", "amy"))]

    newest = list(range(29, 9, -1))
    assert await window("") == newest
    assert await window("limit=1000") == list(range(29, -1, -1))
    assert await window("limit=-5") == [29, 28, 27, 26, 25]
    assert await window(f"max_id={made[10]}&limit=3") == [9, 8, 7]
    assert await window(f"since_id={made[10]}&limit=3") == [29, 28, 27]
    assert await window(f"min_id={made[10]}&limit=3") == [13, 12, 11]
    assert await window(f"min_id={made[10]}&max_id={made[13]}") == [12, 11]
    assert await window(f"min_id={made[10]}&since_id={made[20]}&limit=2") == [12, 11]
    assert await window(f"max_id={made[10] + 1}&limit=1") == [10]
    assert await window("max_id=nonsense&limit=1") == [29]


async def test_links_keep_what_was_asked_for(api: Api) -> None:
    await api.join("amy")
    made = await api.write_many("amy", 3)
    answer = await api.call("GET", f"{PUBLIC}?local=true&limit=2&max_id={made[2]}&access_token=secret", "amy")
    assert answer.headers["Link"] == (
        f'<https://alpha.test{PUBLIC}?local=true&limit=2&max_id={made[0]}>; rel="next", '
        f'<https://alpha.test{PUBLIC}?local=true&limit=2&min_id={made[1]}>; rel="prev"'
    )
    short = await api.call("GET", f"/api/v1/accounts/{api.accounts['amy'].id}/statuses?limit=5", "amy")
    assert 'rel="next"' not in short.headers["Link"]
    assert 'rel="next"' in (await api.call("GET", f"{HOME}?limit=40", "amy")).headers["Link"]


async def test_public_timelines_hold_public_posts_only(api: Api) -> None:
    await api.join("amy", "ben")
    rob = await api.remote()
    first = await api.post("amy", "one #Case")
    for visibility in ("unlisted", "private", "direct", "local"):
        await api.post("amy", f"{visibility} #case", visibility=visibility)
    reply = await api.post("ben", "@amy reply #case", in_reply_to_id=first["id"])
    await api.ok("POST", f"/api/v1/statuses/{first['id']}/reblog", "ben")
    theirs = await api.receive(rob, "far", tags=("Case", "More"))

    async def seen(path: str, who: str = "") -> list[str]:
        return [post["id"] for post in await api.ok("GET", path, who)]

    assert await seen(PUBLIC) == [str(theirs.id), first["id"]] or await seen(PUBLIC) == [first["id"], str(theirs.id)]
    assert await seen(f"{PUBLIC}?local=true") == [first["id"]]
    assert await seen(f"{PUBLIC}?remote=1") == [str(theirs.id)]
    assert await seen(f"{PUBLIC}?only_media=t") == []
    assert len(await seen(f"{PUBLIC}?local=true", "ben")) == 2
    assert set(await seen("/api/v1/timelines/tag/CASE")) == {first["id"], reply["id"], str(theirs.id)}
    assert await seen("/api/v1/timelines/tag/case?all[]=more") == [str(theirs.id)]
    assert set(await seen("/api/v1/timelines/tag/case?none[]=more&local=true")) == {first["id"], reply["id"]}
    assert set(await seen("/api/v1/timelines/tag/none?any[]=more")) == {str(theirs.id)}
    assert await seen("/api/v1/timelines/tag/unknown") == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_caches_keep_only_what_everybody_gets(api: Api) -> None:
    await api.join("amy")
    post = await api.post("amy")
    for path in (PUBLIC, f"/api/v1/statuses/{post['id']}", f"/api/v1/accounts/{api.accounts['amy'].id}"):
        anonymous, own = await api.call("GET", path), await api.call("GET", path, "amy")
        assert anonymous.headers["Cache-Control"].startswith("max-age=15, public")
        assert own.headers["Cache-Control"] == "private, no-store"
        assert own.headers["Vary"] == anonymous.headers["Vary"] == "Authorization, Origin"
    assert (await api.call("GET", HOME, "amy")).headers["Cache-Control"] == "private, no-store"
    assert (await api.call("GET", "/api/v2/instance")).headers["Cache-Control"] == "max-age=300, public"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_other_sites_may_read_answers_and_errors(api: Api) -> None:
    for path, status in ((PUBLIC, 200), (HOME, 401), ("/api/v1/statuses/1", 404), ("/api/v1/nonsense", 404)):
        answer = await api.call("GET", path, headers={"Origin": "https://app.test"})
        assert answer.status == status
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Link" in answer.headers["Access-Control-Expose-Headers"]
        assert isinstance(answer.json, dict | list)
    preflight = await api.call("OPTIONS", HOME, headers={"Origin": "https://app.test", "Access-Control-Request-Method": "GET"})
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert (await api.call("HEAD", PUBLIC)).status == 200


async def test_an_accounts_posts_are_chosen(api: Api) -> None:
    amy, _ = await api.join("amy", "ben")
    plain = await api.post("amy", "plain #Case")
    own_reply = await api.post("amy", "more", in_reply_to_id=plain["id"])
    other = await api.post("ben", "x")
    reply = await api.post("amy", "@ben yes", in_reply_to_id=other["id"])
    boost = await api.ok("POST", f"/api/v1/statuses/{other['id']}/reblog", "amy")
    path = f"/api/v1/accounts/{amy.id}/statuses"

    async def seen(query: str) -> list[str]:
        return [post["id"] for post in await api.ok("GET", f"{path}?{query}")]

    assert await seen("") == [boost["id"], reply["id"], own_reply["id"], plain["id"]]
    assert await seen("exclude_replies=true") == [boost["id"], own_reply["id"], plain["id"]]
    assert await seen("exclude_reblogs=on") == [reply["id"], own_reply["id"], plain["id"]]
    assert await seen("tagged=CASE") == [plain["id"]]
    assert await seen("only_media=1") == []
    note = await api.post("amy", "to myself", visibility="direct")
    own = [post["id"] for post in await api.ok("GET", path, "amy")]
    assert own[0] == note["id"]
    assert [post["id"] for post in await api.ok("GET", f"{path}?exclude_direct=true", "amy")] == own[1:]
