"""Order, what is taken back before it was sent, and the audience at the last moment (P-9, VIS-7; F-11, F-23)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.model.accounts import Account
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.relations import Block
from fedisw.model.statuses import Draft, Status, Visibility
from fedisw.services import accounts as profiles
from fedisw.services import blocking, editing, following, interactions
from fedisw.storage.queries import blocks, domains, follows, statuses
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.sending import Said, Sending


async def edit(us: Sending, author: Account, status: Status, text: str) -> None:
    draft = Draft(html=f"<p>{text}</p>", text=text)
    await us.db.write(editing.edit_status, author=author, status_id=status.id, draft=draft, now=us.clock(), new_id=new_id)


async def delete(us: Sending, status: Status) -> None:
    await us.db.write(editing.delete_status, author_id=status.account_id, status_id=status.id, now=us.clock())


async def test_a_post_its_edit_and_its_end_arrive_in_this_order(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await us.run()
    await edit(us, amy, status, "One")
    await us.run()
    await delete(us, status)
    await us.run()
    assert beta.types == ["Create", "Update", "Delete"]


async def test_an_edit_waits_behind_the_post_that_could_not_be_sent_yet(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(500)
    status = await us.post(amy)
    await us.run()
    await edit(us, amy, status, "One")
    await edit(us, amy, status, "Two")
    await us.run()
    assert beta.types == ["Create"]
    other = await us.post(amy, "Another")
    await us.run()
    assert beta.got[-1].document["object"]["id"] == other.uri  # only what is about the same post waits
    await us.run(seconds=31)
    assert beta.types == ["Create", "Create", "Create", "Update", "Update"]
    assert beta.got[-1].document["object"]["content"] == "<p>Two</p>"


async def test_the_order_holds_for_both_inboxes_of_a_host(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    beta.say(500)
    status = await us.post(amy, visibility=Visibility.DIRECT, mentioned=(ben.id,))
    await us.run()
    draft = Draft(html="<p>Changed</p>", text="Changed", mentioned=(ben.id,))
    await us.db.write(editing.edit_status, author=amy, status_id=status.id, draft=draft, now=us.clock(), new_id=new_id)
    await us.run()
    assert beta.types == ["Create"]
    await us.run(seconds=31)
    assert beta.types == ["Create", "Create", "Update"]


@pytest.mark.parametrize("down", [0, 20, 90])
async def test_after_edit_and_deletion_within_a_second_a_flapping_peer_ends_with_the_deletion(us: Sending, down: int) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await us.run()
    beta.always = Said(status=503)
    await edit(us, amy, status, "One")
    await us.run()
    await delete(us, status)
    await us.run(minutes=down)
    beta.always = None
    await us.run(hours=1)
    await us.run(hours=1)
    assert beta.types[0] == "Create"
    assert beta.types[-1] == "Delete"
    assert set(await us.states()) <= {"delivered", "cancelled"}


async def test_of_a_post_that_a_peer_never_got_it_does_not_get_the_end(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "gamma.test")
    for _ in range(5):
        us.peer.client.breakers.failed("gamma.test")
    status = await us.post(amy)
    await us.run()
    await delete(us, status)
    await us.run()
    us.peer.client.breakers.succeeded("gamma.test")
    await us.run(hours=2)
    assert beta.types == ["Create", "Delete"]
    assert gamma.types == []
    assert sorted(await us.states()) == ["cancelled", "delivered", "delivered"]


async def test_where_it_may_have_arrived_the_end_is_sent(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    beta.say(Said(hangs_up=True), Said(hangs_up=True))  # the client tries once more by itself
    status = await us.post(amy)
    await us.run()
    await delete(us, status)
    await us.run()
    assert beta.types == ["Create", "Create", "Delete"]
    assert await us.states() == ["cancelled", "delivered"]


async def test_a_follow_that_waits_and_its_end_are_both_not_sent(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    for _ in range(5):
        us.peer.client.breakers.failed("beta.test")
    wish = f"{HERE}/ap/activities/77"
    await us.db.write(following.request_follow, follower=amy, target=ben, uri=wish, follow_id=new_id(), now=us.clock())
    await us.run()
    await us.db.write(following.unfollow, follower=amy, target=ben)
    await us.run()
    us.peer.client.breakers.succeeded("beta.test")
    await us.run(hours=2)
    assert beta.got == []
    assert await us.states() == ["cancelled"]


async def waiting_post(us: Sending, **changes: object) -> tuple[Account, Account, Status]:
    """A post whose delivery failed once, and waits."""
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    beta.say(500)
    status = await us.post(amy, **changes)
    await us.run()
    assert await us.states() == ["waiting"]
    return amy, ben, status


async def cancelled(us: Sending, reason: str) -> None:
    await us.run(seconds=31)
    (delivery,) = [item for item in await us.deliveries() if item.state != "delivered"]
    assert (delivery.state, delivery.reason) == ("cancelled", reason)


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.PRIVATE])
async def test_an_unfollow_while_it_waits_stops_it(us: Sending, visibility: Visibility) -> None:
    amy, ben, _ = await waiting_post(us, visibility=visibility)
    await us.db.write(follows.remove, follower_id=ben.id, target_id=amy.id)
    open_post = visibility is Visibility.PUBLIC
    await cancelled(us, "nobody there is to get it any more" if open_post else "the server may not have the post any more")


async def test_a_block_while_it_waits_stops_it(us: Sending) -> None:
    amy, ben, _ = await waiting_post(us)
    block = Block(id=new_id(), account_id=ben.id, target_id=amy.id, uri="https://beta.test/b/1", created_at=NOW)
    await us.db.write(blocks.insert_once, block)
    await cancelled(us, "nobody there is to get it any more")


async def test_a_server_that_the_author_does_not_want_any_more_gets_nothing(us: Sending) -> None:
    amy, _, _ = await waiting_post(us)
    await us.db.write(blocks.put_host, account_id=amy.id, host="beta.test", block_id=new_id(), now=NOW)
    await cancelled(us, "the server may not have the post any more")


async def test_a_server_suspended_while_it_waits_gets_nothing(us: Sending) -> None:
    await waiting_post(us)
    await us.db.write(domains.put, DomainRule(host="beta.test", severity=Severity.SUSPEND, created_at=NOW))
    await cancelled(us, "the server is blocked here")


async def test_an_author_suspended_while_it_waits_says_nothing_more(us: Sending) -> None:
    amy, _, _ = await waiting_post(us)
    await us.db.write(profiles.suspend, account_id=amy.id, now=NOW)
    await cancelled(us, "the account is suspended")


async def test_a_post_removed_by_hand_while_it_waits_is_not_sent(us: Sending) -> None:
    _, _, status = await waiting_post(us)
    await us.db.write(statuses.remove, status.id)
    await cancelled(us, "the post was deleted")


async def test_others_on_the_server_still_get_it(us: Sending) -> None:
    amy, ben, _ = await waiting_post(us)
    await us.follower(amy, "cai", "beta.test")
    await us.db.write(follows.remove, follower_id=ben.id, target_id=amy.id)
    await us.run(seconds=31)
    assert await us.states() == ["delivered"]


async def test_a_like_that_waits_is_stopped_by_a_block(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    status = await us.db.write(factories.receive, ben)
    beta.say(500)
    like = f"{HERE}/ap/activities/9"
    await us.db.write(interactions.favourite, account=amy, status_id=status.id, favourite_id=new_id(), uri=like, now=NOW)
    await us.run()
    await us.db.write(blocking.block, account=amy, target=ben, uri=f"{HERE}/ap/activities/8", block_id=new_id(), now=NOW)
    await us.run(seconds=31)
    assert beta.types == ["Like"]
    (delivery,) = await us.deliveries()
    assert (delivery.state, delivery.reason) == ("cancelled", "there is a block between the two")


async def test_an_account_deleted_while_it_waits_sends_its_end_only(us: Sending) -> None:
    amy, _, _ = await waiting_post(us)
    await us.db.write(profiles.delete_local_account, account_id=amy.id, now=us.clock())
    await us.run(seconds=31)
    assert await us.states() == ["cancelled", "delivered"]
    assert us.clock() - NOW == timedelta(seconds=31)
