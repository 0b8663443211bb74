"""What an account shows first, read with its profile."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.federation import featured
from fedisw.model.accounts import Account
from fedisw.storage.queries import marks, statuses
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, PeerServer


async def one_who_is_followed(home: Home, actor: Actor) -> Account:
    amy = await home.person("amy")
    await home.receive(actor.signed(actor.activity("Like", "https://home.test/nothing")))
    known = await reading.account(home, actor)
    await home.db.write(factories.put_follow, amy, known)
    return known


def lists(actor: Actor, items: list[Any], **members: Any) -> None:
    """The featured collection of an actor."""
    uri = actor.document["featured"]
    actor.server.serve({"id": uri, "type": "OrderedCollection", "totalItems": len(items), "orderedItems": items} | members)


async def pinned(home: Home, account: Account) -> list[str]:
    """Texts of what is shown first, newest pin first."""
    ids = await home.db.read(marks.pinned_ids, account.id)
    return [(await home.db.read(statuses.get, status_id)).content for status_id in ids]


async def test_what_is_listed_is_pinned_in_its_order_and_what_is_not_is_unpinned(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    known = await one_who_is_followed(home, ben)
    first, second, third = (ben.note(text) for text in ("First", "Second", "Third"))
    lists(ben, [first["id"], second])
    await featured.refresh(home.peer, known.id)
    assert await pinned(home, known) == ["<p>First</p>", "<p>Second</p>"]
    before = await home.kept()
    await featured.refresh(home.peer, known.id)
    assert await home.kept() == before
    lists(ben, [third["id"]])
    await featured.refresh(home.peer, known.id)
    assert await pinned(home, known) == ["<p>Third</p>"]


async def test_the_list_may_be_on_a_page_of_its_own(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    known = await one_who_is_followed(home, ben)
    note, page = ben.note("First"), f"{beta.origin}/users/ben/featured?page=1"
    lists(ben, [], orderedItems=None, first=page)
    beta.serve({"id": page, "type": "OrderedCollectionPage", "orderedItems": [note["id"]]})
    await featured.refresh(home.peer, known.id)
    assert await pinned(home, known) == ["<p>First</p>"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_ing_16_posts_of_others_and_hidden_ones_are_not_believed(home: Home, beta: PeerServer, gamma: PeerServer):
    ben, eve, gil = beta.person("ben"), beta.person("eve"), gamma.person("gil")
    known = await one_who_is_followed(home, ben)
    quiet = ben.note("For followers", to=[f"{ben.uri}/followers"], cc=None)
    forged = ben.note("True") | {"content": "<p>Forged</p>"}
    lists(ben, [eve.note("Hers")["id"], gil.note("His")["id"], quiet["id"], f"{beta.origin}/404", forged])
    await featured.refresh(home.peer, known.id)
    assert await pinned(home, known) == ["<p>True</p>"]
    assert gamma.asked == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_of_those_whom_nobody_follows_nothing_is_read_and_a_list_that_is_hidden_changes_nothing(
    home: Home, beta: PeerServer
):
    ben, gus = beta.person("ben"), beta.person("gus")
    lists(gus, [gus.note()["id"]])
    await home.receive(gus.signed(gus.activity("Like", "https://home.test/nothing")))
    assert beta.times_asked(gus.document["featured"]) == 0
    known = await one_who_is_followed(home, ben)
    lists(ben, [ben.note("First")["id"]])
    await featured.refresh(home.peer, known.id)
    beta.fail(ben.document["featured"], 403)
    await featured.refresh(home.peer, known.id)
    assert await pinned(home, known) == ["<p>First</p>"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_at_most_twenty_are_looked_at(home: Home, beta: PeerServer):
    ben = beta.person("ben")
    known = await one_who_is_followed(home, ben)
    notes = [ben.note(str(number)) for number in range(30)]
    lists(ben, [note["id"] for note in notes])
    await featured.refresh(home.peer, known.id)
    assert len(await pinned(home, known)) <= 20
    assert sum(beta.times_asked(note["id"]) for note in notes) <= 20
