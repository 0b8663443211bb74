"""What is sent between accounts, and about accounts of ours (federation, sections 2, 4.6 to 4.9)."""

from __future__ import annotations

from fedisw.jobs import work
from fedisw.model.accounts import Account
from fedisw.model.moderation import Report
from fedisw.model.relations import Follow
from fedisw.model.statuses import RemotePoll
from fedisw.model.urls import activity_uri
from fedisw.services import accounts as profiles
from fedisw.services import blocking, following, interactions
from fedisw.services import polls as voting
from fedisw.services.accounts import ProfileChanges
from fedisw.storage.queries import reports, statuses
from fedisw.vocab.activity_readers import parse_activity
from fedisw.vocab.actors import parse_actor
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.sending import Sending

AS = "https://www.w3.org/ns/activitystreams"
PUBLIC = f"{AS}#Public"


async def ask(us: Sending, follower: Account, target: Account) -> Follow:
    follow_id = new_id()
    uri = activity_uri(HERE, follow_id)
    return await us.db.write(
        following.request_follow, follower=follower, target=target, uri=uri, follow_id=follow_id, now=us.clock()
    )


async def test_a_follow_goes_to_the_account_itself(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    wish = await ask(us, amy, ben)
    await us.run()
    assert beta.paths == ["/users/ben/inbox"]
    assert beta.got[0].document == {"@context": AS, "id": wish.uri, "type": "Follow", "actor": amy.uri, "object": ben.uri}


async def test_the_end_of_a_follow_carries_the_follow(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    wish = await ask(us, amy, ben)
    await us.run()
    await us.db.write(following.unfollow, follower=amy, target=ben)
    await us.run()
    assert beta.types == ["Follow", "Undo"]
    assert beta.got[1].document == {
        "@context": AS,
        "id": f"{wish.uri}-undo",
        "type": "Undo",
        "actor": amy.uri,
        "to": [ben.uri],
        "object": {"id": wish.uri, "type": "Follow", "actor": amy.uri, "object": ben.uri},
    }
    assert parse_activity(beta.got[1].document).actor == amy.uri


async def test_a_follow_taken_back_before_it_was_sent_is_not_sent(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    await ask(us, amy, ben)
    await us.db.write(following.unfollow, follower=amy, target=ben)
    await us.run()
    assert "Follow" not in beta.types


async def test_following_again_at_once_is_not_undone(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    await ask(us, amy, ben)
    await us.run()
    await us.db.write(following.unfollow, follower=amy, target=ben)
    again = await ask(us, amy, ben)
    await us.run()
    assert beta.types == ["Follow", "Follow"]
    assert beta.got[1].document["id"] == again.uri


async def test_a_follow_from_elsewhere_is_accepted_with_what_was_asked(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    asked = "https://beta.test/activities/1"
    await us.db.write(following.follow_by_uri, follower=ben, target_uri=amy.uri, uri=asked, follow_id=new_id(), now=NOW)
    await us.run()
    assert beta.paths == ["/users/ben/inbox"]
    accept = beta.got[0].document
    assert accept == {
        "@context": AS,
        "id": accept["id"],
        "type": "Accept",
        "actor": amy.uri,
        "to": [ben.uri],
        "object": {"id": asked, "type": "Follow", "actor": ben.uri, "object": amy.uri},
    }
    assert accept["id"].startswith("https://home.test/ap/activities/")


async def test_a_repeated_follow_is_accepted_again_under_its_new_id(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    for number in (1, 2):
        asked = f"https://beta.test/activities/{number}"
        await us.db.write(following.follow_by_uri, follower=ben, target_uri=amy.uri, uri=asked, follow_id=new_id(), now=NOW)
        await us.run()
    assert [item.document["object"]["id"][-1] for item in beta.got] == ["1", "2"]
    assert len({item.document["id"] for item in beta.got}) == 2


async def test_a_blocked_account_hears_no_but_not_that_it_is_blocked(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.follower(amy, "ben", "beta.test")
    await us.db.write(blocking.block, account=amy, target=ben, uri=f"{HERE}/ap/activities/1", block_id=new_id(), now=NOW)
    await us.run()
    assert beta.types == ["Reject"]
    assert beta.got[0].document["object"]["actor"] == ben.uri
    asked = "https://beta.test/activities/7"
    for _ in range(2):
        us.clock.forward(seconds=1)
        await us.db.write(following.follow_by_uri, follower=ben, target_uri=amy.uri, uri=asked, follow_id=new_id(), now=NOW)
        await us.run()
    assert beta.types == ["Reject"] * 3
    assert len({item.document["id"] for item in beta.got}) == 3
    await us.db.write(blocking.unblock, account=amy, target=ben)
    await us.run()
    assert beta.types == ["Reject"] * 3


async def test_a_like_goes_to_the_author_and_is_taken_back_with_itself_inside(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    status = await us.db.write(factories.receive, ben)
    like_id = new_id()
    uri = activity_uri(HERE, like_id)
    await us.db.write(interactions.favourite, account=amy, status_id=status.id, favourite_id=like_id, uri=uri, now=NOW)
    await us.run()
    await us.db.write(interactions.unfavourite, account=amy, status_id=status.id)
    await us.run()
    assert beta.paths == ["/users/ben/inbox"] * 2
    like, undo = (item.document for item in beta.got)
    assert like == {"@context": AS, "id": uri, "type": "Like", "actor": amy.uri, "to": [ben.uri], "object": status.uri}
    assert undo["object"] == {name: value for name, value in like.items() if name != "@context"}


async def test_liking_again_at_once_is_not_undone(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    status = await us.db.write(factories.receive, ben)
    for number in (1, 2):
        like_id = new_id()
        uri = activity_uri(HERE, like_id)
        await us.db.write(interactions.favourite, account=amy, status_id=status.id, favourite_id=like_id, uri=uri, now=NOW)
        if number == 1:
            await us.run()
            await us.db.write(interactions.unfavourite, account=amy, status_id=status.id)
    await us.run()
    assert beta.types == ["Like", "Like"]


async def test_a_changed_profile_is_told_to_followers_with_its_keys(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    changes = ProfileChanges(display_name="Amy Pond, LCSW")
    await us.db.write(profiles.update_profile, account_id=amy.id, changes=changes, now=NOW)
    await us.run()
    update = beta.got[0].document
    assert (update["type"], update["actor"], update["to"]) == ("Update", amy.uri, [PUBLIC])
    actor = parse_actor(update["object"])
    assert (actor.id, actor.name) == (amy.uri, "Amy Pond, LCSW")
    assert [key.id for key in actor.keys] == [f"{amy.uri}#main-key"]


async def test_a_suspended_account_is_shown_as_such_and_says_nothing_else(us: Sending) -> None:
    amy, beta = await us.person(display_name="Amy"), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.post(amy)
    await us.db.write(profiles.suspend, account_id=amy.id, now=NOW)
    await us.run()
    assert beta.types == ["Update"]
    shown = beta.got[0].document["object"]
    assert shown["suspended"] is True
    assert "name" not in shown


async def test_a_deleted_account_tells_every_server_that_it_ever_sent_to(us: Sending) -> None:
    amy, beta, gamma = await us.person(), await us.server("beta.test"), await us.server("gamma.test")
    await us.follower(amy, "ben", "beta.test")
    cai = await us.stranger("cai", "gamma.test")
    await us.post(amy, mentioned=(cai.id,))
    await us.run()
    await us.db.write(profiles.delete_local_account, account_id=amy.id, now=NOW)
    await us.run()
    assert beta.types == gamma.types == ["Create", "Delete"]
    gone = beta.got[1].document
    assert (gone["actor"], gone["object"], gone["to"]) == (amy.uri, amy.uri, [PUBLIC])
    assert beta.got[1].verify() == f"{amy.uri}#main-key"


async def test_votes_go_to_the_author_only_without_text(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    poll = RemotePoll(options=("Tea", "Coffee", "Water"), votes=(0, 0, 0), multiple=True)
    question = await us.db.write(factories.receive, ben, "Drink?", poll=poll)
    assert question.poll_id is not None
    await us.db.write(voting.vote, account=amy, poll_id=question.poll_id, choices=(0, 2), now=NOW)
    await us.run()
    assert beta.paths == ["/users/ben/inbox"] * 2
    votes = [item.document["object"] for item in beta.got]
    assert [vote["name"] for vote in votes] == ["Tea", "Water"]
    for item in beta.got:
        vote = item.document["object"]
        assert item.document["id"] == f"{vote['id']}/activity"
        assert item.document["to"] == vote["to"] == [ben.uri]
        assert (vote["inReplyTo"], vote["attributedTo"]) == (question.uri, amy.uri)
        assert "content" not in vote


async def test_a_forwarded_report_comes_from_the_server_and_names_nobody_here(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    eve = await us.stranger("eve", "beta.test")
    status = await us.db.write(factories.receive, eve)
    report = Report(
        id=new_id(),
        uri=activity_uri(HERE, new_id()),
        account_id=amy.id,
        target_id=eve.id,
        status_ids=(status.id,),
        comment="Names a client",
        forward=True,
        created_at=NOW,
    )
    await us.db.write(reports.add, report)
    await us.enqueue(work.PublishFlag(report_id=report.id))
    await us.run()
    assert beta.paths == ["/users/eve/inbox"]
    flag = beta.got[0].document
    assert flag["actor"] == f"{HERE}/actor"
    assert flag["object"] == [eve.uri, status.uri]
    assert (flag["content"], flag["to"]) == ("Names a client", [eve.uri])
    assert amy.uri not in beta.got[0].body.decode()
    assert beta.got[0].verify() == f"{HERE}/actor#main-key"


async def test_a_report_that_is_not_to_be_forwarded_stays_here(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    eve = await us.stranger("eve", "beta.test")
    report = Report(
        id=new_id(), uri=activity_uri(HERE, new_id()), account_id=amy.id, target_id=eve.id, comment="", created_at=NOW
    )
    await us.db.write(reports.add, report)
    await us.enqueue(work.PublishFlag(report_id=report.id))
    await us.run()
    assert beta.got == []


async def test_every_kind_of_job_may_run_twice(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    ben = await us.stranger("ben", "beta.test")
    wish = await ask(us, amy, ben)
    await us.run()
    status = await us.db.write(factories.receive, ben)
    like_id = new_id()
    uri = activity_uri(HERE, like_id)
    await us.db.write(interactions.favourite, account=amy, status_id=status.id, favourite_id=like_id, uri=uri, now=NOW)
    await us.run()
    follow = await us.follow(await us.stranger("cai", "beta.test"), amy)
    twice = (
        work.PublishFollow(follow_id=wish.id),
        work.PublishLike(favourite_id=like_id),
        work.AnswerFollow(follow_id=follow.id),
        work.PublishProfile(account_id=amy.id, revision=5),
    )
    await us.enqueue(*twice)
    await us.run()
    before = beta.types
    await us.enqueue(*twice)
    await us.run()
    assert sorted(beta.types) == sorted(before) == ["Accept", "Follow", "Like", "Update"]  # between them no order is promised


async def test_jobs_about_what_is_gone_do_nothing(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.enqueue(
        work.PublishStatus(status_id=1),
        work.PublishEdit(status_id=1, revision=2),
        work.PublishBoost(status_id=1),
        work.PublishPoll(status_id=1, minute=0),
        work.PublishDelete(account_id=amy.id, status_id=1, object_uri=f"{HERE}/ap/objects/1", public=True),
        work.PublishFollow(follow_id=1),
        work.AnswerFollow(follow_id=1),
        work.PublishLike(favourite_id=1),
        work.PublishVote(poll_id=1, account_id=amy.id),
        work.PublishFlag(report_id=1),
        work.PublishPin(account_id=amy.id, object_uri=f"{HERE}/ap/objects/1", added=True, change_id=1),
    )
    await us.run()
    assert beta.got == []
    assert await us.db.read(statuses.find, 1) is None
