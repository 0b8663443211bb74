"""The table of security, section 9: Announce, Like, Block, Flag, Add and Remove."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fedisw.model.accounts import Account
from fedisw.model.statuses import Visibility
from fedisw.storage.queries import follows, marks, statuses
from tests.federation import reading
from tests.security.arriving import IGNORED, ONE, met, nothing_comes_of
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import PUBLIC, PeerServer


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
