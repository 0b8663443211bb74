"""Activities by their ids: what was sent, to whom it was for (federation, sections 1.1 and 4.1; conformance 63)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import orjson
import pytest

from fedisw.model.statuses import Draft, Visibility
from fedisw.services import editing, following, interactions
from fedisw.storage.queries import activities
from tests.net.servers import Names
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import PeerServer
from tests.support.reading import BROWSER, Reader
from tests.support.sending import Sending, sending


@pytest.fixture
async def us(here: Reader, names: Names) -> AsyncIterator[Sending]:
    """The same server with its background work."""
    async with sending(here.home, names) as made:
        yield made


async def test_a_public_activity_is_read_byte_for_byte(here: Reader, us: Sending, beta: PeerServer) -> None:
    amy = await us.person()
    await here.follow(await here.known(beta.person("ben")), amy)
    status = await us.post(amy)
    await us.run()
    draft = Draft(html="<p>Changed</p>", text="Changed")
    await us.db.write(editing.edit_status, author=amy, status_id=status.id, draft=draft, now=NOW, new_id=new_id)
    await us.run()
    sent = beta.taken[-1]
    assert sent["type"] == "Update"
    response = await here.ask(sent["id"])
    assert (response.status, response.headers["Cache-Control"]) == (200, "public, max-age=180")
    assert orjson.loads(await response.read()) == sent
    page = await here.ask(sent["id"], accept=BROWSER)
    assert (page.status, page.headers["Location"]) == (302, status.url)


async def test_a_boost_is_read_and_gone_when_it_is_taken_back(here: Reader, us: Sending, beta: PeerServer) -> None:
    amy = await us.person()
    ben = await here.known(beta.person("ben"))
    original = await us.db.write(factories.receive, ben)
    boost_id = new_id()
    uri = f"{HERE}/ap/activities/{boost_id}"
    await us.db.write(
        interactions.reblog, account=amy, status_id=original.id, boost_id=boost_id, uri=uri, now=NOW, visibility=Visibility.PUBLIC
    )
    await us.run()
    assert (await here.read(uri))["object"] == original.uri
    await us.db.write(interactions.unreblog, account=amy, status_id=original.id)
    await us.run()
    assert await here.status(uri) == 404
    assert (await here.read(f"{uri}-undo"))["type"] == "Undo"


async def test_what_is_between_two_is_read_by_the_other_only(here: Reader, us: Sending, beta: PeerServer, names: Names) -> None:
    amy, ben = await us.person(), beta.person("ben")
    known = await here.known(ben)
    uri = f"{HERE}/ap/activities/77"
    await us.db.write(following.request_follow, follower=amy, target=known, uri=uri, follow_id=new_id(), now=NOW)
    await us.run()
    assert await here.status(uri) == 404
    response = await here.ask(uri, by=ben)
    assert (response.status, response.headers["Cache-Control"]) == (200, "private, no-store")
    gamma = await us.server("gamma.test")
    eve = beta.person("eve")
    eve.document = {**eve.document, "id": "https://gamma.test/users/eve", "inbox": "https://gamma.test/users/eve/inbox"}
    eve.key_id = "https://gamma.test/users/eve#main-key"
    eve.publish_key()
    gamma.documents["/users/eve"] = eve.document
    assert await here.status(uri, by=eve) == 404
    assert await here.status(uri, accept=BROWSER, by=ben) == 406


async def test_of_a_deleted_post_no_activity_tells_the_text(here: Reader, us: Sending, beta: PeerServer) -> None:
    amy = await us.person()
    await here.follow(await here.known(beta.person("ben")), amy)
    status = await us.post(amy, "A slip of the tongue")
    await us.run()
    draft = Draft(html="<p>Another slip</p>", text="Another slip")
    await us.db.write(editing.edit_status, author=amy, status_id=status.id, draft=draft, now=NOW, new_id=new_id)
    await us.run()
    update = beta.taken[-1]["id"]
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=NOW)
    await us.run()
    assert await here.status(update) == 404
    assert await here.status(f"{status.uri}/activity") == 404
    gone = await here.read(f"{HERE}/ap/activities/{status.id}-delete")
    assert gone["object"] == {"id": status.uri, "type": "Tombstone"}


async def test_an_activity_about_a_post_for_followers_is_for_them(here: Reader, us: Sending, beta: PeerServer) -> None:
    amy, ben = await us.person(), beta.person("ben")
    await here.follow(await here.known(ben), amy)
    status = await us.post(amy, visibility=Visibility.PRIVATE)
    await us.run()
    found = await us.db.read(activities.find_by_uri, f"{status.uri}/activity")
    assert found is not None
    assert not found.public
    assert await here.status(f"{status.uri}/activity") == 404
    assert await here.status(f"{status.uri}/activity", by=ben) == 200


@pytest.mark.parametrize("name", ["1", "1-update-2", "x" * 200])
async def test_there_is_nothing_under_other_names(here: Reader, name: str) -> None:
    assert await here.status(f"/ap/activities/{name}") == 404
