"""Every handler twice: worked on again after a crash, sent again under another id, sent again as it was (P-4, ING-10)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
import pytest

from fedisw.crypto.signed import Scheme
from fedisw.model.accounts import Account
from fedisw.model.peers import InboundState
from fedisw.model.statuses import PollDraft, Status
from tests.federation import reading
from tests.support import factories
from tests.support.home import Home
from tests.support.peers import Actor, Document, PeerServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Amy lives here and follows ben of beta.test, who follows her and liked, boosted and wrote."""

    home: Home
    amy: Account
    ben: Actor
    hers: Status
    his: Document


async def the_scene(home: Home, beta: PeerServer) -> Scene:
    amy, ben = await home.person("amy"), beta.person("ben")
    await home.receive(ben.signed(ben.activity("Follow", amy.uri)))
    known = await reading.account(home, ben)
    await home.db.write(factories.put_follow, amy, known)
    poll = PollDraft(options=("yes", "no"), expires_at=None, multiple=False)
    hers = await home.db.write(factories.post, amy, "Hers", poll=poll)
    his = ben.note("His")
    await home.receive(ben.signed(ben.activity("Create", his)))
    return Scene(home=home, amy=amy, ben=ben, hers=hers, his=his)


async def after(scene: Scene, kind: str, thing: object) -> Document:
    """An activity that was taken in already, to be undone."""
    document = scene.ben.activity(kind, thing)
    await scene.home.receive(scene.ben.signed(document))
    return document


async def create(scene: Scene) -> Document:
    tag = [{"type": "Mention", "href": scene.amy.uri, "name": "@amy"}]
    return scene.ben.activity("Create", scene.ben.note("@amy hello", cc=[scene.amy.uri], tag=tag, inReplyTo=scene.hers.uri))


async def vote(scene: Scene) -> Document:
    note = scene.ben.note(content=None, name="yes", inReplyTo=scene.hers.uri, to=[scene.amy.uri], cc=None)
    return scene.ben.activity("Create", note)


async def update(scene: Scene) -> Document:
    at = reading.stamp(scene.home.clock.forward(minutes=1))
    return scene.ben.activity("Update", scene.his | {"content": "<p>Changed</p>", "updated": at})


async def update_of_a_profile(scene: Scene) -> Document:
    return scene.ben.activity("Update", scene.ben.document | {"name": "Benjamin"})


async def delete(scene: Scene) -> Document:
    return scene.ben.activity("Delete", {"type": "Tombstone", "id": scene.his["id"]})


async def like(scene: Scene) -> Document:
    return scene.ben.activity("Like", scene.hers.uri)


async def react(scene: Scene) -> Document:
    return scene.ben.activity("EmojiReact", scene.hers.uri, content="🌱")


async def announce(scene: Scene) -> Document:
    return scene.ben.activity("Announce", scene.hers.uri, to=["as:Public"])


async def follow(scene: Scene) -> Document:
    await after(scene, "Undo", scene.ben.activity("Follow", scene.amy.uri))
    return scene.ben.activity("Follow", scene.amy.uri)


async def accept(scene: Scene) -> Document:
    cat = await scene.home.person("cat")
    follow = await scene.home.db.write(factories.put_follow, cat, await reading.account(scene.home, scene.ben), accepted=False)
    return scene.ben.activity("Accept", {"type": "Follow", "id": follow.uri, "actor": cat.uri, "object": scene.ben.uri})


async def reject(scene: Scene) -> Document:
    return scene.ben.activity("Reject", {"type": "Follow", "actor": scene.amy.uri, "object": scene.ben.uri})


async def undo_follow(scene: Scene) -> Document:
    return scene.ben.activity("Undo", scene.ben.activity("Follow", scene.amy.uri))


async def undo_like(scene: Scene) -> Document:
    return scene.ben.activity("Undo", await after(scene, "Like", scene.hers.uri))


async def undo_announce(scene: Scene) -> Document:
    return scene.ben.activity("Undo", (await after(scene, "Announce", scene.hers.uri))["id"])


async def undo_block(scene: Scene) -> Document:
    return scene.ben.activity("Undo", await after(scene, "Block", scene.amy.uri))


async def block(scene: Scene) -> Document:
    return scene.ben.activity("Block", scene.amy.uri)


async def flag(scene: Scene) -> Document:
    return scene.ben.activity("Flag", [scene.amy.uri, scene.hers.uri], content="Rude")


async def add(scene: Scene) -> Document:
    return scene.ben.activity("Add", scene.his["id"], target=scene.ben.document["featured"])


async def remove(scene: Scene) -> Document:
    pinned = scene.ben.activity("Add", scene.his["id"], target=scene.ben.document["featured"])
    await scene.home.receive(scene.ben.signed(pinned))
    return scene.ben.activity("Remove", scene.his["id"], target=scene.ben.document["featured"])


async def move(scene: Scene) -> Document:
    new = scene.ben.server.person("benjamin", alsoKnownAs=[scene.ben.uri])
    scene.ben.document["movedTo"] = new.uri
    return scene.ben.activity("Move", scene.ben.uri, target=new.uri)


SCENES = [
    create, vote, update, update_of_a_profile, delete, like, react, announce, follow, accept, reject, undo_follow, undo_like,
    undo_announce, undo_block, block, flag, add, remove, move,
]  # fmt: skip


@pytest.mark.parametrize("prepare", SCENES, ids=lambda prepare: prepare.__name__)
async def test_an_activity_twice_is_an_activity_once(
    home: Home, beta: PeerServer, prepare: Callable[[Scene], Awaitable[Document]]
):
    scene = await the_scene(home, beta)
    document = await prepare(scene)
    before = await reading.effects(home)
    await home.receive(scene.ben.signed(document))
    once = await reading.effects(home)
    assert once != before
    assert await reading.last_end(home) == (InboundState.DONE, "")

    await reading.work_again(home, orjson.dumps(document))
    assert await reading.effects(home) == once
    await home.receive(scene.ben.signed(document, scheme=Scheme.RFC9421))
    assert await reading.effects(home) == once
    await home.receive(scene.ben.signed(document | {"id": f"{beta.origin}/activities/other"}))
    if prepare is not flag:  # one report for each id of a Flag: somebody may complain again (federation, section 4.9)
        assert await reading.effects(home) == once


async def test_the_delete_of_an_actor_twice_is_once(home: Home, beta: PeerServer):
    scene = await the_scene(home, beta)
    document = scene.ben.activity("Delete", scene.ben.uri)
    await home.receive(scene.ben.signed(document))
    once = await reading.effects(home)
    known = await reading.account(home, scene.ben)
    assert known.deleted_at is not None
    await reading.work_again(home, orjson.dumps(document))
    assert await reading.effects(home) == once
    await home.receive(scene.ben.signed(document | {"id": f"{beta.origin}/activities/other"}))
    assert await reading.effects(home) == once
