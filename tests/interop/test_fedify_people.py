"""People and what stands between them, with a Fedify server: requests, blocks, reports, moves, pins, profiles, farewells."""

from __future__ import annotations

from typing import Any

from fedisw.federation import featured, resolve
from fedisw.model.peers import InboundState
from fedisw.services import accounts, moving
from tests.federation import reading
from tests.interop.servers import Json, Ours, Theirs, eventually
from tests.interop.turns import BOTH, ONCE, ONCE_MORE


@BOTH
async def test_we_let_them_in_turn_them_away_and_send_them_off(ours: Ours, theirs: Theirs, ben: str) -> None:
    await ours.do("/api/v1/accounts/update_credentials", method="PATCH", locked=True)
    amy = [ours.account.uri]
    requests = "/api/v1/follow_requests"
    first = await theirs.send("Follow", to=amy, object=ours.account.uri)
    asking = (await ours.notified("follow_request"))["account"]
    assert await theirs.taken("Accept") == []
    await ours.do(f"{requests}/{asking['id']}/reject")
    assert (await theirs.first("Reject"))["object"]["id"] == first
    second = await theirs.send("Follow", to=amy, object=ours.account.uri)
    await eventually(lambda: ours.ask(requests))
    await ours.do(f"{requests}/{asking['id']}/authorize")
    accept = await theirs.first("Accept")
    assert (accept["object"]["id"], accept["object"]["actor"]) == (second, ben)
    await ours.do(f"/api/v1/accounts/{asking['id']}/remove_from_followers")
    assert [one["object"]["id"] for one in await theirs.came("Reject", 2)] == [first, second]


