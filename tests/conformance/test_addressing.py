"""Who is meant: statements 64, 65, 66, 68, 69 and 70 of the federation reference."""

from __future__ import annotations

from typing import Any

from fedisw.model.statuses import Mention
from fedisw.storage.queries import accounts, statuses
from tests.conformance.meeting import Meeting
from tests.conformance.meeting import meeting as meeting
from tests.security.arriving import ONE
from tests.support.peers import PUBLIC, Document


def tagged(*uris: str) -> list[Document]:
    """Mentions."""
    return [{"type": "Mention", "href": uri, "name": f"@{uri.rpartition('/')[2]}"} for uri in uris]


def sent(meeting: Meeting, kind: str) -> list[Document]:
    """Activities of a kind that beta.test got, oldest first."""
    return [item for item in meeting.beta.taken if item["type"] == kind]


@ONE
async def test_064_five_visibilities_are_addressed_as_the_table_says_and_recognised_again(meeting: Meeting):
    amy, ben, gil = meeting.amy, meeting.ben, meeting.gil
    await meeting.followed_by(ben)
    await meeting.befriend(ben)
    await meeting.befriend(gil)
    followers = f"{amy}/followers"
    table = {
        "public": ([PUBLIC], [followers, ben.uri]),
        "unlisted": ([followers], [PUBLIC, ben.uri]),
        "private": ([followers], [ben.uri]),
        "direct": ([ben.uri], None),
    }
    for visibility, (to, cc) in table.items():
        await meeting.post(status="@ben@beta.test hello", visibility=visibility)
        create = sent(meeting, "Create")[-1]
        assert (create["to"], create.get("cc")) == (to, cc)
        assert (create["object"]["to"], create["object"].get("cc")) == (to, cc)
        assert [tag["href"] for tag in create["object"]["tag"]] == [ben.uri]
    limited = await meeting.us.do("/api/v1/statuses", json={"status": "@ben@beta.test hello", "visibility": "direct"})
    known = await meeting.us.db.read(accounts.find_by_uri, gil.uri)
    assert known is not None
    silent = Mention(status_id=int(limited["id"]), account_id=known.id, silent=True)
    await meeting.us.db.write(statuses.add_mentions, [silent])
    await meeting.fediverse.settle()
    (create,) = [item for item in meeting.gamma.taken if item["type"] == "Create"]
    assert sorted(create["to"]) == sorted(create["object"]["to"]) == sorted([ben.uri, gil.uri])
    assert "cc" not in create
    assert [tag["href"] for tag in create["object"]["tag"]] == [ben.uri]
    theirs = f"{ben.uri}/followers"
    arriving: list[tuple[str, dict[str, Any], str, bool]] = [
        ("public", {"to": [PUBLIC], "cc": [theirs, amy]}, "public", True),
        ("unlisted", {"to": [theirs], "cc": [PUBLIC, amy]}, "unlisted", True),
        ("private", {"to": [theirs], "cc": [amy]}, "private", True),
        ("direct", {"to": [amy], "cc": None}, "direct", True),
        ("limited", {"to": [amy], "cc": None, "tag": []}, "direct", False),
    ]
    for name, members, visibility, mentions in arriving:
        note = await meeting.create(ben, ben.note(name, **({"tag": tagged(amy)} | members)))
        post = await meeting.shown(note)
        assert (post["visibility"], [one["acct"] for one in post["mentions"]] == ["amy"]) == (visibility, mentions), name
        boosted = await meeting.us.call("POST", f"/api/v1/statuses/{post['id']}/reblog", json={})
        assert (boosted.status == 200) is (visibility in ("public", "unlisted")), name


@ONE
async def test_065_three_spellings_of_public_are_one_and_only_the_full_one_is_sent(meeting: Meeting):
    ben = meeting.ben
    await meeting.befriend(ben)
    await meeting.followed_by(ben)
    for spelling in ("as:Public", "Public", PUBLIC):
        for to, cc, visibility in (([spelling], [], "public"), (f"{ben.uri}/followers", spelling, "unlisted")):
            note = await meeting.create(ben, ben.note(spelling, to=to, cc=cc), to=to, cc=cc)
            assert (await meeting.shown(note))["visibility"] == visibility
    for visibility in ("public", "unlisted"):
        await meeting.post(status="Hello", visibility=visibility)
    for create in sent(meeting, "Create"):
        everybody = [*create["to"], *create["cc"], *create["object"]["to"], *create["object"]["cc"]]
        assert everybody.count(PUBLIC) == 2
        assert {"as:Public", "Public"}.isdisjoint(everybody)


@ONE
async def test_066_actors_are_strings_and_what_is_answered_or_undone_is_embedded(meeting: Meeting):
    us, ben = meeting.us, meeting.ben
    account_id = await meeting.befriend(ben)
    await meeting.followed_by(ben)
    note = await meeting.create(ben, ben.note())
    post_id = await meeting.id_of(note)
    for act in ("favourite", "unfavourite", "reblog", "unreblog"):
        await us.do(f"/api/v1/statuses/{post_id}/{act}")
        await meeting.fediverse.settle()
    await us.do(f"/api/v1/accounts/{account_id}/remove_from_followers")
    await us.do(f"/api/v1/accounts/{account_id}/unfollow")
    await meeting.fediverse.settle()
    assert all(item["actor"] == meeting.amy for item in meeting.beta.taken)
    undone = [item["object"] for item in sent(meeting, "Undo")]
    assert [item["type"] for item in undone] == ["Like", "Announce", "Follow"]
    for original in undone:
        assert original["actor"] == meeting.amy
        assert original["object"] in (note["id"], ben.uri)
        assert original["id"] in [item["id"] for item in sent(meeting, original["type"])]
    for kind in ("Accept", "Reject"):
        (answer,) = sent(meeting, kind)
        assert answer["object"]["type"] == "Follow"
        assert (answer["object"]["actor"], answer["object"]["object"]) == (ben.uri, meeting.amy)


