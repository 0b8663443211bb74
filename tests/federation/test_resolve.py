"""Accounts and posts of other servers by id, handle and address."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import orjson
import pytest
from aiohttp import web

from fedisw.federation import resolve
from fedisw.model.accounts import Account
from fedisw.model.errors import Gone, NotFound, Unreachable
from fedisw.model.statuses import Status
from fedisw.storage.queries import accounts, keys, statuses
from fedisw.text.marks import Handle
from tests.federation import reading
from tests.net.servers import Names, serving
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Answer, PeerServer


async def test_an_account_is_stored_with_its_keys_and_fetched_once(home: Home, beta: PeerServer):
    ben = beta.person(
        "ben", summary="<p>Hi<script>alert(1)</script></p>", icon={"type": "Image", "url": "https://beta.test/a.png"}
    )
    first = await resolve.account(home.peer, ben.uri)
    assert await resolve.account(home.peer, ben.uri) == first
    assert (first.acct, first.note, first.avatar.remote_url) == ("ben@beta.test", "<p>Hi</p>", "https://beta.test/a.png")
    assert [key.key_id for key in await home.db.read(keys.of_account, first.id)] == [ben.key_id]
    assert beta.times_asked(ben.uri) == 1


async def test_a_refresh_keeps_the_id_and_what_only_we_count(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    before = await resolve.account(home.peer, ben.uri)
    amy = await home.person("amy")
    await home.db.write(factories.put_follow, amy, before)
    ben.document["name"] = "Benjamin"
    after = await resolve.account(home.peer, ben.uri, refresh=True)
    assert (after.id, after.display_name, after.followers_count) == (before.id, "Benjamin", 1)


async def test_an_account_that_is_gone_is_deleted_here(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    known = await resolve.account(home.peer, ben.uri)
    beta.fail(ben.uri, 410)
    await resolve.refresh(home.peer, known.id)
    assert (await home.db.read(accounts.get, known.id)).deleted_at is not None
    with pytest.raises(Gone):
        await resolve.account(home.peer, ben.uri)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_refresh_that_fails_leaves_what_is_there(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    known = await resolve.account(home.peer, ben.uri)
    beta.fail(ben.uri, 404)
    await resolve.refresh(home.peer, known.id)
    beta.fail(ben.uri, 503)
    with pytest.raises(Unreachable):
        await resolve.refresh(home.peer, known.id)
    assert await home.db.read(accounts.get, known.id) == known


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_handle_is_asked_for_anew_after_a_day(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    first = await resolve.handle(home.peer, "ben", "beta.test")
    asked = len(beta.asked)
    assert await resolve.handle(home.peer, "Ben", "BETA.test") == first
    assert len(beta.asked) == asked
    home.clock.now += timedelta(days=1, seconds=1)
    ben.document["name"] = "Benjamin"
    second = await resolve.handle(home.peer, "ben", "beta.test")
    assert second is not None
    assert second.display_name == "Benjamin"
    home.clock.now += timedelta(days=1, seconds=1)
    beta.fail("/.well-known/webfinger?resource=acct%3Aben%40beta.test", 503)
    assert await resolve.handle(home.peer, "ben", "beta.test") == second
    assert await resolve.handle(home.peer, "nobody", "beta.test") is None


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_all_handles_of_a_text_take_two_seconds_at_most(home: Home, beta: PeerServer, names: Names):
    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(20)
        return web.Response()

    amy, _ = await home.person("amy"), beta.person("ben")
    wanted = [Handle(username="amy"), Handle(username="ben", host="beta.test"), Handle(username="no", host="beta.test")]
    async with serving(names, "slow.test", never):
        started = asyncio.get_running_loop().time()
        found = await resolve.mentioned(home.peer, [*wanted, Handle(username="gil", host="slow.test")])
        assert asyncio.get_running_loop().time() - started < resolve.MENTION_SECONDS + 1
    assert [(handle.key, account.acct) for handle, account in sorted(found.items(), key=lambda item: item[0].key)] == [
        ("amy", amy.acct),
        ("ben@beta.test", "ben@beta.test"),
    ]


async def test_a_post_is_stored_with_its_author_and_the_people_it_names(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    note = ben.note("Hello @gil", cc=[gil.uri], tag=[{"type": "Mention", "href": gil.uri}, {"type": "Hashtag", "name": "#Care"}])
    stored = await resolve.status(home.peer, note["id"])
    assert stored is not None
    assert await resolve.status(home.peer, note["id"]) == stored
    assert stored.account_id == (await reading.account(home, ben)).id
    named = await home.db.read(statuses.mentions_of, [stored.id])
    assert [item.account_id for item in named] == [(await reading.account(home, gil)).id]
    assert [tag.display for tag in await home.db.read(statuses.tags_of, [stored.id])] == ["Care"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_post_without_an_author_of_its_own_server_is_refused(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    note = ben.note("Forged", attributedTo=gil.uri)
    with pytest.raises(Exception, match="another server"):
        await resolve.status(home.peer, note["id"])
    assert (await home.kept())["posts"] == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_an_address_leads_to_whatever_is_there(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    note = ben.note("Hello")
    beta.answer("/@ben", Answer(body=orjson.dumps(ben.document)))
    beta.answer("/@ben/1", Answer(body=orjson.dumps(note)))
    account, post = (
        await resolve.thing(home.peer, "https://beta.test/@ben"),
        await resolve.thing(home.peer, "https://beta.test/@ben/1"),
    )
    assert isinstance(account, Account)
    assert isinstance(post, Status)
    assert (account.uri, post.uri) == (ben.uri, note["id"])
    assert await resolve.thing(home.peer, note["id"]) == post
    amy = await home.person("amy")
    assert await resolve.thing(home.peer, amy.uri) == amy
    with pytest.raises(NotFound):
        await resolve.thing(home.peer, "https://beta.test/nothing")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_fetch_is_signed_by_whoever_asks(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    await resolve.account(home.peer, ben.uri)
    assert 'keyId="https://home.test/actor#main-key"' in beta.heads[0]["Signature"]
    assert {"Host", "Date", "Signature"} <= beta.heads[0].keys()
