"""The `@context` of what we send."""

from __future__ import annotations

import orjson
import pytest

from fedisw.vocab import build
from fedisw.vocab.context import TERMS, context_of, with_context
from fedisw.vocab.names import AS, SECURITY
from fedisw.vocab.read import Document, Json
from tests.support.recorded import FIXTURES
from tests.vocab.test_build import NOTE_DOCUMENT
from tests.vocab.test_build_actors import MEMBER_DOCUMENT

FOLLOW: Document = {
    "id": "https://a.example/1",
    "type": "Follow",
    "actor": "https://a.example/2",
    "object": "https://b.example/3",
}


def bundled(name: str) -> set[str]:
    return set(orjson.loads((FIXTURES / "contexts" / name).read_bytes())["@context"])


KNOWN = bundled("www.w3.org_ns_activitystreams.json") | bundled("w3id.org_security_v1.json")


def names_in(document: Document) -> set[str]:
    found: set[str] = set()
    for name, value in document.items():
        found |= {name, value} if name == "type" and isinstance(value, str) else {name}
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and name != "contentMap":
                found |= names_in(item)
    return found


def inline(context: Json) -> Document:
    assert isinstance(context, list)
    assert isinstance(context[-1], dict)
    return context[-1]


def test_plain_activitystreams_needs_one_string():
    assert with_context(FOLLOW) == {"@context": AS, **FOLLOW}
    assert next(iter(with_context(FOLLOW))) == "@context"


@pytest.mark.parametrize(
    "document", [MEMBER_DOCUMENT, NOTE_DOCUMENT, build.create(actor="https://a.example/2", object=NOTE_DOCUMENT)]
)
def test_every_name_that_we_send_is_defined_and_nothing_more(document: Document):
    terms = inline(context_of(document))
    used = names_in(document)
    assert used <= KNOWN | terms.keys()
    prefixes = {
        name for name, value in terms.items() if isinstance(value, str) and value.startswith("http") and value[-1] in "#/"
    }
    assert terms.keys() - used == prefixes


def test_the_keys_of_a_member_are_defined_as_json_ld_readers_need_them():
    context = context_of(MEMBER_DOCUMENT)
    terms = inline(context)
    assert isinstance(context, list)
    assert context[:2] == [AS, SECURITY]
    assert terms["sec"] == "https://w3id.org/security#"
    assert terms["assertionMethod"] == {"@id": "sec:assertionMethod", "@type": "@id", "@container": "@set"}
    assert (terms["schema"], terms["PropertyValue"]) == ("http://schema.org#", "schema:PropertyValue")


def test_a_note_needs_no_security_context():
    context = context_of(NOTE_DOCUMENT)
    assert isinstance(context, list)
    assert len(context) == 2


def test_a_wrapped_activity_with_its_own_context_is_not_looked_into():
    inner: Document = {
        "@context": "https://x.example",
        "type": "Create",
        "object": {"type": "Note", "sensitive": True, "publicKey": {}},
    }
    assert context_of(build.announce(id="https://a.example/1", actor="https://a.example/2", object=inner, to=[])) == AS


def test_a_language_is_not_taken_for_a_term():
    assert context_of({"type": "Note", "contentMap": {"value": "x", "quote": "y"}}) == AS


def test_every_prefix_of_a_term_is_defined():
    for definition in TERMS.values():
        named = definition if isinstance(definition, str) else definition["@id"] if isinstance(definition, dict) else ""
        prefix = str(named).partition(":")[0]
        assert prefix in TERMS.keys() | {"as", "http", "https"}
