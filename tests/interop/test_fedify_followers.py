"""Followers compared with a Fedify server (FEP-8fcf): its digest, its list and its header, and ours."""

from __future__ import annotations

import re

from tests.interop.servers import Json, Ours, Theirs, eventually
from tests.interop.turns import BOTH

HEADER = "collection-synchronization"


@BOTH
async def test_fedify_finds_in_our_header_and_list_who_follows_there(ours: Ours, theirs: Theirs, ben: str) -> None:
    bea = await theirs.person("bea")
    for number, name in enumerate(("ben", "bea"), start=1):
        await theirs.send("Follow", to=[ours.account.uri], by=name, object=ours.account.uri)
        await theirs.came("Accept", number)
    await ours.do("/api/v1/statuses", status="For us", visibility="private")
    await theirs.first("Create")
    (sent,) = [one for one in await theirs.do("posts") if HEADER in one["headers"] and one["status"] == 202]
    said = dict(re.findall(r'(\w+)="([^"]*)"', sent["headers"][HEADER]))
    assert said["collectionId"] == f"{ours.account.uri}/followers"
    assert said["digest"] == await theirs.do("digest", ids=[bea, ben])
    listed = await theirs.do("members", what=said["url"], **{"as": "ben"})
    assert set(listed["ids"]) == {ben, bea}
    await ours.do("/api/v1/statuses", status="For all")
    await theirs.came("Create", 2)
    posts = [one for one in await theirs.do("posts") if "For all" in one["body"]]
    assert posts
    assert not any(HEADER in one["headers"] for one in posts)


@BOTH
async def test_we_repair_by_their_header_and_list_what_differs(ours: Ours, theirs: Theirs, ben: str) -> None:
    (zoe, by_zoe), (cat, _) = await ours.person("zoe"), await ours.person("cat")
    seen = await ours.follow(theirs.handle())
    await ours.do(f"/api/v1/accounts/{seen['id']}/follow", by=by_zoe)

    async def both() -> bool:
        return len(await theirs.do("followers", of="ben")) == 2

    await eventually(both)

    async def zoe_follows() -> Json:
        (state,) = await ours.ask("/api/v1/accounts/relationships", by=by_zoe, **{"id[]": seen["id"]})
        return state["following"]

    await eventually(zoe_follows)
    await theirs.do("believe", of="ben", remove=[zoe.uri], add=[cat.uri])
    note = await theirs.post(content="<p>For us</p>", tos=[f"{ben}/followers"], ccs=[])
    assert (await ours.newest())["uri"] == note

    async def repaired() -> bool:
        return not await zoe_follows() and await theirs.do("followers", of="ben") == [ours.account.uri]

    await eventually(repaired)
    assert (await ours.relation(seen["id"]))["following"] is True
    (undo,) = await theirs.taken("Undo")
    assert (undo["actor"], undo["object"]["type"], undo["object"]["object"]) == (cat.uri, "Follow", ben)
