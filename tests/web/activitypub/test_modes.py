"""With whom we speak at all: `federation.mode` (federation, section 3.9; contract, section 3)."""

from __future__ import annotations

import pytest

from fedisw.federation import fetch
from fedisw.model.errors import Forbidden
from fedisw.model.moderation import DomainRule, Severity
from fedisw.storage.queries import domains
from tests.support import factories
from tests.support.factories import NOW
from tests.support.peers import PeerServer
from tests.support.reading import BROWSER, Reader
from tests.web.activitypub.conftest import MakeReader
from tests.web.activitypub.test_inbox import send
from tests.web.activitypub.test_secure_mode import a_person

NOT_AUTHORIZED = "https://w3id.org/fep/c180#principal-not-authorized"


async def allow(reader: Reader, host: str) -> None:
    await reader.db.write(domains.put, DomainRule(host=host, severity=Severity.NONE, allowed=True, created_at=NOW))


@pytest.fixture
async def listed(reading: MakeReader) -> Reader:
    """Our server, which speaks with those on its list only."""
    return await reading(FEDISW_FEDERATION_MODE="allowlist")


@pytest.fixture
async def off(reading: MakeReader) -> Reader:
    """Our server, which speaks with nobody."""
    return await reading(FEDISW_FEDERATION_MODE="off")


async def test_a_listed_server_reads_and_sends_and_others_do_neither(listed: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(listed), beta.person("ben")
    status = await listed.db.write(factories.post, amy)
    follow, before = ben.signed(ben.activity("Follow", amy.uri)), await listed.home.kept()
    for where in (status.uri, amy.uri, f"{amy.uri}/outbox"):
        response = await listed.ask(where, by=ben)
        assert (response.status, (await response.json())["type"]) == (403, NOT_AUTHORIZED)
    assert await send(listed, follow) == 403
    assert (beta.asked, await listed.home.kept()) == ([], before)
    with pytest.raises(Forbidden):
        await fetch.document(listed.home.peer, ben.uri)
    assert beta.asked == []
    await allow(listed, "beta.test")
    for where in (status.uri, amy.uri, f"{amy.uri}/outbox"):
        response = await listed.ask(where, by=ben)
        assert (response.status, response.headers["Cache-Control"]) == (200, "private, no-store")
    assert await send(listed, follow) == 202


async def test_on_a_list_nobody_reads_without_a_signature(listed: Reader) -> None:
    amy = await a_person(listed)
    status = await listed.db.write(factories.post, amy)
    assert [await listed.status(where) for where in (status.uri, f"{amy.uri}/outbox", "/actor")] == [401, 401, 200]
    assert set(await listed.read(amy.uri)) == {"@context", "id", "type", "preferredUsername", "inbox", "publicKey"}


async def test_without_federation_nothing_is_told_taken_or_asked(off: Reader, beta: PeerServer) -> None:
    amy, ben = await a_person(off), beta.person("ben")
    status = await off.db.write(factories.post, amy)
    await allow(off, "beta.test")
    before = await off.home.kept()
    for where in (status.uri, amy.uri, f"{amy.uri}/outbox", "/actor", "/ap/objects/1"):
        assert [await off.status(where), await off.status(where, by=ben)] == [403, 403]
    assert await send(off, ben.signed(ben.activity("Follow", amy.uri))) == 403
    assert await send(off, ben.signed(ben.activity("Delete", ben.uri))) == 403
    with pytest.raises(Forbidden):
        await fetch.document(off.home.peer, ben.uri)
    assert (beta.asked, await off.home.kept()) == ([], before)
    assert await off.status(amy.uri, accept=BROWSER) == 302
    assert (await off.read("/nodeinfo/2.1", accept="application/json"))["metadata"]["federation"] == {"enabled": False}
