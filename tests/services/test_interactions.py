"""Likes, boosts, pins, votes: once and twice, here and from elsewhere; never wider than the post."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.model.errors import Forbidden, Invalid, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.statuses import PollDraft, Status, Visibility
from fedisw.services import hydrate, interactions, polls
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import notification_groups, notifications, statuses
from fedisw.storage.queries import polls as poll_rows
from tests.support.factories import NOW, new_id, post, put_account, put_follow, receive, waiting

EVERY = tuple(NotificationType)
LATER = NOW + timedelta(minutes=5)


def _like(tx: Tx, who: Account, status: Status) -> Status:
    number = new_id()
    return interactions.favourite(
        tx, account=who, status_id=status.id, favourite_id=number, uri=f"https://home.test/l/{number}", now=NOW
    )


def _boost(tx: Tx, who: Account, status: Status, visibility: Visibility = Visibility.PUBLIC) -> Status:
    number = new_id()
    return interactions.reblog(
        tx,
        account=who,
        status_id=status.id,
        boost_id=number,
        uri=f"https://home.test/b/{number}",
        now=NOW,
        visibility=visibility,
    )


def _told(tx: Tx, account: Account) -> list[NotificationType]:
    return [item.type for item in notifications.page(tx, account.id, Page(), types=EVERY, now=NOW)]


async def test_a_like_counts_once_and_can_be_taken_back(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        status = post(tx, ben)
        assert _like(tx, amy, status).favourites_count == _like(tx, amy, status).favourites_count == 1
        assert hydrate.flags(tx, [status.id], amy.id)[0][status.id].favourited
        assert _told(tx, ben) == [NotificationType.FAVOURITE]
        for _ in range(2):
            assert interactions.unfavourite(tx, account=amy, status_id=status.id).favourites_count == 0
        assert _told(tx, ben) == []

    await db.write(unit)


async def test_a_like_of_a_remote_post_is_told_to_its_server(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        status = receive(tx, eve)
        _like(tx, amy, status)
        interactions.unfavourite(tx, account=amy, status_id=status.id)
        kinds = [job.kind for job in waiting(tx)]
        assert kinds == ["FanOut", "PublishLike", "IndexPosts", "PublishUndoLike"]

    await db.write(unit)


async def test_a_remote_like_counts_once_and_only_for_a_post_it_can_see(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        open_post, secret = post(tx, amy), post(tx, amy, visibility=Visibility.PRIVATE)

        def like(status: Status, uri: str) -> bool:
            return interactions.favourite_by_remote(
                tx, account=eve, status_uri=status.uri, uri=uri, favourite_id=new_id(), now=NOW
            )

        assert like(open_post, "https://far.test/l/1")
        assert not like(open_post, "https://far.test/l/2")
        assert not like(secret, "https://far.test/l/3")
        assert statuses.get(tx, open_post.id).favourites_count == 1
        assert interactions.undo_by_remote(tx, actor=eve, uri="https://far.test/l/1")
        assert not interactions.undo_by_remote(tx, actor=eve, uri="https://far.test/l/1", object_uri=open_post.uri)
        assert statuses.get(tx, open_post.id).favourites_count == 0

    await db.write(unit)


async def test_a_boost_is_made_once_and_never_widens(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        put_follow(tx, amy, ben)
        unlisted = post(tx, ben, visibility=Visibility.UNLISTED)
        first = _boost(tx, amy, unlisted)
        assert first.visibility is Visibility.UNLISTED
        assert _boost(tx, amy, unlisted).id == first.id
        assert _boost(tx, amy, first).id == first.id, "boosting a boost boosts the original"
        assert statuses.get(tx, unlisted.id).reblogs_count == 1
        assert _told(tx, ben) == [NotificationType.REBLOG]
        secret = post(tx, ben, visibility=Visibility.PRIVATE)
        with pytest.raises(Forbidden):
            _boost(tx, amy, secret)
        assert _boost(tx, ben, secret).visibility is Visibility.PRIVATE
        direct = post(tx, ben, visibility=Visibility.DIRECT)
        with pytest.raises(NotFound):
            _boost(tx, amy, direct)
        for _ in range(2):
            assert interactions.unreblog(tx, account=amy, status_id=unlisted.id).reblogs_count == 0
        assert [job.kind for job in waiting(tx)].count("PublishUndoBoost") == 1

    await db.write(unit)


async def test_a_boost_of_a_post_that_stays_here_stays_here(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben", reach=Reach.MEMBERS)
        boost = _boost(tx, amy, post(tx, ben))
        assert boost.local_only
        assert "PublishBoost" not in [job.kind for job in waiting(tx)]
        eve = put_account(tx, "eve", "far.test")
        assert _remote_boost(tx, eve, post(tx, ben), "https://far.test/b/1") is None

    await db.write(unit)


def _remote_boost(tx: Tx, who: Account, status: Status, uri: str) -> Status | None:
    return interactions.store_remote_reblog(
        tx,
        account=who,
        original_id=status.id,
        uri=uri,
        boost_id=new_id(),
        published=NOW,
        visibility=Visibility.PUBLIC,
        now=NOW,
    )


async def test_a_remote_boost_counts_once_and_can_be_undone_by_its_actor_only(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve, fay = put_account(tx, "amy"), put_account(tx, "eve", "far.test"), put_account(tx, "fay", "far.test")
        status, secret = post(tx, amy), post(tx, amy, visibility=Visibility.PRIVATE)
        assert _remote_boost(tx, eve, status, "https://far.test/b/1") is not None
        assert _remote_boost(tx, eve, status, "https://far.test/b/2") is None
        assert _remote_boost(tx, eve, secret, "https://far.test/b/3") is None
        assert not interactions.undo_by_remote(tx, actor=fay, uri="https://far.test/b/1")
        assert interactions.undo_by_remote(tx, actor=eve, uri="https://far.test/b/1")
        assert statuses.get(tx, status.id).reblogs_count == 0

    await db.write(unit)


async def test_five_own_posts_can_be_pinned(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        posts = [post(tx, amy, f"{at}") for at in range(6)]
        for status in posts[:5]:
            interactions.pin(tx, account=amy, status_id=status.id, pin_id=new_id(), now=NOW)
        interactions.pin(tx, account=amy, status_id=posts[0].id, pin_id=new_id(), now=NOW)
        with pytest.raises(Invalid, match="maximum"):
            interactions.pin(tx, account=amy, status_id=posts[5].id, pin_id=new_id(), now=NOW)
        with pytest.raises(Invalid, match="Someone else"):
            interactions.pin(tx, account=ben, status_id=posts[5].id, pin_id=new_id(), now=NOW)
        direct = post(tx, amy, visibility=Visibility.DIRECT)
        with pytest.raises(Invalid, match="only visible"):
            interactions.pin(tx, account=amy, status_id=direct.id, pin_id=new_id(), now=NOW)

    await db.write(unit)


async def test_a_vote_counts_once(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, eve = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "eve", "far.test")
        status = post(tx, amy, poll=PollDraft(options=("a", "b"), expires_at=LATER))
        poll_id = status.poll_id or 0
        assert polls.vote(tx, account=ben, poll_id=poll_id, choices=[1], now=NOW).votes == (0, 1)
        with pytest.raises(Invalid, match="already voted"):
            polls.vote(tx, account=ben, poll_id=poll_id, choices=[0], now=NOW)
        with pytest.raises(Invalid, match="own polls"):
            polls.vote(tx, account=amy, poll_id=poll_id, choices=[0], now=NOW)

        def from_far(option: str, now: object = NOW) -> bool:
            return polls.vote_by_remote(
                tx,
                voter=eve,
                status_uri=status.uri,
                option=option,
                uri="https://far.test/v/1",
                now=now,  # type: ignore[arg-type]
            )

        assert not from_far("c")
        assert from_far("a")
        assert not from_far("a")
        assert not from_far("b")
        poll = poll_rows.get(tx, poll_id)
        assert (poll.votes, poll.voters_count) == ((1, 1), 2)
        with pytest.raises(Invalid, match="ended"):
            polls.vote(tx, account=put_account(tx, "cat"), poll_id=poll_id, choices=[0], now=LATER)
        for _ in range(2):
            polls.close(tx, poll_id=poll_id, now=LATER)
        assert _told(tx, ben) == [NotificationType.POLL]
        assert _told(tx, amy) == [NotificationType.POLL]
        assert waiting(tx)[-1].kind == "PublishPoll", "other servers hear the last counts"

    await db.write(unit)


async def test_likes_within_half_a_day_are_one_group(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        status = post(tx, amy)
        for name in ("ben", "cat", "dan"):
            _like(tx, put_account(tx, name), status)
        found = notifications.page(tx, amy.id, Page(), types=EVERY, now=NOW)
        assert len({item.group_key for item in found}) == 1
        assert notification_groups.unread(tx, amy.id, above=0, types=EVERY, grouped=EVERY, now=NOW, limit=100) == 1
        assert notifications.unread(tx, amy.id, above=0, types=EVERY, now=NOW, limit=100) == 3

    await db.write(unit)
