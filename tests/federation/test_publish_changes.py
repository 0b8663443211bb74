"""Changes of posts, boosts and polls on their way out, and jobs that run twice (federation, sections 4.4, 4.5, 4.7 and 4.8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedisw.federation import outgoing, publish
from fedisw.federation.represent import status as posts
from fedisw.federation.represent.here import Here
from fedisw.jobs import work
from fedisw.model.accounts import Account
from fedisw.model.statuses import Draft, PollDraft, Status, Visibility
from fedisw.model.urls import activity_uri
from fedisw.services import editing, interactions
from fedisw.services import polls as voting
from fedisw.storage.db import Tx
from fedisw.storage.queries import activities, follows, job_keeping
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.jobs import ALL as ALL_JOBS
from tests.support.sending import Sending

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


async def edit(us: Sending, author: Account, status: Status, text: str, *, mentioned: tuple[int, ...] = ()) -> None:
    draft = Draft(html=f"<p>{text}</p>", text=text, mentioned=mentioned)
    await us.db.write(editing.edit_status, author=author, status_id=status.id, draft=draft, now=us.clock(), new_id=new_id)


async def likes(us: Sending, account: Account, status: Status) -> None:
    uri = f"https://{account.host}/likes/{new_id()}"
    await us.db.write(
        interactions.favourite_by_remote, account=account, status_uri=status.uri, uri=uri, favourite_id=new_id(), now=us.clock()
    )


async def delete(us: Sending, status: Status) -> None:
    await us.db.write(editing.delete_status, author_id=status.account_id, status_id=status.id, now=us.clock())


async def test_an_edit_goes_to_all_who_got_the_post_or_did_something_with_it(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben = await us.follower(amy, "ben", "beta.test")
    cai = await us.stranger("cai", "gamma.test")
    status = await us.post(amy)
    await us.run()
    await likes(us, cai, status)
    await us.db.write(follows.remove, follower_id=ben.id, target_id=amy.id)
    us.clock.forward(minutes=20)
    await edit(us, amy, status, "Changed")
    await us.run()
    assert beta.types == ["Create", "Update"]
    assert gamma.types == ["Update"]
    update = gamma.got[0].document
    assert update["id"].startswith("https://home.test/ap/activities/")
    assert (update["actor"], update["to"]) == (amy.uri, [PUBLIC])
    assert update["object"]["updated"] == update["updated"] == "2026-11-21T12:20:00Z"
    assert update["object"]["content"] == "<p>Changed</p>"


async def test_who_is_edited_out_of_a_confidential_post_loses_it(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben, cai = await us.stranger("ben", "beta.test"), await us.stranger("cai", "gamma.test")
    status = await us.post(amy, "A case", visibility=Visibility.DIRECT, mentioned=(ben.id, cai.id))
    await us.run()
    for text in ("A case, for Cai alone", "A case, for Cai alone, as I said"):
        await edit(us, amy, status, text, mentioned=(cai.id,))
        await us.run()
        us.clock.forward(minutes=1)
    assert beta.types == ["Create", "Delete"], "once"
    assert beta.got[1].document["object"] == {"id": status.uri, "type": "Tombstone"}
    assert "alone" not in str([got.document for got in beta.got])
    assert gamma.types == ["Create", "Update", "Update"]


async def test_a_server_keeps_a_confidential_post_that_is_still_for_somebody_there(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben, bea = await us.stranger("ben", "beta.test"), await us.stranger("bea", "beta.test")
    status = await us.post(amy, "A case", visibility=Visibility.DIRECT, mentioned=(ben.id, bea.id))
    await us.run()
    await edit(us, amy, status, "A case for Bea", mentioned=(bea.id,))
    await us.run()
    assert set(beta.types) == {"Create", "Update"}
    assert all(ben.uri not in got.document["object"]["to"] for got in beta.got if got.document["type"] == "Update")


async def test_an_edit_of_what_was_never_sent_is_the_post_itself(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    status = await us.post(amy)
    await us.db.write(idle, "PublishStatus")
    await us.follower(amy, "ben", "beta.test")
    await edit(us, amy, status, "Changed")
    await us.run()
    assert beta.types == ["Create"]
    assert beta.got[0].document["object"]["content"] == "<p>Changed</p>"


def idle(tx: Tx, kind: str) -> None:
    """The job died before it ran."""
    for job in tx.all(ALL_JOBS):
        if job.kind == kind:
            job_keeping.cancel(tx, job.id, now=NOW)


async def test_a_deletion_goes_to_all_who_got_the_post_and_its_text_is_kept_no_longer(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben = await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy, "A slip of the tongue")
    await us.run()
    await us.db.write(follows.remove, follower_id=ben.id, target_id=amy.id)
    await us.follower(amy, "cai", "gamma.test")
    await delete(us, status)
    await us.run()
    assert beta.types == ["Create", "Delete"]
    assert gamma.types == []
    gone = beta.got[1].document
    assert gone == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"https://home.test/ap/activities/{status.id}-delete",
        "type": "Delete",
        "actor": amy.uri,
        "to": [PUBLIC],
        "cc": [f"{amy.uri}/followers"],
        "object": {"id": status.uri, "type": "Tombstone"},
    }
    kept = await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    assert kept is not None
    assert kept.body == b""
    assert "DeliverErasure" in us.ran


async def test_the_deletion_of_a_direct_post_names_those_it_named(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    status = await us.post(amy, visibility=Visibility.DIRECT, mentioned=(ben.id,))
    await us.run()
    await delete(us, status)
    await us.run()
    assert beta.paths == ["/users/ben/inbox"] * 2
    assert beta.got[1].document["to"] == [ben.uri]
    assert "cc" not in beta.got[1].document


async def test_a_post_deleted_before_it_was_sent_is_not_sent_at_all(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await delete(us, status)
    await us.run()
    assert beta.got == []
    assert await us.deliveries() == []


async def test_a_boost_goes_to_followers_and_author_and_is_taken_back(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    ben = await us.stranger("ben", "beta.test")
    await us.follower(amy, "cai", "gamma.test")
    original = await us.db.write(factories.receive, ben, "Worth reading")
    boost_id = new_id()
    uri = activity_uri(HERE, boost_id)
    await us.db.write(
        interactions.reblog, account=amy, status_id=original.id, boost_id=boost_id, uri=uri, now=NOW, visibility=Visibility.PUBLIC
    )
    await us.run()
    await us.db.write(interactions.unreblog, account=amy, status_id=original.id)
    await us.run()
    assert beta.types == gamma.types == ["Announce", "Undo"]
    announce, undo = (item.document for item in beta.got)
    assert announce == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": uri,
        "type": "Announce",
        "actor": amy.uri,
        "published": "2026-11-21T12:00:00Z",
        "to": [PUBLIC],
        "cc": [f"{amy.uri}/followers", ben.uri],
        "object": original.uri,
    }
    assert (undo["id"], undo["actor"], undo["to"]) == (f"{uri}-undo", amy.uri, [PUBLIC])
    assert undo["object"] == {name: announce[name] for name in ("id", "type", "actor", "to", "cc", "object")}


async def test_pins_are_told_to_followers(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await us.run()
    pin_id = new_id()
    await us.db.write(interactions.pin, account=amy, status_id=status.id, pin_id=pin_id, now=NOW)
    await us.run()
    await us.db.write(interactions.unpin, account=amy, status_id=status.id, change_id=new_id())
    await us.run()
    assert beta.types == ["Create", "Add", "Remove"]
    add = beta.got[1].document
    assert (add["actor"], add["object"], add["target"]) == (amy.uri, status.uri, f"{amy.uri}/featured")


async def test_a_poll_is_a_question_and_its_new_counts_are_told_once_a_minute(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    poll = PollDraft(options=("Tea", "Coffee"), expires_at=NOW + timedelta(days=1))
    status = await us.post(amy, poll=poll)
    await us.run()
    question = beta.got[0].document["object"]
    assert question["type"] == "Question"
    assert question["oneOf"] == [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}} for name in ("Tea", "Coffee")
    ]
    assert (question["endTime"], question["votersCount"]) == ("2026-11-22T12:00:00Z", 0)
    await us.db.write(
        voting.vote_by_remote, voter=ben, status_uri=status.uri, option="Coffee", uri="https://beta.test/v", now=us.clock()
    )
    await us.run()
    assert beta.types == ["Create"]
    await us.run(minutes=1)
    assert beta.types == ["Create", "Update"]
    counts = [option["replies"]["totalItems"] for option in beta.got[1].document["object"]["oneOf"]]
    assert counts == [0, 1]
    assert "updated" not in beta.got[1].document


async def test_a_job_that_runs_twice_makes_one_activity_and_one_delivery(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    status = await us.post(amy)
    await us.run()
    await us.enqueue(work.PublishStatus(status_id=status.id))
    await us.run()
    assert us.ran.count("PublishStatus") == 2
    assert beta.types == ["Create"]
    assert len(await us.deliveries()) == 1


async def test_a_job_that_stopped_half_way_adds_what_is_missing(us: Sending, monkeypatch: pytest.MonkeyPatch) -> None:
    amy = await us.person()
    for number in range(5):
        await us.follower(amy, f"ben{number}", f"b{number}.test")
    monkeypatch.setattr(outgoing, "CHUNK", 2)
    status = await us.post(amy)
    wanted = await us.db.read(publish._ready, status.id)
    assert wanted is not None
    document = posts.create(wanted[0], Here.of(us.peer.settings), now=NOW)
    activity = await outgoing._stored_form(us.peer, publish._about(wanted[0], document))
    await us.db.write(outgoing._deliver_to, us.peer, activity, status.uri, outgoing.to(wanted[1]), "")
    assert len(await us.deliveries()) == 2
    await publish.publish_status(us.peer, work.PublishStatus(status_id=status.id))
    assert len(await us.deliveries()) == 5


async def test_a_thousand_servers_take_a_bounded_number_of_statements(us: Sending) -> None:
    amy = await us.person()
    await us.db.write(crowd, amy, 1_200)
    status = await us.post(amy)
    with us.db.counting() as statements:
        await publish.publish_status(us.peer, work.PublishStatus(status_id=status.id))
    assert len(await us.deliveries()) == 1_200
    assert len(statements) < 60


def crowd(tx: Tx, author: Account, size: int) -> None:
    for number in range(size):
        factories.put_follow(tx, factories.put_account(tx, "ben", f"b{number}.test"), author)


async def test_a_long_post_leaves_out_what_it_can_and_its_source_last(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    for size in (25_000, 45_000):
        await us.post(amy, "x" * size, language="en")
    await us.run()
    long, longer = sorted((got.document["object"] for got in beta.got), key=lambda note: len(note["content"]))
    assert ("source" in long, "contentMap" in long) == (True, False)
    assert ("source" in longer, "contentMap" in longer) == (False, False)
    assert all(len(got.body) < 60 * 1024 for got in beta.got)
