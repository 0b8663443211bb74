"""Statement 104: answers to posts of ours are passed on to the followers of who is answered."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fedisw.model.accounts import Account
from fedisw.model.statuses import Status, Visibility
from fedisw.services import editing
from tests.conformance.delivering import give_proving_key, ld_signed, proved
from tests.federation import reading
from tests.support import factories
from tests.support.peers import Actor, Document, PeerServer
from tests.support.sending import Receiver, Sending


def answer_to(hers: Status, ben: Actor, amy: Account, **changes: Any) -> Document:
    """A Create of an answer to a post of amy's."""
    to_all = {"inReplyTo": hers.uri, "cc": [f"{ben.uri}/followers", amy.uri, f"{amy.uri}/followers"]}
    note = ben.note("An answer", **{**to_all, **changes})
    note.pop("@context")
    return ben.activity("Create", note)


async def arrives(us: Sending, actor: Actor, document: Document) -> bytes:
    """The bytes of what an actor posts to us, once all that follows is done."""
    parts = actor.signed(document)
    assert await us.home.take(parts) == 202
    await us.run()
    return parts.body


async def a_post_with_followers(us: Sending, **changes: Any) -> tuple[Account, Status, Receiver]:
    """Amy's post; she is followed from the server of whoever answers, and from gamma."""
    amy, gamma = await us.person(), await us.server("gamma.test")
    await us.follower(amy, "bob", "beta.test")
    await us.follower(amy, "gus", "gamma.test")
    await us.follower(amy, "kim", "gamma.test")
    return amy, await us.db.write(factories.post, amy, "Who knows?", **changes), gamma


@pytest.mark.parametrize("sign", [proved, ld_signed])
async def test_104_a_provable_answer_is_forwarded_as_it_came_once_and_not_back(us: Sending, beta: PeerServer, sign: Any) -> None:
    amy, hers, gamma = await a_post_with_followers(us)
    await us.run()
    sent_before, ben = len(beta.bodies), beta.person("ben")
    give_proving_key(ben)
    gamma.got.clear()
    create = sign(ben, answer_to(hers, ben, amy))
    raw = await arrives(us, ben, orjson.dumps(create, option=orjson.OPT_INDENT_2))  # not as we would write it
    assert [(item.body, item.path) for item in gamma.got] == [(raw, "/inbox")]
    assert gamma.got[0].verify() == f"{amy.uri}#main-key"
    assert len(beta.bodies) == sent_before
    await arrives(us, ben, create)
    await arrives(us, beta.person("cai"), create)
    assert len(gamma.got) == 1
    note = create["object"]
    update = sign(ben, ben.activity("Update", {**note, "content": "<p>Better</p>", "updated": "2026-11-21T12:05:00Z"}))
    delete = sign(ben, ben.activity("Delete", note["id"], to=note["to"]))
    changed = [await arrives(us, ben, update), await arrives(us, ben, delete)]
    assert [item.body for item in gamma.got[1:]] == changed
    assert len(beta.bodies) == sent_before
    await _others_are_not_forwarded(us, amy, hers, gamma, ben)


async def _others_are_not_forwarded(us: Sending, amy: Account, hers: Status, gamma: Receiver, ben: Actor) -> None:
    """What nobody could believe, what is not for everybody, what answers nothing of ours, who is blocked."""
    before, quiet = len(gamma.got), await us.db.write(factories.post, amy, "Quiet", visibility=Visibility.PRIVATE)
    elsewhere = answer_to(hers, ben, amy, inReplyTo=ben.note("His own")["id"])
    for document in (
        answer_to(hers, ben, amy),
        proved(ben, answer_to(hers, ben, amy, to=[f"{ben.uri}/followers"], cc=[amy.uri, f"{amy.uri}/followers"])),
        proved(ben, answer_to(quiet, ben, amy)),
        proved(ben, elsewhere),
        proved(ben, ben.activity("Like", hers.uri)),
    ):
        await arrives(us, ben, document)
    blocked = ben.server.person("bad")
    give_proving_key(blocked)
    await arrives(us, blocked, blocked.activity("Follow", amy.uri))
    await us.db.write(factories.put_block, amy, await reading.account(us.home, blocked))
    await arrives(us, blocked, proved(blocked, answer_to(hers, blocked, amy)))
    assert [item for item in gamma.got[before:] if item.document["actor"] != amy.uri] == []


async def test_104_an_edit_and_the_end_reach_who_was_told_though_what_was_answered_is_gone(us: Sending, beta: PeerServer) -> None:
    amy, hers, gamma = await a_post_with_followers(us)
    ben = beta.person("ben")
    give_proving_key(ben)
    create = proved(ben, answer_to(hers, ben, amy))
    await arrives(us, ben, create)
    await us.db.write(editing.delete_status, status_id=hers.id, author_id=amy.id, now=us.home.clock())
    await us.run()
    gamma.got.clear()
    note = create["object"]
    update = proved(ben, ben.activity("Update", {**note, "content": "<p>Better</p>", "updated": "2026-11-21T12:05:00Z"}))
    delete = proved(ben, ben.activity("Delete", note["id"], to=note["to"]))
    changed = [await arrives(us, ben, update), await arrives(us, ben, delete)]
    assert [item.body for item in gamma.got] == changed
    await arrives(us, ben, proved(ben, answer_to(hers, ben, amy)))
    assert len(gamma.got) == 2
