"""What many people speak of."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.model.cards import Card
from fedisw.model.house import House
from fedisw.model.trends import Decision, TrendKind, score_of_status, score_of_tag
from fedisw.services import house_settings
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, cards, tags, trends
from fedisw.tasks import trending
from tests.web.mastodon.conftest import Api

TAGS, POSTS, LINKS = "/api/v1/trends/tags", "/api/v1/trends/statuses", "/api/v1/trends/links"
TIMELINE = "/api/v1/timelines/link"


@pytest.mark.parametrize(
    ("today", "before", "trend"), [(3, 0, True), (2, 0, False), (10, 10, False), (10, 4, True), (4, 10, False), (0, 0, False)]
)
def test_a_tag_is_a_trend_when_unusually_many_people_use_it(today: int, before: int, trend: bool) -> None:
    assert (score_of_tag(today=today, before=before) > 0) is trend


def test_a_post_fades() -> None:
    assert score_of_status(marks=2, hours=0) == 0
    assert score_of_status(marks=8, hours=6) == score_of_status(marks=4, hours=0) == 4
    assert score_of_status(marks=4, hours=-1) == 4


async def compute(api: Api) -> None:
    for _ in range(2):
        await trending.compute(api.db, now=api.clock())


async def names(api: Api, path: str = TAGS, who: str = "") -> list[str]:
    return [tag["name"] for tag in await api.ok("GET", path, who)]


async def test_tags_that_several_people_use(api: Api) -> None:
    await api.join("amy", "ben", "cai", "dan")
    for who, text in (("amy", "#Care #only"), ("amy", "#care"), ("ben", "#care #team"), ("cai", "#care #team"), ("dan", "#team")):
        await api.post(who, text)
    await api.post("dan", "#care", visibility="private")
    assert await names(api) == []
    await compute(api)
    assert await names(api) == await names(api, "/api/v1/trends") == ["care", "team"]
    (first,) = await api.ok("GET", f"{TAGS}?limit=1")
    assert first["history"][0]["accounts"] == "3"
    page = await api.call("GET", f"{TAGS}?limit=1")
    assert page.headers["Link"] == f'<https://alpha.test{TAGS}?limit=1&offset=1>; rel="next"'
    page = await api.call("GET", f"{TAGS}?limit=1&offset=1")
    assert [tag["name"] for tag in page.json] == ["team"]
    assert 'offset=0>; rel="prev"' in page.headers["Link"]
    assert (await api.call("GET", f"{TAGS}?offset=-1")).status == 400
    api.clock.forward(days=3)
    await compute(api)
    assert await names(api) == []


async def test_people_who_are_limited_or_hidden_make_no_trend(api: Api) -> None:
    people = await api.join("amy", "ben", "cai")
    for who in ("amy", "ben", "cai"):
        await api.post(who, "#care")
    await api.db.write(accounts.replace, replace(people[0], limited_at=api.clock()))
    await compute(api)
    assert await names(api) == []


async def test_staff_decide_what_is_shown(api: Api) -> None:
    await api.join("amy", "ben", "cai")
    for who in ("amy", "ben", "cai"):
        await api.post(who, "#care #cats")
    await compute(api)

    async def decide(name: str, decision: Decision) -> bool:
        tag = await api.db.read(tags.find, name)
        assert tag is not None
        return await api.db.write(trends.decide, TrendKind.TAG, tag.id, decision)

    assert await decide("cats", Decision.NO)
    await compute(api)
    assert await names(api) == ["care"]
    await api.db.write(_house, api, {"trends_reviewed": True})
    assert await names(api) == []
    assert await decide("care", Decision.YES)
    assert await names(api) == ["care"]
    assert not await api.db.write(trends.decide, TrendKind.TAG, 1, Decision.YES)
    await api.db.write(_house, api, {"trends": False})
    assert await names(api) == await api.ok("GET", POSTS) == []


def _house(tx: Tx, api: Api, changes: dict[str, object]) -> None:
    house_settings.change(tx, replace(House(), **changes), now=api.clock())


async def test_posts_that_people_like(api: Api) -> None:
    people = await api.join("amy", "ben", "cai", "dan", "eve")
    for person in people:
        await api.db.write(accounts.replace, replace(person, discoverable=person.username != "eve"))
    liked = await api.post("amy", "liked")
    less = await api.post("amy", "less liked by the same author")
    shy = await api.post("eve", "not to be discovered")
    sensitive = await api.post("dan", "x", sensitive=True)
    answer = await api.post("dan", "answer", in_reply_to_id=liked["id"])
    for who in ("ben", "cai", "dan"):
        for post in (liked, shy, sensitive, answer):
            await api.ok("POST", f"/api/v1/statuses/{post['id']}/favourite", who)
    for who in ("ben", "cai"):
        await api.ok("POST", f"/api/v1/statuses/{less['id']}/favourite", who)
    await compute(api)
    assert [post["id"] for post in await api.ok("GET", POSTS)] == [liked["id"]]
    await api.ok("POST", f"/api/v1/accounts/{people[0].id}/block", "ben")
    assert await api.ok("GET", POSTS, "ben") == []
    await api.ok("DELETE", f"/api/v1/statuses/{liked['id']}", "amy")
    assert await api.ok("GET", POSTS) == []
    api.clock.forward(seconds=timedelta(days=3).total_seconds())
    await compute(api)
    assert await api.ok("GET", POSTS) == []


async def test_pages_that_several_people_link_to(api: Api) -> None:
    people = await api.join("amy", "ben", "cai", "eve")
    for person in people:
        await api.db.write(accounts.replace, replace(person, discoverable=person.username != "cai"))
    url = "https://page.test/a"
    card = Card(id=7, url=url, title="Title", fetched_at=api.clock())
    await api.db.write(cards.put, card)
    posts = [await api.post(who, url, visibility=to) for who, to in (("amy", "public"), ("ben", "public"), ("eve", "private"))]
    for post in posts:
        await api.db.write(cards.show, int(post["id"]), 7)
    await compute(api)
    assert await api.ok("GET", LINKS) == []
    assert (await api.call("GET", TIMELINE, params={"url": url})).status == 404
    posts.append(await api.post("cai", url))
    await api.db.write(cards.show, int(posts[-1]["id"]), 7)
    await compute(api)
    (link,) = await api.ok("GET", LINKS)
    assert (link["url"], link["title"], link["history"][0]["accounts"], link["history"][1]["uses"]) == (url, "Title", "3", "0")
    shown = [post["id"] for post in await api.ok("GET", TIMELINE, params={"url": url})]
    assert shown == [posts[1]["id"], posts[0]["id"]], "neither the private one nor that of somebody who is not discoverable"
    (older,) = await api.ok("GET", TIMELINE, params={"url": url, "max_id": shown[0]})
    assert older["id"] == shown[1]
    await api.ok("POST", f"/api/v1/accounts/{people[0].id}/block", "eve")
    assert [post["id"] for post in await api.ok("GET", TIMELINE, "eve", params={"url": url})] == [posts[1]["id"]]
    assert (await api.call("GET", TIMELINE, params={"url": "https://page.test/b"})).status == 404
    assert (await api.call("GET", TIMELINE)).status in (400, 422)
