"""Statements 1 to 12 and 15 to 17: how others find us, and in which form they read us."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from fedisw.model.accounts import Account
from fedisw.model.house import House, ShownTo
from fedisw.model.statuses import Visibility
from fedisw.services import accounts as profiles
from fedisw.services import editing, house_settings
from tests.support import factories
from tests.support.factories import NOW
from tests.support.peers import AJ, AS, PeerServer
from tests.support.reading import BROWSER, LD, Reader
from tests.web.activitypub.conftest import MakeReader
from tests.web.activitypub.conftest import here as here
from tests.web.activitypub.conftest import reading as reading
from tests.web.activitypub.conftest import strict as strict
from tests.web.activitypub.test_actors import put_keys
from tests.web.conftest import settings as settings
from tests.web.conftest import start as start

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

SUBSCRIBE = "http://ostatus.org/schema/1.0/subscribe"
MODES = ({}, {"FEDISW_FEDERATION_AUTHORIZED_FETCH": "on"}, {"FEDISW_FEDERATION_AUTHORIZED_FETCH": "limited"})


def finger(resource: str, *rels: str, escape: bool = True) -> str:
    asked = quote(resource, safe="") if escape else resource
    return f"/.well-known/webfinger?resource={asked}" + "".join(f"&rel={quote(rel, safe='')}" for rel in rels)


async def ana_of(server: Reader) -> Account:
    ana = await server.home.person("ana")
    await server.db.write(put_keys, ana)
    return ana


def self_links(jrd: dict[str, Any]) -> dict[str, str]:
    return {link["type"]: link["href"] for link in jrd["links"] if link["rel"] == "self"}


async def test_001_webfinger_leads_from_a_handle_to_the_actor(here: Reader) -> None:
    ana = await ana_of(here)
    answer = await here.ask(finger("acct:ana@home.test"), accept="application/jrd+json")
    assert (answer.status, answer.content_type) == (200, "application/jrd+json")
    jrd = await answer.json(content_type=None)
    assert jrd["subject"] == "acct:ana@home.test"
    assert self_links(jrd)[AJ] == ana.uri


@pytest.mark.parametrize("escape", [True, False], ids=["escaped", "as it is"])
@pytest.mark.parametrize("resource", ["acct:ANA@home.test", "acct:ana@HOME.Test", "ACCT:Ana@Home.Test", "ana@home.test"])
async def test_002_webfinger_minds_neither_letter_case_nor_escapes(here: Reader, resource: str, escape: bool) -> None:
    ana = await ana_of(here)
    jrd = await here.read(finger(resource, escape=escape))
    assert (jrd["subject"], self_links(jrd)[AJ]) == ("acct:ana@home.test", ana.uri)


async def test_003_webfinger_takes_the_actor_and_the_profile_page_as_resource(here: Reader) -> None:
    ana = await ana_of(here)
    wanted = await here.read(finger("acct:ana@home.test"))
    for resource in (ana.uri, "https://home.test/@ana", "https://home.test/@Ana"):
        assert await here.read(finger(resource)) == wanted


async def test_004_webfinger_says_what_is_wrong_with_a_question(here: Reader, beta: PeerServer) -> None:
    ana, ben = await ana_of(here), await here.known(beta.person("ben"))
    gone = await here.home.person("gone")
    await here.db.write(profiles.delete_local_account, account_id=gone.id, now=NOW)
    asked = {
        "/.well-known/webfinger": 400,
        finger(""): 400,
        finger("ana"): 400,
        finger("acct:ana@elsewhere.test"): 404,
        finger("https://elsewhere.test/@ana"): 404,
        finger(ben.uri): 404,
        finger(f"acct:ben@{ben.host}"): 404,
        finger("acct:nobody@home.test"): 404,
        finger("acct:gone@home.test"): 410,
        finger(gone.uri): 410,
        finger(ana.uri): 200,
    }
    assert {where: await here.status(where) for where in asked} == asked


@pytest.mark.parametrize("mode", MODES, ids=["off", "on", "limited"])
async def test_005_webfinger_is_for_everybody_and_for_pages_of_others(reading: MakeReader, mode: dict[str, str]) -> None:
    server = await reading(**mode)
    await ana_of(server)
    for resource, status in (("acct:ana@home.test", 200), ("acct:nobody@home.test", 404), ("", 400)):
        answer = await server.ask(finger(resource), headers={"Origin": "https://elsewhere.test"})
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, "*")
    asked = {"Origin": "https://elsewhere.test", "Access-Control-Request-Method": "GET"}
    preflight = await server.ask(finger("acct:ana@home.test"), method="OPTIONS", headers=asked)
    assert (preflight.status // 100, preflight.headers["Access-Control-Allow-Origin"]) == (2, "*")


async def test_006_webfinger_gives_the_links_that_were_asked_for(here: Reader) -> None:
    await ana_of(here)
    for rels, found in ((("self",), {"self"}), (("self", SUBSCRIBE), {"self", SUBSCRIBE}), (("urn:other",), set())):
        jrd = await here.read(finger("acct:ana@home.test", *rels))
        assert {link["rel"] for link in jrd["links"]} == found
        assert jrd["subject"] == "acct:ana@home.test"


async def test_007_the_subscribe_link_is_a_template(here: Reader) -> None:
    await ana_of(here)
    (link,) = (await here.read(finger("acct:ana@home.test", SUBSCRIBE)))["links"]
    assert link["template"] == "https://home.test/authorize_interaction?uri={uri}"
    assert "href" not in link


@pytest.mark.parametrize("resource", ["https://home.test/", "https://home.test", "https://home.test/actor"])
async def test_008_the_server_itself_has_an_actor(here: Reader, resource: str) -> None:
    links = (await here.read(finger(resource)))["links"]
    found = {link["rel"]: (link["type"], link["href"]) for link in links}
    assert found == dict.fromkeys(("self", f"{AS}#Service"), (AJ, "https://home.test/actor"))
    assert (await here.read("/actor"))["type"] == "Application"


async def test_009_host_meta_leads_to_webfinger(here: Reader) -> None:
    template = "https://home.test/.well-known/webfinger?resource={uri}"
    xml = await here.ask("/.well-known/host-meta", accept="application/xrd+xml")
    assert (xml.status, xml.content_type) == (200, "application/xrd+xml")
    assert f'<Link rel="lrdd" template="{template}"/>' in await xml.text()
    assert await here.read("/.well-known/host-meta.json") == {"links": [{"rel": "lrdd", "template": template}]}
    await ana_of(here)
    where = template.removeprefix("https://home.test").replace("{uri}", quote("acct:ana@home.test", safe=""))
    assert await here.status(where) == 200


SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
MEMBERS = {"version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"}
SOFTWARE = {"2.0": {"name", "version"}, "2.1": {"name", "version", "repository", "homepage"}}


def follows_schema(document: dict[str, Any], version: str) -> None:
    """The JSON schema of this version: nothing is missing, nothing is there that it does not know."""
    assert document.keys() == MEMBERS
    assert document["version"] == version
    software, usage = document["software"], document["usage"]
    assert {"name", "version"} <= software.keys() <= SOFTWARE[version]
    assert software["name"].replace("-", "").isalnum()
    assert software["name"] == software["name"].lower()
    assert all(isinstance(value, str) for value in software.values())
    assert document["protocols"] == ["activitypub"]
    assert document["services"] == {"inbound": [], "outbound": []}
    assert isinstance(document["openRegistrations"], bool)
    assert {"users"} <= usage.keys() <= {"users", "localPosts", "localComments"}
    assert usage["users"].keys() <= {"total", "activeHalfyear", "activeMonth"}
    numbers = [*usage["users"].values(), *(value for name, value in usage.items() if name != "users")]
    assert all(type(number) is int and number >= 0 for number in numbers)
    assert isinstance(document["metadata"], dict)


async def test_010_nodeinfo_tells_where_it_is_and_keeps_its_schemas(here: Reader) -> None:
    links = (await here.read("/.well-known/nodeinfo"))["links"]
    places = {link["rel"]: link["href"].removeprefix("https://home.test") for link in links}
    assert places.pop(f"{AS}#Application") == "/actor"
    assert places.keys() == {f"{SCHEMA}2.0", f"{SCHEMA}2.1"}
    for rel, where in places.items():
        answer = await here.ask(where, accept="application/json")
        assert answer.headers["Content-Type"] == f'application/json; profile="{rel}#"'
        follows_schema(await answer.json(content_type=None), rel.removeprefix(SCHEMA))


async def test_011_numbers_are_true_or_hidden(here: Reader) -> None:
    ana = await ana_of(here)
    for visibility in (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.PRIVATE):
        await here.db.write(factories.post, ana, visibility=visibility)
    told = (await here.read("/nodeinfo/2.1"))["usage"]
    assert (told["users"]["total"], told["localPosts"]) == (1, 2)
    for shown in (ShownTo.USERS, ShownTo.NOBODY):
        await here.db.write(house_settings.change, House(activity_shown=shown), now=NOW)
        for version in ("2.0", "2.1"):
            hidden = await here.read(f"/nodeinfo/{version}")
            assert hidden["usage"] == {"users": {}}
            follows_schema(hidden, version)


async def test_012_with_two_domains_handles_are_of_the_account_domain(reading: MakeReader) -> None:
    split = await reading(FEDISW_ACCOUNT_DOMAIN="social-work.test")
    ana = await ana_of(split)
    for host in ("social-work.test", "home.test"):
        for resource in (f"acct:ana@{host}", ana.uri):
            jrd = await split.read(finger(resource), headers={"Host": host})
            assert (jrd["subject"], self_links(jrd)[AJ]) == ("acct:ana@social-work.test", ana.uri)
    assert (await split.read(ana.uri))["webfinger"] == "ana@social-work.test"


FORMS = {
    AJ: (200, AJ),
    LD: (200, LD),
    "application/ld+json": (200, LD),
    f"text/html;q=0.5, {AJ}": (200, AJ),
    f"{AJ}; charset=utf-8": (200, AJ),
    "application/json": (200, AJ),
    "*/*": (200, AJ),
    None: (200, AJ),
    BROWSER: (302, ""),
    "image/png": (406, ""),
}


async def test_015_an_actor_is_answered_in_the_form_that_is_wanted(here: Reader) -> None:
    ana = await ana_of(here)
    post = await here.db.write(factories.post, ana)
    for uri, page in ((ana.uri, ana.url), (post.uri, post.url)):
        for accept, (status, kind) in FORMS.items():
            answer = await here.ask(uri, accept=accept)
            assert answer.status == status, accept
            if status == 200:
                assert answer.headers["Content-Type"].removesuffix("; charset=utf-8") == kind
                assert (await answer.json(content_type=None))["id"] == uri
            if status == 302:
                assert answer.headers["Location"] == page
            if status != 406:
                assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("mode", MODES, ids=["off", "on", "limited"])
async def test_016_the_server_itself_is_read_without_a_signature_in_every_mode(reading: MakeReader, mode: dict[str, str]) -> None:
    server = await reading(**mode)
    document = await server.read("/actor")
    assert document["publicKey"]["owner"] == document["id"] == "https://home.test/actor"
    assert document["publicKey"]["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----")
    assert document["inbox"] == "https://home.test/actor/inbox"
    ana = await ana_of(server)
    unsigned = await server.ask(ana.uri)
    whole = {"outbox", "followers"} <= (await unsigned.json(content_type=None)).keys()
    assert whole is (not mode)


async def test_017_what_was_deleted_is_a_tombstone_if_it_was_for_everybody(here: Reader) -> None:
    ana = await ana_of(here)
    posts = {}
    for visibility in Visibility:
        posts[visibility] = await here.db.write(factories.post, ana, visibility=visibility)
        await here.db.write(editing.delete_status, status_id=posts[visibility].id, author_id=ana.id, now=NOW)
    for visibility, post in posts.items():
        answer = await here.ask(post.uri)
        if visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
            assert answer.status == 404
            continue
        assert answer.status == 410
        found = await answer.json(content_type=None)
        assert found["@context"] == AS
        assert {name: found[name] for name in ("id", "type", "formerType")} == {
            "id": post.uri,
            "type": "Tombstone",
            "formerType": "Note",
        }
        assert found["deleted"] == "2026-11-21T12:00:00Z"
    await here.db.write(profiles.delete_local_account, account_id=ana.id, now=NOW)
    for part in ("", "/outbox", "/followers", "/following", "/featured", "/tags"):
        assert await here.status(ana.uri + part) == 410
    assert await here.status(f"{ana.uri}/inbox", method="POST") == 410
