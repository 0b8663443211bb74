"""Other spellings of the usual names, folded in the gate."""

from __future__ import annotations

import orjson
import pytest

from fedisw.federation import ingest
from fedisw.vocab.read import Document


def taken(document: Document) -> Document:
    return ingest.document(orjson.dumps(document))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"@id": "x", "@type": "Note"}, {"id": "x", "type": "Note"}),
        ({"as:content": "x", "ostatus:conversation": "y"}, {"content": "x", "conversation": "y"}),
        ({"id": "plain", "@id": "other", "as:id": "third"}, {"id": "plain"}),
        ({"tag": [{"type": "toot:Emoji"}, {"@type": ["as:Hashtag"]}]}, {"tag": [{"type": "Emoji"}, {"type": ["Hashtag"]}]}),
        ({"attachment": {"type": "schema:PropertyValue"}}, {"attachment": {"type": "PropertyValue"}}),
        ({"as:object": {"as:object": {"@id": "x"}}}, {"object": {"object": {"id": "x"}}}),
    ],
)
def test_other_spellings_are_folded_at_any_depth_and_usual_names_win(sent: Document, read: Document):
    assert taken(sent) == read


@pytest.mark.parametrize("kind", ["as:Follow", "litepub:EmojiReact", "as:Note", "as:Person", "foo:Emoji", "as:", "as:No te"])
def test_prefixed_names_of_what_acts_or_is_posted_stay_as_they_are(kind: str):
    assert taken({"type": kind, "@id": "x"}) == {"type": kind, "id": "x"}


def test_a_context_and_unknown_prefixes_are_left_alone():
    context = {"toot": "http://joinmastodon.org/ns#", "featured": {"@id": "toot:featured", "@type": "@id"}}
    document: Document = {"@context": ["https://www.w3.org/ns/activitystreams", context], "vcard:bday": "x", "sec:key": "y"}
    assert taken(document) == document
