"""A real Fedify server: amy is ours, ben is theirs. Each story is told with both schemes of signatures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interop.conftest import Ours, Theirs, eventually


@pytest.fixture
async def ben(theirs: Theirs) -> str:
    """Somebody at theirs: the id."""
    return str(await theirs.do("person", name="ben", shown="Ben from Fedify"))


async def find_ben(ours: Ours, theirs: Theirs) -> Any:
    found = await ours.ask("/api/v2/search", q=theirs.handle("ben"), resolve="true", type="accounts")
    assert [one["acct"] for one in found["accounts"]] == [theirs.handle("ben")]
    return found["accounts"][0]


async def follow_ben(ours: Ours, theirs: Theirs) -> Any:
    """Amy follows ben; ben as amy sees him."""
    seen = await find_ben(ours, theirs)
    await ours.do(f"/api/v1/accounts/{seen['id']}/follow")

    async def accepted() -> bool:
        (state,) = await ours.ask("/api/v1/accounts/relationships", **{"id[]": seen["id"]})
        return bool(state["following"])

    await eventually(accepted)
    return seen


async def follow_amy(ours: Ours, theirs: Theirs) -> str:
    """Ben follows amy; id of the Follow."""
    uri = await theirs.do("follow", by="ben", whom=f"@{ours.handle}")
    await eventually(lambda: theirs.taken("Accept"))
    return str(uri)


async def notified(ours: Ours, kind: str) -> Any:
    async def last() -> Any:
        told = await ours.ask("/api/v1/notifications", **{"types[]": kind})
        return told[0] if told else None

    return await eventually(last)


async def home(ours: Ours) -> list[Any]:
    return list(await ours.ask("/api/v1/timelines/home"))


async def test_they_find_us_by_handle_and_we_them(ours: Ours, theirs: Theirs, ben: str) -> None:
    amy = await theirs.do("find", what=f"@{ours.handle}")
    assert (amy["id"], amy["type"], amy["preferredUsername"]) == (ours.account.uri, "Person", "amy")
    seen = await find_ben(ours, theirs)
    assert (seen["uri"], seen["display_name"], seen["note"]) == (ben, "Ben from Fedify", "<p>Made with Fedify</p>")


async def test_they_follow_us_and_get_what_we_post_change_and_delete(ours: Ours, theirs: Theirs, ben: str, scheme: str) -> None:
    await follow_amy(ours, theirs)
    assert (await notified(ours, "follow"))["account"]["acct"] == theirs.handle("ben")
    post = await ours.do("/api/v1/statuses", status="Good morning #Kiel", language="en")
    (create,) = await eventually(lambda: theirs.taken("Create"))
    assert create["object"]["id"] == post["uri"]
    assert "Good morning" in str(create["object"])
    fetched = await theirs.do("find", what=post["uri"])
    assert (fetched["type"], fetched["attributedTo"]) == ("Note", ours.account.uri)
    await ours.do(f"/api/v1/statuses/{post['id']}", method="PUT", status="Good evening")
    (update,) = await eventually(lambda: theirs.taken("Update"))
    assert "Good evening" in str(update["object"])
    await ours.do(f"/api/v1/statuses/{post['id']}", method="DELETE")
    (delete,) = await eventually(lambda: theirs.taken("Delete"))
    assert post["uri"] in str(delete["object"])
    sent = await theirs.do("posts")
    assert {one["status"] for one in sent if one["scheme"] == scheme} <= {200, 202}
    assert any(one["scheme"] == scheme for one in sent)


async def test_we_follow_them_and_get_what_they_post_change_and_delete(ours: Ours, theirs: Theirs, ben: str, scheme: str) -> None:
    await follow_ben(ours, theirs)
    assert await theirs.do("followers", of="ben") == [ours.account.uri]
    note = await theirs.do("post", by="ben", text="Greetings from <b>Fedify</b>")

    async def arrived() -> list[Any]:
        return await home(ours)

    (seen,) = await eventually(arrived)
    assert (seen["uri"], seen["account"]["acct"]) == (note, theirs.handle("ben"))
    assert seen["content"] == "<p>Greetings from <b>Fedify</b></p>"
    await theirs.do("edit", by="ben", note=note, text="Greetings again")

    async def changed() -> bool:
        (one,) = await home(ours)
        return bool(one["edited_at"]) and one["content"] == "<p>Greetings again</p>"

    await eventually(changed)
    await theirs.do("delete", by="ben", note=note)

    async def gone() -> bool:
        return not await home(ours)

    await eventually(gone)
    assert (scheme, 202) in ours.taken
    assert {status for _scheme, status in ours.taken} == {202}


async def test_they_answer_like_and_announce_and_take_it_back(ours: Ours, theirs: Theirs, ben: str) -> None:
    await follow_amy(ours, theirs)
    post = await ours.do("/api/v1/statuses", status="What do you say?")
    path = f"/api/v1/statuses/{post['id']}"
    reply = await theirs.do("post", by="ben", text="Well said", reply=post["uri"], mention=f"@{ours.handle}")
    mention = await notified(ours, "mention")
    assert (mention["status"]["uri"], mention["status"]["in_reply_to_id"]) == (reply, post["id"])
    like = await theirs.do("like", by="ben", what=post["uri"])
    announce = await theirs.do("announce", by="ben", what=post["uri"])
    for kind in ("favourite", "reblog"):
        assert (await notified(ours, kind))["status"]["id"] == post["id"]

    async def counts() -> tuple[int, int, int]:
        one = await ours.ask(path)
        return one["favourites_count"], one["reblogs_count"], one["replies_count"]

    assert await counts() == (1, 1, 1)
    for kind, activity in (("Like", like), ("Announce", announce)):
        await theirs.do("undo", by="ben", whom=f"@{ours.handle}", kind=kind, activity=activity, what=post["uri"])

    async def taken_back() -> bool:
        return (await counts())[:2] == (0, 0)

    await eventually(taken_back)


async def test_we_answer_like_and_boost_and_take_it_back(ours: Ours, theirs: Theirs, ben: str) -> None:
    await follow_ben(ours, theirs)
    note = await theirs.do("post", by="ben", text="Who is there?")

    async def arrived() -> list[Any]:
        return await home(ours)

    (seen,) = await eventually(arrived)
    path = f"/api/v1/statuses/{seen['id']}"
    await ours.do(f"{path}/favourite")
    (like,) = await eventually(lambda: theirs.taken("Like"))
    assert like["object"] == note
    await ours.do(f"{path}/reblog")
    (announce,) = await eventually(lambda: theirs.taken("Announce"))
    assert announce["object"] == note
    text = f"@{theirs.handle('ben')} we are"
    answer = await ours.do("/api/v1/statuses", status=text, in_reply_to_id=seen["id"])
    (create,) = await eventually(lambda: theirs.taken("Create"))
    assert (create["object"]["id"], create["object"]["inReplyTo"]) == (answer["uri"], note)
    await ours.do(f"{path}/unfavourite")
    await ours.do(f"{path}/unreblog")

    async def two() -> bool:
        return len(await theirs.taken("Undo")) == 2

    await eventually(two)


async def test_following_ends_on_both_sides(ours: Ours, theirs: Theirs, ben: str) -> None:
    seen = await follow_ben(ours, theirs)
    follow = await follow_amy(ours, theirs)
    await theirs.do("unfollow", by="ben", whom=f"@{ours.handle}", follow=follow)

    async def left() -> bool:
        return not await ours.ask(f"/api/v1/accounts/{ours.account.id}/followers")

    await eventually(left)
    await ours.do(f"/api/v1/accounts/{seen['id']}/unfollow")
    await eventually(lambda: theirs.taken("Undo"))
    assert await theirs.do("followers", of="ben") == []
