"""Somebody elsewhere wants to recommend people of ours in a collection (FEP-7aa9; federation, section 4.12)."""

from __future__ import annotations

from tests.conformance.outside import ONE, PUBLIC, House, of_type
from tests.conformance.outside import house as house


@ONE
async def test_who_wants_to_be_found_agrees_with_a_stamp_and_takes_it_back(house: House) -> None:
    beta = await house.peer("beta.test")
    ben, eve, amy = beta.person("ben"), beta.person("eve"), house.amy
    path = amy.uri.removeprefix("https://home.test")
    first = ben.activity("FeatureRequest", amy.uri, instrument=f"{beta.origin}/collections/1")
    assert (await house.get(path)).body["interactionPolicy"] == {"canFeature": {"automaticApproval": [amy.uri]}}
    await house.post(ben, first)
    (no,) = of_type(beta, "Reject")
    assert no["object"]["id"] == first["id"]

    await house.do("/api/v1/accounts/update_credentials", {"discoverable": True}, method="PATCH")
    assert (await house.get(path)).body["interactionPolicy"] == {"canFeature": {"automaticApproval": [PUBLIC]}}
    again = ben.activity("FeatureRequest", amy.uri, instrument=f"{beta.origin}/collections/1")
    for _ in range(2):
        await house.post(ben, again)
    await house.post(ben, ben.activity("FeatureRequest", amy.uri, instrument=f"{beta.origin}/collections/1"))
    first_yes, second_yes = of_type(beta, "Accept")
    assert first_yes["object"] == {
        "id": again["id"],
        "type": "FeatureRequest",
        "actor": ben.uri,
        "object": amy.uri,
        "instrument": f"{beta.origin}/collections/1",
    }
    assert first_yes["result"] == second_yes["result"]
    where = first_yes["result"].removeprefix("https://home.test")
    stamp = (await house.get(where)).body
    assert stamp["type"] == "FeatureAuthorization"
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (f"{beta.origin}/collections/1", amy.uri)
    for wrong in (
        ben.activity("FeatureRequest", "https://home.test/ap/actors/404", instrument=f"{beta.origin}/collections/1"),
        ben.activity("FeatureRequest", amy.uri, instrument="https://gamma.test/collections/1"),
    ):
        await house.nothing_comes_of(ben, wrong)
    assert len(of_type(beta, "Accept", "Reject")) == 3

    await house.do("/api/v1/accounts/update_credentials", {"discoverable": False}, method="PATCH")
    (gone,) = of_type(beta, "Delete")
    assert gone["object"]["id"] == first_yes["result"]
    assert (await house.get(where)).status == 404

    await house.do("/api/v1/accounts/update_credentials", {"discoverable": True}, method="PATCH")
    await house.post(eve, eve.activity("FeatureRequest", amy.uri, instrument=f"{beta.origin}/collections/2"))
    await house.do(f"/api/v1/accounts/{await house.id_of(eve)}/block")
    assert of_type(beta, "Delete")[1]["object"]["id"] == of_type(beta, "Accept")[-1]["result"]
    await house.post(eve, eve.activity("FeatureRequest", amy.uri, instrument=f"{beta.origin}/collections/2"))
    assert of_type(beta, "Accept", "Reject")[-1]["type"] == "Reject"
