"""Outbox, followers, pins, answers, threads: what everybody may know, page by page (federation 1.1, 8.4; VIS-10)."""

from __future__ import annotations

import pytest

from fedisw.model.accounts import Account, Reach
from fedisw.model.statuses import Status, Visibility
from fedisw.services import interactions
from fedisw.storage.db import Tx
from fedisw.vocab.collections import parse_collection, parse_page
from fedisw.web.activitypub import lists, objects
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import PeerServer
from tests.support.reading import Reader
from tests.web.activitypub.conftest import MakeReader


async def post(here: Reader, author: Account, text: str = "Hello", **changes: object) -> Status:
    return await here.db.write(factories.post, author, text, **changes)


async def all_items(here: Reader, uri: str) -> list[object]:
    """Everything, page by page, without end."""
    head = await here.read(uri)
    found, at = list[object](), parse_collection(head).first
    assert isinstance(at, str)
    seen = set[str]()
    while at is not None:
        assert at not in seen
        seen.add(at)
        page = parse_page(await here.read(at))
        assert (page.id, page.part_of) == (at, uri)
        found += page.items
        at = page.next
    return found


async def test_the_outbox_has_open_posts_and_boosts_newest_first(here: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "POSTS", 2)
    amy = await here.home.person()
    ben = await here.db.write(factories.put_account, "ben", "beta.test")
    posts = [await post(here, amy, f"Post {number}") for number in range(3)]
    for hidden in ({"visibility": Visibility.PRIVATE}, {"visibility": Visibility.DIRECT}, {"local_only": True}):
        await post(here, amy, "Hidden", **hidden)
    theirs = await here.db.write(factories.receive, ben)
    boost_id = new_id()
    uri = f"{HERE}/ap/activities/{boost_id}"
    await here.db.write(
        interactions.reblog, account=amy, status_id=theirs.id, boost_id=boost_id, uri=uri, now=NOW, visibility=Visibility.PUBLIC
    )
    found = await all_items(here, f"{amy.uri}/outbox")
    assert [(item["type"], item["id"]) for item in found if isinstance(item, dict)] == [
        ("Announce", uri),
        *(("Create", f"{status.uri}/activity") for status in reversed(posts)),
    ]
    assert "Hidden" not in str(found)
    head = await here.read(f"{amy.uri}/outbox")
    assert (head["type"], head["totalItems"]) == ("OrderedCollection", 3)


@pytest.mark.parametrize("reach", [Reach.FEDIVERSE, Reach.MEMBERS])
async def test_lists_of_whoever_is_not_for_everybody_are_not_for_strangers(here: Reader, beta: PeerServer, reach: Reach) -> None:
    amy, ben = await here.home.person(reach=reach), beta.person("ben")
    await post(here, amy)
    for name in ("outbox", "followers", "following", "featured", "tags"):
        strange, signed = await here.status(f"{amy.uri}/{name}"), await here.status(f"{amy.uri}/{name}", by=ben)
        assert (strange, signed) == ((401, 200) if reach is Reach.FEDIVERSE else (404, 404)), name


@pytest.mark.parametrize("name", ["followers", "following"])
async def test_people_are_listed_by_their_ids(here: Reader, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PEOPLE", 2)
    amy = await here.home.person()
    others = [await here.db.write(factories.put_account, f"ben{number}", "beta.test") for number in range(4)]
    for other in others:
        pair = (other, amy) if name == "followers" else (amy, other)
        await here.db.write(factories.put_follow, *pair)
    waiting = await here.db.write(factories.put_account, "cai", "beta.test")
    await here.db.write(factories.put_follow, *((waiting, amy) if name == "followers" else (amy, waiting)), accepted=False)
    assert await all_items(here, f"{amy.uri}/{name}") == [other.uri for other in reversed(others)]
    assert (await here.read(f"{amy.uri}/{name}"))["totalItems"] == 4


@pytest.mark.parametrize("name", ["followers", "following"])
@pytest.mark.parametrize("query", ["", "?page=1", "?page=1&after=99999999"])
async def test_hidden_people_are_only_counted(here: Reader, name: str, query: str) -> None:
    amy = await here.home.person(hides_network=True)
    ben = await here.db.write(factories.put_account, "ben", "beta.test")
    await here.db.write(factories.put_follow, ben, amy)
    await here.db.write(factories.put_follow, amy, ben)
    found = await here.read(f"{amy.uri}/{name}{query}")
    assert (found["type"], found["totalItems"]) == ("OrderedCollection", 1)
    assert not found.keys() & {"first", "items", "orderedItems"}
    assert ben.uri not in str(found)


@pytest.mark.parametrize("secure", ["off", "on"])
async def test_followers_on_the_server_that_asks_are_listed_to_it_alone(
    reading: MakeReader, beta: PeerServer, secure: str
) -> None:
    here = await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH=secure)
    amy, ben, enemy = await here.home.person(hides_network=True), beta.person("ben"), beta.person("enemy")
    known = await here.known(ben)
    await here.follow(known, amy)
    where = f"{amy.uri}/followers_synchronization"
    assert await here.status(where) == 401
    assert (await here.read(where, by=ben))["orderedItems"] == [ben.uri]
    blocked = await here.known(enemy)
    await here.db.write(factories.put_block, amy, blocked)
    assert await here.status(where, by=enemy) == 403
    assert await here.status(f"{HERE}/ap/actors/1/followers_synchronization", by=ben) == 404
    for changes, status in (({"reach": Reach.MEMBERS}, 404), ({"suspended_at": NOW}, 403), ({"deleted_at": NOW}, 410)):
        other = await here.home.person(f"a{status}", **changes)
        assert await here.status(f"{other.uri}/followers_synchronization", by=ben) == status


