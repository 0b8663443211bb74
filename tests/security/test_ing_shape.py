"""Shapes, and what is wanted, addressed and timely (security, section 9: ING-8, ING-9, ING-11 to ING-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest

from fedisw.jobs.work import FanOut
from fedisw.model.errors import Malformed, TooLarge
from fedisw.model.peers import InboundState
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import accounts, follows, statuses
from tests.federation import reading
from tests.security.arriving import IGNORED, ONE, met
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Document, PeerServer


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
        (["Follow", "Join"], False),
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
