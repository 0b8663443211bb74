"""What each side reads of the other with and without signatures: Fedify's lookups of ours, ours of a strict Fedify server."""

from __future__ import annotations

import pytest

from tests.interop.servers import PUBLIC, Ours, Theirs, eventually
from tests.interop.turns import BOTH, ONCE, ONCE_MORE

strict = pytest.mark.parametrize("settings_of_ours", [{"FEDISW_FEDERATION_AUTHORIZED_FETCH": "on"}], ids=["strict"])


@ONCE
async def test_webfinger_of_fedify_finds_us_by_handle_address_and_page(ours: Ours, theirs: Theirs) -> None:
    amy, host = ours.account, ours.origin.removeprefix("https://")
    for resource in (f"acct:amy@{host}", amy.uri, f"{ours.origin}/@amy"):
        found = await theirs.do("webfinger", resource=resource)
        assert found["subject"] == f"acct:amy@{host}", resource
        (link,) = [one for one in found["links"] if one["rel"] == "self" and one["type"] == "application/activity+json"]
        assert link["href"] == amy.uri
    assert await theirs.do("webfinger", resource=f"acct:nobody@{host}") is None
    server = await theirs.do("webfinger", resource=f"acct:{host}@{host}")
    assert {one["href"] for one in server["links"] if one["rel"] == "self"} <= {f"{ours.origin}/actor"}


@ONCE
async def test_fedify_takes_our_nodeinfo_strictly(ours: Ours, theirs: Theirs) -> None:
    await ours.do("/api/v1/statuses", status="One")
    documents = await theirs.do("nodeinfo", origin=ours.origin)
    assert len(documents) == 2
    for info in documents:
        assert (info["software"]["name"], info["protocols"]) == ("fedisw", ["activitypub"])
        assert (info["usage"]["users"]["total"], info["usage"]["localPosts"]) == (1, 1)


@ONCE_MORE
async def test_our_actor_and_collections_are_walked_by_fedify(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    await ours.follow(theirs.handle())
    posts = [(await ours.do("/api/v1/statuses", status=f"Number {number}"))["uri"] for number in range(23)]
    await ours.do("/api/v1/statuses", status="For us", visibility="private")
    amy = await theirs.do("find", what=ours.account.uri)
    assert amy["endpoints"]["sharedInbox"] == f"{ours.origin}/inbox"
    outbox = await theirs.do("list", what=amy["outbox"])
    assert [one["object"] if isinstance(one["object"], str) else one["object"]["id"] for one in outbox["items"]] == posts[::-1]
    assert {one["type"] for one in outbox["items"]} == {"Create"}
    await ours.do("/api/v1/accounts/update_credentials", method="PATCH", hide_collections=False)
    for name in ("followers", "following"):
        assert await theirs.do("members", what=amy[name]) == {"total": 1, "ids": [ben]}, name
    await ours.do("/api/v1/accounts/update_credentials", method="PATCH", hide_collections=True)
    for name in ("followers", "following"):
        assert (await theirs.do("members", what=amy[name], **{"as": "ben"}))["ids"] == [], name


@ONCE
async def test_a_thread_of_ours_is_walked_by_fedify(ours: Ours, theirs: Theirs) -> None:
    top = await ours.do("/api/v1/statuses", status="Who comes?")
    answers = [await ours.do("/api/v1/statuses", status=text, in_reply_to_id=top["id"]) for text in ("I do", "So do I")]
    note = await theirs.do("find", what=top["uri"])
    replies = note["replies"] if isinstance(note["replies"], str) else note["replies"]["id"]
    assert (await theirs.do("members", what=replies))["ids"] == [one["uri"] for one in answers]
    create = await theirs.do("find", what=f"{top['uri']}/activity")
    assert (create["type"], create["actor"]) == ("Create", ours.account.uri)
    await ours.do(f"/api/v1/statuses/{answers[0]['id']}", method="DELETE")
    assert "was not found" in await theirs.fails("find", what=answers[0]["uri"])


@BOTH
@strict
async def test_our_strict_server_is_read_with_signatures_of_fedify(ours: Ours, theirs: Theirs) -> None:
    post = await ours.do("/api/v1/statuses", status="Signed only")
    assert "was not found" in await theirs.fails("find", what=post["uri"])
    assert (await theirs.do("find", what=post["uri"], **{"as": "ben"}))["id"] == post["uri"]
    stub = await theirs.do("find", what=ours.account.uri)
    assert "name" not in stub
    assert (await theirs.do("find", what=ours.account.uri, **{"as": "ben"}))["url"] == f"{ours.origin}/@amy"


@BOTH
async def test_a_strict_server_of_theirs_is_read_with_our_signatures(ours: Ours, theirs: Theirs) -> None:
    note = await theirs.do("store", by="ben", object={"content": "<p>Signed only</p>"})
    await theirs.do("strict", on=True)
    seen = await ours.find(theirs.handle())
    status = await ours.status(note)
    assert (status["content"], status["account"]["id"]) == ("<p>Signed only</p>", seen["id"])
    signers = {one["by"] for one in await theirs.do("reads")}
    assert signers
    assert signers <= {ours.account.uri, f"{ours.origin}/actor"}


@BOTH
@strict
async def test_two_strict_servers_meet_from_scratch(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.do("strict", on=True)
    await ours.follow(theirs.handle())
    assert await theirs.do("followers", of="ben") == [ours.account.uri]
    amy = ours.account.uri
    await theirs.send("Follow", to=[amy], object=amy)
    await theirs.first("Accept")
    post = await ours.do("/api/v1/statuses", status="Hello")
    assert (await theirs.first("Create"))["object"]["id"] == post["uri"]
    tags = [{"type": "Mention", "href": amy, "name": f"@{ours.handle}"}]
    note = await theirs.post(to=[amy], content="<p>Hello to you</p>", tos=[PUBLIC], ccs=[f"{ben}/followers", amy], tags=tags)

    async def told() -> bool:
        return (await ours.notified("mention"))["status"]["uri"] == note

    await eventually(told)
