"""What stands in a timeline, for whom, in which order; and that paging neither skips nor repeats."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.jobs.work import FanOut
from fedisw.model.accounts import Account
from fedisw.model.lists import RepliesPolicy
from fedisw.model.paging import Page
from fedisw.model.statuses import RemoteMedia, Status, Visibility
from fedisw.services import blocking, following, interactions, lists
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import timelines
from fedisw.storage.queries.timelines import Only
from fedisw.tasks import fan_out
from tests.support.factories import NOW, new_id, post, put_account, put_follow, receive


def _fan(tx: Tx, status: Status) -> None:
    fan_out.chunk(tx, status_id=status.id, after=0, now=NOW)


def _home(tx: Tx, viewer: Account, **page: int) -> list[int]:
    return [ref.id for ref in timelines.home(tx, viewer.id, Page(**page), now=NOW)]


async def test_home_holds_own_posts_and_those_of_the_followed(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, cat = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "cat")
        put_follow(tx, amy, ben)
        mine, his, secret = post(tx, amy), post(tx, ben), post(tx, ben, visibility=Visibility.PRIVATE)
        for status in (mine, his, secret, post(tx, cat), post(tx, ben, visibility=Visibility.DIRECT)):
            _fan(tx, status)
            _fan(tx, status)
        assert _home(tx, amy) == [secret.id, his.id, mine.id]
        following.unfollow(tx, follower=amy, target=ben)
        assert _home(tx, amy) == [mine.id]

    await db.write(unit)


async def test_a_new_follow_brings_the_newest_posts(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        posts = [post(tx, ben, f"{at}") for at in range(45)]
        number = new_id()
        following.request_follow(tx, follower=amy, target=ben, uri=f"https://home.test/f/{number}", follow_id=number, now=NOW)
        assert _home(tx, amy, limit=100) == [status.id for status in posts[:-41:-1]]

    await db.write(unit)


async def test_replies_to_strangers_and_unwanted_boosts_stay_out(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, cat, dan = (put_account(tx, name) for name in ("amy", "ben", "cat", "dan"))
        put_follow(tx, amy, ben, shows_reblogs=False)
        put_follow(tx, amy, dan)
        to_stranger = post(tx, ben, in_reply_to_id=post(tx, cat).id)
        to_me = post(tx, ben, in_reply_to_id=post(tx, amy).id)
        to_self = post(tx, ben, in_reply_to_id=to_me.id)
        boosts = [
            interactions.reblog(
                tx,
                account=who,
                status_id=post(tx, cat).id,
                boost_id=(number := new_id()),
                uri=f"https://home.test/b/{number}",
                now=NOW,
                visibility=Visibility.PUBLIC,
            )
            for who in (ben, dan)
        ]
        for status in (to_stranger, to_me, to_self, *boosts):
            _fan(tx, status)
        assert _home(tx, amy) == [boosts[1].id, to_self.id, to_me.id]
        blocking.mute(tx, account_id=amy.id, target_id=cat.id, mute_id=new_id(), now=NOW)
        assert _home(tx, amy) == [to_self.id, to_me.id], "a boost of somebody muted is not shown"

    await db.write(unit)


async def test_mutes_end_and_servers_can_be_silenced(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, eve = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "eve", "far.test")
        put_follow(tx, amy, ben)
        put_follow(tx, amy, eve)
        his, hers = post(tx, ben), receive(tx, eve)
        for status in (his, hers):
            _fan(tx, status)
        later = NOW + timedelta(hours=1)
        blocking.mute(tx, account_id=amy.id, target_id=ben.id, mute_id=new_id(), now=NOW, expires_at=later)
        assert _home(tx, amy) == [hers.id]
        assert [ref.id for ref in timelines.home(tx, amy.id, Page(), now=later)] == [hers.id, his.id]
        blocking.block_host(tx, account=amy, host="far.test", block_id=new_id(), now=NOW)
        assert _home(tx, amy) == []

    await db.write(unit)


@pytest.mark.parametrize("viewer_asks", [False, True])
async def test_public_holds_public_posts_only(db: Database, viewer_asks: bool) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, eve = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "eve", "far.test")
        limited = put_account(tx, "dan", limited_at=NOW)
        here, there = post(tx, ben), receive(tx, eve)
        for visibility in (Visibility.UNLISTED, Visibility.PRIVATE, Visibility.DIRECT):
            post(tx, ben, visibility=visibility)
        post(tx, ben, in_reply_to_id=there.id)
        post(tx, limited)
        viewer = amy.id if viewer_asks else None

        def public(**only: bool) -> list[int]:
            found = timelines.public(tx, viewer, Page(), only=Only(replies=False, reblogs=False, **only), now=NOW)
            return [ref.id for ref in found]

        assert public() == [there.id, here.id]
        assert public(local=True) == [here.id]
        assert public(remote=True) == [there.id]
        assert public(media=True) == []

    await db.write(unit)


async def test_tags_any_all_none(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        one, two = post(tx, amy, tags=("a",)), post(tx, amy, tags=("a", "b"))
        both = post(tx, amy, tags=("b", "c"), in_reply_to_id=one.id)

        def tagged(any_of: list[str], all_of: tuple[str, ...] = (), none_of: tuple[str, ...] = ()) -> list[int]:
            found = timelines.tag(tx, None, Page(), any_of=any_of, all_of=all_of, none_of=none_of, only=timelines.ALL, now=NOW)
            return [ref.id for ref in found]

        assert tagged(["a"]) == [two.id, one.id]
        assert tagged(["a", "b"]) == [both.id, two.id, one.id]
        assert tagged(["a"], all_of=("b",)) == [two.id]
        assert tagged(["a", "b"], none_of=("c",)) == [two.id, one.id]
        assert tagged(["unknown"]) == []

    await db.write(unit)


async def test_a_list_shows_its_members_and_an_exclusive_one_hides_them_at_home(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, cat = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "cat")
        for other in (ben, cat):
            put_follow(tx, amy, other)
        made = lists.create(
            tx, account_id=amy.id, title="Peers", replies_policy=RepliesPolicy.LIST, exclusive=False, list_id=new_id(), now=NOW
        )
        lists.add_members(tx, account_id=amy.id, list_id=made.id, member_ids=[ben.id], new_id=new_id)
        his, hers = post(tx, ben), post(tx, cat)
        reply = post(tx, ben, in_reply_to_id=hers.id)
        for status in (his, hers, reply):
            _fan(tx, status)

        def shown(policy: str) -> list[int]:
            return [ref.id for ref in timelines.of_list(tx, amy.id, made.id, Page(), replies=policy, now=NOW)]

        assert shown("followed") == [reply.id, his.id]
        assert shown("list") == [his.id]
        assert shown("none") == [his.id]
        assert _home(tx, amy) == [reply.id, hers.id, his.id]
        lists.change(tx, account_id=amy.id, list_id=made.id, title=None, replies_policy=None, exclusive=True)
        assert _home(tx, amy) == [hers.id]

    await db.write(unit)


async def test_pages_neither_skip_nor_repeat_in_both_directions(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        ids = [post(tx, amy, f"{at}").id for at in range(65)]
        for status_id in ids:
            fan_out.chunk(tx, status_id=status_id, after=0, now=NOW)
        down: list[int] = []
        while page := _home(tx, amy, max_id=down[-1] if down else 1 << 62, limit=20):
            down += page
        assert down == ids[::-1]
        up: list[int] = []
        while page := _home(tx, amy, min_id=up[-1] if up else 1, limit=20):
            up += page[::-1]
        assert up == ids
        assert _home(tx, amy, since_id=ids[-3], limit=20) == [ids[-1], ids[-2]]

    await db.write(unit)


async def test_a_feed_keeps_its_newest_rows(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fedisw.storage.queries.feeds.KEPT", 3)
    monkeypatch.setattr("fedisw.storage.queries.feeds.TRIMMED", 1)

    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        put_follow(tx, amy, ben)
        posts = [post(tx, ben, f"{at}") for at in range(5)]
        for status in posts:
            _fan(tx, status)
        assert _home(tx, amy) == [status.id for status in posts[:1:-1]]

    await db.write(unit)


async def test_a_fan_out_that_runs_twice_leaves_the_same_rows(db: Database) -> None:
    def prepare(tx: Tx) -> tuple[int, Account]:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        put_follow(tx, amy, ben)
        return post(tx, ben).id, amy

    status_id, amy = await db.write(prepare)
    for _ in range(2):
        await fan_out.fan_out(db, FanOut(status_id=status_id), now=NOW)
    assert await db.read(_home, amy) == [status_id]
    await fan_out.fan_out(db, FanOut(status_id=12345), now=NOW)


@pytest.mark.parametrize("viewer_asks", [False, True])
async def test_a_post_with_two_files_stands_once_in_the_timeline_of_files(db: Database, viewer_asks: bool) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        files = tuple(RemoteMedia(remote_url=f"https://far.test/{name}.png", media_type="image/png") for name in "ab")
        first, _, last = receive(tx, eve, media=files), receive(tx, eve), receive(tx, eve, media=files, tags=("care",))
        receive(tx, eve, media=files, visibility=Visibility.UNLISTED)
        viewer, only = amy.id if viewer_asks else None, Only(media=True)
        shown = timelines.public(tx, viewer, Page(), only=only, now=NOW)
        assert [ref.id for ref in shown] == [last.id, first.id]
        assert [ref.reblog_of_id for ref in shown] == [None, None]
        shown = timelines.tag(tx, viewer, Page(), any_of=["care"], only=only, now=NOW)
        assert [ref.id for ref in shown] == [last.id]
        assert timelines.public(tx, viewer, Page(), only=Only(media=True, local=True), now=NOW) == []

    await db.write(unit)
