"""Nobody hears what they may not read: whatever comes on the bus, the question is asked when it is sent (VIS-11)."""

from __future__ import annotations

import itertools

import pytest

from fedisw.live import topics
from fedisw.model.statuses import Visibility
from fedisw.services import accounts, blocking
from fedisw.storage.db import Tx
from fedisw.storage.queries import feeds, timelines
from tests.support.factories import new_id, receive
from tests.web.streaming.conftest import Api, listen

LISTENERS = ("stranger", "follower", "named", "blocked", "blocker", "muter")
READERS = {
    Visibility.PUBLIC: {"stranger", "follower", "named", "muter"},
    Visibility.UNLISTED: {"stranger", "follower", "named", "muter"},
    Visibility.PRIVATE: {"follower", "named", "muter"},
    Visibility.DIRECT: {"named"},
}
STREAMS = ("user", "public", "public:local")


async def village(api: Api) -> None:
    """Amy, and people who stand to her in every way."""
    await api.join("amy", *LISTENERS)
    amy = api.accounts["amy"]
    for follower in ("follower", "muter"):
        await api.follow(follower, "amy")
    await api.ok("POST", f"/api/v1/accounts/{amy.id}/mute", "muter")
    await api.ok("POST", f"/api/v1/accounts/{amy.id}/block", "blocker")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['blocked'].id}/block", "amy")


def everywhere(api: Api, status_id: int, message: topics.AnyMessage) -> None:
    """Say it on every topic that there is, as no part of the program ever would."""
    for name in LISTENERS:
        api.runtime.bus.publish(topics.home(api.accounts[name].id), message)
    for topic in (topics.PUBLIC, topics.PUBLIC_LOCAL, topics.hashtag("care"), topics.hashtag("care", local=True)):
        api.runtime.bus.publish(topic, message)


def in_all_feeds(tx: Tx, account_ids: list[int], status_id: int) -> None:
    for account_id in account_ids:
        feeds.add_own(tx, account_id=account_id, status_id=status_id)


@pytest.mark.parametrize("visibility", Visibility)
async def test_a_post_is_heard_only_by_those_whose_timeline_shows_it(api: Api, visibility: Visibility) -> None:
    await village(api)
    post = await api.ok("POST", "/api/v1/statuses", "amy", json={"status": "About #care @named", "visibility": visibility.value})
    await api.db.write(in_all_feeds, [api.accounts[name].id for name in LISTENERS], int(post["id"]))
    for name in LISTENERS:
        async with listen(api, name, *STREAMS) as ears:
            await ears.say(type="subscribe", stream="hashtag", tag="care")
            await ears.ready()
            for message in (topics.Posted(status_id=int(post["id"])), topics.Edited(status_id=int(post["id"]))):
                everywhere(api, int(post["id"]), message)
            heard = {(said["stream"][0], said["event"]) for said in await ears.rest()}
        expected = await shown(api, name, post["id"])
        assert heard == set(itertools.product(expected, ("update", "status.update"))), name
        assert not expected or name in READERS[visibility], name


async def shown(api: Api, who: str, status_id: str) -> set[str]:
    """In which timelines the API shows a post to somebody."""
    places = {
        "user": "/api/v1/timelines/home",
        "public": "/api/v1/timelines/public",
        "public:local": "/api/v1/timelines/public?local=true",
        "hashtag": "/api/v1/timelines/tag/care",
    }
    return {name for name, path in places.items() if status_id in [post["id"] for post in await api.ok("GET", path, who)]}


async def test_what_ends_between_the_event_and_its_sending_is_not_heard(api: Api) -> None:
    await api.join("amy", "ben", "cleo")
    for who in ("ben", "cleo"):
        await api.follow(who, "amy")
    posts = [await api.ok("POST", "/api/v1/statuses", "amy", json={"status": str(n), "visibility": "private"}) for n in range(4)]
    for post in posts:
        await api.db.write(in_all_feeds, [api.accounts[name].id for name in ("ben", "cleo")], int(post["id"]))

    def tell(post: dict[str, str]) -> None:
        api.runtime.bus.publish(topics.home(api.accounts["ben"].id), topics.Posted(status_id=int(post["id"])))

    async with listen(api, "ben", "user") as ben:
        tell(posts[0])
        assert (await ben.events(1))[0] == ("update", posts[0]["id"])
        await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/unfollow", "ben")
        tell(posts[1])
        await ben.silent()
        await api.follow("ben", "amy")
        await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/block", "ben")
        tell(posts[2])
        await ben.silent()
        await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/unblock", "ben")
        await api.follow("ben", "amy")
        await api.db.write(in_all_feeds, [api.accounts["ben"].id], int(posts[3]["id"]))
        await api.db.write(accounts.suspend, account_id=api.accounts["amy"].id, now=api.clock())
        tell(posts[3])
        await ben.silent()


async def test_a_boost_of_somebody_who_is_muted_is_not_heard(api: Api) -> None:
    await api.join("amy", "ben", "cleo")
    await api.follow("cleo", "ben")
    await api.ok("POST", f"/api/v1/accounts/{api.accounts['amy'].id}/mute", "cleo")
    post = await api.post("amy", "Original")
    async with api.runtime.working(), listen(api, "cleo", "user") as cleo:
        await api.ok("POST", f"/api/v1/statuses/{post['id']}/reblog", "ben")
        plain = await api.ok("POST", "/api/v1/statuses", "ben", json={"status": "Mine"})
        assert await cleo.events(1) == [("update", plain["id"])]


async def test_servers_that_somebody_does_not_want_to_hear_from_are_silent(api: Api) -> None:
    (ben,) = await api.join("ben")
    rob = await api.remote()
    await api.db.write(blocking.block_host, account=ben, host="beta.test", block_id=new_id(), now=api.clock())
    async with listen(api, "ben", "public", "public:remote") as ears:
        status = await api.db.write(receive, rob, now=api.clock(), published=api.clock())
        await api.fan_out(status.id)
        await ears.silent()


async def test_a_notification_of_somebody_else_is_never_shown(api: Api) -> None:
    await api.join("amy", "ben", "cleo")
    await api.post("amy", "Hello @ben")
    (told,) = await api.ok("GET", "/api/v1/notifications", "ben")
    message = topics.Notified(notification_id=int(told["id"]))
    async with listen(api, "cleo", "user", "user:notification") as cleo, listen(api, "ben", "user") as ben:
        for name in ("cleo", "ben"):
            api.runtime.bus.publish(topics.notifications(api.accounts[name].id), message)
        assert await ben.events(1) == [("notification", told["id"])]
        await cleo.silent()


def test_streams_ask_what_timelines_ask() -> None:
    """Whoever changes who sees a timeline changes its stream too: both are the same statements."""
    assert set(itertools.chain(timelines.HOME, timelines.LIST)) == {False, True}
