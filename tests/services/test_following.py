"""Following, here and across servers; each act once and twice."""

from __future__ import annotations

import pytest

from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, NotFound
from fedisw.model.notifications import NotificationType
from fedisw.model.paging import Page
from fedisw.model.relations import Follow
from fedisw.services import blocking, following
from fedisw.storage.db import Database, Tx
from fedisw.storage.queries import accounts, blocks, follows, notifications, relationships
from tests.support.factories import NOW, new_id, post, put_account, put_follow, waiting

EVERY = tuple(NotificationType)


def _ask(tx: Tx, follower: Account, target: Account) -> Follow:
    number = new_id()
    return following.request_follow(
        tx, follower=follower, target=target, uri=f"https://home.test/f/{number}", follow_id=number, now=NOW
    )


async def test_a_local_follow_counts_at_once_and_is_told(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        post(tx, ben, "before")
        assert _ask(tx, amy, ben).accepted
        _ask(tx, amy, ben)
        assert accounts.get(tx, ben.id).followers_count == 1
        assert accounts.get(tx, amy.id).following_count == 1
        told = notifications.page(tx, ben.id, Page(), types=EVERY, now=NOW)
        assert [item.type for item in told] == [NotificationType.FOLLOW]

    await db.write(unit)


async def test_a_follow_of_somebody_elsewhere_waits_for_the_answer(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        follow = _ask(tx, amy, eve)
        assert not follow.accepted
        assert accounts.get(tx, eve.id).followers_count == 0
        assert [job.kind for job in waiting(tx)] == ["PublishFollow"]
        other = put_account(tx, "mallory", "evil.test")
        assert following.accepted_by_remote(tx, target=other, follow_uri=follow.uri) is None
        for _ in range(2):
            done = following.accepted_by_remote(tx, target=eve, follow_uri=follow.uri)
            assert done is not None
            assert done.accepted
        assert accounts.get(tx, eve.id).followers_count == 1
        assert following.rejected_by_remote(tx, target=eve, follow_uri="", follower_uri=amy.uri)
        assert not following.rejected_by_remote(tx, target=eve, follow_uri="", follower_uri=amy.uri)
        assert accounts.get(tx, eve.id).followers_count == 0

    await db.write(unit)


async def test_an_accept_that_nobody_asked_for_changes_nothing(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        assert following.accepted_by_remote(tx, target=eve, follow_uri="https://x.test/1", follower_uri=amy.uri) is None
        assert follows.find(tx, follower_id=amy.id, target_id=eve.id) is None

    await db.write(unit)


async def test_a_person_who_approves_followers_is_asked(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben", approves_followers=True)
        assert not _ask(tx, amy, ben).accepted
        told = notifications.page(tx, ben.id, Page(), types=EVERY, now=NOW)
        assert [item.type for item in told] == [NotificationType.FOLLOW_REQUEST]
        following.accept_request(tx, target=ben, follower_id=amy.id, now=NOW)
        with pytest.raises(NotFound):
            following.accept_request(tx, target=ben, follower_id=amy.id, now=NOW)
        assert accounts.get(tx, ben.id).followers_count == 1
        told = notifications.page(tx, ben.id, Page(), types=EVERY, now=NOW)
        assert [item.type for item in told] == [NotificationType.FOLLOW]

    await db.write(unit)


async def test_a_remote_follow_is_answered_each_time_it_comes(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        for number in (1, 2):
            follow = following.follow_by_uri(
                tx, follower=eve, target_uri=amy.uri, uri=f"https://far.test/f/{number}", follow_id=new_id(), now=NOW
            )
            assert follow is not None
        assert [job.kind for job in waiting(tx)] == ["AnswerFollow", "AnswerFollow"]
        assert accounts.get(tx, amy.id).followers_count == 1
        assert following.undo_follow_by_remote(tx, follower=eve, follow_uri="https://far.test/f/2")
        assert not following.undo_follow_by_remote(tx, follower=eve, follow_uri="", target_uri=amy.uri)
        with pytest.raises(NotFound):
            following.follow_by_uri(tx, follower=eve, target_uri=eve.uri, uri="https://far.test/f/3", follow_id=new_id(), now=NOW)

    await db.write(unit)


async def test_a_blocked_follower_is_rejected(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        blocking.block(tx, account=amy, target=eve, uri="https://home.test/b/1", block_id=new_id(), now=NOW)
        asked = following.follow_by_uri(
            tx, follower=eve, target_uri=amy.uri, uri="https://far.test/f/1", follow_id=new_id(), now=NOW
        )
        assert asked is None
        assert [job.kind for job in waiting(tx)] == ["PublishBlock", "RejectFollow"]
        with pytest.raises(Forbidden):
            _ask(tx, amy, eve)

    await db.write(unit)


async def test_nobody_follows_themselves(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy = put_account(tx, "amy")
        with pytest.raises(Forbidden, match="own account"):
            _ask(tx, amy, amy)

    await db.write(unit)


async def test_a_block_ends_follows_both_ways_and_hides_both_ways(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben = put_account(tx, "amy"), put_account(tx, "ben")
        put_follow(tx, amy, ben)
        put_follow(tx, ben, amy)
        assert blocking.block(tx, account=amy, target=ben, uri="https://home.test/b/1", block_id=new_id(), now=NOW)
        assert not blocking.block(tx, account=amy, target=ben, uri="https://home.test/b/2", block_id=new_id(), now=NOW)
        assert accounts.get(tx, amy.id).followers_count == accounts.get(tx, ben.id).followers_count == 0
        assert blocks.either(tx, ben.id, amy.id)
        here, there = (relationships.between(tx, one.id, [other.id], now=NOW)[0] for one, other in ((amy, ben), (ben, amy)))
        assert (here.blocking, here.blocked_by, there.blocking, there.blocked_by) == (True, False, False, True)
        assert blocking.unblock(tx, account=amy, target=ben)
        assert not blocking.unblock(tx, account=amy, target=ben)

    await db.write(unit)


async def test_a_relationship_says_all_at_once_for_many(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, ben, eve = put_account(tx, "amy"), put_account(tx, "ben"), put_account(tx, "eve", "far.test")
        put_follow(tx, amy, ben, notifies=True, languages=("es",))
        put_follow(tx, ben, amy, accepted=False)
        blocking.mute(tx, account_id=amy.id, target_id=ben.id, mute_id=new_id(), now=NOW)
        blocking.block_host(tx, account=amy, host="far.test", block_id=new_id(), now=NOW)
        before = tx.statements
        first, second, third = relationships.between(tx, amy.id, [ben.id, eve.id, 77], now=NOW)
        assert tx.statements == before + 1
        assert (first.following, first.notifying, first.languages, first.requested_by) == (True, True, ("es",), True)
        assert (first.muting, first.muting_notifications) == (True, True)
        assert (second.domain_blocking, second.following) == (True, False)
        assert third.id == 77

    await db.write(unit)


async def test_blocking_a_server_ends_follows_with_it(db: Database) -> None:
    def unit(tx: Tx) -> None:
        amy, eve = put_account(tx, "amy"), put_account(tx, "eve", "far.test")
        put_follow(tx, amy, eve)
        put_follow(tx, eve, amy)
        assert blocking.block_host(tx, account=amy, host="far.test", block_id=new_id(), now=NOW)
        assert not blocking.block_host(tx, account=amy, host="far.test", block_id=new_id(), now=NOW)
        assert follows.find(tx, follower_id=amy.id, target_id=eve.id) is None
        assert follows.find(tx, follower_id=eve.id, target_id=amy.id) is None
        assert sorted(job.kind for job in waiting(tx)) == ["PublishUndoFollow", "RejectFollow"]

    await db.write(unit)
