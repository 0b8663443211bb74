"""Actor documents as others read them (federation, sections 1.1, 1.4, 1.5, 2; conformance 15 to 22)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedisw.crypto import keys as crypto
from fedisw.model.accounts import Account, ActorKey, ActorType, Field, KeyKind, Picture
from fedisw.model.relations import Block
from fedisw.services import accounts as profiles
from fedisw.services import instance
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, blocks, keys, users
from fedisw.vocab.actors import parse_actor
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import PeerServer
from tests.support.reading import AJ, BROWSER, LD, Reader
from tests.support.sending import KEY

FACE = "local/ab/cd/abcd0000000000000000000000000000.png"


def put_keys(tx: Tx, account: Account) -> None:
    ed = crypto.generate_ed25519()
    for name, kind, key in (("main-key", KeyKind.RSA, KEY), ("ed25519-key", KeyKind.ED25519, ed)):
        pem = crypto.public_pem(key.public_key())
        keys.add(tx, ActorKey(key_id=f"{account.uri}#{name}", account_id=account.id, kind=kind, public=pem, created_at=NOW))


async def someone(here: Reader, username: str = "ana", **changes: object) -> Account:
    account = await here.home.person(username, **changes)
    await here.db.write(put_keys, account)
    return account


async def test_a_person_is_shown_as_the_recorded_shape_has_it(here: Reader) -> None:
    ana = await someone(
        here,
        display_name="Ana Ruiz, LCSW",
        note="<p>Family and child welfare.</p>",
        fields=(Field(name="Licence", value="LCSW, OR"),),
        avatar=Picture(key=FACE, description="Portrait of Ana"),
        approves_followers=True,
        discoverable=True,
        also_known_as=("https://old.example/users/ana",),
    )
    found = await here.read(ana.uri)
    del found["@context"]
    del found["assertionMethod"]
    assert found == {
        "interactionPolicy": {"canFeature": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}},
        "id": ana.uri,
        "type": "Person",
        "webfinger": "ana@home.test",
        "preferredUsername": "ana",
        "name": "Ana Ruiz, LCSW",
        "summary": "<p>Family and child welfare.</p>",
        "url": "https://home.test/@ana",
        "published": "2026-08-13T00:00:00Z",
        "updated": "2026-08-13T12:00:00Z",
        "inbox": f"{ana.uri}/inbox",
        "outbox": f"{ana.uri}/outbox",
        "followers": f"{ana.uri}/followers",
        "following": f"{ana.uri}/following",
        "featured": f"{ana.uri}/featured",
        "featuredTags": f"{ana.uri}/tags",
        "endpoints": {"sharedInbox": "https://home.test/inbox"},
        "manuallyApprovesFollowers": True,
        "discoverable": True,
        "indexable": False,
        "memorial": False,
        "showFeatured": True,
        "showMedia": True,
        "showRepliesInMedia": True,
        "alsoKnownAs": ["https://old.example/users/ana"],
        "icon": {
            "type": "Image",
            "mediaType": "image/png",
            "url": f"https://home.test/media/{FACE}",
            "summary": "Portrait of Ana",
        },
        "attachment": [{"type": "PropertyValue", "name": "Licence", "value": "LCSW, OR"}],
        "generator": {
            "type": "Application",
            "id": "https://home.test/actor",
            "implements": [
                {"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}
            ],
        },
        "publicKey": {
            "id": f"{ana.uri}#main-key",
            "owner": ana.uri,
            "publicKeyPem": crypto.public_pem(KEY.public_key()),
        },
    }


async def test_keys_are_fragments_of_the_actor_and_their_terms_are_defined(here: Reader) -> None:
    ana = await someone(here)
    found = await here.read(ana.uri)
    context = found["@context"]
    assert context[:2] == ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
    for term in ("assertionMethod", "Multikey", "publicKeyMultibase", "webfinger", "featured"):
        assert term in context[2]
    assert {key.id for key in parse_actor(found).keys} == {f"{ana.uri}#main-key", f"{ana.uri}#ed25519-key"}
    (key,) = found["assertionMethod"]
    assert key.pop("publicKeyMultibase").startswith("z6Mk")
    assert key == {"id": f"{ana.uri}#ed25519-key", "type": "Multikey", "controller": ana.uri}


async def test_rows_of_a_profile_have_the_name_that_everybody_reads(here: Reader) -> None:
    ana = await someone(here, fields=(Field(name="Website", value="<a>x</a>"),))
    found = await here.read(ana.uri)
    assert found["@context"][2]["schema"] == "http://schema.org#"
    assert found["@context"][2]["PropertyValue"] == "schema:PropertyValue"


@pytest.mark.parametrize("kind", [ActorType.SERVICE, ActorType.GROUP, ActorType.ORGANIZATION])
async def test_other_kinds_of_actors_carry_their_type(here: Reader, kind: ActorType) -> None:
    bot = await someone(here, "reminders", actor_type=kind)
    found = await here.read(bot.uri)
    assert (found["type"], found["preferredUsername"]) == (kind.value, "reminders")
    assert parse_actor(found).id == bot.uri


async def test_relays_know_the_server_by_an_application_of_its_own(here: Reader) -> None:
    assert await here.status("/ap/relay") == 404
    actor = instance.relay_actor_of(HERE, account_id=new_id(), account_domain=HERE.authority, now=NOW)
    await here.db.write(accounts.add, actor)
    await here.db.write(put_keys, actor)
    found = await here.read("/ap/relay")
    assert (found["id"], found["type"], found["inbox"]) == (actor.uri, "Application", f"{actor.uri}/inbox")
    assert found["publicKey"]["id"] == f"{actor.uri}#main-key"
    assert [key["id"] for key in found["assertionMethod"]] == [f"{actor.uri}#ed25519-key"]
    assert (await here.read("/ap/relay/outbox"))["totalItems"] == 0


async def test_the_server_itself_is_an_application(here: Reader) -> None:
    response = await here.ask("/actor")
    assert response.headers["Cache-Control"] == "public, max-age=600"
    found = await response.json(content_type=None)
    assert found == {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/v1",
            {"manuallyApprovesFollowers": "as:manuallyApprovesFollowers"},
        ],
        "id": "https://home.test/actor",
        "type": "Application",
        "preferredUsername": "home.test",
        "url": found["url"],
        "inbox": "https://home.test/actor/inbox",
        "outbox": "https://home.test/actor/outbox",
        "endpoints": {"sharedInbox": "https://home.test/inbox"},
        "manuallyApprovesFollowers": True,
        "publicKey": found["publicKey"],
    }
    assert found["publicKey"]["id"] == "https://home.test/actor#main-key"
    outbox = await here.read("/actor/outbox")
    assert (outbox["type"], outbox["totalItems"], outbox["orderedItems"]) == ("OrderedCollection", 0, [])


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (AJ, "application/activity+json; charset=utf-8"),
        (LD, LD),
        ("application/ld+json", LD),
        (None, "application/activity+json; charset=utf-8"),
        ("*/*", "application/activity+json; charset=utf-8"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_each_form_has_its_type(here: Reader, accept: str | None, kind: str, method: str) -> None:
    ana = await someone(here)
    response = await here.ask(ana.uri, accept=accept, method=method)
    assert response.status == 200
    assert response.headers["Content-Type"] == kind
    assert response.headers["Vary"] == "Accept, Signature, Signature-Input"
    assert response.headers["Cache-Control"] == "public, max-age=180"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert bool(await response.read()) is (method == "GET")


@pytest.mark.parametrize("where", ["person", "/actor"])
async def test_a_browser_is_led_to_the_page(here: Reader, where: str) -> None:
    ana = await someone(here)
    response = await here.ask(ana.uri if where == "person" else where, accept=BROWSER)
    assert response.status == 302
    assert response.headers["Location"].startswith("https://home.test/")
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("where", ["", "/outbox", "/followers", "/following", "/featured", "/tags"])
async def test_a_picture_cannot_be_had(here: Reader, where: str) -> None:
    ana = await someone(here)
    assert await here.status(f"{ana.uri}{where}", accept="image/png") == 406


@pytest.mark.parametrize("where", ["1", "0", "-1", "abc", "99999999999999999999", "%31x"])
async def test_there_is_nobody_under_other_numbers(here: Reader, where: str) -> None:
    response = await here.ask(f"/ap/actors/{where}")
    assert response.status == 404
    assert response.headers["Content-Type"].startswith("application/json")
    assert (await response.json())["error"]


async def test_accounts_of_other_servers_are_not_shown_here(here: Reader, beta: PeerServer) -> None:
    ben = await here.known(beta.person("ben"))
    assert await here.status(f"/ap/actors/{ben.id}") == 404


async def test_the_server_is_not_shown_as_somebody(here: Reader) -> None:
    found = await here.db.read(accounts.find_by_uri, f"{HERE}/actor")
    assert found is not None
    assert await here.status(f"/ap/actors/{found.id}") == 404


@pytest.mark.parametrize("missing", ["confirmed_at", "approved_at"])
async def test_who_waits_for_approval_is_not_there(here: Reader, missing: str) -> None:
    ana = await someone(here)
    user = await here.db.read(users.get, ana.id)
    await here.db.write(users.replace, replace(user, **{missing: None}))
    assert await here.status(ana.uri) == 404


async def test_who_left_is_gone_for_ever(here: Reader) -> None:
    ana = await someone(here)
    await here.db.write(profiles.delete_local_account, account_id=ana.id, now=NOW)
    for where in ("", "/outbox", "/followers", "/following", "/featured", "/tags"):
        assert await here.status(f"{ana.uri}{where}") == 410


async def test_who_is_suspended_is_shown_empty(here: Reader) -> None:
    ana = await someone(
        here, display_name="Ana", note="<p>Hello</p>", avatar=Picture(key=FACE), fields=(Field(name="a", value="b"),)
    )
    await here.db.write(profiles.suspend, account_id=ana.id, now=NOW)
    found = await here.read(ana.uri)
    assert found["suspended"] is True
    assert not found.keys() & {"name", "summary", "icon", "attachment"}
    assert found["publicKey"]
    for where in ("/outbox", "/followers", "/following", "/featured", "/tags"):
        assert await here.status(f"{ana.uri}{where}") == 403


async def test_a_blocked_server_and_a_blocked_signer_are_refused(here: Reader, beta: PeerServer) -> None:
    ana, ben = await someone(here), beta.person("ben")
    known = await here.known(ben)
    assert await here.status(ana.uri, by=ben) == 200
    block = Block(id=new_id(), account_id=ana.id, target_id=known.id, uri=f"{HERE}/ap/activities/1", created_at=NOW)
    await here.db.write(blocks.insert_once, block)
    assert await here.status(ana.uri, by=ben) == 403
    await here.home.suspend_host("beta.test")
    cai = beta.person("cai")
    assert await here.status(ana.uri, by=cai) == 403
    assert await here.status("/actor", by=cai) == 200


async def test_an_open_actor_is_answered_without_asking_for_a_key(here: Reader, beta: PeerServer) -> None:
    ana, ben = await someone(here), beta.person("ben")
    assert await here.status(ana.uri, by=ben) == 200
    assert beta.asked == []


async def test_an_actor_takes_four_statements(here: Reader) -> None:
    ana = await someone(here)
    with here.db.counting() as statements:
        await here.read(ana.uri)
    assert len(statements) <= 4
