"""Statements 83 and 84: quotes, the consent to them, and its end."""

from __future__ import annotations

from typing import Any

from tests.conformance.outside import ONE, PUBLIC, House, of_type
from tests.conformance.outside import house as house
from tests.support.peers import Actor, Document

QUOTABLE = {"interactionPolicy": {"canQuote": {"automaticApproval": [PUBLIC]}}}
ON_REQUEST = {"interactionPolicy": {"canQuote": {"manualApproval": [PUBLIC]}}}
LINK = {
    "type": "Link",
    "rel": "https://misskey-hub.net/ns#_misskey_quote",
    "mediaType": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
}


def stamp(by: Actor, quoting: str, quoted: str, **members: Any) -> Document:
    """A stamp on the server of somebody."""
    return by.server.serve(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": f"{by.server.origin}/stamps/{len(by.server.asked)}-{len(quoting)}",
            "type": "QuoteAuthorization",
            "attributedTo": by.uri,
            "interactingObject": quoting,
            "interactionTarget": quoted,
        }
        | members
    )


async def shown(house: House, note: Document) -> tuple[str, str]:
    """State of the quote in a post, and the address of the quoted post where it is shown."""
    post = await house.status(note)
    assert post is not None
    quote = (await house.server.ask(f"/api/v1/statuses/{post.id}"))["quote"]
    return ("", "") if quote is None else (quote["state"], (quote["quoted_status"] or {"uri": ""})["uri"])


