"""Statement 89: who may answer, like and boost, here and elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.outside import ONE, PUBLIC, House, of_type
from tests.conformance.outside import house as house
from tests.support.peers import Actor, Document, PeerServer

NOBODY: dict[str, Any] = {"can_reply": {"always": ["author"]}, "can_favourite": {"always": ["me"]}, "can_reblog": {"always": []}}
FOLLOWERS = {name: {"automatic_approval": ["followers"]} for name in NOBODY}


def told(peer: PeerServer) -> list[tuple[str, str, bool]]:
    """Yes or no, to what, and whether there is a stamp."""
    return [(item["type"], item["object"], "result" in item) for item in of_type(peer, "Accept", "Reject")]


async def stamped(house: House, yes: Document) -> Document:
    """The stamp that an Accept names, read at its address."""
    answer = await house.get(yes["result"].removeprefix("https://home.test"))
    assert answer.status == 200
    assert answer.body["id"] == yes["result"]
    return dict(answer.body)


@ONE
async def test_089_policies_of_our_posts_are_said_in_full_and_enforced(house: House) -> None:
    beta = await house.peer("beta.test")
    ben, eve = beta.person("ben"), beta.person("eve")
    await house.meet(ben, both=True)
    await house.id_of(eve)
    open_post = await house.do("/api/v1/statuses", {"status": "Open"})
    document = (await house.get(f"/ap/objects/{open_post['id']}")).body
    everybody = {"automaticApproval": [PUBLIC]}
    policy = document["interactionPolicy"]
    assert [policy[name] for name in ("canReply", "canLike", "canAnnounce")] == [everybody] * 3
    assert policy["canQuote"] == {"automaticApproval": [f"{house.amy.uri}/followers"]}
    private = await house.do("/api/v1/statuses", {"status": "Quiet", "visibility": "private"})
    sent = [item["object"] for item in of_type(beta, "Create") if item["object"]["id"] == private["uri"]]
    assert sent[0]["interactionPolicy"]["canAnnounce"] == {"automaticApproval": [house.amy.uri]}
    assert sent[0]["interactionPolicy"]["canReply"] == {"automaticApproval": [f"{house.amy.uri}/followers"]}

    closed = await house.do("/api/v1/statuses", {"status": "No", "interaction_policy": NOBODY})
    document = (await house.get(f"/ap/objects/{closed['id']}")).body
    assert document["interactionPolicy"]["canReply"] == {"automaticApproval": [house.amy.uri]}
    beta.taken.clear()
    answer = eve.note("But", inReplyTo=closed["uri"], cc=[house.amy.uri])
    like, boost = eve.activity("Like", closed["uri"]), eve.activity("Announce", closed["uri"], to=[PUBLIC])
    for activity in (eve.activity("Create", answer), like, boost):
        for _ in range(2):
            await house.nothing_comes_of(eve, activity)
    assert told(beta) == [("Reject", uri, False) for uri in (answer["id"], like["id"], boost["id"])]
    assert len({item["id"] for item in beta.taken}) == 3
    hidden = await house.do("/api/v1/statuses", {"status": "No", "visibility": "direct", "interaction_policy": NOBODY})
    await house.nothing_comes_of(eve, eve.activity("Create", eve.note("?", inReplyTo=hidden["uri"])))
    assert len(told(beta)) == 3  # not even a no, which would say that it is there

    some = await house.do("/api/v1/statuses", {"status": "Some", "interaction_policy": FOLLOWERS})
    beta.taken.clear()
    answer, like = ben.note("Yes", inReplyTo=some["uri"]), ben.activity("Like", some["uri"])
    boost = ben.activity("Announce", some["uri"], to=[PUBLIC])
    for activity in (ben.activity("Create", answer), like, boost):
        await house.post(ben, activity)
    assert told(beta) == [("Accept", uri, True) for uri in (answer["id"], like["id"], boost["id"])]
    counts = await house.server.ask(f"/api/v1/statuses/{some['id']}")
    assert [counts[name] for name in ("replies_count", "favourites_count", "reblogs_count")] == [1, 1, 1]
    for yes, kind in zip(of_type(beta, "Accept"), ("Reply", "Like", "Announce"), strict=True):
        stamp = await stamped(house, yes)
        assert stamp["type"] == f"{kind}Authorization"
        assert (stamp["attributedTo"], stamp["interactionTarget"]) == (house.amy.uri, some["uri"])
        assert stamp["interactingObject"] == yes["object"]
    await house.nothing_comes_of(eve, eve.activity("Create", eve.note("Me", inReplyTo=some["uri"])))
    named = {"status": "@eve@beta.test ?", "interaction_policy": NOBODY}
    asked = await house.do("/api/v1/statuses", named)
    await house.arrives(eve, eve.note("Gladly", inReplyTo=asked["uri"]))  # whom a post names may always answer

    bob = await house.server.person("bob")
    token = await house.server.sign_in(bob)
    for path in ("favourite", "reblog"):
        refused = await house.call("POST", f"/api/v1/statuses/{closed['id']}/{path}", json={}, by=token)
        assert (refused.status, "does not want" in refused.body["error"]) == (403, True)
    refused = await house.call("POST", "/api/v1/statuses", {"status": "But", "in_reply_to_id": closed["id"]}, by=token)
    assert (refused.status, "does not want" in refused.body["error"]) == (403, True)
    await house.do(f"/api/v1/statuses/{closed['id']}/interaction_policy", {"interaction_policy": {}}, method="PUT")
    await house.do(f"/api/v1/statuses/{closed['id']}/favourite", by=token)


@ONE
async def test_089_requests_to_answer_like_and_boost_are_answered_by_the_policy(house: House) -> None:
    beta = await house.peer("beta.test")
    ben, eve = beta.person("ben"), beta.person("eve")
    await house.meet(ben, both=True)
    some = await house.do("/api/v1/statuses", {"status": "Some", "interaction_policy": FOLLOWERS})
    beta.taken.clear()
    note = ben.note("May I?", inReplyTo=some["uri"])
    like, boost = ben.activity("Like", some["uri"])["id"], ben.activity("Announce", some["uri"])["id"]
    wanted: list[tuple[str, Any]] = [("Reply", note), ("Like", like), ("Announce", boost)]
    for kind, thing in wanted:
        request = ben.activity(f"{kind}Request", some["uri"], instrument=thing)
        for _ in range(2):
            await house.post(ben, request)
        (yes,) = of_type(beta, "Accept")
        uri = thing if isinstance(thing, str) else thing["id"]
        assert yes["object"] == {
            "id": request["id"],
            "type": f"{kind}Request",
            "actor": ben.uri,
            "object": some["uri"],
            "instrument": uri,
        }
        stamp = await stamped(house, yes)
        assert (stamp["type"], stamp["interactingObject"]) == (f"{kind}Authorization", uri)
        beta.taken.clear()
    counts = await house.server.ask(f"/api/v1/statuses/{some['id']}")
    assert [counts[name] for name in ("replies_count", "favourites_count", "reblogs_count")] == [1, 1, 1]
    for kind, thing in (("Reply", eve.note("?", inReplyTo=some["uri"])), ("Like", f"{beta.origin}/likes/9")):
        await house.nothing_comes_of(eve, eve.activity(f"{kind}Request", some["uri"], instrument=thing))
        assert [item["type"] for item in of_type(beta, "Accept", "Reject")] == ["Reject"]
        beta.taken.clear()
    await house.nothing_comes_of(eve, eve.activity("ReplyRequest", some["uri"], instrument=note))  # ben's post
    hidden = await house.do("/api/v1/statuses", {"status": "Quiet", "visibility": "direct"})
    for target in (hidden["uri"], "https://home.test/ap/objects/404", note["id"]):
        await house.nothing_comes_of(eve, eve.activity("LikeRequest", target, instrument=f"{beta.origin}/likes/8"))
    assert [item["type"] for item in of_type(beta, "Accept")] == []


def guarded(by: Actor, *, manual: bool = False, old: bool = False) -> dict[str, Any]:
    """A policy that lets nobody, or everybody whom the author agrees to; `old`: as GoToSocial spelled it before 0.20."""
    at_once, asked = ("always", "approvalRequired") if old else ("automaticApproval", "manualApproval")
    rule = {at_once: [by.uri], asked: [PUBLIC] if manual else []}
    return {"interactionPolicy": dict.fromkeys(("canReply", "canLike", "canAnnounce"), rule)}


def approval(by: Actor, kind: str, interaction: str, target: str, **members: Any) -> Document:
    """An approval on the server of its author."""
    return by.server.serve(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{by.server.origin}/approvals/{len(by.server.asked)}-{kind}",
            "type": kind,
            "attributedTo": by.uri,
            "object": interaction,
            "target": target,
        }
        | members
    )


@ONE
@pytest.mark.parametrize("old", [False, True])
async def test_089_what_others_do_not_let_us_do_is_refused_or_asked_of_the_author_alone(house: House, old: bool) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil = beta.person("ben"), gamma.person("gil")
    await house.meet(ben)
    await house.post(gil, gil.activity("Follow", house.amy.uri))
    closed = await house.arrives(ben, ben.note("No", **guarded(ben, old=old)))
    for call in (f"/api/v1/statuses/{closed}/favourite", f"/api/v1/statuses/{closed}/reblog"):
        assert (await house.call("POST", call, {})).status == 403
    refused = await house.call("POST", "/api/v1/statuses", {"status": "But", "in_reply_to_id": closed})
    assert (refused.status, "does not want" in refused.body["error"]) == (403, True)
    assert of_type(beta, "Like", "Announce", "Create") == []

    note = ben.note("Ask me", **guarded(ben, manual=True, old=old))
    post = await house.arrives(ben, note)
    gamma.taken.clear()
    await house.do(f"/api/v1/statuses/{post}/favourite")
    answer = await house.do("/api/v1/statuses", {"status": "@ben@beta.test @gil@gamma.test may I?", "in_reply_to_id": post})
    boost = await house.do(f"/api/v1/statuses/{post}/reblog")
    assert [item["type"] for item in of_type(beta, "Like", "Create", "Announce")] == ["Like", "Create", "Announce"]
    assert gamma.taken == []  # nobody else gets it before the author agreed
    outbox = await house.get(f"{house.amy.uri.removeprefix('https://home.test')}/outbox?page=1")
    assert outbox.body["orderedItems"] == []
    _, create, announce = of_type(beta, "Like", "Create", "Announce")
    good = approval(ben, "ReplyApproval", answer["uri"], note["id"])
    forged = [
        approval(gil, "ReplyApproval", answer["uri"], note["id"]),
        approval(ben, "LikeApproval", answer["uri"], note["id"]),
        approval(ben, "ReplyApproval", answer["uri"], f"{beta.origin}/notes/other", id=f"{beta.origin}/approvals/x"),
        approval(ben, "ReplyApproval", f"{answer['uri']}0", note["id"], id=f"{beta.origin}/approvals/y"),
        approval(ben, "ReplyApproval", answer["uri"], note["id"], id=f"{beta.origin}/approvals/z", attributedTo=gil.uri),
    ]
    for wrong in forged:
        await house.post(ben, ben.activity("Accept", answer["uri"], result=wrong["id"]))
    await house.post(gil, gil.activity("Accept", answer["uri"], result=good["id"]))
    await house.post(ben, ben.activity("Accept", answer["uri"]))
    assert gamma.taken == []
    agreement = ben.activity("Accept", create if old else answer["uri"], result=good["id"])
    for _ in range(2):
        await house.post(ben, agreement)
    (created,) = of_type(gamma, "Create")
    assert created["object"]["approvedBy"] == good["id"]
    assert (await house.get(f"/ap/objects/{answer['id']}")).body["approvedBy"] == good["id"]
    newer = approval(
        ben,
        "AnnounceAuthorization",
        "",
        "",
        interactingObject=announce["id"],
        interactionTarget=note["id"],
    )
    await house.post(ben, ben.activity("Accept", announce["id"], result=newer["id"]))
    (boosted,) = of_type(gamma, "Announce")
    assert (boosted["id"], boosted["approvedBy"]) == (announce["id"], newer["id"])
    assert boost["reblog"]["id"] == post


@ONE
async def test_089_consent_that_is_refused_or_gone_ends_what_was_asked_for(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil = beta.person("ben"), gamma.person("gil")
    await house.meet(ben)
    await house.id_of(gil)
    note = ben.note("Ask me", **guarded(ben, manual=True))
    post = await house.arrives(ben, note)
    await house.do(f"/api/v1/statuses/{post}/favourite")
    await house.do(f"/api/v1/statuses/{post}/reblog")
    answer = await house.do("/api/v1/statuses", {"status": "@ben@beta.test may I?", "in_reply_to_id": post})
    like, announce = of_type(beta, "Like", "Announce")
    good = approval(ben, "ReplyApproval", answer["uri"], note["id"])
    await house.post(ben, ben.activity("Accept", answer["uri"], result=good["id"]))
    assert (await house.get(f"/ap/objects/{answer['id']}")).body["approvedBy"] == good["id"]
    for wrong in (like["id"], announce["id"], answer["uri"]):
        await house.nothing_comes_of(gil, gil.activity("Reject", wrong))
    await house.post(ben, ben.activity("Reject", like["id"]))
    await house.post(ben, ben.activity("Reject", announce["id"]))
    shown = await house.server.ask(f"/api/v1/statuses/{post}")
    assert (shown["favourited"], shown["reblogged"]) == (False, False)
    await house.post(ben, ben.activity("Delete", good["id"]))  # consent that is gone is taken back
    await house.post(gil, gil.activity("Follow", house.amy.uri))
    await house.do(f"/api/v1/statuses/{answer['id']}", {"status": "@ben@beta.test changed"}, method="PUT")
    assert [item["type"] for item in of_type(gamma, "Create", "Update")] == []
    assert "approvedBy" not in (await house.get(f"/ap/objects/{answer['id']}")).body


@ONE
async def test_089_answers_and_boosts_of_others_stand_only_with_the_consent_that_their_author_asks_for(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil, eve = beta.person("ben"), gamma.person("gil"), gamma.person("eve")
    for actor in (ben, gil, eve):
        await house.meet(actor)
    note = ben.note("Ask me", **guarded(ben, manual=True), tag=[{"type": "Mention", "href": eve.uri}], cc=[eve.uri])
    await house.arrives(ben, note)
    bare = gil.note("Unasked", inReplyTo=note["id"])
    forged = gil.note("Forged", inReplyTo=note["id"])
    forged["approvedBy"] = approval(gil, "ReplyApproval", forged["id"], note["id"])["id"]
    other = gil.note("Of another", inReplyTo=note["id"])
    other["approvedBy"] = approval(ben, "ReplyApproval", bare["id"], note["id"])["id"]
    for wrong in (bare, forged, other):
        await house.nothing_comes_of(gil, gil.activity("Create", wrong))
        assert await house.status(wrong) is None
    agreed = gil.note("Agreed", inReplyTo=note["id"])
    stamp = approval(ben, "ReplyAuthorization", agreed["id"], note["id"], id=f"{beta.origin}/approvals/good")
    agreed["approvedBy"] = stamp["id"]
    await house.arrives(gil, agreed)
    await house.arrives(eve, eve.note("Named", inReplyTo=note["id"]))
    await house.arrives(ben, ben.note("Mine", inReplyTo=note["id"]))
    boost = gil.activity("Announce", note["id"], to=[PUBLIC])
    await house.nothing_comes_of(gil, boost)
    boost = gil.activity("Announce", note["id"], to=[PUBLIC])
    boost["approvedBy"] = approval(ben, "AnnounceApproval", boost["id"], note["id"])["id"]
    await house.post(gil, boost)
    assert await house.status(boost) is not None
    await house.nothing_comes_of(eve, eve.activity("Delete", stamp["id"]))
    await house.post(ben, ben.activity("Delete", stamp["id"]))
    assert await house.status(agreed) is None
