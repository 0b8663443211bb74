"""Statements 85 and 88: moves of accounts, and what stands first on a profile."""

from __future__ import annotations

from fedisw.federation import resolve
from fedisw.services import moving
from fedisw.storage.queries import blocks, follows, lists, marks, mutes
from tests.conformance.outside import ONE, House, of_type
from tests.conformance.outside import house as house
from tests.support.factories import new_id, put_account, put_follow
from tests.support.peers import Actor, PeerServer


async def follows_of_amy(house: House, actor: Actor) -> str:
    """`accepted`, `asked` or nothing."""
    found = await house.db.read(follows.find, follower_id=house.amy.id, target_id=await house.id_of(actor))
    return "" if found is None else "accepted" if found.accepted else "asked"


def link(old: Actor, new: Actor) -> None:
    """Both profiles name each other."""
    old.document["movedTo"] = new.uri
    new.document["alsoKnownAs"] = [old.uri]


@ONE
async def test_085_a_move_needs_links_both_ways_takes_followers_along_and_is_made_in_order(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    old, new, eve = beta.person("old"), gamma.person("new"), beta.person("eve")
    known = await house.meet(old, both=True)
    circle = await house.do("/api/v1/lists", {"title": "Colleagues"})
    await house.do(f"/api/v1/lists/{circle['id']}/accounts", {"account_ids": [str(known.id)]})
    await house.do(f"/api/v1/accounts/{known.id}/note", {"comment": "Met in Bern"})
    bob, cat = await house.db.write(put_account, "bob"), await house.db.write(put_account, "cat")
    await house.do(f"/api/v1/accounts/{known.id}/block", by=await house.server.sign_in(bob))
    await house.do(f"/api/v1/accounts/{known.id}/mute", by=await house.server.sign_in(cat))

    cases = (  # what the two profiles say, and who tells
        ("", [], old, old.uri),
        ("", [old.uri], old, old.uri),
        (new.uri, [eve.uri], old, old.uri),
        (eve.uri, [old.uri], old, old.uri),
        (new.uri, [old.uri], eve, old.uri),
        (new.uri, [old.uri], eve, eve.uri),
        (new.uri, [old.uri], new, f"{beta.origin}/users/unknown"),
    )
    for moved_to, aliases, teller, moved in cases:
        old.document["movedTo"], new.document["alsoKnownAs"] = moved_to or None, aliases
        assert await house.post(teller, teller.activity("Move", moved, target=new.uri)) == 202
        assert (await follows_of_amy(house, old), of_type(gamma, "Follow")) == ("accepted", []), (moved_to, aliases)
    assert beta.times_asked(f"{beta.origin}/users/unknown") == 0
    link(old, new)
    for _ in range(2):
        await house.post(old, old.activity("Move", old.uri, target=new.uri))
    assert [item["object"] for item in of_type(gamma, "Follow")] == [new.uri]
    assert [item["object"]["object"] for item in of_type(beta, "Undo")] == [old.uri]
    await house.post(new, new.activity("Accept", of_type(gamma, "Follow")[0]))
    assert await follows_of_amy(house, new) == "accepted"
    assert await follows_of_amy(house, old) == ""
    target = await house.account(new)
    assert await house.db.read(blocks.exists, by=bob.id, of=target.id)
    assert await house.db.read(mutes.find, account_id=cat.id, target_id=target.id, now=house.clock()) is not None
    held_by = await house.db.read(lists.with_member, owner_id=house.amy.id, account_id=target.id)
    assert [one.title for one in held_by] == ["Colleagues"]
    assert (await house.relation(new))["note"] == "Met in Bern"

    third = gamma.person("third")
    third.document["alsoKnownAs"] = [old.uri]
    old.document["movedTo"] = third.uri
    await house.db.write(put_follow, house.amy, known)
    house.clock.forward(days=29)
    await house.post(old, old.activity("Move", old.uri, target=third.uri))
    assert await follows_of_amy(house, third) == ""  # once in 30 days
    house.clock.forward(days=2)
    await house.post(third, third.activity("Move", old.uri, target=third.uri))  # told by the new one (FEP-7628, pull)
    assert await follows_of_amy(house, third) == "asked"


@ONE
async def test_085_our_move_tells_the_alias_the_new_place_and_the_move_in_this_order(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, new = beta.person("ben"), gamma.person("new")
    await house.post(ben, ben.activity("Follow", house.amy.uri))
    beta.taken.clear()
    other = await house.account(new)
    await house.db.write(moving.add_alias, account_id=house.amy.id, other=other, now=house.clock())
    await house.settle()
    (update,) = of_type(beta, "Update")
    assert update["object"]["alsoKnownAs"] == [new.uri]
    beta.taken.clear()
    new.document["alsoKnownAs"] = [house.amy.uri]
    target = await resolve.account(house.server.peer, new.uri, refresh=True)
    await house.db.write(moving.move, account_id=house.amy.id, target=target, move_id=new_id(), now=house.clock())
    await house.settle()
    told = of_type(beta, "Update", "Move")
    assert [item["type"] for item in told] == ["Update", "Move"]
    assert told[0]["object"]["movedTo"] == new.uri
    assert (told[1]["object"], told[1]["target"]) == (house.amy.uri, new.uri)
    asked = ben.activity("Follow", house.amy.uri)
    await house.post(ben, asked)
    await house.post(ben, ben.activity("Undo", asked))
    late = ben.activity("Follow", house.amy.uri)
    await house.post(ben, late)
    assert of_type(beta, "Reject")[-1]["object"]["id"] == late["id"]  # who moved takes no followers


def pinned(peer: PeerServer, actor: Actor, *items: object) -> None:
    """What an actor shows first."""
    peer.serve({"id": actor.document["featured"], "type": "OrderedCollection", "orderedItems": [*items]})


@ONE
async def test_088_pins_follow_add_remove_and_the_collection_and_are_only_of_own_posts(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, eve, gil = beta.person("ben"), beta.person("eve"), gamma.person("gil")
    known = await house.meet(ben)
    await house.meet(eve)
    mine, other, hers = ben.note("Mine"), ben.note("Other"), eve.note("Hers")
    ids = [int(await house.arrives(who, note)) for who, note in ((ben, mine), (ben, other), (eve, hers))]
    featured = ben.document["featured"]

    async def shown() -> list[int]:
        return await house.db.read(marks.pinned_ids, known.id)

    add = ben.activity("Add", mine["id"], target=featured, id=None)  # Mastodon's has no id
    for _ in range(2):
        await house.post(ben, add)
    assert await shown() == ids[:1]
    await house.post(ben, ben.activity("Add", other, target=featured))  # the post itself inside
    assert await shown() == [ids[1], ids[0]]
    for wrong in (
        ben.activity("Add", hers["id"], target=featured),
        ben.activity("Add", f"{beta.origin}/notes/unknown", target=featured),
        ben.activity("Add", mine["id"], target=eve.document["featured"]),
        ben.activity("Add", mine["id"], target=f"{ben.uri}/featuredTags"),
        ben.activity("Add", mine["id"], target=f"{ben.uri}/featuredCollections"),
        ben.activity("Add", mine, target=f"{ben.uri}/wall"),
        ben.activity("Remove", hers["id"], target=featured),
    ):
        await house.nothing_comes_of(ben, wrong)
    await house.nothing_comes_of(eve, eve.activity("Remove", mine["id"], target=featured))
    await house.nothing_comes_of(gil, gil.activity("Add", mine["id"], target=featured))
    await house.post(ben, ben.activity("Remove", mine, target=featured))
    assert await shown() == ids[1:2]

    tag = {"type": "Hashtag", "name": "#Supervision", "href": f"{beta.origin}/tags/supervision"}
    for _ in range(2):
        await house.post(ben, ben.activity("Add", tag, target=featured))
    tags = await house.server.ask(f"/api/v1/accounts/{known.id}/featured_tags")
    assert [one["name"] for one in tags] == ["supervision"]
    await house.post(ben, ben.activity("Remove", tag, target=featured))
    assert await house.server.ask(f"/api/v1/accounts/{known.id}/featured_tags") == []

    pinned(beta, ben, mine["id"], hers["id"])  # GoToSocial tells nothing: its list is read with the profile
    before = beta.times_asked(featured)
    for hours in (1, 1, 25, 1, 1):
        house.clock.forward(hours=hours)
        await house.post(ben, ben.activity("Like", "https://home.test/nothing"))
    assert beta.times_asked(featured) == before + 1
    assert await shown() == ids[:1]
