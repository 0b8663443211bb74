"""Stories with software in which people write to people. "Recorded": its own documents, with names and times replaced;
"scripted": documents written after its source, as the federation reference tells (appendix A)."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Meet
from tests.stories.dialects import (
    bookwyrm,
    friendica,
    gotosocial,
    hollo,
    mastodon,
    misskey,
    pixelfed,
    pleroma,
    smithereen,
    threads,
)
from tests.stories.tale import tell

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)


@ON_SQLITE
async def test_mastodon_recorded(meet: Meet):
    stage = await meet(mastodon.DIALECT)
    await tell(stage)
    await stage.send(mastodon.create(stage.me, mastodon.question(stage.me)))
    poll = (await stage.ask("/api/v1/timelines/home"))[0]["poll"]
    assert [option["title"] for option in poll["options"]] == ["Tea", "Coffee"]
    voted = await stage.do(f"/api/v1/polls/{poll['id']}/votes", choices=[1])
    assert voted["own_votes"] == [1]
    vote = stage.them.take("Create")
    ballot = vote.activity["object"]
    assert vote.inbox == f"/users/{stage.me.document['preferredUsername']}/inbox"
    assert (ballot["name"], vote.activity["to"], "content" in ballot) == ("Coffee", [stage.me.uri], False)
    assert stage.them.refused == []


@ON_POSTGRES
async def test_gotosocial_scripted(meet: Meet):
    stage = await meet(gotosocial.DIALECT)
    assert await stage.read_unsigned(stage.me.uri) == 401
    assert await stage.read_unsigned(stage.me.key_id) == 200
    assert stage.them.refused.pop().endswith("not signed by anybody")
    await tell(stage)
    assert stage.them.times_asked(stage.me.uri) >= 1
    await stage.send(gotosocial.MANNER.follow(stage.me, stage.amy.uri))
    poll = {"options": ["Monday", "Tuesday", "Friday"], "multiple": True, "expires_in": 86_400}
    made = await stage.do("/api/v1/statuses", status="Which days?", poll=poll)
    (votes,) = gotosocial.MANNER.vote(stage.me, stage.target(made), ["Monday", "Friday"])
    assert len(votes["object"]) == 2
    await stage.send(votes)
    counted = (await stage.status(made["id"]))["poll"]
    assert [option["votes_count"] for option in counted["options"]] == [1, 0, 1]
    assert (counted["votes_count"], counted["voters_count"]) == (2, 1)


@ON_SQLITE
async def test_misskey_scripted(meet: Meet):
    await tell(await meet(misskey.DIALECT))


@ON_POSTGRES
async def test_pleroma_and_akkoma_recorded(meet: Meet):
    stage = await meet(pleroma.DIALECT)
    tale = await tell(stage)
    await stage.send(pleroma.chat(stage.me, stage.amy.uri))
    message = (await stage.ask("/api/v1/conversations"))[0]["last_status"]
    assert (message["content"], message["visibility"]) == ("Hi!", "direct")
    assert message["id"] != tale.note_id
    await stage.do("/api/v1/statuses", status=f"@{stage.handle} Hello", in_reply_to_id=message["id"], visibility="direct")
    reply = stage.them.take("Create")
    assert (reply.activity["object"]["type"], reply.activity["to"]) == ("Note", [stage.me.uri])
    assert stage.them.refused == []


@ON_SQLITE
async def test_friendica_recorded(meet: Meet):
    stage = await meet(friendica.DIALECT)
    await tell(stage)
    post = stage.target(await stage.do("/api/v1/statuses", status="On the wall"))
    await stage.send(friendica.MANNER.follow(stage.me, post.uri), friendica.dislike(stage.me, post))
    assert stage.them.mail.new == []  # a Follow of a post asks for changes of the thread; it makes nobody a follower
    assert (await stage.ask(f"/api/v1/accounts/{stage.amy.id}"))["followers_count"] == 0
    assert await stage.ask("/api/v1/notifications?types[]=favourite") == []


@ON_POSTGRES
async def test_smithereen_recorded(meet: Meet):
    stage = await meet(smithereen.DIALECT)
    await tell(stage)
    post = stage.target(await stage.do("/api/v1/statuses", status="On the wall"))
    await stage.send(smithereen.read(stage.me, post), smithereen.offer(stage.me, stage.amy.uri))
    assert stage.them.mail.new == []  # a friend request is not answered by itself


@ON_SQLITE
async def test_hollo_scripted(meet: Meet):
    await tell(await meet(hollo.DIALECT))


@ON_POSTGRES
async def test_threads_scripted(meet: Meet):
    await tell(await meet(threads.DIALECT))


@ON_SQLITE
async def test_pixelfed_scripted(meet: Meet):
    await tell(await meet(pixelfed.DIALECT))


@ON_POSTGRES
async def test_bookwyrm_scripted(meet: Meet):
    await tell(await meet(bookwyrm.DIALECT))
