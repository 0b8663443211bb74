"""Who reads where signatures are wanted: statements 57 and 58."""

from __future__ import annotations

import pytest

from fedisw.crypto.seal import Sealer
from fedisw.model.moderation import DomainRule, Severity
from fedisw.model.relations import Block
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import blocks, domains
from tests.conformance.refusing import nothing_follows
from tests.security.arriving import ONE
from tests.support import factories
from tests.support.factories import HERE, NOW, new_id
from tests.support.fediverse import Fediverse
from tests.support.peers import PeerServer
from tests.support.reading import AJ, LD
from tests.support.sending import put_key
from tests.web.activitypub.conftest import MakeReader

STUB = {"@context", "id", "type", "preferredUsername", "inbox", "publicKey"}
PRIVATE = ("private, no-store", "Accept, Signature, Signature-Input")


@ONE
@pytest.mark.parametrize("mode", ["on", "limited"])
async def test_057_objects_want_a_signature_that_no_cache_forgets(
    reading: MakeReader, beta: PeerServer, gamma: PeerServer, mode: str
):
    here = await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH=mode)
    amy, ben, gil = await here.home.person(), beta.person("ben"), gamma.person("gil")
    await here.db.write(put_key, amy, Sealer(here.home.peer.settings.secrets.master_key.key()))
    for host in ("beta.test", "gamma.test"):
        await here.db.write(domains.put, DomainRule(host=host, severity=Severity.NONE, allowed=True, created_at=NOW))
    note, closed = (
        await here.db.write(factories.post, amy),
        await here.db.write(factories.post, amy, visibility=Visibility.PRIVATE),
    )
    objects = [note.uri, closed.uri, f"{HERE}/ap/objects/1", f"{note.uri}/activity", f"{note.uri}/replies", f"{amy.uri}/outbox"]
    async with nothing_follows(here.home, beta, gamma):
        told = [await here.ask(where) for where in objects]
        assert [response.status for response in told] == [401] * len(objects)
        assert len({await response.text() for response in told}) == 1  # there, not for everybody, not there: all alike
        assert {response.headers["Cache-Control"] for response in told} == {PRIVATE[0]}
        stub = await here.ask(amy.uri)
        assert (stub.status, stub.headers["Cache-Control"], stub.headers["Vary"]) == (200, *PRIVATE)
        assert set(await stub.json(content_type=None)) == STUB
        assert await here.status("/actor") == 200
    for accept in (AJ, LD):
        for where, status in ((note.uri, 200), (amy.uri, 200), (f"{amy.uri}/outbox", 200), (closed.uri, 404)):
            response = await here.ask(where, by=ben, accept=accept)
            assert (response.status, response.headers["Cache-Control"]) == (status, PRIVATE[0]), where
            assert status == 404 or response.headers["Vary"] == PRIVATE[1]
    known = await here.known(gil)
    block = Block(id=new_id(), account_id=amy.id, target_id=known.id, uri=f"{HERE}/ap/activities/1", created_at=NOW)
    await here.db.write(blocks.insert_once, block)
    assert [await here.status(where, by=gil) for where in (note.uri, amy.uri)] == [404, 403]
    await here.home.suspend_host("beta.test")
    for where in (note.uri, amy.uri, f"{amy.uri}/outbox", f"{HERE}/ap/objects/1"):
        response = await here.ask(where, by=ben)
        assert response.status == 403
        assert (await response.json())["type"] == "https://w3id.org/fep/c180#principal-not-authorized"
    assert await here.status("/actor", by=ben) == 200
    assert await here.status(note.uri) == 401


@ONE
async def test_058_two_servers_that_want_signatures_follow_each_other_from_scratch(fediverse: Fediverse):
    strict = {"FEDISW_FEDERATION_AUTHORIZED_FETCH": "on"}
    alpha = await fediverse.start("alpha.test", username="amy", **strict)
    beta = await fediverse.start("beta.test", username="ben", **strict)
    there, here = await alpha.follow(beta.account), await beta.follow(alpha.account)
    await fediverse.settle()
    for server, account_id in ((alpha, there), (beta, here)):
        (found,) = await server.ask(f"/api/v1/accounts/relationships?id={account_id}")
        assert (found["following"], found["followed_by"], found["requested"]) == (True, True, False)
        profile = await server.ask(f"/api/v1/accounts/{account_id}")
        assert profile["followers_count"] >= 1
    await alpha.do("/api/v1/statuses", json={"status": "For followers", "visibility": "private"})
    await fediverse.settle()
    assert [post["content"] for post in await beta.ask("/api/v1/timelines/home")] == ["<p>For followers</p>"]
