"""NodeInfo 2.0 and 2.1 (federation, section 1.3; conformance 10 and 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

import fedisw
from fedisw.model.accounts import Role
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import users
from fedisw.vocab.nodeinfo import parse_links, parse_nodeinfo
from tests.support import factories
from tests.support.factories import NOW
from tests.support.reading import Reader


async def test_both_versions_and_the_server_are_linked(here: Reader) -> None:
    response = await here.ask("/.well-known/nodeinfo")
    assert response.headers["Cache-Control"] == "public, max-age=259200"
    found = await response.json()
    prefix = "http://nodeinfo.diaspora.software/ns/schema/"
    assert found == {
        "links": [
            {"rel": f"{prefix}2.0", "href": "https://home.test/nodeinfo/2.0"},
            {"rel": f"{prefix}2.1", "href": "https://home.test/nodeinfo/2.1"},
            {"rel": "https://www.w3.org/ns/activitystreams#Application", "href": "https://home.test/actor"},
        ]
    }
    assert parse_links(found).version == "2.1"


@pytest.mark.parametrize("version", ["2.0", "2.1"])
async def test_the_numbers_are_true(here: Reader, version: str) -> None:
    amy = await here.home.person("amy")
    ben = await here.home.person("ben")
    waiting = await here.home.person("cai")
    for account, changes in (
        (amy, {"last_active_at": NOW - timedelta(days=2), "role": Role.OWNER}),
        (ben, {"last_active_at": NOW - timedelta(days=90)}),
        (waiting, {"approved_at": None}),
    ):
        user = await here.db.read(users.get, account.id)
        await here.db.write(users.replace, replace(user, **changes))
    await here.db.write(factories.post, amy)
    await here.db.write(factories.post, amy, visibility=Visibility.DIRECT)
    response = await here.ask(f"/nodeinfo/{version}", accept=None)
    profile = f"http://nodeinfo.diaspora.software/ns/schema/{version}#"
    assert response.headers["Content-Type"] == f'application/json; profile="{profile}"'
    assert response.headers["Cache-Control"] == "public, max-age=1800"
    found = await response.json(content_type=None)
    assert found["version"] == version
    assert found["software"]["name"] == "fedisw"
    assert found["software"]["version"] == fedisw.__version__
    assert ("repository" in found["software"]) is (version == "2.1")
    assert found["usage"] == {"users": {"total": 2, "activeMonth": 1, "activeHalfyear": 2}, "localPosts": 1}
    assert found["metadata"]["staffAccounts"] == [amy.uri]
    assert found["protocols"] == ["activitypub"]
    assert parse_nodeinfo(found).users == 2


@pytest.mark.parametrize("version", ["1.0", "2.2", "x"])
async def test_there_are_no_other_versions(here: Reader, version: str) -> None:
    assert await here.status(f"/nodeinfo/{version}") == 404


async def test_everybody_may_read_it_from_any_page(here: Reader) -> None:
    response = await here.ask("/nodeinfo/2.0", method="HEAD")
    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (200, "*")
