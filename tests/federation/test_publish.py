"""What is sent about posts, and to whom (federation, sections 4 and 5.1)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from fedisw.model.statuses import Visibility
from fedisw.services import editing
from tests.net.servers import Names
from tests.support.factories import new_id
from tests.support.home import Home
from tests.support.sending import Sending, sending

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@pytest.fixture
async def us(home: Home, names: Names) -> AsyncIterator[Sending]:
    """Our server."""
    async with sending(home, names) as made:
        yield made


async def test_a_public_post_goes_once_to_the_shared_inbox_of_all_followers_of_a_server(us):
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")
    await us.follower(amy, "cai", "beta.test")
    status = await us.post(amy, "Supervision group, Tuesday 18:00")
    await us.run()
    assert beta.paths == ["/inbox"]
    create = beta.got[0].document
    assert list(create)[0] == "@context"
    assert create["id"] == f"{status.uri}/activity"
    assert (create["type"], create["actor"]) == ("Create", amy.uri)
    assert create["to"] == [PUBLIC] == create["object"]["to"]
    assert create["cc"] == [f"{amy.uri}/followers"] == create["object"]["cc"]
    assert create["published"] == create["object"]["published"] == "2026-11-21T12:00:00Z"
    assert create["object"]["content"] == "<p>Supervision group, Tuesday 18:00</p>"
    assert beta.got[0].verify() == f"{amy.uri}#main-key"
    assert await us.states() == ["delivered"]
