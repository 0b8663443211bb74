"""LD signatures: the vector, what is acted on, and every condition of SIG-10."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from fedisw.crypto import contexts, keys, ldsig, proofs
from fedisw.crypto.ldsig import Normaliser
from fedisw.model.errors import Malformed, Unauthenticated, Unreachable
from tests.support import vectors
from tests.support.vectors import KEY_ID, NOW, PROOF_KEY_ID

ACTOR = "https://swork.example/ap/actors/7"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Document = dict[str, Any]

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one child process for all


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def normaliser() -> AsyncIterator[Normaliser]:
    normaliser = Normaliser(seconds=20)  # the machine that runs the tests may be busy
    yield normaliser
    await normaliser.close()


def unsigned(**changes: object) -> Document:
    return {**vectors.vector("ldsig_rsa2017")["unsigned"], **changes}


async def sign(normaliser: Normaliser, document: Mapping[str, object], **changes: Any) -> Document:
    return await ldsig.sign(document, **{"key": vectors.rsa(), "key_id": KEY_ID, "now": NOW, "normaliser": normaliser, **changes})


async def verify(normaliser: Normaliser, document: Mapping[str, object], **changes: Any) -> Document:
    fixed = {"key": vectors.rsa().public_key(), "key_id": KEY_ID, "now": NOW, "normaliser": normaliser}
    return await ldsig.verify(document, **{**fixed, **changes})


async def test_the_vector_verifies_and_is_reproduced(normaliser: Normaliser):
    made = vectors.vector("ldsig_rsa2017")
    assert await sign(normaliser, made["unsigned"], lifetime=None) == made["signed"]
    seen = await verify(normaliser, made["signed"])
    assert seen["type"] == "Create"
    assert seen["actor"] == ACTOR
    assert seen["to"] == PUBLIC
    assert seen["object"]["content"] == "<p>Hello</p>"


async def test_the_hashes_of_the_vector(normaliser: Normaliser):
    made = vectors.vector("ldsig_rsa2017")
    options = {"@context": contexts.IDENTITY, "creator": KEY_ID, "created": "2026-11-21T12:00:00Z"}
    hashes, _ = await normaliser.normalise(options, made["unsigned"], host="")
    assert hashes == made["options_hash"] + made["document_hash"]


async def test_a_whole_post_comes_back_with_its_usual_names(normaliser: Normaliser):
    note = {
        "id": "https://swork.example/notes/3",
        "type": "Note",
        "attributedTo": ACTOR,
        "content": "<p>Hola</p>",
        "contentMap": {"es": "<p>Hola</p>"},
        "sensitive": True,
        "published": "2026-11-21T12:00:00Z",
        "inReplyTo": None,
        "to": [PUBLIC],
        "cc": ["https://swork.example/ap/actors/7/followers", "https://remote.example/users/ben"],
        "tag": [{"type": "Hashtag", "name": "#x", "href": "https://swork.example/tags/x"}],
        "attachment": [{"type": "Image", "url": "https://swork.example/1.png", "focalPoint": [0.5, -0.2], "blurhash": "abc"}],
        "unknown": "not covered",
    }
    inline = {
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "toot": "http://joinmastodon.org/ns#",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
        "ostatus": "http://ostatus.org#",
    }
    document = unsigned(object=note)
    document["@context"] = [*document["@context"], inline]
    seen = await verify(normaliser, await sign(normaliser, document))
    held = seen["object"]
    assert held["contentMap"] == {"es": "<p>Hola</p>"}
    assert held["sensitive"] is True
    assert held["cc"] == note["cc"]
    assert held["tag"] == note["tag"][0]
    assert held["attachment"]["focalPoint"] == [0.5, -0.2]
    assert "unknown" not in held


async def test_parts_that_the_signature_does_not_cover_are_not_given_back(normaliser: Normaliser):
    held = await sign(normaliser, unsigned())
    held["summary2"] = "added later"
    held["object"]["extra"] = {"id": "https://evil.example/1"}
    held["object"]["attributedTo"] = [ACTOR, "relative"]
    seen = await verify(normaliser, held)
    assert "summary2" not in seen
    assert "extra" not in seen["object"]
    assert seen["object"]["attributedTo"] == ACTOR


async def test_a_proof_comes_first_and_is_covered(normaliser: Normaliser):
    document = unsigned()
    document["@context"] = [*document["@context"], "https://w3id.org/security/data-integrity/v2"]
    proved = proofs.make(document, key=vectors.ed25519(), key_id=PROOF_KEY_ID, now=NOW)
    held = await sign(normaliser, proved)
    await verify(normaliser, held)
    proof = proofs.find(held)
    assert proof is not None
    proofs.verify(proof, vectors.ed25519().public_key(), now=NOW)
    held["proof"]["created"] = "2026-11-21T12:00:01Z"
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


async def test_ours_say_when_they_end(normaliser: Normaliser):
    held = await sign(normaliser, unsigned())
    assert held["signature"]["expires"] == "2026-11-23T12:00:00Z"
    await verify(normaliser, held, now=NOW + timedelta(days=2, seconds=-1))
    for moment in (NOW + timedelta(days=2), NOW - timedelta(minutes=6)):
        with pytest.raises(Unauthenticated):
            await verify(normaliser, held, now=moment)


async def test_without_an_end_it_counts_two_days(normaliser: Normaliser):
    held = vectors.vector("ldsig_rsa2017")["signed"]
    await verify(normaliser, held, now=NOW + timedelta(days=2))
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held, now=NOW + timedelta(days=2, seconds=1))


@pytest.mark.parametrize(
    "change",
    [
        lambda held: held["object"].update(content="<p>Bye</p>"),
        lambda held: held.update(to=[]),
        lambda held: held.pop("to"),
        lambda held: held.update(cc=["https://remote.example/users/ben"]),
        lambda held: held.update(object=held["object"]["id"]),
        lambda held: held.update(type="Update"),
        lambda held: held.update(id="https://swork.example/activities/04"),
        lambda held: held.update(id=None),
        lambda held: held["signature"].update(created="2026-11-21T12:00:01Z"),
        lambda held: held["signature"].update(nonce="1"),
        lambda held: held["signature"].update(signatureValue="AAAA"),
    ],
)
async def test_changed_and_pruned_documents_are_refused(normaliser: Normaliser, change: Callable[[Document], object]):
    held = copy.deepcopy(vectors.vector("ldsig_rsa2017")["signed"])
    change(held)
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


@pytest.mark.parametrize(
    "rearrange",
    [
        lambda held: {**held, "@graph": [{"id": held["id"]}]},
        lambda held: {**held, "@included": [held["object"]]},
        lambda held: {**held, **held["object"], "object": None, "to": None, "@reverse": {"object": {"id": held["id"]}}},
        lambda held: {**held, "object": {**held["object"], "@nest": {"content": "x"}}},
        lambda held: {**held, "object": {**held["object"], "@reverse": {}}},
        lambda held: {**held, "@index": "1"},
        lambda held: {**held, "object": {**held["object"], "@context": "https://evil.example/context"}},
        lambda held: {**held, "object": {**held["object"], "id": "_:b0"}},
        lambda held: {**held, "cc": ["_:b0"]},
        lambda held: {**held, "_:x": "y"},
    ],
)  # fmt: skip
async def test_rearranged_documents_are_refused(normaliser: Normaliser, rearrange: Callable[[Document], Document]):
    held = rearrange(vectors.vector("ldsig_rsa2017")["signed"])
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


@pytest.mark.parametrize(
    "inline",
    [
        {"content": "as:summary"},
        {"content": None},
        {"content": {"@id": "as:content", "@type": "@id"}},
        {"to": {"@id": "as:cc", "@type": "@id"}},
        {"actor": "as:actor"},
        {"as": "https://evil.example/ns#"},
        {"Note": "as:Article"},
        {"id": "as:url"},
        {"type": "as:formerType"},
        {"kind": "@type"},
        {"me": {"@id": "@id"}},
        {"everything": "@graph"},
        {"more": "@included"},
        {"back": {"@reverse": "as:object"}},
        {"inside": {"@id": "as:x", "@context": {"content": "as:summary"}}},
        {"x": {"@id": "as:x", "@nest": "@nest"}},
        {"x": {"@id": "as:x", "@container": "@graph"}},
        {"x": {"@id": "as:x", "@container": ["@index", "@set"]}},
        {"x": {"@id": "as:x", "@type": "@json"}},
        {"x": {"@id": 5}},
        {"x": 5},
        {"@vocab": "https://www.w3.org/ns/activitystreams#"},
        {"@base": "https://evil.example/"},
        {"@import": "https://w3id.org/security/v1"},
        {"@language": "en"},
        "https://evil.example/context",
        "https://w3id.org/identity/v1",
        5,
    ],
)
async def test_contexts_that_change_the_meaning_are_refused(normaliser: Normaliser, inline: object):
    document = unsigned()
    document["@context"] = [*document["@context"], inline]
    with pytest.raises(Unauthenticated):
        await sign(normaliser, document)


@pytest.mark.parametrize(
    "inline",
    [
        {"content": "as:content"},
        {"to": {"@id": "https://www.w3.org/ns/activitystreams#to", "@type": "@id"}},
        {"as": "https://www.w3.org/ns/activitystreams#"},
        {"id": "@id", "type": "@type"},
        {"@version": 1.1, "Hashtag": "as:Hashtag"},
        "https://w3id.org/security/data-integrity/v1",
        "https://gotosocial.org/ns",
    ],
)
async def test_contexts_that_repeat_or_add_are_accepted(normaliser: Normaliser, inline: object):
    document = unsigned()
    document["@context"] = [*document["@context"], inline]
    await verify(normaliser, await sign(normaliser, document))


async def test_what_a_bundled_context_says_before_activitystreams_is_overruled(normaliser: Normaliser):
    """Fedify begins with the context of identities, where `name` and `url` mean something else."""
    document = unsigned(name="A name")
    document["@context"] = ["https://w3id.org/identity/v1", *document["@context"]]
    assert (await verify(normaliser, await sign(normaliser, document)))["name"] == "A name"
    document["@context"] = [{"name": "as:summary"}, *document["@context"]]
    with pytest.raises(Unauthenticated):
        await sign(normaliser, document)


@pytest.mark.parametrize("kind", ["Like", "Follow", "Note", "Block", []])
async def test_it_counts_for_five_types_only(normaliser: Normaliser, kind: object):
    held = await sign(normaliser, unsigned(type=kind))
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


@pytest.mark.parametrize(
    "actor", ["https://other.example/ap/actors/7", "http://swork.example/ap/actors/7", None, [ACTOR, ACTOR + "1"]]
)
async def test_key_and_actor_must_have_one_origin(normaliser: Normaliser, actor: object):
    held = await sign(normaliser, unsigned(actor=actor))
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


async def test_the_id_must_be_of_that_origin_too(normaliser: Normaliser):
    held = await sign(normaliser, unsigned(id="https://other.example/activities/03"))
    with pytest.raises(Unauthenticated):
        await verify(normaliser, held)


async def test_another_key_is_refused(normaliser: Normaliser):
    held = vectors.vector("ldsig_rsa2017")["signed"]
    for changes in (
        {"key": keys.generate_rsa().public_key()},
        {"key": vectors.ed25519().public_key()},
        {"key_id": ACTOR + "#other"},
    ):
        with pytest.raises(Unauthenticated):
            await verify(normaliser, held, **changes)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"type": "RsaSignature2018"}, Unauthenticated),
        ({"extra": "1"}, Unauthenticated),
        ({"signatureValue": "!"}, Malformed),
        ({"created": "soon"}, Malformed),
        ({"expires": "soon"}, Malformed),
        ({"nonce": {"a": 1}}, Malformed),
        ({"creator": [KEY_ID]}, Malformed),
    ],
)
async def test_signatures_that_cannot_be_read_are_refused(
    normaliser: Normaliser, change: dict[str, object], error: type[Exception]
):
    held = vectors.vector("ldsig_rsa2017")["signed"]
    held["signature"].update(change)
    with pytest.raises(error):
        await verify(normaliser, held)


@pytest.mark.parametrize("signature", [None, [], "x", [{"type": "RsaSignature2017"}]])
async def test_without_a_signature_it_is_refused(normaliser: Normaliser, signature: object):
    with pytest.raises(Unauthenticated):
        await verify(normaliser, {**unsigned(), "signature": signature})


async def test_what_is_signed_is_not_signed_again(normaliser: Normaliser):
    with pytest.raises(Malformed):
        await sign(normaliser, vectors.vector("ldsig_rsa2017")["signed"])


async def test_64_objects_without_id_and_one_more(normaliser: Normaliser):
    def tagged(count: int) -> Document:
        return unsigned(tag=[{"type": "Mention", "name": f"@{number}"} for number in range(count)])

    await verify(normaliser, await sign(normaliser, tagged(64)))
    with pytest.raises(Unauthenticated):
        await sign(normaliser, tagged(65))


@pytest.mark.parametrize(
    "twins",
    [
        [{"type": "Note"}, {"type": "Note"}],
        [{"type": "Note", "name": "a"}, {"name": "a", "type": "Note"}],
        [{"type": "Note"}, {"type": ["Note"]}],
        [{}, {}],
    ],
)
async def test_equal_objects_below_an_object_without_id_are_refused(normaliser: Normaliser, twins: list[object]):
    with pytest.raises(Unauthenticated):
        await sign(normaliser, unsigned(target={"type": "Collection", "items": twins}))
    await sign(normaliser, unsigned(target={"id": "https://swork.example/c", "type": "Collection", "items": twins}))


async def test_a_document_that_keeps_the_child_busy_is_stopped_and_the_next_one_is_checked():
    """Objects that differ only in what a signature does not cover pass the look from outside."""
    normaliser = Normaliser(seconds=1)
    try:
        held = vectors.vector("ldsig_rsa2017")["signed"]
        leaves = [{"type": "Mention", f"unknown{number}": "x"} for number in range(9)]
        twins = [{"type": "Note", f"unknown{number}": "x", "tag": leaves} for number in range(2)]
        began = asyncio.get_running_loop().time()
        with pytest.raises(Unauthenticated, match="too long"):
            await verify(normaliser, {**held, "target": {"type": "Collection", "items": twins}})
        assert asyncio.get_running_loop().time() - began < 20
        with pytest.raises(Unreachable):
            await sign(normaliser, unsigned(target={"type": "Collection", "items": twins}))
    finally:
        await normaliser.close()


async def test_after_the_child_died_the_next_document_gets_another(normaliser: Normaliser):
    await verify(normaliser, vectors.vector("ldsig_rsa2017")["signed"])
    child = normaliser._child
    assert child is not None
    child.kill()
    await child.wait()
    await verify(normaliser, vectors.vector("ldsig_rsa2017")["signed"])


async def test_a_cancelled_check_does_not_disturb_the_next(normaliser: Normaliser):
    held = vectors.vector("ldsig_rsa2017")["signed"]
    await verify(normaliser, held)
    task = asyncio.create_task(verify(normaliser, held))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await verify(normaliser, held))["actor"] == ACTOR


async def test_few_at_a_time_for_one_host(normaliser: Normaliser):
    held = vectors.vector("ldsig_rsa2017")["signed"]
    asked = await asyncio.gather(*(verify(normaliser, held) for _ in range(4)), return_exceptions=True)
    assert [isinstance(answer, Unreachable) for answer in asked] == [False, False, True, True]
    await verify(normaliser, held)
    assert not normaliser._hosts


async def test_closing_twice_and_before_the_start_does_nothing():
    normaliser = Normaliser()
    await normaliser.close()
    await normaliser.close()


async def test_every_bundled_context_can_be_read():
    for address in contexts.FILES:
        assert "@context" in contexts.bundled(address)
    with pytest.raises(Unauthenticated):
        contexts.bundled("https://litepub.social/litepub/context.jsonld")
