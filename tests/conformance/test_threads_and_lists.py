"""Threads, claimed counts, and how much is fetched for anything (federation, sections 4.3, 8.3 and 8.4)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from fedisw.federation import crawl
from fedisw.model.statuses import Counts, Visibility
from fedisw.storage.queries import statuses
from fedisw.web.activitypub.table import ROUTES
from fedisw.web.keys import PEER
from tests.federation import reading as rows
from tests.security.arriving import ONE, met
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer
from tests.support.reading import Reader
from tests.web.conftest import Start
from tests.web.conftest import start as start
from tests.web.mastodon.conftest import Api


async def _thread_of(home: Home, note: Document) -> int:
    found = await rows.post(home, note)
    assert found is not None
    return found.conversation_id


@ONE
async def test_093_a_context_groups_a_thread_and_ours_is_an_ordered_collection(home: Home, start: Start, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    names = ("tag:beta.test,2026:thread", "tag:beta.test,2026:thread", "tag:beta.test,2026:other")
    notes = [ben.note(f"About {number}", context=name) for number, name in enumerate(names)]
    older = ben.note("In the old word", conversation=names[0])
    for note in (*notes, older):
        await home.receive(ben.signed(ben.activity("Create", note)))
    first, second, third, fourth = [await _thread_of(home, note) for note in (*notes, older)]
    assert first == second == fourth
    assert third != first

    here = Reader(home, await start(ROUTES, settings=home.peer.settings, parts={PEER: home.peer}))
    top = await home.db.write(factories.post, amy, "Top", now=home.clock())
    answer = await home.db.write(factories.post, amy, "Answer", now=home.clock(), in_reply_to_id=top.id)
    closed = await home.db.write(
        factories.post, amy, "For followers", now=home.clock(), in_reply_to_id=top.id, visibility=Visibility.PRIVATE
    )
    where = (await here.read(top.uri))["context"]
    assert where == (await here.read(answer.uri))["context"]
    joined = ben.note("From elsewhere", inReplyTo=top.uri)
    claiming = ben.note("Not an answer", context=where)
    for note in (joined, claiming):
        await home.receive(ben.signed(ben.activity("Create", note)))
    assert await _thread_of(home, claiming) != await _thread_of(home, joined) == top.conversation_id
    for address in (where, f"{top.uri}/context"):
        head = await here.read(address)
        assert (head["id"], head["type"]) == (address, "OrderedCollection")
        page = await here.read(head["first"])
        assert page["type"] == "OrderedCollectionPage"
        assert set(page["orderedItems"]) == {top.uri, answer.uri, joined["id"]}
        assert closed.uri not in page["orderedItems"]
    assert await here.status(where.replace(where.rpartition("/")[2], "1")) == 404


def _claims(likes: object, shares: object, replies: object) -> Document:
    return {
        name: {"type": "Collection", "totalItems": number}
        for name, number in (("likes", likes), ("shares", shares), ("replies", replies))
    }


@ONE
async def test_094_counts_of_others_are_hints_and_never_the_truth_about_our_posts(home: Home, api: Api, beta: PeerServer):
    amy, ben = await home.person(), beta.person("ben")
    await met(home, ben, amy)
    note = ben.note("Seen by many", **_claims(40, 7, 12))
    await home.receive(ben.signed(ben.activity("Create", note)))
    found = await rows.post(home, note)
    assert found is not None
    assert found.shown == Counts(replies=12, reblogs=7, favourites=40)
    assert (found.favourites_count, found.reblogs_count, found.replies_count) == (0, 0, 0)
    for likes, expected in ((3, 3), ("many", 0), (-5, 0), (2**60, 2**31 - 1), (2, 2)):
        await home.receive(ben.signed(ben.activity("Update", note | _claims(likes, 0, 0))))
        changed = await rows.post(home, note)
        assert changed is not None
        assert changed.shown.favourites == expected  # downwards as well
        assert changed.edited_at is None

    ours = await home.db.write(factories.post, amy, "Ours", now=home.clock())
    await home.receive(ben.signed(ben.activity("Like", ours.uri)))
    forged = {"id": ours.uri, "type": "Note", "attributedTo": amy.uri, "content": "Ours"} | _claims(900, 900, 900)
    await home.receive(ben.signed(ben.activity("Update", forged)))
    await home.receive(ben.signed(ben.activity("Announce", forged)))
    await home.db.write(statuses.set_elsewhere, ours.id, Counts(replies=9, reblogs=9, favourites=9))
    kept = await home.db.read(statuses.get, ours.id)
    assert kept.shown == Counts(replies=0, reblogs=1, favourites=1)

    await api.join("amy")
    rob = await api.remote()
    theirs = await api.receive(rob, elsewhere=Counts(replies=2, reblogs=3, favourites=4))
    await api.ok("POST", f"/api/v1/statuses/{theirs.id}/favourite", "amy")
    told = await api.ok("GET", f"/api/v1/statuses/{theirs.id}", "amy")
    assert (told["replies_count"], told["reblogs_count"], told["favourites_count"]) == (2, 3, 4)
    mine = await api.post("amy")
    assert (mine["replies_count"], mine["reblogs_count"], mine["favourites_count"]) == (0, 0, 0)


def _pages(beta: PeerServer, *pages: dict[str, Any]) -> str:
    """A list in pages of which each names the next."""
    uris = [f"{beta.origin}/list/{number}" for number in range(len(pages))]
    for uri, members in zip(uris, pages, strict=True):
        beta.serve({"id": uri, "type": "OrderedCollectionPage", **members})
    for uri, following in pairwise(uris):
        beta.serve({"id": uri, "type": "OrderedCollectionPage", **pages[uris.index(uri)], "next": following})
    beta.serve({"id": f"{beta.origin}/list", "type": "OrderedCollection", "totalItems": "lots", "first": uris[0]})
    return f"{beta.origin}/list"


@ONE
async def test_122_walks_through_lists_stop_at_pages_items_time_and_loops(home: Home, beta: PeerServer, gamma: PeerServer):
    notes = [f"{beta.origin}/notes/{number}" for number in range(2_000)]
    short = await crawl.items(home.peer, _pages(beta, {"orderedItems": notes[:2]}, {"items": [{"id": notes[2], "type": "Note"}]}))
    assert (short.ids, short.whole) == (tuple(notes[:3]), True)

    many = await crawl.items(home.peer, _pages(beta, *({"orderedItems": [uri]} for uri in notes[:30])))
    assert (many.ids, many.whole) == (tuple(notes[:10]), False)
    assert beta.times_asked(f"{beta.origin}/list/10") == 0

    full = await crawl.items(home.peer, _pages(beta, *({"orderedItems": notes[i : i + 400]} for i in range(0, 2_000, 400))))
    assert (full.ids, full.whole) == (tuple(notes[:1_000]), False)
    assert beta.times_asked(f"{beta.origin}/list/3") == 1  # of the walk before

    where = _pages(beta, *({"orderedItems": [uri]} for uri in notes[:5]))
    moments = iter([0.0, 10.0, 50.0, 61.0, 62.0])
    late = await crawl.items(home.peer, where, monotonic=lambda: next(moments))
    assert (late.ids, late.whole) == (tuple(notes[:2]), False)

    beta.serve({"id": f"{beta.origin}/list/2", "type": "OrderedCollectionPage", "next": f"{beta.origin}/list/0"})
    before = len(beta.asked)
    assert (await crawl.items(home.peer, where)).whole is False
    assert len(beta.asked) - before == 4

    gamma.serve({"id": f"{gamma.origin}/list/2", "type": "OrderedCollectionPage", "orderedItems": notes[:5]})
    elsewhere = {"id": f"{beta.origin}/list", "type": "OrderedCollection", "first": f"{gamma.origin}/list/2"}
    beta.serve(elsewhere)
    assert (await crawl.items(home.peer, where)).ids == ()
    assert gamma.asked == []


def _asked_for(*servers: PeerServer) -> int:
    """Documents that were fetched, names aside."""
    return sum("/.well-known/" not in line for server in servers for line in server.asked if line.startswith("GET"))


def _crowd(gamma: PeerServer, size: int) -> list[Document]:
    """Posts by different people that each name five others nobody knows."""
    posts = []
    for number in range(size):
        author = gamma.person(f"author{number}")
        named = [gamma.person(f"named{number}x{other}").uri for other in range(5)]
        tags = [{"type": "Mention", "href": uri} for uri in named]
        posts.append(author.note("@all", cc=named, tag=tags))
    return posts


@ONE
@pytest.mark.parametrize(("knows", "most"), [(True, 20), (False, 5)])
async def test_125_an_activity_makes_us_fetch_little_and_what_ends_something_unknown_nothing(
    home: Home, beta: PeerServer, gamma: PeerServer, knows: bool, most: int
):
    amy, ben = await home.person(), beta.person("ben")
    await (met(home, ben, amy) if knows else home.receive(ben.signed(ben.activity("Like", "https://home.test/nothing"))))
    create = ben.activity("Create", [note["id"] for note in _crowd(gamma, 6)], to=[amy.uri], cc=None)
    await home.receive(ben.signed(create))
    assert 0 < _asked_for(gamma) <= most

    before, effects = [len(server.asked) for server in (beta, gamma)], await rows.effects(home)
    unknown = gamma.person("nobody").note("Never seen")
    for kind in ("Delete", "Like", "Undo"):
        for thing in (unknown["id"], f"{beta.origin}/notes/gone", {"id": f"{beta.origin}/notes/gone2", "type": "Tombstone"}):
            await home.receive(ben.signed(ben.activity(kind, thing)))
    stranger: Actor = gamma.person("leaving")
    gone = stranger.activity("Delete", stranger.uri, to=["https://www.w3.org/ns/activitystreams#Public"])
    assert await home.take(stranger.signed(gone)) == 202
    assert [len(server.asked) for server in (beta, gamma)] == before
    assert await rows.effects(home) == effects
