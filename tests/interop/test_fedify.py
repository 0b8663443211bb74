"""A real Fedify server: amy is ours, ben is theirs. The everyday stories, with both schemes of signatures."""

from __future__ import annotations

from tests.interop.servers import Ours, Theirs, eventually
from tests.interop.turns import BOTH

pytestmark = BOTH


async def test_they_find_us_by_handle_and_we_them(ours: Ours, theirs: Theirs, ben: str) -> None:
    amy = await theirs.do("find", what=f"@{ours.handle}")
    assert (amy["id"], amy["type"], amy["preferredUsername"]) == (ours.account.uri, "Person", "amy")
    seen = await ours.find(theirs.handle())
    assert (seen["uri"], seen["display_name"], seen["note"]) == (ben, "Ben from Fedify", "<p>Made with Fedify</p>")


async def test_they_follow_us_and_get_what_we_post_change_and_delete(ours: Ours, theirs: Theirs, scheme: str) -> None:
    await theirs.follow(ours.handle)
    assert (await ours.notified("follow"))["account"]["acct"] == theirs.handle()
    post = await ours.do("/api/v1/statuses", status="Good morning #Kiel", language="en")
    create = await theirs.first("Create")
    assert create["object"]["id"] == post["uri"]
    assert "Good morning" in str(create["object"])
    fetched = await theirs.do("find", what=post["uri"])
    assert (fetched["type"], fetched["attributedTo"]) == ("Note", ours.account.uri)
    await ours.do(f"/api/v1/statuses/{post['id']}", method="PUT", status="Good evening")
    assert "Good evening" in str((await theirs.first("Update"))["object"])
    await ours.do(f"/api/v1/statuses/{post['id']}", method="DELETE")
    assert post["uri"] in str((await theirs.first("Delete"))["object"])
    sent = await theirs.do("posts")
    assert {one["status"] for one in sent if one["scheme"] == scheme} <= {200, 202}
    assert any(one["scheme"] == scheme for one in sent)


async def test_we_follow_them_and_get_what_they_post_change_and_delete(ours: Ours, theirs: Theirs, scheme: str) -> None:
    await ours.follow(theirs.handle())
    assert await theirs.do("followers", of="ben") == [ours.account.uri]
    note = await theirs.post(content="<p>Greetings from <b>Fedify</b></p>")
    seen = await ours.newest()
    assert (seen["uri"], seen["account"]["acct"]) == (note, theirs.handle())
    assert seen["content"] == "<p>Greetings from <b>Fedify</b></p>"
    await theirs.do("edit", by="ben", uri=note, changes={"content": "<p>Greetings again</p>"})

    async def changed() -> bool:
        (one,) = await ours.home()
        return bool(one["edited_at"]) and one["content"] == "<p>Greetings again</p>"

    await eventually(changed)
    await theirs.do("forget", uri=note)
    await theirs.send("Delete", to="followers", object={"type": "Tombstone", "id": note}, tos=[])

    async def gone() -> bool:
        return not await ours.home()

    await eventually(gone)
    assert (scheme, 202) in ours.taken
    assert {status for _scheme, status in ours.taken} == {202}


async def test_they_answer_like_and_announce_and_take_it_back(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    post = await ours.do("/api/v1/statuses", status="What do you say?")
    path, amy, what = f"/api/v1/statuses/{post['id']}", [ours.account.uri], post["uri"]
    tags = [{"type": "Mention", "href": ours.account.uri, "name": f"@{ours.handle}"}]
    reply = await theirs.post(to=amy, content="<p>Well said</p>", replyTarget=what, tags=tags, ccs=amy)
    mention = await ours.notified("mention")
    assert (mention["status"]["uri"], mention["status"]["in_reply_to_id"]) == (reply, post["id"])
    sent = {kind: await theirs.send(kind, to=amy, object=what) for kind in ("Like", "Announce")}
    for kind in ("favourite", "reblog"):
        assert (await ours.notified(kind))["status"]["id"] == post["id"]

    async def counts() -> tuple[int, int, int]:
        one = await ours.ask(path)
        return one["favourites_count"], one["reblogs_count"], one["replies_count"]

    assert await counts() == (1, 1, 1)
    for kind, uri in sent.items():
        await theirs.send("Undo", to=amy, object={"type": kind, "id": uri, "actor": ben, "object": what})

    async def taken_back() -> bool:
        return (await counts())[:2] == (0, 0)

    await eventually(taken_back)


async def test_we_answer_like_and_boost_and_take_it_back(ours: Ours, theirs: Theirs) -> None:
    await ours.follow(theirs.handle())
    note = await theirs.post(content="<p>Who is there?</p>")
    seen = await ours.newest()
    path = f"/api/v1/statuses/{seen['id']}"
    await ours.do(f"{path}/favourite")
    assert (await theirs.first("Like"))["object"] == note
    await ours.do(f"{path}/reblog")
    assert (await theirs.first("Announce"))["object"] == note
    text = f"@{theirs.handle()} we are"
    answer = await ours.do("/api/v1/statuses", status=text, in_reply_to_id=seen["id"])
    create = await theirs.first("Create")
    assert (create["object"]["id"], create["object"]["inReplyTo"]) == (answer["uri"], note)
    await ours.do(f"{path}/unfavourite")
    await ours.do(f"{path}/unreblog")
    undone = await theirs.came("Undo", 2)
    assert {one["object"]["type"] for one in undone} == {"Like", "Announce"}


async def test_following_ends_on_both_sides(ours: Ours, theirs: Theirs, ben: str) -> None:
    seen = await ours.follow(theirs.handle())
    follow = await theirs.follow(ours.handle)
    undone = {"type": "Follow", "id": follow, "actor": ben, "object": ours.account.uri}
    await theirs.send("Undo", to=[ours.account.uri], object=undone)

    async def left() -> bool:
        return not await ours.ask(f"/api/v1/accounts/{ours.account.id}/followers")

    await eventually(left)
    await ours.do(f"/api/v1/accounts/{seen['id']}/unfollow")
    await theirs.first("Undo")
    assert await theirs.do("followers", of="ben") == []
