"""Statement 105: relays of both kinds."""

from __future__ import annotations

from fedisw.crypto.seal import Sealer
from fedisw.model.accounts import Account, Reach
from fedisw.model.relays import Relay, RelayState
from fedisw.model.statuses import Visibility
from fedisw.services import editing, instance
from fedisw.services import relays as service
from fedisw.storage.db import Tx
from fedisw.storage.queries import accounts, relays, statuses
from tests.conformance.delivering import content
from tests.federation import reading
from tests.support.factories import HERE, NOW, new_id
from tests.support.peers import PUBLIC, Actor, Document, PeerServer
from tests.support.sending import Sending, put_key

OURS = "https://home.test"


async def joins(us: Sending, url: str) -> Relay:
    """An admin adds a relay, and it is asked."""
    relay = await us.db.write(service.add, url=url, origin=HERE, relay_id=new_id(), now=us.clock())
    await us.run()
    return relay


async def leaves(us: Sending, url: str) -> None:
    await us.db.write(service.remove, url=url)
    await us.run()


async def state(us: Sending) -> list[str]:
    return [relay.state for relay in await us.db.read(relays.everyone)]


async def arrives(us: Sending, actor: Actor, document: Document) -> None:
    """Somebody posts to us, and all that follows is done."""
    assert await us.home.take(actor.signed(document)) == 202
    await us.run()


def since(server: PeerServer) -> list[Document]:
    """What a server was posted since the last time."""
    taken = list(server.taken)
    server.taken.clear()
    return taken


def put_relay_actor(tx: Tx, sealer: Sealer) -> None:
    actor = instance.relay_actor_of(HERE, account_id=new_id(), account_domain="home.test", now=NOW)
    accounts.add(tx, actor)
    put_key(tx, actor, sealer)


async def test_105_relays_of_both_kinds_are_joined_used_and_left(us: Sending, beta: PeerServer, gamma: PeerServer) -> None:
    amy, ben = await us.prover(), gamma.person("ben")
    hidden = await us.prover("hid", reach=Reach.FEDIVERSE)
    relay = beta.person("relay", kind="Application", path="/actor")
    await _join_a_mastodon_relay(us, relay, ben)
    await _it_gets_what_is_public(us, beta, amy, hidden)
    await _it_brings_posts(us, relay, ben)
    await leaves(us, "https://beta.test/inbox")
    (undo,) = since(beta)
    assert (undo["type"], undo["actor"], undo["object"]["object"]) == ("Undo", f"{OURS}/actor", PUBLIC)
    note = ben.note("Nobody asked")
    await arrives(us, relay, ben.activity("Create", note))
    assert await content(us.home, note) is None
    await us.post(amy, "Not for relays any more")
    await us.run()
    assert since(beta) == []
    await _a_refusal_is_kept_until_asked_again(us, relay, amy)
    await leaves(us, "https://beta.test/inbox")
    since(beta)
    await _a_litepub_relay(us, beta, amy, ben)


async def _join_a_mastodon_relay(us: Sending, relay: Actor, stranger: Actor) -> None:
    await joins(us, "https://beta.test/inbox")
    (follow,) = since(relay.server)
    assert relay.server.asked[-1] == "POST /inbox"
    assert (follow["type"], follow["actor"], follow["object"]) == ("Follow", f"{OURS}/actor", PUBLIC)
    await arrives(us, stranger, stranger.activity("Accept", follow))
    assert await state(us) == [RelayState.PENDING]
    for _ in range(2):
        await arrives(us, relay, relay.activity("Accept", follow["id"]))
        assert await state(us) == [RelayState.ACCEPTED]


