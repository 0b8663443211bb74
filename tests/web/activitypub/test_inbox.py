"""Inboxes over HTTP: who is answered what (federation, sections 3.6 and 3.9; SIG-1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO

import pytest

from fedisw.crypto.signed import Scheme
from fedisw.federation.inbox import RequestParts
from fedisw.live.buckets import INBOX_ACTOR
from fedisw.model.jobs import JobState
from fedisw.services import accounts as profiles
from fedisw.web.keys import BUCKETS
from tests.support.factories import HERE, NOW
from tests.support.home import NOTHING
from tests.support.jobs import all_jobs
from tests.support.peers import PUBLIC, PeerServer
from tests.support.reading import Reader


async def send(here: Reader, parts: RequestParts, **changes: str) -> int:
    """Post it as it is; the status."""
    headers: Mapping[str, str] = dict(parts.headers) | {name.replace("_", "-"): value for name, value in changes.items()}
    body = BytesIO(parts.body)
    response = await here.client.post(parts.target, data=body, headers={"Host": HERE.authority} | dict(headers))
    return response.status


@pytest.mark.parametrize("scheme", [Scheme.CAVAGE, Scheme.RFC9421])
@pytest.mark.parametrize("where", ["/inbox", "/actor/inbox", "personal"])
async def test_a_signed_activity_is_taken_at_each_inbox(here: Reader, beta: PeerServer, where: str, scheme: Scheme) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    to = f"{amy.uri}/inbox" if where == "personal" else f"{HERE}{where}"
    parts = ben.signed(ben.activity("Follow", amy.uri), to=to, scheme=scheme)
    response = await here.client.post(parts.target, data=parts.body, headers={"Host": HERE.authority} | dict(parts.headers))
    assert (response.status, await response.read()) == (202, b"")
    assert "ProcessInbound" in {job.kind for job in await all_jobs(here.db)}
    assert await send(here, parts) == 202  # twice is as once
    assert [job.kind for job in await all_jobs(here.db) if job.state is not JobState.DONE].count("ProcessInbound") == 1


async def test_without_a_signature_nothing_is_taken(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    parts = ben.signed(ben.activity("Follow", amy.uri))
    bare = replace(parts, headers=(("Content-Type", "application/activity+json"),))
    assert await send(here, bare) == 401
    assert await here.home.kept() == NOTHING


async def test_what_was_changed_on_the_way_is_not_taken(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    parts = ben.signed(ben.activity("Follow", amy.uri))
    changed = replace(parts, body=parts.body.replace(b"Follow", b"Block"))
    assert await send(here, changed) == 401
    assert await send(here, parts, Date="Sat, 21 Nov 2026 11:59:00 GMT") == 401
    elsewhere = replace(parts, target="/actor/inbox")
    assert await send(here, elsewhere) == 401
    assert await here.home.kept() == NOTHING


@pytest.mark.parametrize("kind", ["application/json", "text/plain", 'application/ld+json; profile="https://example.test/"'])
async def test_other_types_are_not_taken(here: Reader, beta: PeerServer, kind: str) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    assert await send(here, ben.signed(ben.activity("Follow", amy.uri)), Content_Type=kind) == 415


async def test_what_is_too_large_is_not_read(here: Reader, beta: PeerServer) -> None:
    ben = beta.person("ben")
    note = ben.note("x" * 1_050_000)
    assert await send(here, ben.signed(ben.activity("Create", note))) == 413
    assert await here.home.kept() == NOTHING


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a":1,"a":2}', b"null"])
async def test_what_cannot_be_read_is_refused(here: Reader, beta: PeerServer, content: bytes) -> None:
    assert await send(here, beta.person("ben").signed(content)) == 400


async def test_a_blocked_server_is_refused(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    await here.home.suspend_host("beta.test")
    assert await send(here, ben.signed(ben.activity("Follow", amy.uri))) == 403
    assert beta.asked == []


async def test_a_server_whose_key_cannot_be_had_is_asked_to_come_again(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    beta.fail(ben.uri, 503)
    parts = ben.signed(ben.activity("Follow", amy.uri))
    response = await here.client.post(parts.target, data=parts.body, headers={"Host": HERE.authority} | dict(parts.headers))
    assert (response.status, response.headers["Retry-After"]) == (503, "300")
    body = await response.json()
    assert body["error"]
    assert body["status"] == 503


async def test_nobody_has_an_inbox_that_is_not_there_and_who_left_has_none_any_more(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    follow = ben.activity("Follow", amy.uri)
    assert await send(here, ben.signed(follow, to=f"{HERE}/ap/actors/1/inbox")) == 404
    await here.db.write(profiles.delete_local_account, account_id=amy.id, now=NOW)
    assert await send(here, ben.signed(follow, to=f"{amy.uri}/inbox")) == 410
    assert beta.asked == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_an_inbox_only_takes(here: Reader, method: str) -> None:
    response = await here.ask("/inbox", method=method)
    assert (response.status, response.headers["Allow"]) == (405, "POST")


async def test_the_deletion_of_a_stranger_is_taken_without_any_question(here: Reader, beta: PeerServer) -> None:
    ben = beta.person("ben")
    assert await send(here, ben.signed(ben.activity("Delete", ben.uri, to=[PUBLIC]))) == 202
    assert beta.asked == []
    assert await here.home.kept() == NOTHING


async def test_one_actor_may_not_send_without_end(here: Reader, beta: PeerServer) -> None:
    amy, ben = await here.home.person(), beta.person("ben")
    here.client.app[BUCKETS].take(INBOX_ACTOR, ben.uri, cost=299)
    answers = [await send(here, ben.signed(ben.activity("Like", f"{amy.uri}/{number}"))) for number in range(3)]
    assert answers == [202, 429, 429]
    cai = beta.person("cai")
    assert await send(here, cai.signed(cai.activity("Follow", amy.uri))) == 202


async def test_a_false_name_uses_up_nobody_elses_share(here: Reader, beta: PeerServer) -> None:
    amy, ben, eve = await here.home.person(), beta.person("ben"), beta.person("eve")
    for _ in range(5):
        assert await send(here, eve.signed(eve.activity("Follow", amy.uri), key_id=ben.key_id)) == 401
    assert await send(here, ben.signed(ben.activity("Follow", amy.uri))) == 202


async def test_keys_asked_for_in_vain_pause_the_network_but_not_those_we_know(here: Reader, beta: PeerServer) -> None:
    amy, ben, eve = await here.home.person(), beta.person("ben"), beta.person("eve")
    assert await send(here, ben.signed(ben.activity("Follow", amy.uri))) == 202
    for number in range(10):
        nobody = f"https://beta.test/users/x{number}#main-key"
        assert await send(here, eve.signed(eve.activity("Follow", amy.uri), key_id=nobody)) == 401
    asked, kept = len(beta.asked), await here.home.kept()
    assert await send(here, eve.signed(eve.activity("Follow", amy.uri))) == 503
    assert (len(beta.asked), await here.home.kept()) == (asked, kept)
    assert await send(here, ben.signed(ben.activity("Follow", amy.uri))) == 202
