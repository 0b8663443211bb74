"""After any commotion all servers agree (reliability, section 6): 200 actions on three servers, 1,000 on five in `make soak`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from random import Random

import pytest

from tests.flows.commotion import Commotion, View
from tests.support.fediverse import Fediverse

SOAK = os.environ.get("FEDISW_TEST_SOAK") == "1"
SERVERS, PEOPLE, ACTIONS = (5, 2, 1_000) if SOAK else (3, 2, 200)


@pytest.mark.timeout(0 if SOAK else 300)
async def test_all_servers_agree_after_a_commotion(fediverse: Fediverse, record_property: Callable[[str, object], None]) -> None:
    seed = int(os.environ.get("SEED") or time.time_ns() % 2**32)
    record_property("told", f"commotion: seed={seed} servers={SERVERS} actions={ACTIONS}")
    print(f"commotion: run again with SEED={seed}")
    commotion = Commotion(fediverse=fediverse, chance=Random(seed))
    await commotion.begin(SERVERS, people=PEOPLE)
    for _ in range(ACTIONS):
        await commotion.act()
    await commotion.end()
    views = await commotion.views()
    _check_follows(views)
    _check_posts(views, commotion)
    _check_marks(views)
    assert min(commotion.done.values()) > 0, "too few to tell"


def _host(uri: str) -> str:
    return uri.split("/")[2]


def _check_follows(views: dict[str, View]) -> None:
    """Both sides of a follow know of it; nothing is still asked for."""
    for host, view in views.items():
        assert view.asked == set(), host
        for one, other in view.follows:
            assert (one, other) in views[_host(one)].follows, (host, one, other)
            assert (one, other) in views[_host(other)].follows, (host, one, other)


def _check_posts(views: dict[str, View], commotion: Commotion) -> None:
    """Copies say what the original says; who had to be told was; nothing that is gone is kept."""
    for host, view in views.items():
        for uri, post in view.posts.items():
            if post.boosted is not None:
                continue
            original = views[_host(uri)].posts.get(uri)
            assert original is not None, f"{host} keeps {uri}, which is gone"
            assert (post.content, post.spoiler, post.visibility) == (original.content, original.spoiler, original.visibility), (
                host,
                uri,
            )
    for uri, followers in commotion.told.items():
        for follower in followers:
            assert uri in views[_host(follower)].posts, f"{follower} never got {uri}"


def _check_marks(views: dict[str, View]) -> None:
    """Likes, boosts and votes are the same where they were made and where the post is; they are counted right there."""
    for host, view in views.items():
        for kind in ("likes", "boosts"):
            for who, what in getattr(view, kind):
                assert (who, what) in getattr(views[_host(who)], kind), f"{host} has of {kind} what {who} took back: {what}"
                assert (who, what) in getattr(views[_host(what)], kind), f"{_host(what)} does not know of {kind}: {who} {what}"
        for post in view.posts.values():
            if post.host is None and post.boosted is None:
                assert post.favourites_count == sum(what == post.uri for _, what in view.likes), post.uri
                assert post.reblogs_count == sum(what == post.uri for _, what in view.boosts), post.uri
        for vote in view.votes:
            assert vote in views[_host(vote[0])].votes, f"nobody cast {vote}"
