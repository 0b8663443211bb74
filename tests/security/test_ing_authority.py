"""Who may speak for what, and what is fetched (security, section 9: ING-1 to ING-5)."""

from __future__ import annotations

import orjson
import pytest

from fedisw.federation import fetch, resolve
from fedisw.model.errors import Forbidden, Gone, Invalid, Malformed, NotFound, UnsupportedMedia
from tests.federation import reading
from tests.security.arriving import ONE, met, nothing_comes_of
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Answer, PeerServer


@ONE
async def test_ing_1_two_ports_of_one_name_are_two_servers(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("Hello", id="https://beta.test:8443/notes/1")
    await nothing_comes_of(home, ben, ben.activity("Create", note))
    assert await reading.post(home, note) is None


async def test_ing_2_an_activity_with_an_id_of_another_server_is_dropped(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    create = ben.activity("Create", ben.note(), id="https://gamma.test/activities/1")
    assert await nothing_comes_of(home, ben, create) == ""


@ONE
@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_ing_2_a_post_of_somebody_else_is_had_from_its_own_server_or_not_at_all(
    home: Home, beta: PeerServer, gamma: PeerServer, kind: str
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    true = gil.note("What gil said")
    await home.receive(ben.signed(ben.activity(kind, true | {"content": "<p>What ben says gil said</p>"})))
    stored = await reading.post(home, true)
    if kind == "Create":
        assert stored is not None
        assert stored.content == "<p>What gil said</p>"
        assert stored.account_id == (await reading.account(home, gil)).id
    else:
        assert stored is None


@ONE
@pytest.mark.parametrize(
    "change",
    [
        {"attributedTo": "https://gamma.test/users/gil"},
        {"attributedTo": "https://beta.test/users/eve"},
        {"id": "https://gamma.test/notes/1"},
        {"id": "https://home.test/ap/objects/1"},
    ],
    ids=["another author", "another author of its server", "an id of another server", "an id of ours"],
)
async def test_ing_2_a_forged_post_is_not_stored(home: Home, beta: PeerServer, gamma: PeerServer, change: dict[str, str]):
    amy, ben = await home.person(), beta.person("ben")
    gamma.person("gil")
    beta.person("eve")
    await met(home, ben, amy)
    note = ben.note("Forged")
    beta.fail(note["id"], 404)
    before = await home.kept()
    await home.receive(ben.signed(ben.activity("Create", note | change)))
    assert (await home.kept())["posts"] == before["posts"]


@ONE
@pytest.mark.parametrize("kind", ["Update", "Delete"])
async def test_ing_3_a_neighbour_of_the_author_changes_nothing(home: Home, beta: PeerServer, kind: str):
    amy, ben, eve = await home.person(), beta.person("ben"), beta.person("eve")
    await met(home, ben, amy)
    await met(home, eve, amy)
    note = ben.note("True")
    await home.receive(ben.signed(ben.activity("Create", note)))
    later = reading.stamp(home.clock.forward(minutes=5))
    changed = note | {"content": "<p>False</p>", "updated": later}
    await home.receive(eve.signed(eve.activity(kind, changed if kind == "Update" else note["id"])))
    await home.receive(eve.signed(eve.activity(kind, changed | {"attributedTo": eve.uri} if kind == "Update" else note)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>True</p>"


@ONE
@pytest.mark.parametrize("status", [404, 410])
async def test_ing_3_a_hint_of_somebody_else_counts_when_the_origin_says_the_same(
    home: Home, beta: PeerServer, gamma: PeerServer, status: int
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    note = ben.note("Soon gone")
    await home.receive(ben.signed(ben.activity("Create", note)))
    beta.fail(note["id"], status)
    await home.receive(gil.signed(gil.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
async def test_ing_3_a_404_for_a_post_that_is_hidden_from_us_deletes_nothing(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    note = ben.note("For followers", to=[f"{ben.uri}/followers"], cc=None)
    await home.receive(ben.signed(ben.activity("Create", note)))
    beta.fail(note["id"], 404)
    assert "NotFound" in await nothing_comes_of(home, gil, gil.activity("Delete", note["id"]))
    beta.fail(note["id"], 410)
    await home.receive(gil.signed(gil.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
async def test_ing_3_a_moderator_of_the_server_changes_a_post_by_what_its_server_serves(home: Home, beta: PeerServer):
    amy, ben, mod = await home.person(), beta.person("ben"), beta.person("mod")
    await met(home, ben, amy)
    note = ben.note("Before")
    await home.receive(ben.signed(ben.activity("Create", note)))
    note |= {"content": "<p>After</p>", "updated": reading.stamp(home.clock.forward(minutes=5))}
    await home.receive(mod.signed(mod.activity("Update", note["id"])))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>After</p>"


async def test_ing_4_a_document_counts_where_its_id_is(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    fetched = await fetch.document(home.peer, ben.uri)
    assert (fetched.uri, fetched.document["preferredUsername"]) == (ben.uri, "ben")
    beta.answer("/@ben", Answer(body=orjson.dumps(ben.document)))
    assert (await fetch.document(home.peer, f"{beta.origin}/@ben")).uri == ben.uri
    assert beta.times_asked(ben.uri) == 2


def _faulty(beta: PeerServer, gamma: PeerServer) -> dict[str, tuple[Answer, type[Exception]]]:
    body = orjson.dumps({"id": f"{beta.origin}/x", "type": "Note", "attributedTo": f"{beta.origin}/users/ben"})
    other = orjson.dumps({"id": f"{gamma.origin}/x", "type": "Note"})
    liar = orjson.dumps({"id": f"{beta.origin}/liar", "type": "Note"})
    return {
        "an id of another server": (Answer(body=other), Invalid),
        "an id that says another": (Answer(body=liar), Invalid),
        "no id": (Answer(body=b'{"type": "Note"}'), Invalid),
        "plain JSON": (Answer(body=body, headers={"Content-Type": "application/json"}), UnsupportedMedia),
        "JSON-LD of no profile": (Answer(body=body, headers={"Content-Type": "application/ld+json"}), UnsupportedMedia),
        "HTML": (Answer(body=body, headers={"Content-Type": "text/html"}), UnsupportedMedia),
        "no JSON": (Answer(body=b"<p>"), Malformed),
        "a list": (Answer(body=b"[]"), Malformed),
        "a tombstone": (Answer(body=orjson.dumps({"id": f"{beta.origin}/x", "type": "Tombstone"})), Gone),
        "created": (Answer(body=body, status=201), Invalid),
        "another server": (Answer(status=302, headers={"Location": f"{gamma.origin}/x"}), Invalid),
        "gone": (Answer(status=410), Gone),
        "hidden": (Answer(status=404), NotFound),
        "forbidden": (Answer(status=403), Forbidden),
    }


@ONE
@pytest.mark.parametrize(
    "fault", _faulty(PeerServer("b.test", lambda: factories.NOW), PeerServer("g.test", lambda: factories.NOW))
)
async def test_ing_4_a_faulty_document_is_not_believed(home: Home, beta: PeerServer, gamma: PeerServer, fault: str):
    answer, error = _faulty(beta, gamma)[fault]
    gamma.answer("/x", Answer(body=orjson.dumps({"id": f"{gamma.origin}/x", "type": "Note"})))
    beta.answer("/x", answer)
    beta.answer("/liar", Answer(body=orjson.dumps({"id": f"{beta.origin}/other", "type": "Note"})))
    with pytest.raises(error):
        await fetch.document(home.peer, f"{beta.origin}/x")


@ONE
async def test_ing_4_a_server_that_reads_only_the_new_form_of_signature_gets_it(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    beta.fail(ben.uri, 401)
    with pytest.raises(Forbidden):
        await fetch.document(home.peer, ben.uri)
    first, second = beta.heads
    assert "Signature-Input" not in first
    assert "Signature-Input" in second
    assert "home.test/actor#main-key" in first["Signature"]


@ONE
async def test_ing_5_an_id_of_ours_is_looked_up_and_never_fetched_or_made(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    with pytest.raises(NotFound):
        await fetch.document(home.peer, "https://home.test/ap/objects/1")
    assert await resolve.status(home.peer, "https://home.test/ap/objects/1") is None
    hers = await home.db.write(factories.post, amy, "Hers")
    changed = ben.note("Mine now", id=hers.uri, updated=reading.stamp(home.clock.forward(minutes=1)))
    await nothing_comes_of(home, ben, ben.activity("Update", changed))
    await nothing_comes_of(home, ben, ben.activity("Update", changed | {"attributedTo": amy.uri}))
    await nothing_comes_of(home, ben, ben.activity("Delete", hers.uri))
    await nothing_comes_of(home, ben, ben.activity("Delete", amy.uri))


@ONE
async def test_ing_5_an_activity_in_the_name_of_one_of_ours_is_dropped(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    hers = await home.db.write(factories.post, amy, "Hers")
    forged = ben.activity("Delete", hers.uri, actor=amy.uri, id="https://home.test/ap/activities/1")
    assert await nothing_comes_of(home, ben, forged) == ""
