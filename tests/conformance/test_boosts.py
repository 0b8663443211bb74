"""Statement 81: boosts from elsewhere."""

from __future__ import annotations

from tests.conformance.outside import ONE, PUBLIC, House
from tests.conformance.outside import house as house


@ONE
async def test_081_what_is_open_is_boosted_what_is_for_followers_is_not_and_boosts_are_taken_back(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil, eve = beta.person("ben"), gamma.person("gil"), gamma.person("eve")
    await house.meet(ben, both=True)
    mine = await house.do("/api/v1/statuses", {"status": "Open"})
    quiet = await house.do("/api/v1/statuses", {"status": "Quiet", "visibility": "unlisted"})
    private = await house.do("/api/v1/statuses", {"status": "For followers", "visibility": "private"})
    direct = await house.do("/api/v1/statuses", {"status": "@ben@beta.test for you", "visibility": "direct"})

    async def count(post: str) -> int:
        return int((await house.server.ask(f"/api/v1/statuses/{post}"))["reblogs_count"])

    for post in (mine, quiet):
        boost = ben.activity("Announce", post["uri"], to=[PUBLIC], cc=[f"{ben.uri}/followers", house.amy.uri])
        for _ in range(2):
            await house.post(ben, boost)
        await house.nothing_comes_of(ben, ben.activity("Announce", post["uri"], to=[PUBLIC]))  # one of each, under any id
        assert await count(post["id"]) == 1
    told = [item["type"] for item in await house.server.ask("/api/v1/notifications?types[]=reblog")]
    assert told == ["reblog", "reblog"]
    for post in (private, direct):  # ben may read them, nobody may pass them on
        await house.nothing_comes_of(ben, ben.activity("Announce", post["uri"], to=[PUBLIC]))
        await house.nothing_comes_of(ben, ben.activity("Announce", post["uri"], to=[f"{ben.uri}/followers"]))
    await house.nothing_comes_of(gil, gil.activity("Announce", "https://home.test/ap/objects/404", to=[PUBLIC]))

    theirs = gil.note("From afar")
    hers = gil.note("Embedded", content="<p>True</p>")
    forged = hers | {"content": "<p>Forged</p>"}
    await house.post(ben, ben.activity("Announce", theirs["id"], to=[PUBLIC]))
    await house.post(ben, ben.activity("Announce", forged, to=[PUBLIC]))
    stored = [await house.status(note) for note in (theirs, hers)]
    assert [post.content if post is not None else "" for post in stored] == ["<p>From afar</p>", "<p>True</p>"]
    hidden = gil.note("For followers of gil", to=[f"{gil.uri}/followers"], cc=[])
    leak = ben.activity("Announce", hidden["id"], to=[PUBLIC])
    await house.post(ben, leak)
    assert await house.status(leak) is None
    unwanted = gil.note("Nobody follows eve")["id"]
    await house.nothing_comes_of(eve, eve.activity("Announce", unwanted, to=[PUBLIC]))
    assert gamma.times_asked(unwanted) == 0

    own = ben.note("My followers", to=[f"{ben.uri}/followers"], cc=[])
    await house.arrives(ben, own)
    boost_of_own = ben.activity("Announce", own["id"], to=[f"{ben.uri}/followers"])
    await house.post(ben, boost_of_own)
    assert await house.status(boost_of_own) is not None  # the author may repeat it to the same people

    first = ben.activity("Announce", mine["uri"], to=[PUBLIC])
    await house.nothing_comes_of(eve, eve.activity("Undo", first))
    await house.nothing_comes_of(eve, eve.activity("Undo", ben.activity("Announce", mine["uri"]) | {"actor": eve.uri}))
    for _ in range(2):
        await house.post(ben, ben.activity("Undo", first))  # by what it was about: the id is another
    assert await count(mine["id"]) == 0
    await house.post(ben, ben.activity("Undo", boost_of_own["id"]))
    assert await house.status(boost_of_own) is None
    late = ben.activity("Announce", mine["uri"], to=[PUBLIC])
    await house.post(ben, ben.activity("Undo", late))
    await house.nothing_comes_of(ben, late)
    assert len(await house.server.ask("/api/v1/notifications?types[]=reblog")) == 1
