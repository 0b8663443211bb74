"""Authorised fetch: who must sign to read (federation, section 3.7; conformance 16, 57, 58; SIG-13)."""

from __future__ import annotations

import pytest

from fedisw.crypto import keys as crypto
from fedisw.live.buckets import CAUSED_FETCHES
from fedisw.model.accounts import ActorKey, KeyKind
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.relations import Block
from fedisw.model.statuses import Visibility
from fedisw.services import editing
from fedisw.storage.queries import blocks, domains, keys
from fedisw.web.keys import BUCKETS
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import PeerServer
from tests.support.reading import Reader
from tests.support.sending import KEY
from tests.web.activitypub.conftest import MakeReader


async def a_person(reader: Reader, username: str = "amy"):
    amy = await reader.home.person(username)
    pem = crypto.public_pem(KEY.public_key())
    key = ActorKey(key_id=f"{amy.uri}#main-key", account_id=amy.id, kind=KeyKind.RSA, public=pem, created_at=NOW)
    await reader.db.write(keys.add, key)
    return amy


async def test_the_server_itself_is_read_without_a_signature(strict: Reader) -> None:
    response = await strict.ask("/actor")
    assert response.status == 200
    assert response.headers["Cache-Control"].startswith("public")


async def test_of_an_actor_strangers_get_what_verifying_needs(strict: Reader) -> None:
    amy = await a_person(strict)
    response = await strict.ask(amy.uri)
    assert response.status == 200
    assert response.headers["Cache-Control"] == "private, no-store"
    stub = await response.json(content_type=None)
    assert set(stub) == {"@context", "id", "type", "preferredUsername", "inbox", "publicKey"}
    assert stub["publicKey"]["owner"] == amy.uri


async def test_a_signed_request_gets_the_whole_actor_which_no_cache_keeps(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    response = await strict.ask(amy.uri, by=ben)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Vary"] == "Accept, Signature, Signature-Input"
    assert (await response.json(content_type=None))["outbox"] == f"{amy.uri}/outbox"


@pytest.mark.parametrize("part", ["", "/activity", "/replies", "/likes", "/shares", "/context"])
async def test_posts_that_are_there_and_that_are_not_want_a_signature_alike(strict: Reader, part: str) -> None:
    amy = await a_person(strict)
    there = await strict.db.write(factories.post, amy)
    closed = await strict.db.write(factories.post, amy, visibility=Visibility.PRIVATE)
    gone = await strict.db.write(factories.post, amy)
    await strict.db.write(editing.delete_status, author_id=amy.id, status_id=gone.id, now=NOW)
    for uri in (there.uri, closed.uri, gone.uri, f"{HERE}/ap/objects/1"):
        assert await strict.status(f"{uri}{part}") == 401


@pytest.mark.parametrize("name", ["outbox", "followers", "following", "featured", "tags"])
async def test_lists_want_a_signature(strict: Reader, beta: PeerServer, name: str) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    assert await strict.status(f"{amy.uri}/{name}") == 401
    response = await strict.ask(f"{amy.uri}/{name}", by=ben)
    assert (response.status, response.headers["Cache-Control"]) == (200, "private, no-store")


async def test_activities_and_threads_want_a_signature(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    status = await strict.db.write(factories.post, amy)
    context = status.uri.replace("/ap/objects/", "/ap/contexts/")
    for where in (context, "/ap/activities/1", "/ap/contexts/1"):
        assert await strict.status(where) == 401
    assert await strict.status(context, by=ben) == 200
    assert await strict.status("/ap/activities/1", by=ben) == 404


async def test_a_signer_reads_posts_and_tombstones(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    status = await strict.db.write(factories.post, amy)
    assert await strict.status(status.uri, by=ben) == 200
    assert await strict.status(f"{HERE}/ap/objects/1", by=ben) == 404
    await strict.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=NOW)
    response = await strict.ask(status.uri, by=ben)
    assert (response.status, response.headers["Cache-Control"]) == (410, "private, no-store")


async def test_a_blocked_server_is_refused_and_a_blocked_signer_sees_no_posts(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    known = await strict.known(ben)
    status = await strict.db.write(factories.post, amy)
    block = Block(id=new_id(), account_id=amy.id, target_id=known.id, uri=f"{HERE}/ap/activities/1", created_at=NOW)
    await strict.db.write(blocks.insert_once, block)
    assert await strict.status(status.uri, by=ben) == 404
    assert await strict.status(amy.uri, by=ben) == 403
    await strict.home.suspend_host("beta.test")
    cai = beta.person("cai")
    assert [await strict.status(where, by=cai) for where in (status.uri, amy.uri, "/actor")] == [403, 403, 200]


async def test_a_key_that_is_not_to_be_had_is_asked_for_again_later(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    beta.fail(ben.uri, 503)
    response = await strict.ask(f"{amy.uri}/outbox", by=ben)
    assert (response.status, response.headers["Retry-After"]) == (503, "300")


async def test_a_limited_server_is_read_by_those_it_allows_only(reading: MakeReader, beta: PeerServer) -> None:
    limited = await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH="limited")
    amy, ben = await a_person(limited), beta.person("ben")
    status = await limited.db.write(factories.post, amy)
    for where in (status.uri, f"{amy.uri}/outbox", amy.uri):
        assert await limited.status(where, by=ben) == 403
    await limited.db.write(domains.put, DomainRule(host="beta.test", severity=Severity.NONE, allowed=True, created_at=NOW))
    for where in (status.uri, f"{amy.uri}/outbox", amy.uri):
        assert await limited.status(where, by=ben) == 200


async def test_a_network_that_makes_us_ask_for_keys_in_vain_is_paused(strict: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(strict), beta.person("ben")
    right = ben.key_id
    answers = list[int]()
    for number in range(12):
        ben.key_id = f"https://beta.test/users/x{number}#main-key"
        answers.append(await strict.status(f"{amy.uri}/outbox", by=ben))
    assert answers == [401] * 10 + [503] * 2
    asked = len(beta.asked)
    ben.key_id = right
    response = await strict.ask(f"{amy.uri}/outbox", by=ben)
    assert (response.status, response.headers["Retry-After"], len(beta.asked)) == (503, "300", asked)
    strict.home.clock.forward(seconds=301)
    strict.client.app[BUCKETS].reset()
    assert await strict.status(f"{amy.uri}/outbox", by=ben) == 200


async def test_one_network_cannot_cause_fetches_of_keys_without_end(strict: Reader, beta: PeerServer) -> None:
    amy, ben, cai = await a_person(strict), beta.person("ben"), beta.person("cai")
    strict.client.app[BUCKETS].take(CAUSED_FETCHES, "127.0.0.1", cost=59)
    assert await strict.status(f"{amy.uri}/outbox", by=ben) == 200
    response = await strict.ask(f"{amy.uri}/outbox", by=cai)
    assert response.status == 429
    body = await response.json()
    assert body["type"] == "https://w3id.org/fep/c180#rate-limit-exceeded"
    assert beta.times_asked(cai.uri) == 0
    assert await strict.status(f"{amy.uri}/outbox", by=ben) == 200