@ONCE
async def test_they_let_us_in_turn_us_away_and_send_us_off(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.do("change", name="ben", approves=True)
    seen = await ours.find(theirs.handle())
    assert seen["locked"] is True
    amy, path = [ours.account.uri], f"/api/v1/accounts/{seen['id']}/follow"

    async def stands(**wanted: bool) -> bool:
        state = await ours.relation(seen["id"])
        return all(state[name] is value for name, value in wanted.items())

    asked: list[Json] = []
    for number, (answer, wanted) in enumerate([("Reject", False), ("Accept", True)], start=1):
        await ours.do(path)
        assert await stands(following=False, requested=True)
        asked = await theirs.came("Follow", number)
        await theirs.send(answer, to=amy, object={"type": "Follow", "id": asked[-1]["id"], "actor": amy[0], "object": ben})
        await eventually(lambda wanted=wanted: stands(following=wanted, requested=False))  # type: ignore[misc]  # bound now
    assert asked[0]["id"] != asked[1]["id"]
    await theirs.send("Reject", to=amy, object={"type": "Follow", "id": asked[-1]["id"], "actor": amy[0], "object": ben})
    await eventually(lambda: stands(following=False, requested=False))


@ONCE
async def test_their_block_ends_both_follows_and_ours_is_told_by_its_effects_alone(ours: Ours, theirs: Theirs, ben: str) -> None:
    seen = await ours.follow(theirs.handle())
    follow = await theirs.follow(ours.handle)
    block = await theirs.send("Block", to=[ours.account.uri], object=ours.account.uri)

    async def ended() -> bool:
        state = await ours.relation(seen["id"])
        return not state["following"] and not state["followed_by"] and bool(state["blocked_by"])

    await eventually(ended)
    undone = {"type": "Block", "id": block, "actor": ben, "object": ours.account.uri}
    await theirs.send("Undo", to=[ours.account.uri], object=undone)

    async def over() -> bool:
        return not (await ours.relation(seen["id"]))["blocked_by"]

    await eventually(over)
    again = await theirs.send("Follow", to=[ours.account.uri], object=ours.account.uri)
    await theirs.came("Accept", 2)
    assert again != follow
    before = len(await theirs.taken("Reject"))
    await ours.do(f"/api/v1/accounts/{seen['id']}/block")

    async def rejected() -> list[Json]:
        return (await theirs.taken("Reject"))[before:]

    assert (await eventually(rejected))[-1]["object"]["id"] == again
    assert await theirs.taken("Block") == []


@ONCE_MORE
async def test_reports_go_both_ways_and_name_no_reporter(ours: Ours, theirs: Theirs, ben: str) -> None:
    await ours.follow(theirs.handle())
    note = await theirs.post(content="<p>Names a client</p>")
    seen = await ours.newest()
    form = {"account_id": seen["account"]["id"], "status_ids": [seen["id"]], "comment": "Details of a client"}
    await ours.do("/api/v1/reports", forward=True, **form)
    flag = await theirs.first("Flag")
    assert (flag["actor"], set(flag["object"]), flag["content"]) == (f"{ours.origin}/actor", {ben, note}, "Details of a client")
    assert ours.account.uri not in str(flag)
    post = await ours.do("/api/v1/statuses", status="Something")
    await theirs.send("Flag", to=[ours.account.uri], objects=[ours.account.uri, post["uri"]], content="Not kind")

    async def reported() -> list[Any]:
        rows = await ours.runtime.db.read(lambda tx: tx.all(reading.EFFECTS["reports"]))
        return [row for row in rows if row.host is not None]

    (report,) = await eventually(reported)
    assert (report.target_id, report.comment) == (ours.account.id, "Not kind")
    assert [str(one) for one in report.status_ids] == [post["id"]]


@ONCE
async def test_we_follow_somebody_who_moves_there(ours: Ours, theirs: Theirs, ben: str) -> None:
    old = await ours.follow(theirs.handle())
    bea = await theirs.person("bea")
    await theirs.send("Move", to=[ours.account.uri], object=ben, target=bea)  # neither names the other

    async def ignored() -> bool:
        arrived = await ours.runtime.db.read(lambda tx: tx.all(reading.ROWS))
        return arrived[-1].state is InboundState.IGNORED

    await eventually(ignored)
    await theirs.do("change", name="bea", more={"aliases": [ben]})
    await theirs.do("change", name="ben", more={"successor": bea})
    await theirs.send("Move", to=[ours.account.uri], object=ben, target=bea)

    async def moved() -> bool:
        return await theirs.do("followers", of="bea") == [ours.account.uri]

    await eventually(moved)
    new = await ours.find(theirs.handle("bea"))

    async def went_along() -> bool:
        return bool((await ours.relation(new["id"]))["following"]) and not (await ours.relation(old["id"]))["following"]

    await eventually(went_along)
    assert (await ours.ask(f"/api/v1/accounts/{old['id']}"))["moved"]["acct"] == theirs.handle("bea")


@ONCE_MORE
async def test_their_followers_hear_of_our_move(ours: Ours, theirs: Theirs) -> None:
    await theirs.follow(ours.handle)
    new = await theirs.person("amy", more={"aliases": [ours.account.uri]})
    target = await resolve.account(ours.runtime.peer, new)
    move_id = ours.runtime.new_id()
    await ours.runtime.db.write(moving.move, account_id=ours.account.id, target=target, move_id=move_id, now=ours.runtime.now())
    move = await theirs.first("Move")
    assert (move["actor"], move["object"], move["target"]) == (ours.account.uri, ours.account.uri, new)
    updates = await theirs.taken("Update")
    assert [one["object"]["movedTo"] for one in updates] == [new]
    assert (await theirs.do("find", what=ours.account.uri, **{"as": "ben"}))["movedTo"] == new


@BOTH
async def test_pins_go_both_ways(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    post = await ours.do("/api/v1/statuses", status="Who we are")
    collection = f"{ours.account.uri}/featured"
    await ours.do(f"/api/v1/statuses/{post['id']}/pin")
    add = await theirs.first("Add")
    assert (add["object"], add["target"]) == (post["uri"], collection)
    assert [one["id"] for one in (await theirs.do("list", what=collection))["items"]] == [post["uri"]]
    await ours.do(f"/api/v1/statuses/{post['id']}/unpin")
    assert (await theirs.first("Remove"))["object"] == post["uri"]
    seen = await ours.follow(theirs.handle())
    note = await theirs.post(content="<p>Who I am</p>")
    await ours.newest()
    path = f"/api/v1/accounts/{seen['id']}/statuses"

    async def pinned() -> list[Json]:
        return [one["uri"] for one in await ours.ask(path, pinned="true")]

    async def unpinned() -> bool:
        return not await pinned()

    await theirs.send("Add", to=[ours.account.uri], object=note, target=f"{ben}/featured")
    assert await eventually(pinned) == [note]
    await theirs.send("Remove", to=[ours.account.uri], object=note, target=f"{ben}/featured")
    await eventually(unpinned)


@ONCE
async def test_what_they_pinned_before_is_read_from_their_collection(ours: Ours, theirs: Theirs) -> None:
    notes = [await theirs.do("store", by="ben", object={"content": f"<p>{text}</p>"}) for text in ("Who I am", "Where")]
    await theirs.do("change", name="ben", pinned=notes)
    seen = await ours.follow(theirs.handle())
    await featured.refresh(ours.runtime.peer, int(seen["id"]))
    pinned = await ours.ask(f"/api/v1/accounts/{seen['id']}/statuses", pinned="true")
    assert [one["uri"] for one in pinned] == notes


@BOTH
async def test_profiles_change_on_both_sides(ours: Ours, theirs: Theirs) -> None:
    await theirs.follow(ours.handle)
    fields = [{"name": "Languages", "value": "English, Spanish"}]
    form = {"display_name": "Amy A.", "note": "Supervision", "fields_attributes": fields, "discoverable": True}
    await ours.do("/api/v1/accounts/update_credentials", method="PATCH", **form)
    amy = (await theirs.first("Update"))["object"]
    assert (amy["id"], amy["name"], amy["summary"], amy["discoverable"]) == (
        ours.account.uri,
        "Amy A.",
        "<p>Supervision</p>",
        True,
    )
    row = amy["attachment"] if isinstance(amy["attachment"], dict) else amy["attachment"][0]
    assert (row["type"], row["name"], row["value"]) == ("PropertyValue", "Languages", "English, Spanish")
    seen = await ours.follow(theirs.handle())
    more = {"attachments": [{"type": "PropertyValue", "name": "Pronouns", "value": "he"}], "indexable": True}
    await theirs.do("change", name="ben", shown="Ben B.", approves=True, more=more)
    await theirs.do("tell", by="ben", to=[ours.account.uri])

    async def changed() -> Json:
        now = await ours.ask(f"/api/v1/accounts/{seen['id']}")
        return now if now["display_name"] == "Ben B." else None

    now = await eventually(changed)
    assert (now["locked"], now["indexable"]) == (True, True)
    assert [(one["name"], one["value"]) for one in now["fields"]] == [("Pronouns", "he")]


@ONCE_MORE
async def test_who_leaves_is_gone_on_the_other_side(ours: Ours, theirs: Theirs, ben: str) -> None:
    seen = await ours.follow(theirs.handle())
    await theirs.follow(ours.handle)
    await theirs.post(content="<p>Good bye</p>")
    await ours.newest()
    await theirs.send("Delete", to=[ours.account.uri], object=ben)

    async def nothing() -> bool:
        return not await ours.home() and not await ours.ask(f"/api/v1/accounts/{ours.account.id}/followers")

    await eventually(nothing)
    assert (await ours.ask("/api/v2/search", q=theirs.handle(), type="accounts"))["accounts"] == []
    assert seen["uri"] not in str(await ours.ask(f"/api/v1/accounts/{ours.account.id}/following"))
    await theirs.person("cat")
    await theirs.follow(ours.handle, by="cat")
    await ours.runtime.db.write(accounts.delete_local_account, account_id=ours.account.id, now=ours.runtime.now())
    deletes = await eventually(lambda: theirs.taken("Delete"))
    assert {(one["actor"], one["object"]) for one in deletes} == {(ours.account.uri, ours.account.uri)}
    assert "was not found" in await theirs.fails("find", what=ours.account.uri, **{"as": "cat"})
