"""Statements 18 to 23 and 30: what others read of our people."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fedisw.model.accounts import Account, Field
from fedisw.services import accounts as profiles
from fedisw.services.accounts import ProfileChanges
from fedisw.storage.queries import accounts
from fedisw.vocab.actors import parse_actor
from tests.federation import reading as effects
from tests.support.factories import NOW
from tests.support.home import Home
from tests.support.peers import AS, PeerServer
from tests.support.reading import Reader
from tests.support.sending import Sending
from tests.web.activitypub.conftest import MakeReader
from tests.web.activitypub.conftest import here as here
from tests.web.activitypub.conftest import reading as reading
from tests.web.activitypub.test_actors import put_keys
from tests.web.conftest import settings as settings
from tests.web.conftest import start as start

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

NAMED = ("id", "inbox", "outbox", "followers", "following", "url", "featured")


async def ana_of(server: Reader, **changes: object) -> Account:
    ana = await server.home.person("ana", **changes)
    await server.db.write(put_keys, ana)
    return ana


async def test_018_an_actor_says_all_that_others_need(here: Reader) -> None:
    ana = await ana_of(here)
    found = await here.read(ana.uri)
    assert all(found[name].startswith("https://home.test/") for name in NAMED)
    assert found["endpoints"] == {"sharedInbox": "https://home.test/inbox"}
    assert (found["type"], found["preferredUsername"], found["webfinger"]) == ("Person", "ana", "ana@home.test")
    assert found["published"].endswith("T00:00:00Z")
    assert found["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert AS in found["@context"]
    for name in NAMED[2:5] + NAMED[6:]:
        assert (await here.read(found[name]))["id"] == found[name]


@pytest.mark.parametrize("domain", ["home.test", "social-work.test"])
async def test_019_the_page_of_an_actor_is_on_the_host_of_its_id(reading: MakeReader, domain: str) -> None:
    server = await reading(FEDISW_ACCOUNT_DOMAIN=domain)
    found = await server.read((await ana_of(server)).uri)
    assert found["id"].split("/")[2] == found["url"].split("/")[2] == "home.test"


async def test_020_keys_belong_to_the_actor_and_are_parts_of_its_document(here: Reader) -> None:
    found = await here.read((await ana_of(here)).uri)
    key, (multikey,) = found["publicKey"], found["assertionMethod"]
    assert key["owner"] == multikey["controller"] == found["id"]
    assert isinstance(key, dict)  # exactly one: Mastodon before 4.6 reads no list
    for one in (key, multikey):
        assert one["id"].partition("#")[0] == found["id"]
        assert one["id"].partition("#")[2]
    assert multikey["type"] == "Multikey"
    assert multikey["publicKeyMultibase"].startswith("z6Mk")


async def test_021_the_context_defines_the_terms_that_are_used(here: Reader) -> None:
    found = await here.read((await ana_of(here, fields=(Field(name="Licence", value="LCSW"),))).uri)
    plain, security, terms = found["@context"]
    assert (plain, security) == (AS, "https://w3id.org/security/v1")
    assert terms["schema"] == "http://schema.org#"
    assert (terms["PropertyValue"], terms["value"]) == ("schema:PropertyValue", "schema:value")
    assert terms["sec"] == "https://w3id.org/security#"
    assert terms["assertionMethod"] == {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"}
    assert (terms["Multikey"], terms["publicKeyMultibase"]["@id"]) == ("sec:Multikey", "sec:publicKeyMultibase")
    assert found["attachment"] == [{"type": "PropertyValue", "name": "Licence", "value": "LCSW"}]


FLAGS = {
    "manuallyApprovesFollowers": "approves_followers",
    "discoverable": "discoverable",
    "indexable": "indexable",
    "memorial": "memorial",
}


@pytest.mark.parametrize("value", [True, False])
async def test_022_what_somebody_chose_is_told_in_both_directions(here: Reader, beta: PeerServer, value: bool) -> None:
    ana = await ana_of(here, **dict.fromkeys(FLAGS.values(), value))
    found = await here.read(ana.uri)
    assert {name: found[name] for name in FLAGS} == dict.fromkeys(FLAGS, value)
    assert "suspended" not in found
    if value:
        await here.db.write(profiles.suspend, account_id=ana.id, now=NOW)
        found = await here.read(ana.uri)
        assert (found["suspended"], found["discoverable"], found["indexable"]) == (True, False, False)
        assert not {"name", "summary", "icon", "attachment"} & found.keys()
        await here.db.write(profiles.unsuspend, account_id=ana.id)
        assert "suspended" not in await here.read(ana.uri)
    ben = await here.known(beta.person("ben", **dict.fromkeys(FLAGS, value)))
    assert {getattr(ben, name) for name in FLAGS.values()} == {value}


async def test_022_a_suspension_by_its_own_server_is_followed_and_taken_back(home: Home, beta: PeerServer) -> None:
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))

    async def told(suspended: bool | None) -> Account:
        ben.document["suspended"] = suspended
        home.clock.forward(seconds=1)
        await home.receive(ben.signed(ben.activity("Update", dict(ben.document))))
        return await effects.account(home, ben)

    assert (await told(True)).suspended_at == home.clock()
    assert (await told(True)).suspended_at == home.clock() - timedelta(seconds=1)  # again: since when stays
    assert (await told(False)).usable
    await home.db.write(profiles.suspend, account_id=(await told(True)).id, now=home.clock())
    staff_said = await told(False)  # and what our staff say stays
    assert (staff_said.usable, staff_said.suspended_there) == (False, False)
    await home.db.write(profiles.unsuspend, account_id=staff_said.id)
    assert (await told(None)).usable


async def test_023_changes_of_a_profile_are_told_once_a_minute(us: Sending) -> None:
    amy, beta = await us.person(), await us.server("beta.test")
    await us.follower(amy, "ben", "beta.test")

    async def change(name: str) -> None:
        await us.db.write(profiles.update_profile, account_id=amy.id, changes=ProfileChanges(display_name=name), now=us.clock())

    await change("Amy 1")
    await us.run()
    assert [got.document["object"]["name"] for got in beta.got] == ["Amy 1"]
    for number in (2, 3, 4):
        await change(f"Amy {number}")
        await us.run(seconds=10)
    assert len(beta.got) == 1
    await us.run(seconds=30)
    assert [got.document["object"]["name"] for got in beta.got] == ["Amy 1", "Amy 4"]
    first, second = (got.document for got in beta.got)
    assert first["id"] != second["id"]
    assert (second["type"], second["to"], parse_actor(second["object"]).id) == ("Update", [f"{AS}#Public"], amy.uri)
    await change("Amy 4")
    await us.run(minutes=2)
    assert len(beta.got) == 2  # nothing changed


async def test_030_hidden_lists_tell_a_number_and_no_first_page(here: Reader, beta: PeerServer) -> None:
    ana, ben = await ana_of(here), await here.known(beta.person("ben"))
    await here.follow(ben, ana)
    await here.follow(ana, ben)
    for name in ("followers", "following"):
        shown = await here.read(f"{ana.uri}/{name}")
        assert (shown["totalItems"], "first" in shown) == (1, True)
    await here.db.write(accounts.replace, replace(await here.db.read(accounts.get, ana.id), hides_network=True))
    for name in ("followers", "following"):
        for where in (f"{ana.uri}/{name}", f"{ana.uri}/{name}?page=1", f"{ana.uri}/{name}?page=true&max_id=9"):
            hidden = await here.read(where)
            assert not {"first", "items", "orderedItems", "next"} & hidden.keys()
            assert ben.uri not in str(hidden)