@ONE
async def test_083_quotes_are_read_in_order_stamped_asked_for_and_taken_back(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil = beta.person("ben"), gamma.person("gil")
    for actor in (ben, gil):
        await house.meet(actor, both=True)
    first, *others = [ben.note(f"Quoted {number}", **QUOTABLE) for number in range(5)]
    for note in (first, *others):
        await house.arrives(ben, note)
    spellings: dict[str, Any] = {
        "quote": first["id"],
        "_misskey_quote": others[0]["id"],
        "quoteUrl": others[1]["id"],
        "quoteUri": others[2]["id"],
        "tag": [LINK | {"href": others[3]["id"]}],
    }
    for number, name in enumerate(spellings):
        told = dict(list(spellings.items())[number:])
        note = gil.note(f"By {name}", **told)
        expected = spellings[name] if name != "tag" else others[3]["id"]
        if name == "quote":
            note["quoteAuthorization"] = stamp(ben, note["id"], expected)["id"]
        await house.arrives(gil, note)
        assert await shown(house, note) == ("accepted", expected), name
    bare = gil.note("Without consent", quote=first["id"])
    forged = gil.note("Forged", quote=first["id"])
    forged["quoteAuthorization"] = stamp(gil, forged["id"], first["id"])["id"]
    other = gil.note("Of another", quote=first["id"])
    other["quoteAuthorization"] = stamp(ben, bare["id"], first["id"])["id"]
    for wrong in (bare, forged, other):
        await house.arrives(gil, wrong)
        assert (await shown(house, wrong))[1] == "", wrong["content"]
    good = gil.note("Agreed", quote=first["id"])
    consent = stamp(ben, good["id"], first["id"], id=f"{beta.origin}/stamps/good")
    good["quoteAuthorization"] = consent["id"]
    await house.arrives(gil, good)
    assert await shown(house, good) == ("accepted", first["id"])
    await house.post(gil, gil.activity("Delete", consent["id"]))
    assert (await shown(house, good))[0] == "accepted"
    await house.post(ben, ben.activity("Delete", consent["id"]))
    assert await shown(house, good) == ("revoked", "")


@ONE
async def test_083_our_quotes_are_asked_for_and_the_end_of_consent_is_passed_on(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil = beta.person("ben"), gamma.person("gil")
    await house.meet(ben)
    await house.post(gil, gil.activity("Follow", house.amy.uri))
    quoted = ben.note("Ask me", **ON_REQUEST)
    quoted_id = await house.arrives(ben, quoted)
    made = await house.do("/api/v1/statuses", {"status": "Look", "quoted_status_id": quoted_id})
    (request,) = of_type(beta, "QuoteRequest")
    assert (request["object"], request["instrument"]["id"]) == (quoted["id"], made["uri"])
    assert request["instrument"]["quote"] == quoted["id"]
    assert "quoteAuthorization" not in of_type(gamma, "Create")[-1]["object"]
    consent = stamp(ben, made["uri"], quoted["id"])
    await house.post(gil, gil.activity("Accept", request["id"], result=consent["id"]))
    assert of_type(gamma, "Update") == []
    for _ in range(2):
        await house.post(ben, ben.activity("Accept", request, result=consent["id"]))
    assert [item["object"]["quoteAuthorization"] for item in of_type(gamma, "Update")] == [consent["id"]]
    assert await shown(house, {"id": made["uri"]}) == ("accepted", quoted["id"])
    beta.fail(consent["id"], 404)
    gone = ben.activity("Delete", consent["id"])
    for _ in range(2):
        await house.post(ben, gone)
    assert (await shown(house, {"id": made["uri"]}))[0] == "revoked"
    (passed_on,) = of_type(gamma, "Delete")
    assert [passed_on[name] for name in ("id", "actor", "object")] == [gone["id"], ben.uri, consent["id"]]
    assert "quoteAuthorization" not in of_type(gamma, "Update")[-1]["object"]
    second = await house.do("/api/v1/statuses", {"status": "Again", "quoted_status_id": quoted_id})
    await house.post(ben, ben.activity("Reject", of_type(beta, "QuoteRequest")[-1]))
    assert (await shown(house, {"id": second["uri"]}))[0] == "rejected"

    for who, policy, agreed in (
        (gil, "public", True),
        (gil, "followers", True),
        (ben, "followers", False),
        (gil, "nobody", False),
    ):
        mine = await house.do("/api/v1/statuses", {"status": "Mine", "quote_approval_policy": policy})
        who.server.taken.clear()
        note = who.note("Look", quote=mine["uri"])
        await house.post(who, who.activity("QuoteRequest", mine["uri"], instrument=note))
        (answer,) = of_type(who.server, "Accept", "Reject")
        assert answer["type"] == ("Accept" if agreed else "Reject"), policy
        if agreed:
            document = (await house.get(answer["result"].removeprefix("https://home.test"))).body
            assert (document["interactingObject"], document["interactionTarget"]) == (note["id"], mine["uri"])
            number = (await house.status(note)).id  # type: ignore[union-attr]  # it was stored with the answer
            await house.do(f"/api/v1/statuses/{mine['id']}/quotes/{number}/revoke")
            assert [item["object"]["id"] for item in of_type(who.server, "Delete")] == [answer["result"]]
            assert (await house.get(answer["result"].removeprefix("https://home.test"))).status == 404


@ONE
async def test_084_silence_of_others_is_no_consent_to_quotes_and_ours_always_speak(house: House) -> None:
    beta, gamma = await house.peer("beta.test"), await house.peer("gamma.test")
    ben, gil = beta.person("ben"), gamma.person("gil")
    for actor in (ben, gil):
        await house.meet(actor)
    silent, closed = ben.note("Silent"), ben.note("Closed", interactionPolicy={"canQuote": {"automaticApproval": [ben.uri]}})
    ids = [await house.arrives(ben, note) for note in (silent, closed)]
    for status_id in ids:
        refused = await house.call("POST", "/api/v1/statuses", {"status": "Look", "quoted_status_id": status_id})
        assert refused.status in (403, 404, 422)
        approval = (await house.server.ask(f"/api/v1/statuses/{status_id}"))["quote_approval"]
        assert (approval["automatic"], approval["manual"], approval["current_user"]) == ([], [], "denied")
    assert of_type(beta, "QuoteRequest", "Create") == []
    for name in ("quote", "_misskey_quote", "quoteUri"):
        note = gil.note(f"By {name}", **{name: silent["id"]})
        await house.arrives(gil, note)
        assert (await shown(house, note))[1] == "", name
    for old in ("always", "automaticApproval"):
        note = ben.note("Open", interactionPolicy={"canQuote": {old: [PUBLIC]}})
        found = await house.server.ask(f"/api/v1/statuses/{await house.arrives(ben, note)}")
        assert found["quote_approval"]["current_user"] == "automatic", old
    expected = {
        "public": [PUBLIC],
        "followers": [f"{house.amy.uri}/followers"],
        "nobody": [house.amy.uri],
        None: [f"{house.amy.uri}/followers"],
    }
    for policy, entries in expected.items():
        chosen = {} if policy is None else {"quote_approval_policy": policy}
        mine = await house.do("/api/v1/statuses", {"status": "Mine"} | chosen)
        document = (await house.get(f"/ap/objects/{mine['id']}")).body
        assert document["interactionPolicy"]["canQuote"] == {"automaticApproval": entries}, policy
