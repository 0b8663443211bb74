"""What may enter (security, section 9): for every condition the honest case and one test that breaks it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest

from fedisw.crypto.signed import Scheme
from fedisw.federation import fetch, resolve
from fedisw.federation.budget import Budget, Spent
from fedisw.jobs.work import FanOut, RejectFollow
from fedisw.model.accounts import Account
from fedisw.model.errors import Forbidden, Gone, Invalid, Malformed, NotFound, TooLarge, UnsupportedMedia
from fedisw.model.peers import InboundState
from fedisw.model.statuses import PollDraft, Visibility
from fedisw.services import accounts as profiles
from fedisw.storage.queries import accounts, follows, marks, polls, statuses
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PUBLIC, Actor, Answer, Document, PeerServer

ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
IGNORED = InboundState.IGNORED


async def met(home: Home, actor: Actor, amy: Account) -> Account:
    """The actor followed amy, and amy follows back: what it posts is wanted."""
    await home.receive(actor.signed(actor.activity("Follow", amy.uri)))
    known = await reading.account(home, actor)
    await home.db.write(factories.put_follow, amy, known)
    return known


async def nothing_comes_of(home: Home, actor: Actor, document: Document) -> str:
    """Answered with 202, no effect; why, or "" when it was not even kept."""
    before, kept = await reading.effects(home), len(await reading.ends(home))
    await home.receive(actor.signed(document))
    after = await reading.effects(home)
    assert [row for row in after["accounts"] if row["id"] in {known["id"] for known in before["accounts"]}] == before["accounts"]
    assert after | {"accounts": []} == before | {"accounts": []}
    ends = await reading.ends(home)
    if len(ends) == kept:
        return ""
    assert ends[-1][0] is IGNORED
    return ends[-1][1]


# ING-1, ING-2, ING-3: who may speak for what


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


# ING-4: documents that are fetched


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


# ING-6, ING-7, ING-10: once, in any order


async def test_ing_6_what_is_fixed_stays_and_only_newer_updates_count(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("First")
    await home.receive(ben.signed(ben.activity("Create", note)))
    newer = reading.stamp(home.clock.forward(minutes=5))
    changes = {"content": "<p>Second</p>", "updated": newer, "inReplyTo": "https://beta.test/notes/0", "to": [amy.uri], "cc": []}
    await home.receive(ben.signed(ben.activity("Update", note | changes)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert (stored.content, stored.visibility, stored.in_reply_to_uri) == ("<p>Second</p>", Visibility.PUBLIC, "")
    for updated in (newer, "2026-11-21T12:01:00Z", None):
        again = note | {"content": "<p>Third</p>"} | ({"updated": updated} if updated else {})
        await home.receive(ben.signed(ben.activity("Update", again)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>Second</p>"


async def test_ing_7_what_was_deleted_does_not_come_back(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await met(home, gil, amy)
    note = ben.note("Gone")
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.receive(ben.signed(ben.activity("Delete", note["id"])))
    later = reading.stamp(home.clock.forward(minutes=5))
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.receive(ben.signed(ben.activity("Update", note | {"updated": later})))
    await home.receive(gil.signed(gil.activity("Announce", note["id"], to=[PUBLIC])))
    assert await reading.post(home, note) is None
    with pytest.raises(Gone):
        await resolve.status(home.peer, note["id"])


async def test_ing_7_an_actor_that_was_deleted_does_not_come_back(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    await home.receive(ben.signed(ben.activity("Delete", ben.uri)))
    before = await reading.effects(home)
    assert await home.take(ben.signed(ben.activity("Follow", amy.uri))) == 202
    await home.settle()
    assert await reading.effects(home) == before
    with pytest.raises(Gone):
        await resolve.account(home.peer, ben.uri, refresh=True)
    assert (await home.db.read(accounts.get, known.id)).deleted_at is not None


async def test_ing_10_nobody_uses_up_the_id_of_anothers_activity(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await met(home, gil, amy)
    note = ben.note("Mine")
    create = ben.activity("Create", note)
    beta.fail(note["id"], 404)
    await home.receive(gil.signed(create))
    assert await reading.post(home, note) is None
    await home.receive(ben.signed(create))
    assert await reading.post(home, note) is not None


@ONE
async def test_ing_10_a_neighbour_cannot_take_back_what_another_has_not_sent_yet(home: Home, beta: PeerServer):
    amy, ben, eve = await home.person(), beta.person("ben"), beta.person("eve")
    await met(home, ben, amy)
    await met(home, eve, amy)
    note, follow = ben.note("Mine"), ben.activity("Follow", amy.uri)
    await home.receive(eve.signed(eve.activity("Delete", note["id"])))
    await home.receive(eve.signed(eve.activity("Undo", follow["id"])))
    await home.receive(ben.signed(ben.activity("Create", note)))
    assert await reading.post(home, note) is not None


# ING-8, ING-9: shapes


@ONE
@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.replace(b'"type"', b'"type":"Like","type"', 1),
        lambda body: b"[" + body + b"]",
        lambda body: body[:-1] + b',"x":NaN}',
        lambda body: body[:-1] + b',"@graph":[]}',
        lambda body: b"\xff" + body,
        lambda body: body[:-1] + b',"x":' + b"[" * 70 + b"]" * 70 + b"}",
    ],
    ids=["a member twice", "a list", "no number", "rearranged", "no UTF-8", "too deep"],
)
async def test_ing_8_what_the_gate_refuses_is_refused_although_it_is_signed(
    home: Home, beta: PeerServer, spoil: Callable[[bytes], bytes]
):
    amy, ben = await home.person(), beta.person("ben")
    before = await home.kept()
    with pytest.raises((Malformed, TooLarge)):
        await home.take(ben.signed(spoil(orjson.dumps(ben.activity("Follow", amy.uri)))))
    assert await home.kept() == before
    assert beta.asked == []


@ONE
@pytest.mark.parametrize(
    ("kind", "is_kept"),
    [
        (["Follow"], True),
        (["Follow", "https://other.test/ns#Request"], True),
        (["Follow", "Like"], False),
        (["Follow", "Join"], True),
        ("as:Follow", False),
        ("https://www.w3.org/ns/activitystreams#Follow", False),
        ("View", False),
        ("Travel", False),
        ([], False),
        (None, False),
    ],
)
async def test_ing_9_a_type_is_one_that_we_know_and_no_other(home: Home, beta: PeerServer, kind: object, is_kept: bool):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri, type=kind)))
    assert len(await reading.ends(home)) == is_kept
    known = await home.db.read(accounts.find_by_uri, ben.uri)
    is_following = known is not None and await home.db.read(follows.find, follower_id=known.id, target_id=amy.id) is not None
    assert is_following == (kind in (["Follow"], ["Follow", "https://other.test/ns#Request"]))


@ONE
@pytest.mark.parametrize(
    "document",
    [
        {"type": "Follow"},
        {"type": "Follow", "object": 7},
        {"type": "Create"},
        {"type": "Create", "object": {"type": "Note"}},
        {"type": "Create", "object": {"type": "Spaceship", "id": "https://beta.test/1"}},
        {"type": "Undo", "object": None},
        {"type": "Announce", "object": []},
        {"type": "Delete", "object": {}},
        {"type": "Move", "object": "https://beta.test/users/ben"},
        {"type": "Flag"},
        {"type": "Follow", "actor": ["https://beta.test/users/ben", "https://beta.test/users/eve"]},
        {"type": "Follow", "actor": None},
    ],
    ids=str,
)
async def test_ing_9_an_unreadable_activity_is_answered_with_202_and_does_nothing(
    home: Home, beta: PeerServer, document: Document
):
    await home.person()
    ben = beta.person("ben")
    activity = {name: value for name, value in ben.activity("X", "x").items() if name != "object"}
    before = await reading.effects(home)
    await home.receive(ben.signed(activity | document))
    after = await reading.effects(home)
    assert {name: rows for name, rows in after.items() if name != "accounts"} == {
        name: rows for name, rows in before.items() if name != "accounts"
    }
    assert all(state is IGNORED for state, _ in await reading.ends(home))


# ING-11 to ING-13: wanted, addressed, timely


@ONE
@pytest.mark.parametrize(
    ("is_followed", "members", "is_wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (False, {"cc": ["AMY"]}, True),
        (False, {"tag": {"type": "Mention", "href": "AMY"}}, True),
        (False, {"inReplyTo": "HERS"}, True),
        (False, {"inReplyTo": "https://beta.test/notes/0"}, False),
        (False, {"cc": ["https://home.test/ap/actors/404"]}, False),
    ],
    ids=["followed", "stranger", "addressed", "mentioned", "answer", "answer to a stranger", "addressed to nobody"],
)
async def test_ing_11_what_concerns_nobody_here_is_dropped(
    home: Home, beta: PeerServer, is_followed: bool, members: dict[str, object], is_wanted: bool
):
    amy, ben = await home.person(), beta.person("ben")
    hers = await home.db.write(factories.post, amy, "Hers")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    if is_followed:
        await home.db.write(factories.put_follow, amy, await reading.account(home, ben))
    text = orjson.dumps(members).replace(b"AMY", amy.uri.encode()).replace(b"HERS", hers.uri.encode())
    note = ben.note("Hello", **orjson.loads(text))
    await home.receive(ben.signed(ben.activity("Create", note)))
    assert (await reading.post(home, note) is not None) == is_wanted
    assert (await reading.last_end(home))[0] is (InboundState.DONE if is_wanted else IGNORED)


@ONE
async def test_ing_12_a_personal_inbox_adds_no_recipient_and_hidden_recipients_are_not_read(home: Home, beta: PeerServer):
    amy, ben, cat = await home.person("amy"), beta.person("ben"), await home.person("cat")
    await met(home, ben, amy)
    note = ben.note("For followers", to=[f"{ben.uri}/followers"], cc=None, bto=[cat.uri], bcc=[cat.uri])
    create = ben.activity("Create", note, bto=[cat.uri])
    await home.receive(ben.signed(create, to=f"https://home.test/ap/actors/{cat.id}/inbox"))
    stored = await reading.post(home, note)
    assert stored is not None
    assert await home.db.read(statuses.mentions_of, [stored.id]) == []


@ONE
async def test_ing_12_who_is_addressed_and_not_named_receives_silently(home: Home, beta: PeerServer):
    amy, cat, ben = await home.person("amy"), await home.person("cat"), beta.person("ben")
    tag = {"type": "Mention", "href": amy.uri}
    note = ben.note("Psst", to=[amy.uri, cat.uri], cc=None, tag=tag)
    await home.receive(ben.signed(ben.activity("Create", note)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.visibility is Visibility.DIRECT
    named = {item.account_id: item.silent for item in await home.db.read(statuses.mentions_of, [stored.id])}
    assert named == {amy.id: False, cat.id: True}
    assert await reading.told(home) == [("mention", "ben@beta.test")]


@ONE
async def test_ing_12_who_is_named_and_not_addressed_is_neither_told_nor_let_in(home: Home, beta: PeerServer):
    amy, cat, ben = await home.person("amy"), await home.person("cat"), beta.person("ben")
    tags = [{"type": "Mention", "href": one.uri} for one in (amy, cat)]
    note = ben.note("About cat", to=[amy.uri], cc=None, tag=tags)
    await home.receive(ben.signed(ben.activity("Create", note)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert [item.account_id for item in await home.db.read(statuses.mentions_of, [stored.id])] == [amy.id]


@ONE
@pytest.mark.parametrize(
    ("age", "is_news"), [(timedelta(hours=23), True), (timedelta(hours=25), False), (-timedelta(days=9), True)]
)
async def test_ing_13_old_posts_tell_nobody_and_future_ones_are_of_now(
    home: Home, beta: PeerServer, age: timedelta, is_news: bool
):
    amy, ben = await home.person(), beta.person("ben")
    tag = {"type": "Mention", "href": amy.uri}
    note = ben.note("@amy", cc=[amy.uri], tag=tag, published=reading.stamp(home.clock() - age))
    await home.receive(ben.signed(ben.activity("Create", note)))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.created_at <= home.clock()
    assert stored.id >> 16 == int(stored.created_at.timestamp() * 1_000)
    assert await reading.told(home) == ([("mention", "ben@beta.test")] if is_news else [])
    assert bool([job for job in home.done if isinstance(job, FanOut)]) == is_news


# ING-14, ING-15: handles


@ONE
async def test_ing_14_a_handle_counts_when_its_host_and_the_actor_agree(home: Home, beta: PeerServer, gamma: PeerServer):
    ben = beta.person("ben", webfinger="ben@gamma.test")
    gamma.bind("ben", ben.uri)
    found = await resolve.account(home.peer, ben.uri)
    assert (found.username, found.host) == ("ben", "gamma.test")
    assert (await resolve.handle(home.peer, "Ben", "GAMMA.test")) == found


CLAIMS: dict[str, Callable[[PeerServer, PeerServer, Actor], None]] = {
    "nobody there": lambda beta, gamma, ben: None,
    "somebody else there": lambda beta, gamma, ben: gamma.bind("ben", "https://gamma.test/users/ben"),
    "another subject": lambda beta, gamma, ben: gamma.bind("ben", ben.uri, subject="acct:ben@delta.test"),
    "the host is away": lambda beta, gamma, ben: gamma.fail("/.well-known/webfinger?resource=acct%3Aben%40gamma.test", 503),
}


@ONE
@pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS.keys())
async def test_ing_14_a_handle_that_nobody_confirms_is_not_shown(
    home: Home, beta: PeerServer, gamma: PeerServer, claim: Callable[[PeerServer, PeerServer, Actor], None]
):
    ben = beta.person("ben", webfinger="ben@gamma.test")
    claim(beta, gamma, ben)
    found = await resolve.account(home.peer, ben.uri)
    assert (found.username, found.host) == ("ben", "beta.test")


@ONE
@pytest.mark.parametrize("claimed", ["amy@home.test", "amy@HOME.test"])
async def test_ing_14_nobody_elsewhere_bears_a_handle_of_ours(home: Home, beta: PeerServer, claimed: str):
    ben = beta.person("amy", webfinger=claimed)
    beta.bind("amy", ben.uri, subject="acct:amy@home.test")
    found = await resolve.account(home.peer, ben.uri)
    assert found.acct == "amy@beta.test"
    assert await resolve.handle(home.peer, "amy", "home.test") is None


@ONE
async def test_ing_15_a_new_actor_under_an_old_handle_is_somebody_new(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    old = await met(home, ben, amy)
    other = beta.person("ben", path="/users/ben-2")
    await home.receive(other.signed(other.activity("Like", "https://home.test/nothing")))
    new = await reading.account(home, other)
    assert (new.acct, new.id == old.id) == ("ben@beta.test", False)
    assert await home.db.read(follows.find, follower_id=amy.id, target_id=new.id) is None
    assert await home.db.read(accounts.find_by_handle, "ben", "beta.test") == new


@ONE
async def test_ing_17_a_suspended_actor_has_no_effect_but_may_delete(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    note = ben.note("Before")
    await home.receive(ben.signed(ben.activity("Create", note)))
    await home.db.write(profiles.suspend, account_id=known.id, now=home.clock())
    reason = await nothing_comes_of(home, ben, ben.activity("Create", ben.note("After")))
    assert "suspended" in reason
    ben.document["name"] = "New"
    assert "suspended" in await nothing_comes_of(home, ben, ben.activity("Update", ben.document))
    await home.receive(ben.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
async def test_ing_17_a_boost_of_a_suspended_author_shows_nothing(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    known = await met(home, gil, amy)
    note = gil.note("Bad")
    await home.receive(gil.signed(gil.activity("Create", note)))
    await home.db.write(profiles.suspend, account_id=known.id, now=home.clock())
    await nothing_comes_of(home, ben, ben.activity("Announce", note["id"], to=[PUBLIC]))
    await nothing_comes_of(home, ben, ben.activity("Announce", gil.note("Worse")["id"], to=[PUBLIC]))
    await home.suspend_host("gamma.test")
    await nothing_comes_of(home, ben, ben.activity("Announce", gil.note("Worst")["id"], to=[PUBLIC]))


# the table


@ONE
async def test_ing_follow_only_of_somebody_here_who_is_not_at_odds(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    hers = await home.db.write(factories.post, amy, "Hers")
    known = await met(home, ben, amy)
    await home.receive(ben.signed(ben.activity("Undo", ben.activity("Follow", amy.uri))))
    for target in (gil.uri, hers.uri, PUBLIC, "https://home.test/ap/actors/404"):
        assert "NotFound" in await nothing_comes_of(home, ben, ben.activity("Follow", target))
    await home.receive(ben.signed(ben.activity("Block", amy.uri)))
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    assert await home.db.read(follows.find, follower_id=known.id, target_id=amy.id) is None
    assert [type(job) for job in home.done if isinstance(job, RejectFollow)] == [RejectFollow]


@ONE
async def test_ing_follow_of_the_instance_actor_is_rejected(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    follow = ben.activity("Follow", "https://home.test/actor")
    await home.receive(ben.signed(follow))
    assert [job.follow_uri for job in home.done if isinstance(job, RejectFollow)] == [follow["id"]]


async def test_ing_accept_only_by_the_one_who_was_asked(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, eve, gil = await home.person(), beta.person("ben"), beta.person("eve"), gamma.person("gil")
    for actor in (ben, eve, gil):
        await home.receive(actor.signed(actor.activity("Follow", amy.uri)))
    known = await reading.account(home, ben)
    follow = await home.db.write(factories.put_follow, amy, known, accepted=False)
    inner = {"type": "Follow", "id": follow.uri, "actor": amy.uri, "object": ben.uri}
    for other in (eve, gil):
        await nothing_comes_of(home, other, other.activity("Accept", follow.uri))
        await nothing_comes_of(home, other, other.activity("Accept", inner))
        await nothing_comes_of(home, other, other.activity("Reject", inner))
        await nothing_comes_of(home, other, other.activity("Accept", inner | {"object": other.uri}))
    await nothing_comes_of(home, ben, ben.activity("Accept", inner | {"actor": gil.uri, "id": None}))
    await nothing_comes_of(home, ben, ben.activity("Accept", "https://home.test/ap/activities/404"))
    await home.receive(ben.signed(ben.activity("Accept", follow.uri)))
    accepted = await home.db.read(follows.find, follower_id=amy.id, target_id=known.id)
    assert accepted is not None
    assert accepted.accepted


@ONE
@pytest.mark.parametrize("has_id", [True, False])
async def test_ing_accept_without_any_id_counts_by_the_pair(home: Home, beta: PeerServer, has_id: bool):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    known = await reading.account(home, ben)
    await home.db.write(factories.put_follow, amy, known, accepted=False)
    accept = ben.activity("Accept", {"actor": amy.uri, "object": ben.uri})
    await home.receive(ben.signed(accept if has_id else {name: value for name, value in accept.items() if name != "id"}))
    follow = await home.db.read(follows.find, follower_id=amy.id, target_id=known.id)
    assert follow is not None
    assert follow.accepted


@ONE
async def test_ing_undo_only_of_ones_own(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    hers = await home.db.write(factories.post, amy, "Hers")
    done = [ben.activity(*what) for what in (("Follow", amy.uri), ("Like", hers.uri), ("Announce", hers.uri))]
    for activity in done:
        await home.receive(ben.signed(activity))
    await home.receive(gil.signed(gil.activity("Follow", amy.uri)))
    before = await reading.effects(home)
    for activity in done:
        await home.receive(gil.signed(gil.activity("Undo", activity)))
        await home.receive(gil.signed(gil.activity("Undo", activity["id"])))
        await home.receive(gil.signed(gil.activity("Undo", activity | {"actor": gil.uri})))
    after = await reading.effects(home)
    assert after["likes"] == before["likes"]
    assert after["statuses"] == before["statuses"]
    assert [row for row in after["follows"] if row in before["follows"]][:1] == before["follows"][:1]


POLL = PollDraft(options=("yes", "no"), expires_at=factories.NOW + timedelta(hours=1))


@ONE
@pytest.mark.parametrize(
    ("option", "late", "who", "counts"),
    [
        ("yes", timedelta(), "ben", True),
        ("maybe", timedelta(), "ben", False),
        ("yes", timedelta(hours=2), "ben", False),
        ("yes", timedelta(), "stranger", False),
    ],
    ids=["honest", "no such option", "after the end", "may not see it"],
)
async def test_ing_vote_counts_for_those_who_may(
    home: Home, beta: PeerServer, option: str, late: timedelta, who: str, counts: bool
):
    amy, ben, other = await home.person(), beta.person("ben"), beta.person("stranger")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    asked = await home.db.write(factories.post, amy, "?", poll=POLL, visibility=Visibility.PRIVATE)
    home.clock.now += late
    voter = ben if who == "ben" else other
    vote = voter.note(content=None, name=option, inReplyTo=asked.uri, to=[amy.uri], cc=None)
    await home.receive(voter.signed(voter.activity("Create", vote)))
    assert asked.poll_id is not None
    poll = await home.db.read(polls.get, asked.poll_id)
    assert sum(poll.votes) == counts
    assert await reading.post(home, vote) is None


@ONE
async def test_ing_vote_counts_once_and_several_may_come_in_one(home: Home, beta: PeerServer):
    amy, ben, gus = await home.person(), beta.person("ben"), beta.person("gus")
    single = await home.db.write(factories.post, amy, "?", poll=POLL)
    several = await home.db.write(factories.post, amy, "?", poll=replace(POLL, multiple=True))
    for asked in (single, several):
        votes = [gus.note(content=None, name=name, inReplyTo=asked.uri, to=[amy.uri], cc=None) for name in ("yes", "no", "yes")]
        await home.receive(gus.signed(gus.activity("Create", votes)))
        again = ben.note(content=None, name="no", inReplyTo=asked.uri, to=[amy.uri], cc=None)
        await home.receive(ben.signed(ben.activity("Create", again)))
    counted = [(await home.db.read(polls.get, asked.poll_id or 0)).votes for asked in (single, several)]
    assert counted == [(1, 1), (1, 2)]


@ONE
async def test_ing_announce_takes_the_post_from_its_own_server_and_only_an_open_one(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    note = gil.note("True")
    forged = note | {"content": "<p>Forged</p>"}
    await home.receive(ben.signed(ben.activity("Announce", forged, to=[PUBLIC])))
    stored = await reading.post(home, note)
    assert stored is not None
    assert (stored.content, stored.reblogs_count) == ("<p>True</p>", 1)
    quiet = gil.note("For followers", to=[f"{gil.uri}/followers"], cc=None)
    await home.receive(ben.signed(ben.activity("Announce", quiet["id"], to=[PUBLIC])))
    assert (await reading.last_end(home))[0] is IGNORED
    hers = await home.db.write(factories.post, amy, "Hers", visibility=Visibility.PRIVATE)
    await nothing_comes_of(home, ben, ben.activity("Announce", hers.uri, to=[PUBLIC]))


@ONE
async def test_ing_announce_of_somebody_whom_nobody_follows_fetches_nothing(home: Home, beta: PeerServer, gamma: PeerServer):
    await home.person()
    ben, gil = beta.person("ben"), gamma.person("gil")
    note = gil.note()
    await home.receive(ben.signed(ben.activity("Announce", note["id"], to=[PUBLIC])))
    assert (await reading.last_end(home))[0] is IGNORED
    assert gamma.asked == []


@ONE
async def test_ing_like_counts_once_of_what_its_sender_may_see(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    hers = await home.db.write(factories.post, amy, "Hers", visibility=Visibility.PRIVATE)
    await home.receive(gil.signed(gil.activity("Like", hers.uri)))
    await home.receive(ben.signed(ben.activity("Like", hers.uri)))
    await home.receive(ben.signed(ben.activity("EmojiReact", hers.uri, content="🌱")))
    await home.receive(ben.signed(ben.activity("Like", "https://gamma.test/notes/404")))
    stored = await home.db.read(statuses.get, hers.id)
    assert stored.favourites_count == 1
    assert gamma.times_asked("/notes/404") == 0


@ONE
async def test_ing_block_is_of_somebody_here_and_she_is_not_told(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    known = await met(home, ben, amy)
    told = await reading.told(home)
    assert "NotFound" in await nothing_comes_of(home, ben, ben.activity("Block", gil.uri))
    assert "ban" in await nothing_comes_of(home, ben, ben.activity("Block", amy.uri, target="https://beta.test/c/group"))
    await home.receive(ben.signed(ben.activity("Block", amy.uri)))
    assert await home.db.read(follows.find, follower_id=known.id, target_id=amy.id) is None
    assert await home.db.read(follows.find, follower_id=amy.id, target_id=known.id) is None
    assert [one for one in await reading.told(home) if one not in told] == []


FLAGS: dict[str, Callable[[Account, str, str], dict[str, object]]] = {
    "account and posts": lambda amy, hers, his: {"object": [amy.uri, hers, his]},
    "only a post": lambda amy, hers, his: {"object": hers},
    "posts in the text": lambda amy, hers, his: {"object": amy.uri, "content": f"Note: {hers}\n{his}"},
    "reason in the summary": lambda amy, hers, his: {"object": [amy.uri, hers], "content": None, "summary": "Rude"},
}


@ONE
@pytest.mark.parametrize("dialect", FLAGS.values(), ids=FLAGS.keys())
async def test_ing_flag_keeps_only_posts_of_the_accused(
    home: Home, beta: PeerServer, dialect: Callable[[Account, str, str], dict[str, object]]
):
    amy, ben = await home.person(), beta.person("ben")
    hers = await home.db.write(factories.post, amy, "Hers")
    flag = ben.activity("Flag", amy.uri, content="Rude")
    told = flag | dialect(amy, hers.uri, "https://home.test/ap/objects/404")
    await home.receive(ben.signed({name: value for name, value in told.items() if value is not None}))
    (report,) = (await reading.effects(home))["reports"]
    assert (report["target_id"], report["status_ids"], report["host"]) == (amy.id, (hers.id,), "beta.test")


@ONE
async def test_ing_flag_about_nobody_here_is_dropped(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, gil = beta.person("ben"), gamma.person("gil")
    await home.receive(ben.signed(ben.activity("Flag", gil.uri, content="Rude")))
    assert (await reading.effects(home))["reports"] == []


@ONE
async def test_ing_add_and_remove_only_own_posts_in_the_own_collection(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    known = await met(home, ben, amy)
    await met(home, gil, amy)
    his, hers, theirs = ben.note("His"), await home.db.write(factories.post, amy, "Hers"), gil.note("Theirs")
    for actor, note in ((ben, his), (gil, theirs)):
        await home.receive(actor.signed(actor.activity("Create", note)))
    mine, other = ben.document["featured"], gil.document["featured"]
    for uri, target in ((theirs["id"], mine), (hers.uri, mine), (his["id"], other), ("https://beta.test/404", mine)):
        await nothing_comes_of(home, ben, ben.activity("Add", uri, target=target))
    unnamed = {name: value for name, value in ben.activity("Add", his["id"], target=mine).items() if name != "id"}
    await home.receive(ben.signed(unnamed))  # Mastodon's has no id
    assert len(await home.db.read(marks.pinned_ids, known.id)) == 1
    await nothing_comes_of(home, gil, gil.activity("Remove", his["id"], target=mine))
    home.clock.forward(seconds=1)
    await home.receive(ben.signed({**unnamed, "type": "Remove"}))
    assert await home.db.read(marks.pinned_ids, known.id) == []
    home.clock.forward(seconds=1)
    await home.receive(ben.signed(unnamed))
    assert len(await home.db.read(marks.pinned_ids, known.id)) == 1


@ONE
async def test_ing_update_of_a_profile_takes_nothing_from_the_activity_that_could_cheat(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    known = await met(home, ben, amy)
    asked = beta.times_asked(ben.uri)
    await home.receive(ben.signed(ben.activity("Update", ben.document | {"summary": "<p>New</p>"})))
    assert ((await home.db.read(accounts.get, known.id)).note, beta.times_asked(ben.uri)) == ("<p>New</p>", asked)
    for change in (
        {"inbox": "https://beta.test/users/eve/inbox"},
        {"movedTo": "https://beta.test/users/eve"},
        {"alsoKnownAs": ["https://beta.test/users/eve"]},
        {"publicKey": {**ben.document["publicKey"], "publicKeyPem": "nonsense"}},
        {"preferredUsername": "benjamin"},
    ):
        home.clock.forward(seconds=1)
        await home.receive(ben.signed(ben.activity("Update", ben.document | change)))
    after = await home.db.read(accounts.get, known.id)
    assert (after.inbox_uri, after.moved_to_uri, after.also_known_as) == (known.inbox_uri, "", ())
    assert after.username == "ben"
    assert beta.times_asked(ben.uri) == asked + 5
    eve = beta.person("eve")
    assert await nothing_comes_of(home, eve, eve.activity("Update", ben.document | {"name": "Eve"}))


@ONE
async def test_ing_move_records_only_what_the_old_profile_says(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    await nothing_comes_of(home, gil, gil.activity("Move", ben.uri, target=gil.uri))
    await nothing_comes_of(home, ben, ben.activity("Move", ben.uri, target=gil.uri))
    ben.document["movedTo"] = gil.uri
    await home.receive(ben.signed(ben.activity("Move", ben.uri, target=gil.uri)))
    assert (await reading.account(home, ben)).moved_to_uri == gil.uri


# SIG-10: delivered by somebody else


@ONE
async def test_sig_10_what_somebody_else_delivers_is_had_from_its_own_server(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben, relay = await home.person(), beta.person("ben"), gamma.person("relay", kind="Application")
    await met(home, relay, amy)
    note = ben.note("True")
    create = ben.activity("Create", note | {"content": "<p>Forged on the way</p>"})
    await home.receive(relay.signed(create))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>True</p>"
    note |= {"content": "<p>Truer</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    await home.receive(relay.signed(ben.activity("Update", note | {"content": "<p>Forged again</p>"})))
    stored = await reading.post(home, note)
    assert stored is not None
    assert stored.content == "<p>Truer</p>"
    await home.receive(relay.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is not None
    beta.fail(note["id"], 410)
    home.clock.forward(seconds=1)
    await home.receive(relay.signed(ben.activity("Delete", note["id"])))
    assert await reading.post(home, note) is None


@ONE
@pytest.mark.parametrize("kind", ["Follow", "Like", "Undo", "Accept", "Block", "Announce", "Move", "Flag"])
async def test_sig_10_nothing_else_counts_without_the_signature_of_its_actor(
    home: Home, beta: PeerServer, gamma: PeerServer, kind: str
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await met(home, ben, amy)
    hers = await home.db.write(factories.post, amy, "Hers")
    thing = hers.uri if kind in ("Like", "Announce", "Flag") else amy.uri
    forged = ben.activity(kind, ben.activity("Follow", amy.uri) if kind == "Undo" else thing, target=gil.uri)
    before = await reading.effects(home)
    await home.receive(gil.signed(forged))
    after = await reading.effects(home)
    assert {name: after[name] for name in after if name != "accounts"} == {
        name: before[name] for name in before if name != "accounts"
    }


@ONE
async def test_sig_10_what_a_stranger_forwards_is_not_fetched_unless_it_concerns_somebody_here(
    home: Home, beta: PeerServer, gamma: PeerServer
):
    amy, ben, gil = await home.person(), beta.person("ben"), gamma.person("gil")
    await home.receive(gil.signed(ben.activity("Create", ben.note("To nobody here"))))
    assert beta.asked == []
    lying = ben.note("To nobody here")
    await home.receive(gil.signed(ben.activity("Create", lying | {"cc": [amy.uri]})))
    assert await reading.post(home, lying) is None
    reply = ben.note("An answer", cc=[amy.uri])
    await home.receive(gil.signed(ben.activity("Create", reply)))
    assert await reading.post(home, reply) is not None


# LIM: what one activity may cause


@ONE
async def test_lim_a_stranger_makes_us_fetch_five_times_at_most(home: Home, beta: PeerServer, gamma: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    many = [gamma.person(f"name{number}") for number in range(30)]
    tags = [{"type": "Mention", "href": one.uri} for one in many]
    note = ben.note("@all", cc=[amy.uri, *(one.uri for one in many)], tag=tags)
    await home.receive(ben.signed(ben.activity("Create", note)))
    assert await reading.post(home, note) is not None
    assert len(gamma.asked) <= 5


@ONE
async def test_lim_the_budget_ends_by_count_and_by_time(home: Home, beta: PeerServer):
    ben, moment = beta.person("ben"), [0.0]
    bounded = home.peer.within(Budget(fetches=2, seconds=60, monotonic=lambda: moment[0]))
    await fetch.document(bounded, ben.uri)
    await fetch.document(bounded, ben.uri)
    with pytest.raises(Spent, match="used up"):
        await fetch.document(bounded, ben.uri)
    late = home.peer.within(Budget(fetches=2, seconds=60, monotonic=lambda: moment[0]))
    moment[0] = 60.0
    with pytest.raises(Spent, match="used up"):
        await fetch.document(late, ben.uri)


@ONE
async def test_lim_recursion_ends_at_three(home: Home):
    with pytest.raises(Spent, match="too deep"):
        home.peer.deeper().deeper().deeper().deeper()


@ONE
async def test_lim_2_one_bad_activity_does_not_stop_the_ones_behind_it(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("Good")
    await home.take(ben.signed(ben.activity("Create", {"type": "Note", "id": "https://beta.test/1", "attributedTo": 7})))
    await home.take(ben.signed(ben.activity("Create", note)))
    await home.settle()
    assert await reading.post(home, note) is not None


@ONE
async def test_both_forms_of_signature_at_once_are_one_post(home: Home, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    create = ben.activity("Create", ben.note("Once"))
    inboxes = ("https://home.test/inbox", f"https://home.test/ap/actors/{amy.id}/inbox")
    parts = [ben.signed(create, scheme=scheme, to=to) for scheme in Scheme for to in inboxes]
    assert await asyncio.gather(*(home.take(one) for one in parts)) == [202] * 4
    await home.settle()
    assert (await home.kept())["posts"] == 1