async def _it_gets_what_is_public(us: Sending, beta: PeerServer, amy: Account, hidden: Account) -> None:
    for author, changes in (
        (amy, {"visibility": Visibility.UNLISTED}),
        (amy, {"visibility": Visibility.PRIVATE}),
        (amy, {"visibility": Visibility.DIRECT}),
        (amy, {"local_only": True}),
        (hidden, {}),
    ):
        await us.post(author, "Not for relays", **changes)
    await us.run()
    assert since(beta) == []
    status = await us.post(amy, "For everybody")
    await us.run()
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=us.clock())
    await us.run()
    create, delete = since(beta)
    assert (create["type"], create["actor"], create["object"]["id"]) == ("Create", amy.uri, status.uri)
    assert "proof" in create
    assert (delete["type"], delete["object"]["id"]) == ("Delete", status.uri)


async def _it_brings_posts(us: Sending, relay: Actor, ben: Actor) -> None:
    """Whole activities, or ids; nothing shows who brought them, and nobody else may bring what nobody asked for."""
    whole, announced, unasked = ben.note("Whole"), ben.note("By its id"), ben.note("Unasked")
    await arrives(us, relay, ben.activity("Create", whole | {"content": "<p>Forged</p>"}))
    await arrives(us, relay, relay.activity("Announce", announced["id"], to=[PUBLIC]))
    mallory = ben.server.person(f"not-{relay.document['preferredUsername']}")
    await arrives(us, mallory, mallory.activity("Announce", unasked["id"], to=[PUBLIC]))
    assert [await content(us.home, note) for note in (whole, announced, unasked)] == ["<p>Whole</p>", "<p>By its id</p>", None]
    by_relay = await us.db.read(accounts.find_by_uri, relay.uri)
    assert by_relay is not None
    assert [row for row in (await reading.effects(us.home))["statuses"] if row["account_id"] == by_relay.id] == []
    kept = await us.db.read(statuses.find_by_uri, announced["id"])
    assert kept is not None
    assert kept.reblogs_count == 0


async def _a_refusal_is_kept_until_asked_again(us: Sending, relay: Actor, amy: Account) -> None:
    await joins(us, "https://beta.test/inbox")
    (follow,) = since(relay.server)
    await arrives(us, relay, relay.activity("Reject", follow))
    assert await state(us) == [RelayState.REFUSED]
    await us.post(amy, "Not for a relay that refused")
    await us.run()
    assert since(relay.server) == []
    await joins(us, "https://beta.test/inbox")
    assert await state(us) == [RelayState.PENDING]


async def _a_litepub_relay(us: Sending, beta: PeerServer, amy: Account, ben: Actor) -> None:
    relay = beta.person("litepub", kind="Application", path="/relay")
    await us.db.write(put_relay_actor, Sealer(us.peer.settings.secrets.master_key.key()))
    await joins(us, relay.uri)
    (follow,) = since(beta)
    assert (follow["type"], follow["actor"], follow["object"]) == ("Follow", f"{OURS}/ap/relay", relay.uri)
    await arrives(us, relay, relay.activity("Accept", follow))
    assert await state(us) == [RelayState.ACCEPTED]
    back = relay.activity("Follow", f"{OURS}/ap/relay")
    for _ in range(2):
        await arrives(us, relay, back)
    await arrives(us, ben, ben.activity("Follow", f"{OURS}/ap/relay"))
    (accept,), (reject,) = since(beta), since(ben.server)
    assert (accept["type"], accept["object"]["id"], reject["type"]) == ("Accept", back["id"], "Reject")
    status = await us.post(amy, "For everybody")
    await us.run()
    await us.db.write(editing.delete_status, author_id=amy.id, status_id=status.id, now=us.clock())
    await us.run()
    announce, undo = since(beta)
    assert (announce["type"], announce["actor"], announce["object"]) == ("Announce", f"{OURS}/ap/relay", status.uri)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", announce["id"])
    await _it_brings_posts(us, relay, ben)
    await leaves(us, relay.uri)
    (undo,) = since(beta)
    assert (undo["type"], undo["object"]["id"]) == ("Undo", follow["id"])