async def test_pinned_posts_are_listed_if_everybody_may_read_them(here: Reader) -> None:
    amy = await here.home.person()
    open_post, closed = await post(here, amy), await post(here, amy, visibility=Visibility.PRIVATE)
    for status in (open_post, closed):
        await here.db.write(interactions.pin, account=amy, status_id=status.id, pin_id=new_id(), now=NOW)
    found = await here.read(f"{amy.uri}/featured")
    assert (found["type"], found["totalItems"], found["orderedItems"]) == ("OrderedCollection", 1, [open_post.uri])


async def test_nobody_features_tags(here: Reader) -> None:
    amy = await here.home.person()
    found = await here.read(f"{amy.uri}/tags")
    assert (found["type"], found["totalItems"], found["items"]) == ("Collection", 0, [])


async def test_answers_are_listed_oldest_first_if_everybody_may_read_them(here: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(objects, "ITEMS", 2)
    amy = await here.home.person()
    ben = await here.db.write(factories.put_account, "ben", "beta.test")
    status = await post(here, amy, "Question")
    answers = [await post(here, amy, f"Answer {number}", in_reply_to_id=status.id) for number in range(2)]
    answers.append(await here.db.write(factories.receive, ben, in_reply_to_uri=status.uri))
    await post(here, amy, "Between us", in_reply_to_id=status.id, visibility=Visibility.PRIVATE)
    assert await all_items(here, f"{status.uri}/replies") == [answer.uri for answer in answers]
    assert "totalItems" not in await here.read(f"{status.uri}/replies")


async def test_likes_and_boosts_are_counted_only(here: Reader) -> None:
    amy = await here.home.person()
    status = await post(here, amy)
    ben = await here.db.write(factories.put_account, "ben", "beta.test")
    await here.db.write(
        interactions.favourite_by_remote,
        account=ben,
        status_uri=status.uri,
        uri="https://beta.test/l/1",
        favourite_id=new_id(),
        now=NOW,
    )
    likes, shares = await here.read(f"{status.uri}/likes"), await here.read(f"{status.uri}/shares")
    assert (likes["totalItems"], shares["totalItems"]) == (1, 0)
    assert ben.uri not in str(likes)
    assert not (likes.keys() | shares.keys()) & {"items", "orderedItems", "first"}


async def test_a_thread_is_listed_by_its_own_address_and_by_each_post(here: Reader) -> None:
    amy = await here.home.person()
    ben = await here.db.write(factories.put_account, "ben", "beta.test")
    first = await post(here, amy, "Question")
    second = await post(here, amy, "Answer", in_reply_to_id=first.id)
    third = await here.db.write(factories.receive, ben, in_reply_to_uri=second.uri)
    await post(here, amy, "Between us", in_reply_to_id=second.id, visibility=Visibility.PRIVATE)
    context = (await here.read(second.uri))["context"]
    assert context == first.uri.replace("/ap/objects/", "/ap/contexts/")
    for uri in (context, f"{second.uri}/context"):
        assert await all_items(here, uri) == [first.uri, second.uri, third.uri]


async def test_a_thread_without_open_posts_is_not_there(here: Reader) -> None:
    amy = await here.home.person()
    status = await post(here, amy, visibility=Visibility.PRIVATE)
    assert await here.status(status.uri.replace("/ap/objects/", "/ap/contexts/")) == 404
    assert await here.status("/ap/contexts/1") == 404


@pytest.mark.parametrize("query", ["?page=1&after=x", "?page=1&after=-1", "?page=1&after=99999999999999999999"])
@pytest.mark.parametrize("name", ["outbox", "followers"])
async def test_cursors_that_we_never_gave_lead_nowhere(here: Reader, name: str, query: str) -> None:
    amy = await here.home.person()
    assert await here.status(f"{amy.uri}/{name}{query}") == 404


async def test_a_page_of_the_outbox_takes_a_bounded_number_of_statements(here: Reader) -> None:
    amy = await here.home.person()
    await here.db.write(many, amy)
    with here.db.counting() as statements:
        page = await here.read(f"{amy.uri}/outbox?page=1")
    assert len(page["orderedItems"]) == 20
    assert len(statements) <= 16


def many(tx: Tx, author: Account) -> None:
    for number in range(25):
        factories.post(tx, author, f"Post {number}", tags=(f"tag{number}",))
