"""WebFinger (RFC 7033; federation, section 1.2; conformance 1 to 8, 12)."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest

from fedisw.model.accounts import Picture
from fedisw.services import accounts as profiles
from fedisw.storage.queries import users
from fedisw.vocab.webfinger import parse_jrd
from tests.support.factories import NOW
from tests.support.peers import PeerServer
from tests.support.reading import Reader
from tests.web.activitypub.conftest import MakeReader

FACE = "local/ab/cd/abcd0000000000000000000000000000.png"


def path(resource: str, *rels: str, escaped: bool = True) -> str:
    asked = quote(resource, safe="") if escaped else resource
    return f"/.well-known/webfinger?resource={asked}" + "".join(f"&rel={quote(rel, safe='')}" for rel in rels)


async def test_a_person_is_described_as_the_reference_has_it(here: Reader) -> None:
    ana = await here.home.person("ana", avatar=Picture(key=FACE))
    response = await here.ask(path("acct:ana@home.test"), accept="application/jrd+json")
    assert response.status == 200
    assert response.headers["Content-Type"].startswith("application/jrd+json")
    assert response.headers["Cache-Control"] == "public, max-age=259200"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    found = await response.json(content_type=None)
    assert found == {
        "subject": "acct:ana@home.test",
        "aliases": ["https://home.test/@ana", ana.uri],
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://home.test/@ana"},
            {"rel": "self", "type": "application/activity+json", "href": ana.uri},
            {
                "rel": "self",
                "type": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
                "href": ana.uri,
            },
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": "https://home.test/authorize_interaction?uri={uri}",
            },
            {"rel": "https://w3id.org/fep/3b86/Create", "template": "https://home.test/share?text={content}"},
            {
                "rel": "https://w3id.org/fep/3b86/Object",
                "template": "https://home.test/authorize_interaction?uri={object}",
            },
            {
                "rel": "http://webfinger.net/rel/avatar",
                "type": "image/png",
                "href": f"https://home.test/media/{FACE}",
            },
        ],
    }
    assert parse_jrd(found).actor == ana.uri


@pytest.mark.parametrize("escaped", [True, False])
@pytest.mark.parametrize(
    "resource",
    ["acct:ana@home.test", "ana@home.test", "@ana@home.test", "acct:Ana@HOME.test", "{uri}", "https://home.test/@ana", "{uri}/"],
)
async def test_all_forms_lead_to_the_same_answer(here: Reader, resource: str, escaped: bool) -> None:
    ana = await here.home.person("ana")
    found = await here.read(path(resource.replace("{uri}", ana.uri), escaped=escaped))
    assert found["subject"] == "acct:ana@home.test"
    assert parse_jrd(found).actor == ana.uri


@pytest.mark.parametrize(
    "resource", ["https://home.test", "https://home.test/", "acct:home.test@home.test", "https://home.test/actor"]
)
async def test_the_server_itself_is_found(here: Reader, resource: str) -> None:
    found = await here.read(path(resource))
    assert found == {
        "subject": "acct:home.test@home.test",
        "aliases": ["https://home.test/actor"],
        "links": [
            {"rel": rel, "type": "application/activity+json", "href": "https://home.test/actor"}
            for rel in ("self", "https://www.w3.org/ns/activitystreams#Service")
        ],
    }


async def test_links_can_be_chosen(here: Reader) -> None:
    await here.home.person("ana")
    profile, own = "http://webfinger.net/rel/profile-page", "self"
    assert {link["rel"] for link in (await here.read(path("acct:ana@home.test", profile, own)))["links"]} == {profile, own}
    assert (await here.read(path("acct:ana@home.test", "unknown")))["links"] == []


@pytest.mark.parametrize(
    "where",
    [
        "/.well-known/webfinger",
        path(""),
        path("ana"),
        path("acct:ana"),
        path("acct:@home.test"),
        path("x" * 3_000),
        path("a\nb@c"),
    ],
)
async def test_what_cannot_be_read_is_400(here: Reader, where: str) -> None:
    response = await here.ask(where)
    assert response.status == 400
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:nobody@home.test",
        "acct:ana@elsewhere.test",
        "https://elsewhere.test/@ana",
        "http://home.test/@ana",
        "https://home.test/@nobody",
        "https://home.test/ap/actors/1",
        "https://home.test/ap/actors/x",
        "https://home.test/ap/objects/1",
        "https://home.test/@ana/1",
        "https://home.test/@ana?x=1",
    ],
)
async def test_whoever_is_not_here_is_404_for_three_minutes(here: Reader, resource: str) -> None:
    await here.home.person("ana")
    response = await here.ask(path(resource))
    assert (response.status, response.headers["Cache-Control"]) == (404, "public, max-age=180")


async def test_accounts_of_other_servers_are_not_found_here(here: Reader, beta: PeerServer) -> None:
    ben = await here.known(beta.person("ben"))
    assert await here.status(path("acct:ben@home.test")) == 404
    assert await here.status(path(f"https://home.test/ap/actors/{ben.id}")) == 404


async def test_who_left_is_410(here: Reader) -> None:
    ana = await here.home.person("ana")
    await here.db.write(profiles.delete_local_account, account_id=ana.id, now=NOW)
    for resource in ("acct:ana@home.test", ana.uri):
        assert await here.status(path(resource)) == 410


async def test_who_waits_for_approval_is_not_there(here: Reader) -> None:
    ana = await here.home.person("ana")
    user = await here.db.read(users.get, ana.id)
    await here.db.write(users.replace, replace(user, approved_at=None))
    assert await here.status(path("acct:ana@home.test")) == 404


async def test_no_signature_is_needed_in_any_mode_and_browsers_may_ask(reading: MakeReader) -> None:
    strict = await reading(FEDISW_FEDERATION_AUTHORIZED_FETCH="on")
    await strict.home.person("ana")
    assert await strict.status(path("acct:ana@home.test")) == 200
    assert await strict.status(path("acct:ana@home.test"), method="HEAD") == 200
    assert await strict.status(path("acct:ana@home.test"), method="OPTIONS") == 204


async def test_with_a_domain_of_their_own_handles_have_it_on_both_hosts(reading: MakeReader) -> None:
    split = await reading(FEDISW_ACCOUNT_DOMAIN="social-work.test")
    ana = await split.home.person("ana")
    for resource in ("acct:ana@social-work.test", "acct:ana@home.test", ana.uri, "https://home.test/@ana"):
        found = await split.read(path(resource))
        assert found["subject"] == "acct:ana@social-work.test"
        assert parse_jrd(found).actor == ana.uri
    for resource in ("acct:social-work.test@social-work.test", "acct:home.test@home.test"):
        assert (await split.read(path(resource)))["subject"] == "acct:social-work.test@social-work.test"


async def test_an_answer_takes_two_statements(here: Reader) -> None:
    await here.home.person("ana")
    with here.db.counting() as statements:
        await here.read(path("acct:ana@home.test"))
    assert len(statements) == 2
