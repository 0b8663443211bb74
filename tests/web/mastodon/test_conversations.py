"""Conversations: direct posts by thread and people, each with its owner's own marks (section 2.14)."""

from __future__ import annotations

from typing import Any

import pytest

from fedisw.model.statuses import Visibility
from fedisw.services import accounts, blocking, editing
from fedisw.storage.queries import statuses
from tests.support.factories import a_remote_status, new_id
from tests.web.mastodon.conftest import Api
from tests.web.mastodon.tables import faults
from tests.web.mastodon.test_actions import _link

PATH = "/api/v1/conversations"


async def write(api: Api, who: str, text: str, **more: Any) -> Any:
    """A direct post."""
    return await api.post(who, text, visibility="direct", **more)


async def seen(api: Api, who: str, query: str = "") -> list[tuple[str | None, bool, list[str]]]:
    """Text of the last post, whether it is unread, and with whom, by conversation."""
    found = await api.ok("GET", f"/api/v1/conversations{query}", who)
    assert faults(found, "[Conversation]") == []
    return [
        (
            item["last_status"] and item["last_status"]["content"].rpartition("</span> ")[2].removesuffix("</p>"),
            item["unread"],
            [account["acct"] for account in item["accounts"]],
        )
        for item in found
    ]


async def test_everybody_in_a_thread_has_a_conversation_of_their_own(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    first = await write(api, "amy", "@ben one")
    assert await seen(api, "amy") == [("one", False, ["ben"])]
    assert await seen(api, "ben") == [("one", True, ["amy"])]
    assert await seen(api, "cat") == []
    await write(api, "ben", "@amy two", in_reply_to_id=first["id"])
    assert await seen(api, "amy") == [("two", True, ["ben"])]
    assert await seen(api, "ben") == [("two", False, ["amy"])]
    await write(api, "amy", "@ben @cat three", in_reply_to_id=first["id"])
    assert await seen(api, "amy") == [("three", False, ["ben", "cat"]), ("two", True, ["ben"])]
    assert await seen(api, "ben") == [("three", True, ["amy", "cat"]), ("two", False, ["amy"])]
    assert await seen(api, "cat") == [("three", True, ["amy", "ben"])]
    await write(api, "amy", "to myself")
    assert (await seen(api, "amy"))[0][1:] == (False, ["amy"])
    await api.post("amy", "@ben for all to see")
    assert len(await seen(api, "ben")) == 2


async def test_a_conversation_is_read_marked_and_taken_away(api: Api) -> None:
    await api.join("amy", "ben")
    first = await write(api, "amy", "@ben one")
    (talk,) = await api.ok("GET", PATH, "ben")
    for unread, act in ((False, "read"), (False, "read"), (True, "unread"), (True, "unread")):
        done = await api.ok("POST", f"/api/v1/conversations/{talk['id']}/{act}", "ben")
        assert done == talk | {"unread": unread}
        assert await api.ok("GET", PATH, "ben") == [done]
    assert await seen(api, "amy") == [("one", False, ["ben"])]
    assert await api.ok("DELETE", f"/api/v1/conversations/{talk['id']}", "ben") == {}
    assert (await api.call("DELETE", f"/api/v1/conversations/{talk['id']}", "ben")).status == 404
    assert (await api.call("POST", f"/api/v1/conversations/{talk['id']}/read", "ben")).status == 404
    assert (await api.call("POST", f"/api/v1/conversations/{talk['id']}/unread", "ben")).status == 404
    assert await seen(api, "ben") == []
    assert await seen(api, "amy") == [("one", False, ["ben"])]
    await write(api, "amy", "@ben two", in_reply_to_id=first["id"])
    assert await seen(api, "ben") == [("two", True, ["amy"])]


async def test_conversations_are_paged_by_their_last_post(api: Api) -> None:
    await api.join("amy", "ben")
    made = [await write(api, "ben", f"@amy {number}") for number in range(5)]
    await write(api, "amy", "@ben again", in_reply_to_id=made[0]["id"])
    order = ["again", "4", "3", "2", "1"]
    assert [text for text, _, _ in await seen(api, "amy")] == order
    answer = await api.call("GET", f"{PATH}?limit=2", "amy")
    pages = [[item["last_status"]["id"] for item in answer.json]]
    while 'rel="next"' in answer.headers.get("Link", ""):
        answer = await api.call("GET", _link(answer.headers["Link"], "next"), "amy")
        pages.append([item["last_status"]["id"] for item in answer.json])
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [text for text, _, _ in await seen(api, "amy", f"?max_id={made[3]['id']}")] == ["2", "1"]
    assert [text for text, _, _ in await seen(api, "amy", f"?since_id={made[3]['id']}&limit=1")] == ["again"]
    assert [text for text, _, _ in await seen(api, "amy", f"?min_id={made[2]['id']}&limit=2")] == ["4", "3"]


async def test_nothing_is_shown_of_people_who_are_blocked_muted_or_gone(api: Api) -> None:
    amy, ben, cat = await api.join("amy", "ben", "cat")
    first = await write(api, "cat", "@amy @ben from cat")
    await write(api, "ben", "@amy @cat from ben", in_reply_to_id=first["id"])
    await write(api, "ben", "@amy alone")
    both, alone = ("from ben", True, ["ben", "cat"]), ("alone", True, ["ben"])
    assert await seen(api, "amy") == [alone, both]
    talk = (await api.ok("GET", PATH, "amy"))[0]["id"]
    ben_path = f"/api/v1/accounts/{ben.id}"
    await api.ok("POST", f"{ben_path}/mute", "amy", json={"duration": 60})
    assert await seen(api, "amy") == [("from cat", True, ["ben", "cat"])]
    assert (await api.call("POST", f"/api/v1/conversations/{talk}/read", "amy")).status == 404
    late = await write(api, "ben", "@amy while muted")
    assert await seen(api, "amy") == [("from cat", True, ["ben", "cat"])]
    api.clock.forward(seconds=61)
    assert await seen(api, "amy") == [("while muted", False, ["ben"]), alone, both]
    await api.ok("POST", f"{ben_path}/block", "amy")
    assert await seen(api, "amy") == [("from cat", True, ["cat"])]
    assert (await api.call("GET", f"/api/v1/statuses/{late['id']}", "amy")).status == 404
    await api.ok("POST", f"{ben_path}/unblock", "amy")
    await api.ok("POST", f"/api/v1/accounts/{amy.id}/block", "ben")
    assert await seen(api, "amy") == [("from cat", True, ["cat"])]
    await api.ok("POST", f"/api/v1/accounts/{amy.id}/unblock", "ben")
    await api.db.write(accounts.suspend, account_id=cat.id, now=api.clock())
    assert [text for text, _, _ in await seen(api, "amy")] == ["while muted", "alone", "from ben"]
    await api.db.write(accounts.suspend, account_id=ben.id, now=api.clock())
    assert await seen(api, "amy") == []


async def test_a_direct_post_of_another_server_begins_a_conversation(api: Api) -> None:
    (amy,) = await api.join("amy")
    rob = await api.remote()
    uri = "https://beta.test/notes/1"
    to_amy = {"visibility": Visibility.DIRECT, "mentioned": (amy.id,)}
    child = await api.receive(rob, "answer", in_reply_to_uri=uri, conversation_uri="urn:b", **to_amy)
    parent = await api.receive(rob, "question", uri=uri, conversation_uri="urn:a", **to_amy)
    assert child.conversation_id != parent.conversation_id
    assert len(await seen(api, "amy")) == 1  # the later one brought the two threads together
    silent = await api.receive(rob, "to a list", silent=(amy.id,), **to_amy)
    assert [account for _, _, people in await seen(api, "amy") for account in people] == ["rob@beta.test"] * 2
    await api.db.write(editing.delete_by_remote, actor=rob, uri=silent.uri, now=api.clock())
    assert len(await seen(api, "amy")) == 1
    await api.db.write(blocking.block_host, account=amy, host="beta.test", block_id=new_id(), now=api.clock())
    assert await seen(api, "amy") == []


async def test_deleted_and_edited_posts_are_followed(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    first = await write(api, "amy", "@ben one")
    second = await write(api, "amy", "@ben two", in_reply_to_id=first["id"])
    await api.ok("DELETE", f"/api/v1/statuses/{second['id']}", "amy")
    assert await seen(api, "ben") == [("one", True, ["amy"])]
    await api.ok("PUT", f"/api/v1/statuses/{first['id']}", "amy", json={"status": "@ben uno"})
    assert await seen(api, "ben") == [("uno", True, ["amy"])]
    await api.ok("PUT", f"/api/v1/statuses/{first['id']}", "amy", json={"status": "@ben @cat both"})
    assert (await seen(api, "cat"))[0][:2] == ("both", True)
    assert len(await seen(api, "ben")) == 1
    await api.ok("PUT", f"/api/v1/statuses/{first['id']}", "amy", json={"status": "@ben only"})
    assert await seen(api, "cat") == []
    await api.ok("DELETE", f"/api/v1/statuses/{first['id']}", "amy")
    for who in ("amy", "ben", "cat"):
        assert await seen(api, who) == []


async def test_an_edit_elsewhere_is_shown(api: Api) -> None:
    (amy,) = await api.join("amy")
    rob = await api.remote()
    status = await api.receive(rob, "old", visibility=Visibility.DIRECT, mentioned=(amy.id,))
    api.clock.forward(minutes=1)
    remote = a_remote_status(
        rob, "new", uri=status.uri, visibility=Visibility.DIRECT, mentioned=(amy.id,), published=status.created_at,
        updated=api.clock(),
    )  # fmt: skip
    await api.db.write(editing.apply_remote_edit, author=rob, remote=remote, now=api.clock(), new_id=new_id)
    (talk,) = await api.ok("GET", PATH, "amy")
    assert talk["last_status"]["content"] == "<p>new</p>"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_page_of_conversations_costs_the_same_however_long_it_is(api: Api) -> None:
    await api.join("amy", "ben", "cat")
    costs = []
    for number in range(6):
        await write(api, "ben", f"@amy {number}")
        await write(api, "cat", f"@amy @ben {number}")
        if number in (1, 5):
            await api.ok("GET", PATH, "amy")
            with api.db.counting() as statements:
                await api.ok("GET", PATH, "amy")
            costs.append(len(statements))
    assert costs[0] == costs[1] <= 7


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_direct_timeline_is_gone(api: Api) -> None:
    await api.join("amy", "ben")
    await write(api, "amy", "@ben x")
    answer = await api.call("GET", "/api/v1/timelines/direct", "amy")
    assert (answer.status, answer.json) == (404, {"error": "Record not found"})
    assert await api.db.read(statuses.local_count) == 0
