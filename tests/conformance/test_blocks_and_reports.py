"""Statements 86 and 87: blocks, and complaints about people here."""

from __future__ import annotations

from typing import Any

from fedisw.model.moderation import Report
from fedisw.storage.queries import blocks
from tests.conformance.outside import ONE, House, of_type
from tests.conformance.outside import house as house
from tests.federation.reading import EFFECTS
from tests.support.factories import put_account, put_follow
from tests.support.peers import Actor

WORDS = ("Block", "Undo", "Reject")


@ONE
async def test_086_a_block_from_elsewhere_severs_and_hides_and_ours_is_told_only_by_who_wants_it(house: House) -> None:
    beta = await house.peer("beta.test")
    ben, eve, amy = beta.person("ben"), beta.person("eve"), house.amy
    known = await house.meet(ben, both=True)
    post = await house.arrives(ben, ben.note("His"))
    hers = await house.do("/api/v1/statuses", {"status": "Hers"})
    before = len(beta.taken)
    block = ben.activity("Block", amy.uri)
    for _ in range(2):
        await house.post(ben, block)
    relation = await house.relation(ben)
    assert (relation["following"], relation["followed_by"], relation["blocked_by"]) == (False, False, True)
    assert (await house.call("GET", f"/api/v1/statuses/{post}")).status == 404
    await house.nothing_comes_of(ben, ben.activity("Like", hers["uri"]))
    assert len(beta.taken) == before  # nobody is told, and amy neither
    assert await house.server.ask("/api/v1/notifications") == []
    await house.nothing_comes_of(ben, ben.activity("Block", "https://home.test/ap/actors/404"))
    await house.nothing_comes_of(ben, ben.activity("Block", amy.uri, target="https://beta.test/c/one"))  # a ban from a group
    await house.nothing_comes_of(eve, eve.activity("Undo", block))
    await house.post(ben, ben.activity("Undo", block))
    assert (await house.relation(ben))["blocked_by"] is False

    await house.db.write(put_follow, known, amy)
    await house.db.write(put_follow, amy, known)
    await house.do(f"/api/v1/accounts/{known.id}/block")
    assert sorted(item["type"] for item in of_type(beta, *WORDS)) == ["Reject", "Undo"]  # silence is the rule
    await house.do(f"/api/v1/accounts/{known.id}/unblock")
    assert len(of_type(beta, *WORDS)) == 2

    await house.do("/api/v1/accounts/update_credentials", {"tells_blocks": True}, method="PATCH")
    await house.do(f"/api/v1/accounts/{known.id}/block")
    told = of_type(beta, *WORDS)[2]
    assert told == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": told["id"],
        "type": "Block",
        "actor": amy.uri,
        "to": [ben.uri],
        "object": ben.uri,
    }
    await house.do(f"/api/v1/accounts/{known.id}/unblock")
    undo = of_type(beta, *WORDS)[3]
    assert (undo["type"], undo["object"]["id"]) == ("Undo", told["id"])
    assert await house.db.read(blocks.find_by_uri, told["id"], account_id=amy.id) is None
    assert len(of_type(beta, *WORDS)) == 4


async def complaints(house: House) -> list[Report]:
    return await house.db.read(lambda tx: list(tx.all(EFFECTS["reports"])))


@ONE
async def test_087_a_flag_in_every_dialect_is_one_report_and_ours_comes_from_the_server(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    server, ben, group = beta.person("server", kind="Application"), beta.person("ben"), gamma.person("mag", kind="Group")
    eve = await house.db.write(put_account, "eve")
    token = await house.server.sign_in(eve)
    post = await house.do("/api/v1/statuses", {"status": "Names a client"}, by=token)
    page, uri = post["url"], post["uri"]
    status_id = int(post["id"])
    mbin = ben.activity("Flag", uri, summary="Names a client", to=[group.uri], cc=None)
    flags: dict[str, tuple[Actor, dict[str, Any]]] = {
        "mastodon": (server, server.activity("Flag", [eve.uri, uri], content="Names a client")),
        "posts alone": (server, server.activity("Flag", uri, content="Names a client")),
        "misskey": (server, server.activity("Flag", eve.uri, content=f"Note: {page}\n-----\nNames a client")),
        "misskey, page of the person": (server, server.activity("Flag", [], content=f"{house.amy.url}x\n{eve.url}\n{page}")),
        "lemmy": (ben, ben.activity("Flag", uri, summary="Names a client", to=[group.uri], audience=group.uri)),
        "mbin": (group, group.activity("Announce", mbin, to=[f"{group.uri}/followers"])),
    }
    for number, (name, (actor, flag)) in enumerate(flags.items(), start=1):
        for _ in range(2):
            await house.post(actor, flag)
        found = await complaints(house)
        assert len(found) == number, name
        assert (found[-1].target_id, found[-1].status_ids) == (eve.id, (status_id,)), name
        assert "Names a client" in found[-1].comment or name.startswith("misskey, page"), name
        assert found[-1].host == actor.server.host, name
    assert found[-1].uri != mbin["id"]  # an id that its own server did not vouch for is not used up
    await house.post(ben, mbin)
    assert [report.host for report in await complaints(house)][-2:] == ["gamma.test", "beta.test"]
    await house.nothing_comes_of(group, group.activity("Announce", mbin))  # known from its own server by now
    long = server.activity("Flag", [eve.uri], content="x" * 9_000)
    await house.post(server, long)
    assert len((await complaints(house))[-1].comment) == 5_000
    before = len(await complaints(house))
    await house.nothing_comes_of(server, server.activity("Flag", [ben.uri], content="About nobody here"))
    await house.nothing_comes_of(ben, ben.activity("Resolve", flags["lemmy"][1]))
    hers = await house.do("/api/v1/statuses", {"status": "Hers"})
    await house.post(server, server.activity("Flag", [eve.uri, hers["uri"]], content="Not by eve"))
    reports = await complaints(house)
    assert (len(reports), reports[-1].status_ids) == (before + 1, ())

    accused = await house.id_of(ben)
    await house.meet(ben)
    document = ben.note("His")
    note = await house.arrives(ben, document)
    beta.taken.clear()
    await house.do("/api/v1/reports", {"account_id": str(accused), "status_ids": [note], "comment": "Cruel", "forward": True})
    sent = of_type(beta, "Flag")
    assert [(flag["actor"], flag["object"], flag["content"]) for flag in sent] == [
        ("https://home.test/actor", [ben.uri, document["id"]], "Cruel")
    ]
    assert "amy" not in str(sent)
    assert house.amy.uri not in str(beta.taken)
