"""What stands in a document itself, whoever brings it: proofs (FEP-8b32) and linked-data signatures, Fedify's and ours."""

from __future__ import annotations

import copy
import json

import pytest

from tests.interop.servers import PUBLIC, Json, Ours, Theirs, eventually
from tests.interop.turns import BOTH, ONCE, ONCE_MORE


@pytest.fixture
def settings_of_ours() -> dict[str, str]:
    """As a server has it that nobody configured."""
    return {"FEDISW_FEDERATION_LD_SIGNATURES": "auto"}


async def bodies(theirs: Theirs, kind: str) -> list[Json]:
    """What we posted to them, as it came."""
    sent = [json.loads(one["body"]) for one in await theirs.do("posts") if one["status"] == 202]
    return [one for one in sent if one["type"] == kind]


async def body(theirs: Theirs, kind: str) -> Json:
    """The one document of this type."""
    (document,) = await eventually(lambda: bodies(theirs, kind))
    return document


@BOTH
async def test_fedify_verifies_what_we_sign_and_finds_changes(ours: Ours, theirs: Theirs, ben: str) -> None:
    await theirs.follow(ours.handle)
    picture = {"spoiler_text": "Ünïcode", "language": "es", "visibility": "public"}
    post = await ours.do("/api/v1/statuses", status=f"Hola @{theirs.handle()} #Calma ñ 🌱", **picture)
    create = await body(theirs, "Create")
    assert await theirs.do("check", document=create) == {"proof": True, "signature": True}
    assert (create["proof"]["cryptosuite"], create["signature"]["type"]) == ("eddsa-jcs-2022", "RsaSignature2017")
    changed = copy.deepcopy(create)
    changed["object"]["content"] = "<p>Adios</p>"
    assert await theirs.do("check", document=changed) == {"proof": False, "signature": False}
    for kind, method, form in (("Update", "PUT", {"status": "Hola otra vez"}), ("Delete", "DELETE", {})):
        await ours.do(f"/api/v1/statuses/{post['id']}", method=method, **form)
        assert await theirs.do("check", document=await body(theirs, kind)) == {"proof": True, "signature": True}, kind


@ONCE
async def test_nothing_that_is_not_for_everybody_is_signed_for_others(ours: Ours, theirs: Theirs) -> None:
    await theirs.follow(ours.handle)
    for number, visibility in enumerate(("private", "direct"), start=1):
        await ours.do("/api/v1/statuses", status=f"@{theirs.handle()} for you", visibility=visibility)
        await theirs.came("Create", number)
    creates = await bodies(theirs, "Create")
    assert len(creates) == 2
    for document in creates:
        assert "proof" not in document
        assert "signature" not in document


@pytest.mark.parametrize("kind", ["proof", "signature"])
@ONCE_MORE
async def test_what_fedify_signed_counts_when_somebody_else_brings_it(ours: Ours, theirs: Theirs, kind: str) -> None:
    dan = await theirs.person("dan", plain=kind == "signature")
    cat = await theirs.person("cat")
    await theirs.person("eve")
    await ours.follow(theirs.handle("dan"))
    inbox = f"{ours.origin}/inbox"
    note = await theirs.do("store", by="dan", object={"content": "<p>Passed on</p>"})
    create = {"object": {"stored": note}, "tos": [PUBLIC], "ccs": [f"{dan}/followers"]}
    await theirs.send("Create", by="dan", to=[cat], **create)
    document = await body(theirs, "Create")
    await theirs.do("forget", uri=note)  # only what stands in it can tell whose it is
    if kind == "proof":
        del document["signature"]
    assert ("proof" in document, "signature" in document) == (kind == "proof", kind == "signature")
    forged = copy.deepcopy(document)
    forged["object"]["content"] = "<p>By eve</p>"
    assert await theirs.do("relay", by="eve", inbox=inbox, document=forged) == 202
    for _ in range(2):
        assert await theirs.do("relay", by="cat", inbox=inbox, document=document) == 202
    seen = await ours.newest()
    assert (seen["uri"], seen["account"]["acct"], seen["content"]) == (note, theirs.handle("dan"), "<p>Passed on</p>")
    later = await theirs.post(by="dan", content="<p>After</p>")

    async def both_there() -> bool:
        return [one["uri"] for one in await ours.home()] == [later, note]

    await eventually(both_there)
