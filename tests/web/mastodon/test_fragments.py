"""Rendered posts: what comes from the cache is what would have been rendered, for whoever looks (dependencies, section 3.4)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from fedisw.model.paging import Page
from fedisw.storage.db import Tx
from fedisw.storage.queries import statuses, timelines
from fedisw.web.keys import DB
from fedisw.web.mastodon.entities.fragments import COUNTERS_FOR, FRAGMENTS, Fragments, account_key, keys_of, status_key
from fedisw.web.mastodon.posts import Eyes, gather, rendered
from tests.web.mastodon.conftest import Api

PEOPLE = ("amy", "ben", "cat", "dan")
SEEDS = (1, 2, 3)


async def _act(api: Api, chance: random.Random, posts: list[Any]) -> None:
    """Somebody does something with some post, if they may."""
    who, post = chance.choice(PEOPLE), chance.choice(posts)
    verb = chance.choice(
        (
            "favourite",
            "unfavourite",
            "reblog",
            "unreblog",
            "bookmark",
            "unbookmark",
            "mute",
            "unmute",
            "pin",
            "unpin",
            "edit",
            "vote",
        )
    )
    if verb == "edit" and post["account"]["username"] == who:
        await api.call("PUT", f"/api/v1/statuses/{post['id']}", who, json={"status": f"edited {chance.random()}"})
    elif verb == "vote" and post["poll"] is not None:
        await api.call("POST", f"/api/v1/polls/{post['poll']['id']}/votes", who, json={"choices": [chance.randrange(2)]})
    elif verb not in ("edit", "vote"):
        answer = await api.call("POST", f"/api/v1/statuses/{post['id']}/{verb}", who)
        if verb == "reblog" and answer.status == 200:
            await api.fan_out(int(answer.json["id"]))


async def _world(api: Api, chance: random.Random) -> list[Any]:
    """Four people, some follow each other, with posts of all kinds."""
    await api.join(*PEOPLE)
    for follower in PEOPLE:
        for target in chance.sample([name for name in PEOPLE if name != follower], 2):
            await api.follow(follower, target)
    posts = []
    for number in range(8):
        more: dict[str, Any] = {"visibility": chance.choice(("public", "unlisted", "private", "direct", "local"))}
        if number % 3 == 0:
            more["poll"] = {"options": ["a", "b"], "expires_in": 300, "hide_totals": chance.random() < 0.5}
        if posts and chance.random() < 0.4:
            more["in_reply_to_id"] = posts[-1]["id"]
        answer = await api.call(
            "POST",
            "/api/v1/statuses",
            chance.choice(PEOPLE),
            json={"status": f"{number} @{chance.choice(PEOPLE)} #t{number}"} | more,
        )
        if answer.status == 200:
            posts.append(answer.json)
            await api.fan_out(int(answer.json["id"]))
    return posts


async def _seen(api: Api, fragments: Fragments, who: str, ids: list[int]) -> list[bytes]:
    viewer = api.accounts[who].id if who else None
    eyes = Eyes(viewer_id=viewer, now=api.clock(), fragments=fragments)
    gathered = await api.db.read(_gather, ids, eyes)
    return [bytes(post) for post in rendered(gathered, fragments)]


def _gather(tx: Tx, ids: list[int], eyes: Eyes) -> Any:
    return gather(tx, timelines.refs(tx, ids, eyes.viewer_id), eyes)


@pytest.mark.parametrize("seed", SEEDS)
async def test_cached_is_what_would_be_rendered_for_random_people(api: Api, seed: int) -> None:
    chance = random.Random(seed)
    posts = await _world(api, chance)
    warm = api.client.server.app[FRAGMENTS]
    for _ in range(12):
        for _ in range(3):
            await _act(api, chance, posts)
        api.clock.forward(seconds=chance.choice((1, 40)))
        ids = await api.db.read(
            lambda tx: [post for account in api.accounts.values() for post in statuses.ids_of(tx, account.id)]
        )
        for who in chance.sample(("", *PEOPLE), 3):
            cold = Fragments(warm.site, max_bytes=0)
            assert await _seen(api, warm, who, ids) == await _seen(api, cold, who, ids)


async def test_counters_of_accounts_are_at_most_five_minutes_old(api: Api) -> None:
    await api.join("amy", "ben")
    await api.post("amy")
    first = (await api.ok("GET", "/api/v1/timelines/public"))[0]
    await api.follow("ben", "amy")
    assert (await api.ok("GET", "/api/v1/timelines/public"))[0]["account"]["followers_count"] == first["account"][
        "followers_count"
    ]
    api.clock.forward(seconds=COUNTERS_FOR.total_seconds())
    assert (await api.ok("GET", "/api/v1/timelines/public"))[0]["account"]["followers_count"] == 1


async def test_a_new_name_is_shown_at_once(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy")
    await api.ok("GET", "/api/v1/timelines/public", "ben")
    await api.ok("PATCH", "/api/v1/accounts/update_credentials", "amy", json={"display_name": "Amy A."})
    shown = await api.ok("GET", f"/api/v1/statuses/{post['id']}", "ben")
    assert shown["account"]["display_name"] == "Amy A."


async def test_a_poll_ends_for_those_who_look_from_the_cache(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "?", poll={"options": ["a", "b"], "expires_in": 300, "hide_totals": True})
    path = f"/api/v1/statuses/{post['id']}"
    assert (await api.ok("GET", path, "ben"))["poll"]["options"][0]["votes_count"] is None
    api.clock.forward(minutes=5)
    ended = (await api.ok("GET", path, "ben"))["poll"]
    assert (ended["expired"], ended["options"][0]["votes_count"], ended["voted"]) == (True, 0, False)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_nothing_of_who_looks_is_kept(api: Api) -> None:
    await api.join("amy", "ben")
    post = await api.post("amy", "?", poll={"options": ["a", "b"], "expires_in": 300})
    await api.ok("POST", f"/api/v1/polls/{post['poll']['id']}/votes", "ben", json={"choices": ["1"]})
    for verb in ("favourite", "bookmark", "reblog", "mute"):
        await api.ok("POST", f"/api/v1/statuses/{post['id']}/{verb}", "ben")
    fragments = api.client.server.app[FRAGMENTS]
    kept = b"".join(getattr(entry, "head", b"") + entry.body for entry in fragments._entries.values())
    kept += b"".join(whole.text for whole in fragments._wholes.values())
    for word in (
        b"favourited",
        b"reblogged",
        b"bookmarked",
        b"muted",
        b"pinned",
        b"filtered",
        b"voted",
        b"own_votes",
        b"following",
    ):
        assert b'"' + word + b'"' not in kept


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_cache_stays_below_its_bytes(api: Api) -> None:
    await api.join("amy")
    fragments = Fragments(api.client.server.app[FRAGMENTS].site, max_bytes=20_000)
    ids = await api.write_many("amy", 40)
    for start in range(0, 40, 10):
        await _seen(api, fragments, "amy", ids[start : start + 10])
    assert 0 < fragments._entries.currsize <= 20_000
    assert status_key(ids[-1], 0) in fragments._entries
    assert status_key(ids[0], 0) not in fragments._entries


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_old_counters_count_as_missing(api: Api) -> None:
    (amy,) = await api.join("amy")
    fragments = api.client.server.app[FRAGMENTS]
    await api.post("amy")
    refs = await api.client.server.app[DB].read(lambda tx: timelines.home(tx, amy.id, Page(), now=api.clock()))
    key = account_key(amy.id, refs[0].account_revision)
    assert key in fragments.peek(keys_of(refs), now=api.clock())
    assert key not in fragments.peek(keys_of(refs), now=api.clock() + COUNTERS_FOR + timedelta(seconds=1))