@ONE
async def test_068_a_mention_notifies_only_who_is_tagged_and_addressed(meeting: Meeting):
    amy, ben = meeting.amy, meeting.ben
    await meeting.befriend(ben)
    full = "@amy@alpha.test"
    ways: list[tuple[str, dict[str, Any], bool]] = [
        ("tagged and addressed", {"cc": [amy], "tag": tagged(amy)}, True),
        ("tagged, not addressed", {"tag": tagged(amy)}, False),
        ("addressed, not tagged", {"cc": [amy]}, False),
        ("only her name, addressed", {"cc": [amy], "tag": [{"type": "Mention", "name": full}]}, True),
        ("only her name, not addressed", {"tag": [{"type": "Mention", "name": full}]}, False),
        ("the name of somebody elsewhere", {"cc": [amy], "tag": [{"type": "Mention", "name": "@amy@gamma.test"}]}, False),
        ("no name", {"to": amy, "cc": PUBLIC, "tag": {"type": "Mention", "href": amy}}, True),
    ]
    for name, members, notifies in ways:
        before = len(await meeting.told())
        note = await meeting.create(ben, ben.note(name, **members))
        told = await meeting.told()
        assert told[: len(told) - before] == ([("mention", "ben@beta.test")] if notifies else []), name
        assert [one["acct"] for one in (await meeting.shown(note))["mentions"]] == (["amy"] if notifies else []), name
    await meeting.create(ben, note)
    assert len(await meeting.told()) == len(told)


@ONE
async def test_069_a_post_for_followers_is_seen_by_accepted_followers_and_who_is_named(meeting: Meeting):
    us, ben = meeting.us, meeting.ben
    cora, dora, emil = [await meeting.another(name) for name in ("cora", "dora", "emil")]
    await meeting.befriend(ben)
    found = await us.ask("/api/v2/search?q=@ben@beta.test&type=accounts", by=emil)
    await us.do(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow", by=emil)  # ben does not answer
    named = (await us.ask("/api/v1/accounts/verify_credentials", by=cora))["id"]
    cora_uri = (await us.db.read(accounts.get, int(named))).uri
    members = {"to": [f"{ben.uri}/followers"], "cc": [cora_uri], "tag": tagged(cora_uri)}
    note = await meeting.create(ben, ben.note("For few", **members))
    assert (await meeting.shown(note))["visibility"] == "private"
    assert note["content"] in [post["content"] for post in await us.ask("/api/v1/timelines/home")]
    assert await meeting.status_of(note, by=cora) == 200
    assert await meeting.told(by=cora) == [("mention", "ben@beta.test")]
    for token in (dora, emil):
        assert await meeting.status_of(note, by=token) == 404
        assert await us.ask(f"/api/v1/accounts/{found['accounts'][0]['id']}/statuses", by=token) == []
        assert await us.ask("/api/v1/timelines/public", by=token) == []
    assert await meeting.status_of(note, signed_in=False) == 404


@ONE
async def test_070_a_direct_message_reaches_only_the_addressed_and_so_do_replies(meeting: Meeting):
    us, ben, eve = meeting.us, meeting.ben, meeting.eve
    await meeting.followed_by(ben)
    await meeting.followed_by(eve)
    await meeting.befriend(ben)
    cora = await meeting.another("cora")
    await meeting.befriend(ben, by=cora)
    chat = {"type": "ChatMessage", "to": [meeting.amy], "cc": None}
    for members in ({"to": [meeting.amy], "cc": None, "tag": tagged(meeting.amy)}, chat):
        note = await meeting.create(ben, ben.note("Between us", **members))
        post = await meeting.shown(note)
        assert post["visibility"] == "direct"
        assert (await us.ask("/api/v1/conversations"))[0]["last_status"]["id"] == post["id"]
        assert (await meeting.told())[0] == ("mention", "ben@beta.test")
        assert await meeting.status_of(note, by=cora) == 404
        assert await meeting.status_of(note, signed_in=False) == 404
        meeting.beta.asked.clear()
        answer = await meeting.post(status="@ben@beta.test and between us", in_reply_to_id=post["id"])
        create = sent(meeting, "Create")[-1]
        assert answer["visibility"] == "direct"
        assert (create["to"], create.get("cc"), create["object"]["type"]) == ([ben.uri], None, "Note")
        assert create["object"]["inReplyTo"] == note["id"]
        assert [line for line in meeting.beta.asked if line.startswith("POST")] == ["POST /users/ben/inbox"]
        back = ben.note("Yes", inReplyTo=create["object"]["id"], to=[meeting.amy], cc=None, tag=tagged(meeting.amy))
        await meeting.create(ben, back)
        assert (await meeting.shown(back))["visibility"] == "direct"
        assert await meeting.status_of(back, by=cora) == 404
