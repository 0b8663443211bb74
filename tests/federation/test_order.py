"""Activities in every order: what is newest, and what was taken back, wins (reliability F-12)."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer

ORDERS = list(permutations(("create", "older", "newer")))
ORDERS_TO_THE_END = list(permutations(("create", "older", "newer", "delete")))
ONE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


async def one_who_is_followed(home: Home, beta: PeerServer) -> Actor:
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing")))
    await home.db.write(factories.put_follow, amy, await reading.account(home, ben))
    return ben


def story(home: Home, ben: Actor) -> dict[str, Document]:
    """A post, two edits of it, and its end, as its author made them."""
    note = ben.note("First")
    older = note | {"content": "<p>Second</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    newer = note | {"content": "<p>Third</p>", "updated": reading.stamp(home.clock.forward(minutes=1))}
    return {
        "create": ben.activity("Create", note),
        "older": ben.activity("Update", older),
        "newer": ben.activity("Update", newer),
        "delete": ben.activity("Delete", {"type": "Tombstone", "id": note["id"]}),
    }


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_the_newest_version_of_a_post_stays_in_every_order(home: Home, beta: PeerServer, order: tuple[str, ...]):
    ben = await one_who_is_followed(home, beta)
    told = story(home, ben)
    for name in order:
        await home.receive(ben.signed(told[name]))
    stored = await reading.post(home, told["create"]["object"])
    assert stored is not None
    assert stored.content == "<p>Third</p>"
    assert (await reading.account(home, ben)).statuses_count == 1


@ONE
@pytest.mark.parametrize("order", ORDERS_TO_THE_END, ids="-".join)
async def test_a_deleted_post_is_gone_in_every_order(home: Home, beta: PeerServer, order: tuple[str, ...]):
    ben = await one_who_is_followed(home, beta)
    told = story(home, ben)
    for name in order:
        await home.receive(ben.signed(told[name]))
    assert await reading.post(home, told["create"]["object"]) is None
    assert (await reading.account(home, ben)).statuses_count == 0


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("kind", ["Follow", "Like", "Announce", "Block"])
async def test_what_was_undone_before_it_came_does_not_come(home: Home, beta: PeerServer, kind: str, by_id: bool):
    amy, ben = await home.person("amy"), beta.person("ben")
    hers = await home.db.write(factories.post, amy, "Hers")
    document = ben.activity(kind, amy.uri if kind in ("Follow", "Block") else hers.uri, to=["as:Public"])
    await home.receive(ben.signed(ben.activity("Undo", document["id"] if by_id else document)))
    before = await reading.effects(home)
    await home.receive(ben.signed(document))
    assert await reading.effects(home) == before


async def test_an_unknown_post_that_was_changed_long_ago_is_not_new(home: Home, beta: PeerServer):
    ben = await one_who_is_followed(home, beta)
    note = ben.note("Old", published="2026-11-19T12:00:00Z", updated=reading.stamp(home.clock()))
    await home.receive(ben.signed(ben.activity("Update", note)))
    assert await reading.post(home, note) is None


async def test_an_answer_finds_its_parent_whichever_comes_first(home: Home, beta: PeerServer):
    ben = await one_who_is_followed(home, beta)
    for answer_first in (True, False):
        parent = ben.note("Parent")
        answer = ben.note("Answer", inReplyTo=parent["id"])
        beta.fail(parent["id"], 404)
        for note in (answer, parent) if answer_first else (parent, answer):
            await home.receive(ben.signed(ben.activity("Create", note)))
        above, below = await reading.post(home, parent), await reading.post(home, answer)
        assert above is not None
        assert below is not None
        assert (below.in_reply_to_id, below.conversation_id) == (above.id, above.conversation_id)
        assert above.replies_count == 1
