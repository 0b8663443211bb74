"""What nobody sent: posts of a newly followed account, the rest of a thread."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedisw.federation import backfill
from fedisw.jobs.fetching import FetchPosts, FetchThread
from fedisw.jobs.work import FanOut, FetchParent
from fedisw.model.accounts import Account
from fedisw.model.statuses import Status
from fedisw.services import threads
from fedisw.storage.queries import feeds, follows, marks, statuses
from tests.federation import reading
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer


def _aged(actor: Actor, text: str, *, days: int, **members: Any) -> Document:
    moment = actor.server.now() - timedelta(days=days)
    return actor.note(text, published=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **members)


def _outbox(actor: Actor, *items: Document | str) -> None:
    """Two pages, newest first."""
    uri = str(actor.document["outbox"])
    half = len(items) // 2
    actor.server.serve({"id": uri, "type": "OrderedCollection", "totalItems": len(items), "first": f"{uri}?page=1"})
    first = {"id": f"{uri}?page=1", "type": "OrderedCollectionPage", "orderedItems": list(items[:half]), "next": f"{uri}?page=2"}
    actor.server.serve(first)
    actor.server.serve({"id": f"{uri}?page=2", "type": "OrderedCollectionPage", "orderedItems": list(items[half:])})


async def _accepted(home: Home, ben: Actor) -> tuple[Account, Account]:
    """Amy asked to follow ben, and his server says yes."""
    amy = await home.person("amy")
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    known = await reading.account(home, ben)
    wish = await home.db.write(factories.put_follow, amy, known, accepted=False)
    await home.receive(ben.signed(ben.activity("Accept", wish.uri)))
    return amy, known


async def test_a_new_follower_finds_the_newest_posts_where_their_dates_put_them(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    amy = await home.person("ann")
    tags = [{"type": "Mention", "href": amy.uri}]
    old, older = _aged(ben, "Old", days=3), _aged(ben, "Older", days=9)
    today = ben.note("Today, @ann", cc=[amy.uri], tag=tags)
    embedded = ben.activity("Create", today)
    boost = ben.activity("Announce", "https://gamma.test/notes/1")
    _outbox(ben, boost, embedded, old["id"], ben.activity("Create", older["id"]))
    follower, known = await _accepted(home, ben)
    stored = [await reading.post(home, note) for note in (today, old, older)]
    assert [post.content for post in stored if post] == ["<p>Today, @ann</p>", "<p>Old</p>", "<p>Older</p>"]
    assert not [job for job in home.done if isinstance(job, FanOut | FetchParent)]
    assert await reading.told(home) == []
    for post in stored:
        assert post is not None
        assert await home.db.read(feeds.feed_owners, post.id) == [follower.id]
    assert [post.created_at for post in stored if post][1] == home.clock() - timedelta(days=3)
    before = await home.kept()
    await backfill.fetch_posts(home.peer, FetchPosts(account_id=known.id, follower_id=follower.id, at_host="beta.test"))
    assert await home.kept() == before


@ONE
async def test_posts_of_others_in_an_outbox_are_not_looked_at_and_twenty_are_enough(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    ben, gil = beta.person("ben"), gamma.person("gil")
    notes = [ben.note(f"Number {number}") for number in range(40)]
    foreign, quiet = gil.note("Not his"), ben.note("For followers", to=[f"{ben.uri}/followers"], cc=None)
    beta.fail(quiet["id"], 404)
    _outbox(ben, foreign, quiet, *(note["id"] for note in notes))
    await _accepted(home, ben)
    assert gamma.asked == []
    assert await reading.post(home, quiet) is None
    assert sum([await reading.post(home, note) is not None for note in notes]) == backfill.POSTS - 1


@ONE
async def test_what_is_shown_first_comes_too_and_a_second_follower_asks_nothing(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    note = _aged(ben, "Shown first", days=90)
    beta.serve({"id": ben.document["featured"], "type": "OrderedCollection", "orderedItems": [note["id"]]})
    _outbox(ben)
    _, known = await _accepted(home, ben)
    assert len(await home.db.read(marks.pinned_ids, known.id)) == 1
    asked = beta.times_asked(ben.document["outbox"])
    late = await home.person("late")
    wish = await home.db.write(factories.put_follow, late, known, accepted=False)
    await home.receive(ben.signed(ben.activity("Accept", wish.uri)))
    assert await home.db.read(follows.followed_locally, known.id)
    assert beta.times_asked(ben.document["outbox"]) == asked == 1


@ONE
async def test_an_outbox_that_is_hidden_or_broken_does_no_harm(home: Home, beta: PeerServer):
    ben, cai = beta.person("ben"), beta.person("cai")
    beta.fail(ben.document["outbox"], 403)
    beta.serve({"id": cai.document["outbox"], "type": "Note"})
    await _accepted(home, ben)
    await home.receive(cai.signed(cai.activity("Like", "https://home.test/nothing")))
    follower, known = await home.person("eva"), await reading.account(home, cai)
    wish = await home.db.write(factories.put_follow, follower, known, accepted=False)
    await home.receive(cai.signed(cai.activity("Accept", wish.uri)))
    assert (await home.kept())["posts"] == 0


async def _looks(home: Home, status: Status) -> None:
    assert await home.db.write(threads.look, status.id, now=home.clock())
    await home.settle()


async def _arrived(home: Home, ben: Actor, note: Document) -> Status:
    amy = await home.person("amy")
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    await home.db.write(factories.put_follow, amy, await reading.account(home, ben))
    await home.receive(ben.signed(ben.activity("Create", note)))
    found = await reading.post(home, note)
    assert found is not None
    return found


def _replies(of: Document, *items: str | Document) -> None:
    of["replies"] = {"id": f"{of['id']}/replies", "type": "Collection", "first": {"type": "CollectionPage", "items": list(items)}}


async def test_the_answers_to_a_post_are_fetched_level_by_level_each_from_its_own_server(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    ben, gil = beta.person("ben"), gamma.person("gil")
    top = ben.note("Top")
    answer = gil.note("Answer", inReplyTo=top["id"])
    below = ben.note("Below", inReplyTo=answer["id"])
    other, quiet = gil.note("Of another thread"), gil.note("For few", inReplyTo=top["id"], to=[ben.uri], cc=None)
    _replies(top, answer["id"], other["id"], quiet["id"])
    _replies(answer, below["id"])
    beta.serve({"id": f"{top['id']}/replies", "type": "Collection", "items": [answer["id"], other["id"], quiet["id"]]})
    gamma.serve({"id": f"{answer['id']}/replies", "type": "Collection", "items": [below["id"]]})
    post = await _arrived(home, ben, top)
    home.done.clear()
    await _looks(home, post)
    found = [await reading.post(home, note) for note in (answer, below, other, quiet)]
    assert [one.conversation_id if one else None for one in found] == [post.conversation_id, post.conversation_id, None, None]
    assert not [job for job in home.done if isinstance(job, FanOut)]
    walk = await home.db.read(threads.progress, post.id, now=home.clock())
    assert walk is not None
    assert (walk.found, walk.ended_at) == (2, home.clock())
    assert not await home.db.write(threads.look, post.id, now=home.clock() + timedelta(minutes=14))
    asked = len(gamma.asked)
    await backfill.fetch_thread(home.peer, FetchThread(status_id=post.id))
    assert gamma.times_asked(other["id"]) <= 2
    assert len(gamma.asked) - asked <= 5


@ONE
async def test_a_context_collection_brings_the_whole_thread(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    where = f"{beta.origin}/contexts/1"
    top = ben.note("Top", context=where)
    answers = [gil.note(f"Answer {number}", inReplyTo=top["id"], context=where) for number in range(3)]
    last = ben.note("Last", inReplyTo=answers[0]["id"], context=where)
    items = [top["id"], *(answer["id"] for answer in answers), last["id"]]
    beta.serve({"id": where, "type": "OrderedCollection", "first": f"{where}?page=1"})
    beta.serve({"id": f"{where}?page=1", "type": "OrderedCollectionPage", "orderedItems": items})
    post = await _arrived(home, ben, last)
    await _looks(home, post)
    stored = [await reading.post(home, note) for note in (top, *answers)]
    assert {one.conversation_id for one in stored if one} == {post.conversation_id}
    assert all(stored)
    assert beta.times_asked(where) == 1


@ONE
async def test_a_thread_without_end_is_left_where_the_bounds_are(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    top = above = ben.note("0")
    for number in range(1, 40):
        answer = ben.note(str(number), inReplyTo=above["id"])
        _replies(above, answer["id"])
        beta.serve({"id": f"{above['id']}/replies", "type": "Collection", "items": [answer["id"]]})
        above = answer
    post = await _arrived(home, ben, top)
    await _looks(home, post)
    walk = await home.db.read(threads.progress, post.id, now=home.clock())
    assert walk is not None
    assert walk.found == backfill.LISTS
    assert await home.db.read(statuses.find_by_uri, above["id"]) is None
